// Krippendorff's α: how far raters who judge the same units agree, beyond what chance would
// give (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"). 1: always; 0: as
// chance does; below 0: less than that. Pure, safe from any thread.
//
// α = 1 - observed / expected disagreement. Values of a unit pair up. A pair of values c and k
// disagrees by 1 where they differ (nominal), or by the square of n_c / 2 + the values given
// between c and k + n_k / 2 (ordinal), n_c being how often c was given.
#pragma once

#include <stddef.h>

typedef enum {
    PS_KRIPPENDORFF_NOMINAL,
    PS_KRIPPENDORFF_ORDINAL,
} PsKrippendorff;

// values[n_units, n_raters]; NAN: not judged. Units with one value, or none, do not count. NAN
// where no unit has two values, or all values are one. Costs n_units · n_raters² + k² for k
// different values.
double ps_krippendorff_alpha(PsKrippendorff level,
                             const double *values,
                             size_t n_units,
                             size_t n_raters);
