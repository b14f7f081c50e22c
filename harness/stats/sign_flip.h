// The sign-flip test: is one system better than another on the same questions?
//
// If it is not, each cluster's difference (a sum over its rows) is as likely to be positive as
// negative, whatever its size: all 2^n arrangements of signs are equally likely, and p is the
// share of them whose sum T reaches the observed one (Fisher 1935, 21; Ernst 2004). Clusters of
// 0 tell nothing and are left out. With scores of 0 and 1 and one row a cluster it is McNemar's
// exact test.
//
// No random numbers: the share is exact, or a saddlepoint approximation where there are too
// many different sums:
// - absolute values that are whole multiples of one unit (scores 0 and 1, graded scores):
// exact,
//   by convolution, up to 1,000 clusters and 4 million cells; of all one size, up to 2^30;
// - few or repeated absolute values: exact, by meeting in the middle, up to 2^18 sums a half
//   (36 clusters if all are different);
// - others: the sums of the largest values exactly, for the rest the r* formula
//   (Barndorff-Nielsen 1986) on K(s) = Σ ln cosh(s d), with Daniels' (1987) correction if there
//   is a unit.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Probabilities over all arrangements. The observed one counts, and so do ties: sums that
// differ by at most 1e-12 of the sum of all absolute values.
typedef struct {
    double greater;   // P(T ≥ observed): small if the differences are positive beyond chance
    double less;      // P(T ≤ observed)
    double two_sided; // min(1, 2 min(greater, less))
    bool is_exact;
} PsSignFlip;

// differences[n], in any order: the result is the same to the bit. No differences, or only
// zeros: 1, exact. NAN if one is not finite or there are more than 2^30. Safe from any thread.
PsSignFlip ps_sign_flip(const double *differences, size_t n);
