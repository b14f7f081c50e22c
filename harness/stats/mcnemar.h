// McNemar's test (1947): did two systems that answered the same questions differ? Pure
// functions, safe from any thread.
#pragma once

#include <stdint.h>

// b: questions that only the first system had right; c: only the second. The others say
// nothing.
typedef struct {
    double statistic;      // min(b, c)
    double exact;          // min(1, 2 P(X ≤ min(b, c))), X binomial (b + c, ½); b + c = 0: 1
    double mid;            // exact - P(X = min(b, c)) (Lancaster 1961); b + c = 0: 1
    double chi2;           // (b - c)² / (b + c); b + c = 0: NAN
    double chi2_p;         // its tail, 1 degree of freedom
    double chi2_corrected; // (|b - c| - 1)² / (b + c), also for b = c (Edwards 1948)
    double chi2_corrected_p;
} PsMcNemar;

// Two-sided p-values. b and c at most 5e8.
PsMcNemar ps_mcnemar(uint64_t b, uint64_t c);
