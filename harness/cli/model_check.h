// Runs a folder of golden cases through the engine:
//     expected.json   {"lm": FILE, "mmproj": FILE, "cases": [{"prompt", "media": [FILE…],
//                      "n_tokens", "layout": [ID or "img x4"…], "top10": [[ID,
//                      LOG-PROBABILITY]…]}]}
// lm and mmproj lie in the folder, media in the one above it. Each "<__media__>" of a prompt
// stands for the next medium. A case passes if the number of positions and the layout are the
// same, and if the most probable next tokens are the same in the same order, their natural-log
// probabilities within a tolerance: 0.0005 for weights of F32, 0.001 for Q8_0, 0.01 for F16 and
// BF16.
#pragma once

#include "harness/error.h"

#include <stdio.h>

typedef struct {
    size_t n_passed, n_failed;
} PsModelCounts;

// Adds to counts; writes a line for each case that fails, and one for the folder. False if the
// folder is not one of these (PS_ERROR_NO_INPUT, PS_ERROR_DATA).
bool ps_model_check(const char *folder, PsModelCounts *counts, FILE *out, GError **error);
