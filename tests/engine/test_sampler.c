// What is left of a distribution, and stop strings.
#include "engine/sampler.h"
#include "engine/stop.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 6, DRAWS = 20000 };

// Probabilities 0.4, 0.3, 0.15, 0.1, 0.04, 0.01 in another order.
static const double probabilities[N] = {0.15, 0.4, 0.01, 0.3, 0.04, 0.1};

#define LEVEL pe_level_default()

static PeSamplerScratch scratch_new(size_t n)
{
    PeSamplerScratch scratch;
    cr_assert(pe_sampler_scratch_init(&scratch, n));
    return scratch;
}

static void count_draws(const PeSampling *sampling, double *shares)
{
    PeRandom random = pe_random(sampling->seed);
    float logits[N];
    PeSamplerScratch scratch = scratch_new(N);
    memset(shares, 0, N * sizeof *shares);
    for (int i = 0; i < DRAWS; i++) {
        for (int k = 0; k < N; k++)
            logits[k] = (float)log(probabilities[k]) + 3;
        const PeChoice choice = pe_sample(LEVEL, sampling, &random, logits, N, NULL, &scratch);
        cr_assert_float_eq(choice.log_probability, log(probabilities[choice.token]), 1e-5);
        shares[choice.token] += 1.0 / DRAWS;
    }
    pe_sampler_scratch_clear(&scratch);
}

static void expect_shares(PeSampling sampling, const double *expected)
{
    double shares[N];
    count_draws(&sampling, shares);
    for (int k = 0; k < N; k++) {
        const double error = 5 * sqrt(expected[k] * (1 - expected[k]) / DRAWS);
        cr_expect_float_eq(shares[k], expected[k], error + 1e-12, "token %d: %g, %g", k,
                           shares[k], expected[k]);
    }
}

Test(sampler, temperature_1_draws_the_distribution)
{
    expect_shares((PeSampling){.temperature = 1, .top_p = 1, .seed = 1}, probabilities);
}

Test(sampler, the_rest_is_left_out)
{
    const double two[N] = {0, 4.0 / 7, 0, 3.0 / 7, 0, 0};
    expect_shares((PeSampling){.temperature = 1, .top_k = 2, .top_p = 1, .seed = 2}, two);
    expect_shares((PeSampling){.temperature = 1, .top_p = 0.65, .seed = 3}, two);
    expect_shares((PeSampling){.temperature = 1, .top_p = 1, .min_p = 0.5, .seed = 4}, two);
    const double sharp[N] = {0, 16.0 / 25, 0, 9.0 / 25, 0, 0};
    expect_shares((PeSampling){.temperature = 0.5, .top_k = 2, .top_p = 1, .seed = 5}, sharp);
}

static int compare_falling(const void *a, const void *b)
{
    return *(const double *)a < *(const double *)b ? 1 : -1;
}

// Of many tokens those that together have top_p, found by sorting, are drawn as often as they
// are probable, and no other.
Test(sampler, top_p_of_many_tokens_is_what_sorting_says)
{
    enum { MANY = 500, MANY_DRAWS = 50000 };
    const PeSampling sampling = {.temperature = 1, .top_p = 0.8};
    float given[MANY], logits[MANY];
    double known[MANY], sorted[MANY], whole = 0, kept = 0, shares[MANY] = {0};
    PeRandom random = pe_random(11);
    PeSamplerScratch scratch = scratch_new(MANY);
    for (int i = 0; i < MANY; i++) {
        given[i] = (float)(4 * pe_random_uniform(&random));
        whole += known[i] = exp(given[i]);
    }
    memcpy(sorted, known, sizeof sorted);
    qsort(sorted, MANY, sizeof *sorted, compare_falling);
    int n_kept = 0;
    while (kept < 0.8 * whole)
        kept += sorted[n_kept++];
    for (int i = 0; i < MANY_DRAWS; i++) {
        memcpy(logits, given, sizeof logits);
        shares[pe_sample(LEVEL, &sampling, &random, logits, MANY, NULL, &scratch).token] +=
            1.0 / MANY_DRAWS;
    }
    for (int i = 0; i < MANY; i++) {
        const double p = known[i] >= sorted[n_kept - 1] ? known[i] / kept : 0;
        cr_expect_float_eq(shares[i], p, 5 * sqrt(p / MANY_DRAWS), "token %d: %g, %g", i,
                           shares[i], p);
    }
    pe_sampler_scratch_clear(&scratch);
}

