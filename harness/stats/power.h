// Power: how far apart two values must lie for a test to tell, and how much data makes it tell.
// Rows are nested: epochs in samples, samples in sources. Pure functions, safe from any thread.
// A result that does not exist is NAN; a number that no amount reaches is INFINITY.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The variance of one row's value, by where it lies.
typedef struct {
    double sources;   // between sources; NAN for fewer than two
    double samples;   // between the samples of a source
    double epochs;    // between the epochs of a sample: noise, which more epochs average out
    bool has_samples; // false: no source has two samples; `sources` holds that part too
    bool has_epochs;  // false: no sample has two rows; `samples` holds that part too
    bool is_cut;      // a part came out negative and was set to 0: the sum errs upwards
} PsVarianceParts;

// How many rows there are of what. The mean of the rows has the variance
//     sources / sources_effective + samples / samples_effective + epochs / n_rows.
typedef struct {
    size_t n_sources, n_samples, n_rows;
    double sources_effective; // n_rows² / Σ (rows of a source)²; n_sources if all have as many
    double samples_effective; // the same for samples
} PsPowerDesign;

// Equal numbers in sources stand together, and in it those of samples. n_rows ≥ 1.
PsPowerDesign ps_power_design(const uint32_t *sources, const uint32_t *samples, size_t n_rows);

// Splits the variance of values by the analysis of variance for nested, unbalanced data: the
// three sums of squares are set equal to their expectations (Searle, Casella, McCulloch 1992,
// Variance Components, chapter 5).
PsVarianceParts ps_variance_parts(const double *values,
                                  const uint32_t *sources,
                                  const uint32_t *samples,
                                  size_t n_rows);

// What is assumed of a share p where nothing was measured: p (1 - p), of which icc (0 … 1) lies
// between sources.
PsVarianceParts ps_variance_parts_of_share(double p, double icc);

// The parts of the difference of two systems of which each has the parts of `one`. What lies
// between sources and samples is correlated, epochs are independent.
PsVarianceParts ps_variance_parts_of_difference(const PsVarianceParts *one, double correlation);

// The standard error of the mean if each sample had epochs_factor times as many rows.
double
ps_power_error(const PsVarianceParts *parts, const PsPowerDesign *design, double epochs_factor);

// ---- tests

// What is asked of a one-sided t test.
typedef struct {
    double alpha; // its level
    double power; // how often it shall find what is there
} PsPowerTest;

// How sure a mean is with n_sources, C; the error shrinks with √C.
typedef struct {
    double error; // standard error
    double n_sources;
    // What the test adds (docs/truth.md, rule 6): two halves of a source that differs by ±
    // reach, so that the mean counts C / (C + 2) times, and its error becomes √((error C / (C +
    // 2))² + (reach / (C + 2))²). 0: nothing.
    double reach;
    // By how much less of a distance the test sees, in proportion to 1 / C: 1 / n for n rows
    // that are 0 or 1, since flipping signs moves their sum in steps of 2 and counts ties (a
    // continuity correction). 0: nothing.
    double step;
} PsPowerError;

// The probability that a test of level alpha, with C - 1 degrees of freedom, finds a true
// distance ≥ 0: the noncentral t distribution.
double ps_power_probability(const PsPowerError *error, double distance, double alpha);

// The smallest true distance that the test finds with its power.
double ps_power_distance(const PsPowerError *error, const PsPowerTest *test);

// The number of sources, ≥ 2, with which the test finds distance. Fewer than log2(1/alpha)
// sources never do: flipping their signs has no p-value as small as alpha.
double ps_power_sources(const PsPowerError *error, double distance, const PsPowerTest *test);
double ps_power_sources_least(double alpha);

// How many times as many epochs would let the same sources find distance. epochs: the part of
// error² that epochs average out.
double ps_power_epochs_factor(const PsPowerError *error,
                              double epochs,
                              double distance,
                              const PsPowerTest *test);
