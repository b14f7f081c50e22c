// The golden cases of an independent NumPy engine, pictures and sound included.
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKER "<__media__>"
#define N_TOP 10

typedef struct {
    const char *folder, *prompt, *media[2], *layout;
    int32_t tokens[N_TOP];
    double log_probabilities[N_TOP];
} Case;

static const Case cases[] = {
#include "tests/engine/golden.def"
};

static void add_text(const Senses *senses, const char *text, size_t n, PePrompt *prompt)
{
    PeTokens tokens = {0};
    PeError error;
    cr_assert(pe_tokenize(senses->model->vocabulary, text, n, true, &tokens, &error));
    cr_assert(pe_prompt_add_tokens(prompt, tokens.ids, tokens.n, &error));
    pe_tokens_clear(&tokens);
}

static PePrompt prompt_of(const Senses *senses, const Case *golden)
{
    PePrompt prompt = {.n_embedding = senses->model->decoder.n_embedding};
    const char *text = golden->prompt;
    PeError error = {0};
    for (size_t i = 0; i < 2 && golden->media[i] != NULL; i++) {
        const char *marker = strstr(text, MARKER);
        add_text(senses, text, (size_t)(marker - text), &prompt);
        cr_assert(fixture_add_media(senses->work, golden->media[i], &prompt, &error), "%s",
                  error.message);
        text = marker + strlen(MARKER);
    }
    add_text(senses, text, strlen(text), &prompt);
    return prompt;
}

// "75, 3, 7, img x4, 299".
static void layout_print(const PePrompt *prompt, FILE *stream)
{
    for (size_t i = 0; i < prompt->n_items; i++) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS)
            fprintf(stream, ", %s x%zu", item->kind == PE_ITEM_IMAGE ? "img" : "aud", item->n);
        else
            for (size_t k = 0; k < item->n; k++)
                fprintf(stream, ", %d", item->tokens[k]);
    }
}

static void has_layout(const PePrompt *prompt, const char *layout)
{
    char *text;
    size_t n;
    FILE *stream = open_memstream(&text, &n);
    layout_print(prompt, stream);
    fclose(stream);
    cr_assert_str_eq(text + 2, layout);
    free(text);
}

// The logits after the last position.
static void run(const PeDecoder *decoder, PeLevel level, const PePrompt *prompt, float *logits)
{
    const size_t n = prompt->n_positions, d = decoder->n_embedding;
    const PeWorkOptions options = {level, PE_PRECISION_EXACT, 1, n, n};
    PeWork work;
    PeCache cache;
    PeError error;
    cr_assert(pe_work_init(&work, decoder, &options, &error));
    cr_assert(pe_cache_init(&cache, decoder, n, &error));
    size_t row = 0;
    for (size_t i = 0; i < prompt->n_items; row += prompt->items[i++].n) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS)
            memcpy(work.x + row * d, item->rows, item->n * d * sizeof(float));
        for (size_t k = 0; item->kind == PE_ITEM_TOKENS && k < item->n; k++)
            pe_work_set_token(&work, decoder, row + k, item->tokens[k]);
    }
    cr_assert(pe_decoder_run(decoder, &work, &(PeSpan){&cache, 0, n}, 1, NULL, NULL));
    pe_decoder_logits(decoder, &work, &(size_t){n - 1}, 1, logits);
    pe_cache_clear(&cache);
    pe_work_clear(&work);
}

static double log_of_sum(const float *logits, size_t n)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, logits[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp(logits[i] - most);
    return most + log(sum);
}

static void check(const Senses *senses, PeLevel level, const Case *golden, double tolerance)
{
    const size_t n = senses->model->decoder.n_tokens;
    float *logits = calloc(n, sizeof *logits);
    PePrompt prompt = prompt_of(senses, golden);
    has_layout(&prompt, golden->layout);
    run(&senses->model->decoder, level, &prompt, logits);
    const double log_sum = log_of_sum(logits, n);
    for (size_t i = 0; i < N_TOP; i++) {
        size_t most = 0;
        for (size_t k = 1; k < n; k++)
            if (logits[k] > logits[most]) most = k;
        cr_expect_eq((int32_t)most, golden->tokens[i], "%s, token %zu", golden->prompt, i);
        cr_expect_float_eq(logits[most] - log_sum, golden->log_probabilities[i], tolerance,
                           "%s at %s: %g, %g", golden->prompt, pe_level_name(level),
                           logits[most] - log_sum, golden->log_probabilities[i]);
        logits[most] = -INFINITY;
    }
    pe_prompt_clear(&prompt);
    free(logits);
}

// Every case of that folder at every level of this machine.
static void check_all(const char *folder, double tolerance)
{
    Senses senses = senses_open(folder);
    for (PeLevel level = PE_LEVEL_PLAIN; level <= pe_level_of_machine(); level++) {
        const PeSensesOptions options = {level, PE_PRECISION_EXACT, 1, NULL};
        pe_senses_work_free(senses.work);
        senses.work = senses_work_of(senses.senses, &options);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            if (strcmp(cases[i].folder, folder) == 0)
                check(&senses, level, &cases[i], tolerance);
    }
    senses_close(&senses);
}

// The given logarithms have six digits; the rest is how f32 are added.
Test(golden, f32)
{
    check_all("mini-f32", 0.0005);
}

Test(golden, q8_0)
{
    check_all("mini-q8", 0.001);
}
