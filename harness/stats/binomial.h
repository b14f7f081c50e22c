// Random binomial counts.
#pragma once

#include "harness/rng.h"

// How many of n trials of probability p succeed. Exact up to rounding for all n below 2^31:
// inversion where few are expected, else Hörmann's transformed rejection (1993, BTRS). p
// outside of 0 … 1 is cut to it.
uint64_t ps_binomial_draw(PsRng *rng, uint64_t n, double p);
