#include "harness/rng.h"
#include "harness/stats/distributions.h"
#include "harness/stats/means.h"
#include "harness/stats/power.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

#define ROWS_MOST 20000

typedef struct {
    double values[ROWS_MOST];
    uint32_t sources[ROWS_MOST], samples[ROWS_MOST];
    size_t n_rows;
} Rows;

// How the rows of one draw are nested; varied: sources and samples of unlike size.
typedef struct {
    uint32_t n_sources, n_samples, n_epochs;
    bool is_varied;
} Shape;

static void draw(Rows *rows, Shape shape, const PsVarianceParts *parts, PsRng *rng)
{
    uint32_t sample = 0;
    rows->n_rows = 0;
    for (uint32_t i = 0; i < shape.n_sources; i++) {
        double of_source = sqrt(parts->sources) * ps_rng_normal(rng);
        uint32_t n_samples = shape.is_varied ? 1 + i % (2 * shape.n_samples) : shape.n_samples;
        for (uint32_t j = 0; j < n_samples; j++, sample++) {
            double of_sample = of_source + sqrt(parts->samples) * ps_rng_normal(rng);
            uint32_t n_epochs =
                shape.is_varied ? 1 + sample % (2 * shape.n_epochs - 1) : shape.n_epochs;
            for (uint32_t k = 0; k < n_epochs; k++, rows->n_rows++) {
                rows->values[rows->n_rows] =
                    of_sample + sqrt(parts->epochs) * ps_rng_normal(rng);
                rows->sources[rows->n_rows] = i;
                rows->samples[rows->n_rows] = sample;
            }
        }
    }
}

// Four Monte-Carlo standard errors: one false alarm in 16,000.
static void expect_mean(const double *values, size_t n, double expected, const char *what)
{
    double mean = ps_mean(values, n), error = ps_standard_error(values, n);
    cr_expect(fabs(mean - expected) < 4 * error, "%s: %g ± %g, expected %g", what, mean, error,
              expected);
}

#define DRAWS 400

// The estimates are unbiased, balanced or not: their mean over many draws is the truth. None of
// these is small enough to be cut.
Test(power, parts_of_the_variance_are_recovered)
{
    static Rows rows;
    const PsVarianceParts truth = {.sources = 0.5, .samples = 1, .epochs = 0.7};
    const Shape shapes[] = {{60, 4, 3, false}, {60, 4, 3, true}};
    for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++) {
        double sources[DRAWS], samples[DRAWS], epochs[DRAWS], means[DRAWS], squares[DRAWS];
        PsPowerDesign design = {0};
        PsRng rng;
        ps_rng_init(&rng, 20261126, s);
        for (size_t i = 0; i < DRAWS; i++) {
            draw(&rows, shapes[s], &truth, &rng);
            PsVarianceParts got =
                ps_variance_parts(rows.values, rows.sources, rows.samples, rows.n_rows);
            design = ps_power_design(rows.sources, rows.samples, rows.n_rows);
            sources[i] = got.sources;
            samples[i] = got.samples;
            epochs[i] = got.epochs;
            means[i] = ps_mean(rows.values, rows.n_rows);
            squares[i] = means[i] * means[i];
        }
        double error = ps_power_error(&truth, &design, 1);
        expect_mean(sources, DRAWS, truth.sources, "sources");
        expect_mean(samples, DRAWS, truth.samples, "samples");
        expect_mean(epochs, DRAWS, truth.epochs, "epochs");
        expect_mean(squares, DRAWS, error * error, "variance of the mean");
    }
}

Test(power, what_cannot_be_told_apart_is_counted_one_level_up)
{
    const double values[] = {1, 3, 2, 6};
    const uint32_t same[] = {0, 0, 0, 0}, pairs[] = {0, 0, 1, 1}, each[] = {0, 1, 2, 3};
    PsVarianceParts parts = ps_variance_parts(values, each, each, 4);
    cr_expect(!parts.has_samples && !parts.has_epochs);
    cr_expect_float_eq(parts.sources, 14.0 / 3, 1e-12); // the sample variance
    parts = ps_variance_parts(values, same, each, 4);
    cr_expect(isnan(parts.sources) && parts.has_samples && !parts.has_epochs);
    cr_expect_float_eq(parts.samples, 14.0 / 3, 1e-12);
    parts = ps_variance_parts(values, pairs, pairs, 4);
    cr_expect(!parts.has_samples && parts.has_epochs);
    cr_expect_float_eq(parts.epochs, 5, 1e-12); // (1 + 1 + 4 + 4) / 2
}

