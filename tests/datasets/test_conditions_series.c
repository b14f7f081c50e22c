// Capture conditions of series: the amount is measured in what comes out.
#include "../harness/video_fixture.h"
#include "datasets/datasets.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define N 20000

static const PsCondition *find(const char *name)
{
    size_t i = 0;
    while (ps_conditions[i] != NULL && strcmp(ps_conditions[i]->name, name) != 0)
        i++;
    cr_assert_not_null(ps_conditions[i], "no condition %s", name);
    return ps_conditions[i];
}

// Two channels at 100 Hz: a sine of amplitude 10 around 5, and a constant.
static PsMedia *waves(const char *type)
{
    g_autoptr(PsSeries) series = ps_series_new(N, 2);
    series->rate_hz = 100;
    series->channels[0].name = g_strdup("a");
    series->channels[1].name = g_strdup("b");
    for (int c = 0; c < 2; c++)
        series->channels[c].unit = g_strdup("V");
    for (size_t i = 0; i < N; i++) {
        series->channels[0].values[i] = 5 + 10 * sin((double)i / 50);
        series->channels[1].values[i] = 3;
    }
    PsMedia *media = ps_series_encode(series, type, NULL);
    cr_assert(media != NULL);
    return media;
}

static PsSeries *apply(const char *name, const PsMedia *media, double amount, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsMedia) changed = find(name)->apply(media, amount, seed, &error);
    cr_assert(changed != NULL, "%s", error != NULL ? error->message : "");
    cr_expect_str_eq(changed->type, media->type);
    PsSeries *series = ps_series_decode(changed, &error);
    cr_assert(series != NULL, "%s", error != NULL ? error->message : "");
    cr_expect_eq(series->n_rows, N);
    cr_expect_eq(series->rate_hz, 100);
    cr_expect_str_eq(series->channels[0].name, "a");
    cr_expect_str_eq(series->channels[0].unit, "V");
    return series;
}

static size_t n_missing(const PsChannel *channel, size_t *n_gaps)
{
    size_t n = 0;
    *n_gaps = 0;
    for (size_t i = 0; i < N; i++) {
        n += isnan(channel->values[i]);
        *n_gaps += isnan(channel->values[i]) && (i == 0 || !isnan(channel->values[i - 1]));
    }
    return n;
}

Test(conditions_series, dropout_loses_that_share_in_gaps_of_five)
{
    g_autoptr(PsMedia) media = waves("text/csv");
    static const double amounts[] = {0, 5, 40};
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(PsSeries) series = apply("dropout", media, amounts[i], 3);
        size_t n_gaps, n = n_missing(&series->channels[0], &n_gaps), other;
        cr_expect_float_eq((double)n / N, amounts[i] / 100, 0.02, "%g: %zu", amounts[i], n);
        if (n > 0) cr_expect_float_eq((double)n / (double)n_gaps, 5, 0.5);
        cr_expect_eq(n_missing(&series->channels[1], &other), n, "all channels at once");
    }
}

Test(conditions_series, drift_ends_at_that_many_deviations)
{
    g_autoptr(PsMedia) media = waves("application/x-hdf5");
    g_autoptr(PsSeries) clean = apply("drift", media, 0, 3),
                        drifted = apply("drift", media, 2, 3);
    double end = drifted->channels[0].values[N - 1] - clean->channels[0].values[N - 1];
    double half = drifted->channels[0].values[N / 2] - clean->channels[0].values[N / 2];
    cr_expect_float_eq(fabs(end), 2 * 10 / sqrt(2), 0.1, "%g", end);
    cr_expect_float_eq(half, end / 2, 0.01);
    cr_expect_eq(drifted->channels[0].values[0], clean->channels[0].values[0]);
    cr_expect_eq(drifted->channels[1].values[N - 1], 3, "a constant has no deviation");
}

Test(conditions_series, drift_goes_up_or_down_as_the_seed_says)
{
    g_autoptr(PsMedia) media = waves("text/csv");
    size_t n_up = 0;
    for (guint64 seed = 0; seed < 20; seed++) {
        g_autoptr(PsSeries) series = apply("drift", media, 5, seed);
        n_up += series->channels[0].values[N - 1] > 20;
    }
    cr_expect(n_up > 3 && n_up < 17, "%zu", n_up);
}

Test(conditions_series, quantise_leaves_that_many_levels)
{
    g_autoptr(PsMedia) media = waves("text/csv");
    for (int bits = 1; bits <= 6; bits++) {
        g_autoptr(PsSeries) series = apply("quantise", media, bits, 3);
        g_autoptr(GHashTable) levels = g_hash_table_new(g_double_hash, g_double_equal);
        for (size_t i = 0; i < N; i++)
            g_hash_table_add(levels, &series->channels[0].values[i]);
        cr_expect_eq(g_hash_table_size(levels), 1u << bits, "%d: %u", bits,
                     g_hash_table_size(levels));
    }
}

Test(conditions_series, the_same_seed_gives_the_same_bytes)
{
    static const char *const names[] = {"dropout", "drift", "quantise"};
    static const char *const types[] = {"text/csv", "application/x-hdf5"};
    for (size_t t = 0; t < 2; t++) {
        g_autoptr(PsMedia) media = waves(types[t]);
        for (size_t i = 0; i < 3; i++) {
            g_autoptr(PsMedia) once = find(names[i])->apply(media, 8, 5, NULL);
            g_autoptr(PsMedia) again = find(names[i])->apply(media, 8, 5, NULL);
            cr_expect(g_bytes_equal(once->bytes, again->bytes), "%s", names[i]);
        }
    }
}

Test(conditions_series, words_are_lost_and_else_left_alone)
{
    g_autoptr(PsMedia) media = series_fixture("who,x\nAda,1\nBob,2\nEve,9\n");
    static const char *const names[] = {"drift", "quantise"};
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(PsMedia) changed = find(names[i])->apply(media, 1, 0, NULL);
        g_autoptr(PsSeries) series = ps_series_decode(changed, NULL);
        cr_assert(series != NULL);
        cr_expect_str_eq(series->channels[0].words[2], "Eve");
    }
    size_t n_there = 0;
    for (guint64 seed = 0; seed < 50; seed++) {
        g_autoptr(PsMedia) changed = find("dropout")->apply(media, 50, seed, NULL);
        size_t length;
        const char *text = g_bytes_get_data(changed->bytes, &length);
        n_there += g_strstr_len(text, (gssize)length, "Bob") != NULL;
    }
    cr_expect(n_there > 12 && n_there < 38, "%zu", n_there);
}

Test(conditions_series, damaged_series_are_an_error)
{
    static const char *const names[] = {"dropout", "drift", "quantise"};
    g_autoptr(PsMedia) media = series_fixture("a,b\n1\n");
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(find(names[i])->apply(media, 8, 0, &error));
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    }
}
