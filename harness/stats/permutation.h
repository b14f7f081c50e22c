// Permutation tests of a difference of means by counting every arrangement. Pure functions,
// safe from any thread. For many pairs, see harness/stats/sign_flip.h.
#pragma once

#include <stddef.h>

enum { PS_PERMUTATION_MAX_ARRANGEMENTS = 1 << 24 };

// T is mean(a) - mean(b). Shares of all arrangements, the observed one among them; values that
// differ from the observed by no more than rounding (1e-14, relative above 1) are ties and
// count as reaching it. All are NAN where there is no answer: no values, values that are not
// finite, more than 63 values or than PS_PERMUTATION_MAX_ARRANGEMENTS arrangements.
typedef struct {
    double statistic;
    double less, greater; // P(T ≤ observed), P(T ≥ observed)
    double two_sided;     // min(1, 2 min(less, greater)), as scipy has it
    double abs_two_sided; // P(|T| ≥ |observed|), as many others have it
} PsPermutation;

// Pairs (a[i], b[i]): each may be exchanged, 2^n arrangements.
PsPermutation ps_permutation_paired(const double *a, const double *b, size_t n);

// Independent values: any n_a of all are a, (n_a + n_b)! / (n_a! n_b!) arrangements.
PsPermutation
ps_permutation_independent(const double *a, size_t n_a, const double *b, size_t n_b);