// Within the sources everything differs, between them nothing.
Test(power, a_negative_part_is_cut_and_said)
{
    const double values[] = {0, 1, 1, 0};
    const uint32_t pairs[] = {0, 0, 1, 1}, each[] = {0, 1, 2, 3};
    PsVarianceParts parts = ps_variance_parts(values, pairs, each, 4);
    cr_expect(parts.is_cut);
    cr_expect_eq(parts.sources, 0);
    const double alike[] = {0.3, 0.3, 0.3, 0.3};
    parts = ps_variance_parts(alike, pairs, each, 4);
    cr_expect(!parts.is_cut && parts.sources == 0 && parts.samples == 0);
}

// Correlated samples cancel in a difference, noise does not.
Test(power, a_difference_keeps_the_noise_of_both)
{
    const PsVarianceParts one = ps_variance_parts_of_share(0.8, 0.25);
    cr_expect_float_eq(one.sources, 0.04, 1e-15);
    cr_expect_float_eq(one.samples, 0.12, 1e-15);
    PsVarianceParts noisy = one;
    noisy.epochs = 0.1;
    PsVarianceParts difference = ps_variance_parts_of_difference(&noisy, 0.75);
    cr_expect_float_eq(difference.sources, 0.02, 1e-15);
    cr_expect_float_eq(difference.samples, 0.06, 1e-15);
    cr_expect_float_eq(difference.epochs, 0.2, 1e-15);
}

// With df without end it is the normal distribution; with few, more is needed: 3.040 and 5.879
// standard errors by integrating in another language.
Test(power, the_smallest_distance_is_that_of_the_noncentral_t)
{
    const PsPowerTest at5 = {0.05, 0.8}, at05 = {0.005, 0.8};
    const PsPowerError two = {1, 2, 0, 0}, five = {1, 5, 0, 0}, eight = {1, 8, 0, 0},
                       many = {1, 1e5, 0, 0}, endless = {2, 1e9, 0, 0}, nothing = {0, 5, 0, 0},
                       one = {1, 1, 0, 0};
    double z = ps_normal_quantile(0.95) + ps_normal_quantile(0.8);
    cr_expect_float_eq(ps_power_distance(&endless, &at5), 2 * z, 1e-6);
    cr_expect_float_eq(ps_power_distance(&many, &at5), z, 1e-4);
    cr_expect_float_eq(ps_power_distance(&five, &at5), 3.040, 1e-3);
    cr_expect_float_eq(ps_power_distance(&five, &at05), 5.879, 1e-3);
    cr_expect_float_eq(ps_power_probability(&eight, 0, 0.05), 0.05, 1e-9);
    cr_expect_float_eq(ps_power_probability(&two, 0, 0.05), 0.05, 1e-6);
    cr_expect(isnan(ps_power_distance(&nothing, &at5)));
    cr_expect(isnan(ps_power_distance(&one, &at5)));
}

// The smallest distance is found with the power, also by a test that adds to the error and one
// that sees in steps.
Test(power, the_smallest_distance_has_the_power)
{
    const PsPowerTest test = {0.02, 0.9};
    const PsPowerError error = {0.1, 12, 1, 0}, stepped = {0.1, 12, 0, 0.03},
                       plain = {0.1, 12, 0, 0};
    double distance = ps_power_distance(&error, &test);
    cr_expect_float_eq(ps_power_probability(&error, distance, 0.02), 0.9, 1e-6);
    cr_expect_gt(distance, ps_power_distance(&plain, &test));
    distance = ps_power_distance(&stepped, &test);
    cr_expect_float_eq(ps_power_probability(&stepped, distance, 0.02), 0.9, 1e-6);
    cr_expect_float_eq(distance, ps_power_distance(&plain, &test) + 0.03, 1e-6);
}

