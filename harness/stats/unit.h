// Whether numbers are whole multiples of one.
#pragma once

#include <stddef.h>

// The largest unit of which all of values[0], values[stride], … (n of them, positive,
// ascending) are whole multiples, at most 2^20 times it, each within 4e-13 of itself; 0 if
// there is none. k/D for any D has one, whatever rounding does.
double ps_common_unit(const double *values, size_t stride, size_t n);
