// p-values adjusted for the number of questions asked. Pure functions, safe from any thread.
#pragma once

#include <stddef.h>

// With p(1) ≤ … ≤ p(m) the p-values in order, capped at 1:
typedef enum {
    PS_ADJUST_BONFERRONI, // m · p
    PS_ADJUST_HOLM,       // running maximum of (m - i + 1) · p(i) (Holm 1979)
    PS_ADJUST_BH, // running minimum from the top of m/i · p(i) (Benjamini, Hochberg 1995)
    PS_ADJUST_BY, // BH times 1 + ½ + … + 1/m (Benjamini, Yekutieli 2001): any dependence
} PsAdjustment;

// adjusted[i] belongs to p[i]; the arrays may be the same. What is no p-value (NAN, or outside
// of 0 … 1) becomes NAN and does not count in m. A question is answered at level α if its
// adjusted p is at most α.
void ps_adjust_p_values(PsAdjustment method, const double *p, size_t n, double *adjusted);
