// What a model file is, in a few lines.
#pragma once

#include "harness/error.h"

#include <stdio.h>

// Writes it to out; with_all every key and tensor too. PS_ERROR_DATA or PS_ERROR_NO_INPUT if
// path is no GGUF file.
bool ps_model_info(const char *path, bool with_all, FILE *out, GError **error);
