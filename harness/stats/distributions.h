// Distributions: probabilities and quantiles. Pure functions, safe from any thread. A result
// that does not exist (an argument outside its range) is NAN, never a guess.
#pragma once

#include <stdint.h>

// P(Z ≤ z) of the standard normal distribution; full relative precision in both tails.
double ps_normal_cdf(double z);

// The z with P(Z ≤ z) = p, to 1e-14. p = 0 and 1 give -INFINITY and INFINITY.
double ps_normal_quantile(double p);

// I_x(a, b), the regularised incomplete beta function (DLMF 8.17): P(X ≤ x) of a beta(a, b)
// variable. a, b > 0 and at most 1e9, relative precision 1e-11 or better.
double ps_beta_cdf(double x, double a, double b);

// The x with I_x(a, b) = p.
double ps_beta_quantile(double p, double a, double b);

// P(T ≤ t) and its inverse, Student's t with df > 0 degrees of freedom (df need not be whole;
// INFINITY is the normal distribution). The quantile is exact to 1e-10, relative.
double ps_t_cdf(double t, double df);
double ps_t_quantile(double p, double df);

// P(X ≤ k) of k = 0 … n successes in n trials of probability p.
double ps_binomial_cdf(uint64_t k, uint64_t n, double p);
