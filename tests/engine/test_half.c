// Weights of 16 bits: a file of F16 or BF16 answers as the same values written as F32 do, at
// every level of this machine, and close to the golden case of the values before they were
// rounded.
#include "engine/evaluate.h"
#include "tests/engine/model_fixture.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    PeType type;
    uint16_t (*round)(float value);
    float (*widen)(uint16_t bits);
} Half;

static const Half f16 = {PE_TYPE_F16, pe_f16_from_f32, pe_f32_from_f16};
static const Half bf16 = {PE_TYPE_BF16, pe_bf16_from_f32, pe_f32_from_bf16};

// Where the head of a file says the type of tensor: after its name and its shape.
static void *place_of_type(unsigned char *bytes, size_t n_bytes, const PeTensor *tensor)
{
    const size_t n_name = strlen(tensor->name);
    unsigned char *at = bytes;
    for (uint64_t n = 0; n != n_name; at += n_name) {
        at = memmem(at, n_bytes - (size_t)(at - bytes), tensor->name, n_name);
        cr_assert_not_null(at, "%s", tensor->name);
        memcpy(&n, at - 8, sizeof n);
    }
    uint32_t n_dims;
    memcpy(&n_dims, at, sizeof n_dims);
    return at + 4 + 8 * n_dims;
}

// Rounds the weights (the matrices) of a file of F32 in place: to F32 again, or to what half
// is, at the beginning of the room that a tensor has.
static void
round_weights(unsigned char *bytes, size_t n_bytes, const Half *half, bool is_kept_f32)
{
    PeError error;
    PeGguf *gguf = pe_gguf_parse(bytes, n_bytes, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    for (size_t t = 0; t < pe_gguf_n_tensors(gguf); t++) {
        const PeTensor *tensor = pe_gguf_tensor(gguf, t);
        if (tensor->n_dims != 2) continue;
        unsigned char *data = bytes + ((const unsigned char *)tensor->data - bytes);
        const uint32_t type = half->type;
        for (size_t i = 0; i < tensor->n_bytes / 4; i++) {
            float value;
            memcpy(&value, data + 4 * i, sizeof value);
            const uint16_t bits = half->round(value);
            value = half->widen(bits);
            if (is_kept_f32)
                memcpy(data + 4 * i, &value, sizeof value);
            else
                memcpy(data + 2 * i, &bits, sizeof bits);
        }
        if (!is_kept_f32) memcpy(place_of_type(bytes, n_bytes, tensor), &type, sizeof type);
    }
    pe_gguf_free(gguf);
}

// Log-probabilities [n_tokens] after a prompt; the caller's.
static float *
answer(const PeModel *model, const char *text, PeLevel level, PePrecision precision)
{
    const PeWorkOptions options = {.level = level, .precision = precision, .n_threads = 1};
    float *logits = malloc(model->decoder.n_tokens * sizeof *logits);
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeTokens tokens = {0};
    PeError error;
    cr_assert(pe_tokenize(model->vocabulary, text, strlen(text), true, &tokens, &error));
    cr_assert(pe_prompt_add_tokens(&prompt, tokens.ids, tokens.n, &error));
    cr_assert(pe_evaluate(model, &prompt, &options, logits, &error), "%s", error.message);
    pe_log_softmax(level, logits, model->decoder.n_tokens);
    pe_tokens_clear(&tokens);
    pe_prompt_clear(&prompt);
    return logits;
}

static PeModel *model_of(unsigned char *bytes, size_t n_bytes)
{
    PeError error;
    PeGguf *gguf = pe_gguf_parse(bytes, n_bytes, &error);
    PeModel *model = gguf != NULL ? pe_model_new(gguf, &error) : NULL;
    cr_assert_not_null(model, "%s", error.message);
    return model;
}

// The largest difference among the tokens that are at least as probable as least.
static double difference(const float *one, const float *other, size_t n, double least)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (other[i] >= least) most = fmax(most, fabs((double)one[i] - other[i]));
    return most;
}

// golden: how far rounding the weights may move the ten most probable tokens.
static void check(const Half *half, double golden)
{
    static const char text[] = "Count the red things, then say 42 and 2026.";
    size_t n_bytes;
    unsigned char *narrow = fixture_read(FIXTURE_F32, &n_bytes);
    unsigned char *wide = fixture_read(FIXTURE_F32, &n_bytes);
    PeModel *unrounded = fixture_open(FIXTURE_F32);
    round_weights(narrow, n_bytes, half, false);
    round_weights(wide, n_bytes, half, true);
    PeModel *of_half = model_of(narrow, n_bytes), *of_f32 = model_of(wide, n_bytes);
    const size_t n = unrounded->decoder.n_tokens;
    float *exact = answer(of_f32, text, PE_LEVEL_PLAIN, PE_PRECISION_EXACT);
    float *before = answer(unrounded, text, PE_LEVEL_PLAIN, PE_PRECISION_EXACT);
    for (PeLevel level = PE_LEVEL_PLAIN; level <= pe_level_of_machine(); level++) {
        float *got = answer(of_half, text, level, PE_PRECISION_EXACT);
        cr_expect_lt(difference(got, exact, n, -INFINITY), 0.0005, "%s: %g",
                     pe_level_name(level), difference(got, exact, n, -INFINITY));
        cr_expect_lt(difference(got, before, n, -4.1), golden, "%s: %g", pe_level_name(level),
                     difference(got, before, n, -4.1));
        free(got);
    }
    cr_expect_gt(difference(exact, before, n, -4.1), 0, "nothing was rounded");
    free(exact);
    free(before);
    pe_model_free(of_half);
    pe_model_free(of_f32);
    pe_model_free(unrounded);
    free(narrow);
    free(wide);
}

Test(half, f16_answers_as_its_values_do)
{
    check(&f16, 0.01);
}

// Three bits fewer: eight times as far.
Test(half, bf16_answers_as_its_values_do)
{
    check(&bf16, 0.08);
}
