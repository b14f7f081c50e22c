// What the rows of the table of statistics share: reading a case's input, writing its result.
#pragma once

#include "harness/check.h"
#include "harness/json.h"
#include "harness/stats/intervals.h"

// [low, high]
cJSON *ps_check_interval(PsInterval interval);

// Member key of input as an array of numbers (true and false are 1 and 0; "NaN" and "Infinity"
// are those numbers). *n_values is its length; NULL if it is no such array. The caller's.
double *ps_check_numbers(const cJSON *input, const char *key, size_t *n_values);
