// What the fast precision costs in the end: log-probabilities of a whole network.
#include "tests/engine/kernels/data.h"
#include "tests/engine/model_fixture.h"

#define N_TOKENS 64
#define TOP 10

// Log-probabilities after a prompt of N_TOKENS; heap.
static float *log_probabilities(const PeModel *model, PeLevel level, PePrecision precision)
{
    const PeDecoder *decoder = &model->decoder;
    const PeWorkOptions options = {level, precision, 2, N_TOKENS, N_TOKENS};
    PeError error;
    PeWork work;
    PeCache cache;
    cr_assert(pe_work_init(&work, decoder, &options, &error));
    cr_assert(pe_cache_init(&cache, decoder, N_TOKENS, &error));
    for (size_t i = 0; i < N_TOKENS; i++)
        pe_work_set_token(&work, decoder, i, (int32_t)(i * 31 % decoder->n_tokens));
    const PeSpan span = {&cache, 0, N_TOKENS};
    cr_assert(pe_decoder_run(decoder, &work, &span, 1, NULL, NULL));
    float *logits = malloc(decoder->n_tokens * sizeof *logits);
    pe_decoder_logits(decoder, &work, &(size_t){N_TOKENS - 1}, 1, logits);
    double sum = 0;
    for (size_t i = 0; i < decoder->n_tokens; i++)
        sum += exp(logits[i]);
    for (size_t i = 0; i < decoder->n_tokens; i++)
        logits[i] -= (float)log(sum);
    pe_cache_clear(&cache);
    pe_work_clear(&work);
    return logits;
}

static size_t n_above(const float *values, size_t n, float bound)
{
    size_t n_more = 0;
    for (size_t i = 0; i < n; i++)
        n_more += values[i] > bound;
    return n_more;
}

// The greatest difference among the TOP most probable of a.
static float top_difference(const float *a, const float *b, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        if (n_above(a, n, a[i]) < TOP) most = fmaxf(most, fabsf(a[i] - b[i]));
    return most;
}

static void
expect_close(const char *fixture, PeLevel level, PePrecision precision, float least, float most)
{
    PeModel *model = fixture_open(fixture);
    const size_t n = model->decoder.n_tokens;
    float *right = log_probabilities(model, PE_LEVEL_PLAIN, PE_PRECISION_EXACT);
    float *values = log_probabilities(model, level, precision);
    const float difference = top_difference(right, values, n);
    cr_expect(difference <= most && difference >= least, "%s, %s: %g", fixture,
              pe_level_name(level), difference);
    free(right);
    free(values);
    pe_model_free(model);
}

Test(precision, exact_moves_log_probabilities_by_less_than_0_0005)
{
    EACH_LEVEL(level)
    {
        expect_close(FIXTURE_F32, level, PE_PRECISION_EXACT, 0, 0.0005f);
        expect_close(FIXTURE_Q8, level, PE_PRECISION_EXACT, 0, 0.0005f);
    }
}

// And by more than nothing, from the level on that has bf16.
Test(precision, fast_moves_log_probabilities_by_less_than_0_05)
{
    EACH_LEVEL(level)
    {
        const float least = level >= PE_LEVEL_BF16 ? 1e-6f : 0;
        expect_close(FIXTURE_F32, level, PE_PRECISION_FAST, least, 0.05f);
        expect_close(FIXTURE_Q8, level, PE_PRECISION_FAST, least, 0.05f);
    }
}
