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

// How sure a mean is with n_sources, and how that changes with their number C: the error is
// √(error² n_sources / C + reach² / (C + 2)²).
typedef struct {
    double error;
    double n_sources;
    double reach; // 1: the test adds two half sources to a difference of shares (docs/truth.md,
                  // rule 6); 0: it does not
} PsPowerError;

// The probability that the test finds a true distance > 0: the noncentral t distribution.
double ps_power_probability(double distance, double error, double df, double alpha);

// The smallest true distance that the test finds with its power.
double ps_power_distance(double error, double df, const PsPowerTest *test);

// The number of sources, ≥ 2, with which the test finds distance. Fewer than log2(1/alpha)
// sources never do: flipping their signs has no p-value as small as alpha.
double ps_power_sources(const PsPowerError *error, double distance, const PsPowerTest *test);
double ps_power_sources_least(double alpha);

// How many times as many epochs would let the same sources find distance. variance: error²;
// of it, `epochs` is what epochs average out.
double ps_power_epochs_factor(
    double variance, double epochs, double df, double distance, const PsPowerTest *test);
