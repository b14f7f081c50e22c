// How long the vision encoder takes.
#pragma once

#include "engine/kernels/kernels.h"

// Prints encode_s, the seconds of a tile or overview from pixels to rows, several times, each
// after engine_limits_print; path is the mmproj, lm_path the language model. Ends the program
// if that fails.
void engine_vision_measure(const char *path,
                           const char *lm_path,
                           PePrecision precision,
                           unsigned n_threads);
