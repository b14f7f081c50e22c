// Conformance: runs vector files, cases with known results, against this program's metrics and
// statistics. A vector file is
//     {"metric": NAME, "cases": [{"id", "input", "expected", "tolerance"}, …]}
// and other members are information. NAME is the `vectors` of a metric or a row of
// harness/check/statistics.def. How a case is compared:
//
// 1. numbers: |got - expected| ≤ tolerance · max(1, |expected|); tolerance 0, or none:
// identical;
// 2. strings, booleans and null: identical; "NaN", "Infinity" and "-Infinity" are those
// numbers;
// 3. arrays: as many elements, each compared; objects: every member of expected is compared,
// one
//    that is not computed is a failure; members beyond those are not looked at;
// 4. "error:…" or {"error": …} in place of a value: the official code raises, and there must be
// no
//    result here either.
#pragma once

#include "harness/registry.h"

#include <stdio.h>

// One row of the table of statistics, which vector files test like metrics.
typedef struct {
    const char *name;
    // As PsMetric.compute.
    cJSON *(*compute)(const cJSON *input, const cJSON *expected);
} PsCheckStatistic;

// The number that value is or spells ("NaN", "Infinity", "-Infinity"); false if it is none.
bool ps_check_number(const cJSON *value, double *number);

typedef struct {
    size_t n_passed, n_failed;
    size_t n_skipped; // cases of files whose metric is not known here
} PsCheckCounts;

// Runs the vector file at path and adds to counts. Writes to out a line for each value that
// differs (file, case, member, expected, got) and a line for the file. False with
// PS_ERROR_NO_INPUT if the file is not readable, PS_ERROR_DATA if it is not a vector file
// (nothing is counted then); both name it.
bool ps_check_file(const char *path,
                   const PsRegistry *registry,
                   PsCheckCounts *counts,
                   FILE *out,
                   GError **error);
