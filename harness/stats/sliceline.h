// SliceLine: the worst slices of a table, found exactly. A slice is a conjunction of predicates
// feature = key, at most one a feature, and its score weighs how much larger its mean error is
// than the mean of all rows against how few rows it has:
//     score = alpha · ((error_sum / size) / average - 1) - (1 - alpha) · (n_rows / size - 1)
// (Sagadeeva and Boehm, SliceLine, SIGMOD 2021). The score ranks; it says nothing about chance.
//
// 1. A slice counts if size ≥ min_support, error_sum > 0 and score > 0.
// 2. The k best of them are found, and every slice whose score equals the k-th best.
// 3. A branch of the lattice is left out only if the paper's upper bound of the score, taken
//    with the number of rows, proves that it holds none of these. (Public implementations that
//    take the number of one-hot columns instead lose slices.)
// 4. Errors are summed as integers: multiples of 2^-(61 - ⌈log2 n_rows⌉) of the power of two
//    just above the largest error (2^-41 of it for a million rows). Sums of errors that are
//    such multiples (0 and 1, for instance) are exact, and the result depends neither on the
//    order of the rows nor on the number of threads.
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

// The row has no key of this feature: no predicate on the feature holds for it. Equals
// PS_NO_KEY.
#define PS_SLICELINE_NO_KEY UINT32_MAX

typedef struct {
    size_t n_rows; // < 2^31
    size_t n_features;
    const uint32_t *const *keys; // [n_features][n_rows] 0 … n_keys - 1, or PS_SLICELINE_NO_KEY
    const uint32_t *n_keys;      // [n_features]
    const double *errors;        // [n_rows] finite, ≥ 0
} PsSlicelineRows;

typedef struct {
    double alpha;       // weight of the errors against the size: 0 < alpha ≤ 1
    size_t k;           // ≥ 1
    size_t max_level;   // most predicates of a slice, ≥ 1
    size_t min_support; // rows; 0 is as 1
    unsigned n_threads; // 0: as many as there are processors
} PsSlicelineOptions;

typedef struct {
    uint32_t feature, key;
} PsPredicate;

typedef struct {
    size_t n_predicates;
    const PsPredicate *predicates; // [n_predicates] ascending by feature; the result's
    size_t size;                   // rows
    double error_sum, max_error, score;
} PsSlicelineSlice;

typedef struct {
    double average_error; // of all rows; 0 if there are none
    size_t n_slices;      // may be below k, and above it where scores are equal
    // [n_slices] descending by score; equal ones by n_predicates, then features, then keys.
    PsSlicelineSlice *slices;
    PsPredicate *predicates; // what the slices point into
} PsSliceline;

// Score of a slice; average_error is that of all n_rows rows. -INFINITY for an empty slice and
// wherever else the formula is not a number.
double ps_sliceline_score(
    double size, double error_sum, double n_rows, double alpha, double average_error);

// Rows that a minimum support asks for: a share of the rows if 0 < support < 1 (rounded down),
// else rows. 0 if support is negative or NAN.
size_t ps_sliceline_support(double support, size_t n_rows);

// The worst slices. NULL with PS_ERROR_DATA if an option, a key or an error is out of range, if
// more than 65,535 keys have enough support (counting one more for each feature), or if more
// than 1,048,576 slices tie. The caller's; free with ps_sliceline_free. Uses about
// n_rows · (2 · n_features + 8) bytes, and up to as much again for each thread. Safe from any
// thread.
PsSliceline *ps_sliceline_find(const PsSlicelineRows *rows,
                               const PsSlicelineOptions *options,
                               GError **error);

void ps_sliceline_free(PsSliceline *found);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSliceline, ps_sliceline_free)