Test(sampler, a_broken_model_gets_a_token_all_the_same)
{
    const PeSampling samplings[] = {
        {.top_p = 1},
        {.temperature = 1, .top_p = 1},
        {.temperature = 1, .top_k = 3, .top_p = 0.9, .min_p = 0.1},
    };
    PeSamplerScratch scratch = scratch_new(N);
    for (int i = 0; i < 9; i++) {
        const float bad = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
        PeRandom random = pe_random(1);
        float logits[N] = {bad, 1, bad, 2, bad, bad};
        for (int k = 0; i >= 6 && k < N; k++)
            logits[k] = bad;
        const PeChoice choice =
            pe_sample(LEVEL, &samplings[i / 3], &random, logits, N, NULL, &scratch);
        cr_expect(choice.token >= 0 && choice.token < N, "%d", choice.token);
    }
    pe_sampler_scratch_clear(&scratch);
}

Test(sampler, temperature_0_takes_the_first_of_the_most_probable)
{
    const PeSampling greedy = {.top_p = 1};
    PeRandom random = pe_random(0);
    float logits[N] = {1, 5, 2, 5, 0, 3};
    PeSamplerScratch scratch = scratch_new(N);
    cr_expect_eq(pe_sample(LEVEL, &greedy, &random, logits, N, NULL, &scratch).token, 1);
    const uint64_t allowed = 1 << 3 | 1 << 5;
    float again[N] = {1, 5, 2, 5, 0, 3};
    cr_expect_eq(pe_sample(LEVEL, &greedy, &random, again, N, &allowed, &scratch).token, 3);
    pe_sampler_scratch_clear(&scratch);
}

Test(sampler, the_most_probable_come_in_order)
{
    enum { MANY = 1000 };
    float values[MANY];
    PeChoice scratch[MANY];
    PeRandom random = pe_random(9);
    for (int i = 0; i < MANY; i++)
        values[i] = (float)floor(pe_random_uniform(&random) * 50); // with many ties
    pe_most_probable(values, MANY, 20, scratch);
    for (int i = 0; i < 20; i++) {
        size_t n_before = 0;
        for (int k = 0; k < MANY; k++)
            n_before += values[k] > scratch[i].log_probability
                        || (values[k] == scratch[i].log_probability && k < scratch[i].token);
        cr_expect_eq(n_before, (size_t)i);
    }
}

// ---- stop strings

static void
expect_shown(const PeStops *stops, const char *text, size_t n_shown, bool is_stopped)
{
    const PeShown shown = pe_stops_look(stops, text, strlen(text), 0);
    cr_expect_eq(shown.n_shown, n_shown, "%s: %zu", text, shown.n_shown);
    cr_expect_eq(shown.is_stopped, is_stopped, "%s", text);
}

Test(stop, what_may_begin_a_stop_string_is_held_back)
{
    const PeStops stops = {2, {"\n\n", "END"}};
    expect_shown(&stops, "abc", 3, false);
    expect_shown(&stops, "abcE", 3, false);
    expect_shown(&stops, "abcEN", 3, false);
    expect_shown(&stops, "abcENT", 6, false);
    expect_shown(&stops, "abcEND of it", 3, true);
    expect_shown(&stops, "a\n", 1, false);
    expect_shown(&stops, "a\n\nEND", 1, true);
    expect_shown(&stops, "", 0, false);
}

Test(stop, characters_are_shown_whole)
{
    const PeStops none = {0};
    expect_shown(&none, "caf\xc3", 3, false);
    expect_shown(&none, "caf\xc3\xa9", 5, false);
    expect_shown(&none, "\xe2\x82", 0, false);
    expect_shown(&none, "\xf0\x9f\x98", 0, false);
    expect_shown(&none, "\xf0\x9f\x98\x80", 4, false);
    expect_shown(&none, "\x80\x80\x80", 3, false);
}
