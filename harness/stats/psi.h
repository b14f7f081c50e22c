// PSI, the population stability index: how far the distribution of current values lies from
// that of reference values. Σ over bins (r - c) ln(r / c), r and c the shares of a bin: 0 for
// equal shares, symmetric, without upper bound. Pure functions, safe from any thread. A result
// that does not exist is NAN.
//
// The value means little without its binning and floor: name both. 0.1 and 0.25 are custom, not
// levels of significance: see ps_psi_expected.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The floor in use: it stands in for a share of 0. The other shares are not rescaled.
#define PS_PSI_FLOOR 1e-4

// From the counts (or weights) of n_bins bins. NAN if one of the two is empty.
double
ps_psi_counts(const double *reference, const double *current, size_t n_bins, double floor);

// From values: n_bins ≥ 1 bins (10 by custom, deciles) between the reference's quantiles
// (linear interpolation at rank (n-1)·i/n_bins), [low, high), the outer ones open; equal edges
// make one. *n_used (may be NULL) is how many bins are left. NAN if there are no values on one
// side, or one is not finite. O(n log n).
double ps_psi_quantiles(const double *reference,
                        size_t n_reference,
                        const double *current,
                        size_t n_current,
                        size_t n_bins,
                        double floor,
                        size_t *n_used);

// As evidently (legacy stattests/psi.py, get_binned_data): a bin per value if the values are
// categories (any numbers that tell them apart) or the reference has at most 20 different ones;
// else equal widths over both samples together, as many as Sturges' rule wants. The floor is
// 1e-4, or a millionth of the side's smallest share if that is 1e-4 or less. A NAN value is
// missing: it counts as a row but is in no bin; with equal widths there is then no result, nor
// with infinite values. NAN if one side has no values.
double ps_psi_evidently(const double *reference,
                        size_t n_reference,
                        const double *current,
                        size_t n_current,
                        bool are_categories);

// What PSI is on average if nothing has drifted: (n_bins - 1) (1/n_reference + 1/n_current).
double ps_psi_expected(size_t n_bins, size_t n_reference, size_t n_current);