#define TRIALS 4000

// How often the paired, clustered t test finds a drop.
static double found(Shape shape, const PsVarianceParts *parts, double drop, double alpha)
{
    static Rows rows;
    PsRng rng;
    size_t n_found = 0;
    double critical = ps_t_quantile(1 - alpha, shape.n_sources - 1.0);
    ps_rng_init(&rng, 4711, shape.n_sources);
    for (size_t i = 0; i < TRIALS; i++) {
        draw(&rows, shape, parts, &rng);
        double error =
            ps_clustered_standard_error(rows.values, rows.sources, rows.n_rows, NULL);
        n_found += (ps_mean(rows.values, rows.n_rows) + drop) / error > critical;
    }
    return (double)n_found / TRIALS;
}

// A share of TRIALS is off by more than 4 of its standard errors once in 16,000.
static void expect_power(double got, double least)
{
    double tolerance = 4 * sqrt(0.8 * 0.2 / TRIALS);
    cr_expect(got > least - tolerance, "power %g, asked for %g ± %g", got, least, tolerance);
}

// Sources, and epochs, that are asked for give the power that was asked for, and not much
// more: one source (or epoch) fewer does not.
Test(power, what_is_asked_for_is_enough_and_not_more)
{
    const PsVarianceParts parts = {.sources = 0.3, .samples = 0.6, .epochs = 1.2};
    const PsPowerTest test = {0.05 / 3, 0.8};
    const double drops[] = {1.2, 0.5, 0.25};
    for (size_t i = 0; i < G_N_ELEMENTS(drops); i++) {
        const PsPowerError error = {sqrt(0.3 / 10 + 0.6 / 20 + 1.2 / 40), 10, 0, 0};
        double n = ps_power_sources(&error, drops[i], &test);
        Shape shape = {(uint32_t)n, 2, 2, false};
        double got = found(shape, &parts, drops[i], test.alpha);
        expect_power(got, 0.8);
        cr_expect(got < 0.8 + 0.5 / n + 0.03, "%g sources: power %g", n, got);
    }
}

Test(power, epochs_that_are_asked_for_are_enough)
{
    const PsVarianceParts parts = {.sources = 0.1, .samples = 0.2, .epochs = 4};
    const PsPowerTest test = {0.05, 0.8};
    const PsPowerError error = {sqrt(0.1 / 30 + 0.2 / 60 + 4.0 / 60), 30, 0, 0};
    const PsPowerError stepped = {error.error, 30, 0, 0.05};
    double factor = ps_power_epochs_factor(&error, 4.0 / 60, 0.4, &test);
    cr_assert(factor > 2 && factor < 10, "%g", factor);
    double got = found((Shape){30, 2, (uint32_t)ceil(factor), false}, &parts, 0.4, test.alpha);
    expect_power(got, 0.8);
    cr_expect_lt(found((Shape){30, 2, 1, false}, &parts, 0.4, test.alpha), 0.6);
    // Sources alone are too many for a smaller drop, whatever the number of epochs.
    cr_expect_eq(ps_power_epochs_factor(&error, 4.0 / 60, 0.1, &test), INFINITY);
    cr_expect_gt(ps_power_epochs_factor(&stepped, 4.0 / 60, 0.4, &test), factor);
}

Test(power, there_are_drops_that_no_number_finds_and_levels_that_few_sources_never_reach)
{
    const PsPowerTest test = {0.05, 0.8};
    const PsPowerError error = {0.1, 10, 0, 0}, added = {0.1, 10, 1, 0}, none = {0, 10, 0, 0};
    cr_expect_eq(ps_power_sources(&error, 0, &test), INFINITY);
    cr_expect(isnan(ps_power_sources(&none, 0.1, &test)));
    cr_expect_eq(ps_power_sources_least(0.05), 5); // 1/32 ≤ 0.05 < 1/16
    cr_expect_eq(ps_power_sources_least(0.25), 2);
    cr_expect_eq(ps_power_sources(&error, 1e6, &test), 5);
    cr_expect_gt(ps_power_sources(&added, 0.1, &test), ps_power_sources(&error, 0.1, &test));
}
