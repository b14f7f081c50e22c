// The language models of tests/engine/fixtures.
#pragma once

#include "engine/model.h"

// Opens fixtures/NAME; the test fails if that fails.
PeModel *fixture_open(const char *name);

#define FIXTURE_F32 "mini-f32/lm-f32.gguf"
#define FIXTURE_Q8 "mini-q8/lm-q8_0.gguf"
