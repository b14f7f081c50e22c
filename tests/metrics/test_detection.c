// Rules 1 to 5 of metrics/shared/detection.h, what answers and references may hold, and the
// intervals of a pooled value.
#include "harness/estimate.h"
#include "metrics/shared/detection.h"
#include "tests/metrics/fixture.h"

#include <criterion/criterion.h>
#include <math.h>

static double own_value(const char *metric, const char *references, const char *answer)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_assert(fixture_score(metric, references, answer, stats, NULL));
    return ps_metric_value(fixture_metric(metric), stats);
}

#define DOG "{\"label\": \"dog\", \"box\": [0, 0, 100, 100]}"
#define CAT "{\"label\": \"Cat\", \"box\": [200, 0, 50, 50]}"

Test(detection, a_box_that_overlaps_by_half_counts_at_half)
{
    const char *answer = "[{\"label\": \"dog\", \"box\": [0, 0, 50, 100], \"score\": 0.9}]";
    cr_expect_float_eq(own_value("detection_ap50", DOG, answer), 1, 1e-12);
    cr_expect_float_eq(own_value("detection_ap75", DOG, answer), 0, 1e-12);
    cr_expect_float_eq(own_value("detection_ap", DOG, answer), 0.1, 1e-12);
}

Test(detection, labels_are_the_same_whatever_their_case_and_prose_around_is_skipped)
{
    const char *answer = "Here: [{\"label\": \"DOG\", \"box\": [0, 0, 100, 100]},"
                         " {\"label\": \"cat \", \"box\": [200, 0, 50, 50]}] as asked.";
    cr_expect_float_eq(own_value("detection_ap", DOG "|" CAT, answer), 1, 1e-12);
}

Test(detection, what_is_not_understood_is_no_detection)
{
    static const char *const answers[] = {"",
                                          "a dog",
                                          "[",
                                          "[{\"label\": \"dog\"}]",
                                          "[1, null, []]",
                                          "[{\"label\": \"dog\", \"box\": [0, 0, -1, 1]}]",
                                          "[{\"label\": \"dog\", \"box\": [0, 0, 1e999, 1]}]"};
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        cr_expect_eq(own_value("detection_ap", DOG, answers[i]), 0, "%s", answers[i]);
}

Test(detection, a_wrong_box_costs_only_if_it_is_surer_than_the_right_one)
{
    const char *surer = "[{\"label\": \"dog\", \"box\": [500, 500, 9, 9], \"score\": 0.9},"
                        "{\"label\": \"dog\", \"box\": [0, 0, 100, 100], \"score\": 0.8}]";
    const char *less_sure = "[{\"label\": \"dog\", \"box\": [500, 500, 9, 9], \"score\": 0.7},"
                            "{\"label\": \"dog\", \"box\": [0, 0, 100, 100], \"score\": 0.8}]";
    cr_expect_float_eq(own_value("detection_ap", DOG, surer), 0.5, 1e-9);
    cr_expect_float_eq(own_value("detection_ap", DOG, less_sure), 1, 1e-9);
}

// ---- pooled

static GBytes *record_of(const char *reference, const char *answer)
{
    char *references[] = {(char *)reference};
    g_autofree char *copy = g_strdup(answer);
    const PsSample sample = {.n_references = reference != NULL, .references = references};
    const PsResponse response = {.outcome = PS_OUTCOME_ANSWERED, .answer = copy};
    return ps_detection_record_of(&sample, &response);
}

Test(detection, a_slice_is_no_mean_of_its_pictures)
{
    // A picture without a dog in which one is seen lowers the precision of the others.
    const char *seen = "[{\"label\": \"dog\", \"box\": [0, 0, 100, 100], \"score\": 0.5}]";
    const char *surer = "[{\"label\": \"dog\", \"box\": [0, 0, 100, 100], \"score\": 0.9}]";
    GBytes *records[] = {record_of(DOG, seen), record_of(NULL, surer)};
    const PsPoolKind *kind = fixture_metric("detection_ap")->pool;
    void *pool = kind->create(records, 2);
    cr_expect_float_eq(kind->value(pool, NULL), 0.5, 1e-9);
    cr_expect_float_eq(kind->value(pool, (uint32_t[]){1, 0}), 1, 1e-9);
    cr_expect(isnan(kind->value(pool, (uint32_t[]){0, 1})), "no dog to find");
    kind->destroy(pool);
    g_bytes_unref(records[0]);
    g_bytes_unref(records[1]);
}

enum { N_PICTURES = 40 };

// Every third dog is missed.
static void fill(GBytes **records, double *stats, uint32_t *clusters, int missed)
{
    for (uint32_t i = 0; i < N_PICTURES; i++) {
        const bool is_missed = (int)(i % 3) < missed;
        records[i] = record_of(
            DOG, is_missed ? "[]" : "[{\"label\": \"dog\", \"box\": [0, 0, 100, 100]}]");
        stats[2 * i] = !is_missed;
        stats[2 * i + 1] = 1;
        clusters[i] = i;
    }
}

Test(detection, intervals_and_differences_draw_whole_sources)
{
    GBytes *first[N_PICTURES], *second[N_PICTURES];
    double stats[2 * N_PICTURES];
    uint32_t clusters[N_PICTURES];
    fill(second, stats, clusters, 2);
    fill(first, stats, clusters, 1);
    const PsMetric *metric = fixture_metric("detection_ap");
    const PsRows a = {
        .n_rows = N_PICTURES, .stats = stats, .clusters = clusters, .records = first};
    const PsRows b = {
        .n_rows = N_PICTURES, .stats = stats, .clusters = clusters, .records = second};
    const PsEstimate estimate = ps_estimate(metric, &a);
    cr_assert(estimate.is_defined && estimate.has_interval);
    cr_expect(estimate.low > 0.4 && estimate.low < 0.6, "%g", estimate.low);
    cr_expect(estimate.high > 0.7 && estimate.high < 0.9, "%g", estimate.high);
    const PsEstimate difference = ps_estimate_difference(metric, &a, &b);
    cr_expect(difference.value < -0.3 && difference.high < -0.15, "%g", difference.high);
    const PsEstimate same = ps_estimate_difference(metric, &a, &a);
    cr_expect(same.value == 0 && !same.has_interval);
    const PsRows bare = {.n_rows = N_PICTURES, .stats = stats, .clusters = clusters};
    cr_expect_not(ps_estimate(metric, &bare).is_defined);
    for (int i = 0; i < N_PICTURES; i++) {
        g_bytes_unref(first[i]);
        g_bytes_unref(second[i]);
    }
}

Test(detection, a_damaged_record_is_survived)
{
    g_autoptr(GBytes) whole =
        record_of(DOG, "[{\"label\": \"dog\", \"box\": [0, 0, 100, 100]}]");
    size_t n;
    const uint8_t *data = g_bytes_get_data(whole, &n);
    const PsPoolKind *kind = fixture_metric("detection_ap")->pool;
    for (size_t length = 0; length < n; length++) {
        g_autoptr(GBytes) cut = g_bytes_new(data, length);
        void *pool = kind->create(&cut, 1);
        const double value = kind->value(pool, NULL);
        cr_expect(isnan(value) || (value >= 0 && value <= 1));
        kind->destroy(pool);
    }
}
