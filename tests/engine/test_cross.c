#include "engine/cross.h"
#include "tests/engine/file.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 32
#define N_TOKENS 64
#define LENGTH 12
#define N_MEDIA 11

typedef struct {
    PeGguf *gguf;
    PeDecoder decoder;
    PeCross cross;
    PeWork work;
    PeCache cache;
    PeCrossMedia media;
    float *rows; // [N_MEDIA, WIDTH]
} Setup;

static Setup open(size_t n_rows_most)
{
    Setup s = {0};
    size_t n_bytes;
    PeError error;
    const PeWorkOptions options = {pe_level_default(), PE_PRECISION_EXACT, 1, n_rows_most, 16};
    s.gguf = pe_gguf_open(PS_TESTS_DIR "/engine/fixtures/cross.gguf", &error);
    cr_assert(pe_decoder_init(&s.decoder, s.gguf, &error), "%s", error.message);
    cr_assert(pe_cross_init(&s.cross, &s.decoder, s.gguf, &error), "%s", error.message);
    cr_assert(pe_work_init(&s.work, &s.decoder, &options, &error));
    cr_assert(pe_cache_init(&s.cache, &s.decoder, 16, &error));
    cr_assert(pe_cross_media_init(&s.media, &s.cross, &s.decoder, N_MEDIA, &error));
    s.rows = (float *)fixture_read("cross-media.f32", &n_bytes);
    return s;
}

static void close(Setup *s)
{
    free(s->rows);
    pe_cross_media_clear(&s->media);
    pe_cache_clear(&s->cache);
    pe_work_clear(&s->work);
    pe_cross_clear(&s->cross);
    pe_decoder_clear(&s->decoder);
    pe_gguf_free(s->gguf);
}

// 5 rows before token 2, 6 before token 7, as fixtures/make has them.
static PePrompt prompt_of(const Setup *s)
{
    PePrompt prompt = {.n_embedding = WIDTH};
    PeError error;
    int32_t tokens[LENGTH];
    for (int32_t i = 0; i < LENGTH; i++)
        tokens[i] = (7 * i + 3) % N_TOKENS;
    cr_assert(pe_prompt_add_tokens(&prompt, tokens, 2, &error));
    cr_assert(pe_prompt_add_rows(&prompt, PE_ITEM_IMAGE, s->rows, 5, &error));
    cr_assert(pe_prompt_add_tokens(&prompt, tokens + 2, 5, &error));
    cr_assert(pe_prompt_add_rows(&prompt, PE_ITEM_AUDIO, s->rows + 5 * WIDTH, 6, &error));
    cr_assert(pe_prompt_add_tokens(&prompt, tokens + 7, 5, &error));
    return prompt;
}

// The logits of all positions, run in spans of at most n.
static void run(Setup *s, const PeTokens *tokens, size_t n, float logits[LENGTH][N_TOKENS])
{
    const PeCrossMedia *const media[] = {&s->media};
    for (size_t first = 0; first < LENGTH; first += n) {
        const PeSpan span = {&s->cache, first, LENGTH - first < n ? LENGTH - first : n};
        for (size_t i = 0; i < span.n; i++)
            pe_work_set_token(&s->work, &s->decoder, i, tokens->ids[first + i]);
        cr_assert(pe_cross_run(&s->cross, &s->decoder, &s->work, &span, media, 1, NULL, NULL));
        for (size_t i = 0; i < span.n; i++)
            pe_decoder_logits(&s->decoder, &s->work, &i, 1, logits[first + i]);
    }
}

static void agree(size_t n_span)
{
    Setup s = open(n_span);
    PePrompt prompt = prompt_of(&s);
    PeTokens tokens = {0};
    PeError error;
    size_t n_bytes;
    float logits[LENGTH][N_TOKENS];
    float *expected = (float *)fixture_read("cross-logits.f32", &n_bytes);
    cr_assert_eq(n_bytes, sizeof logits);
    cr_assert(pe_cross_media_add_prompt(&s.media, &s.cross, &s.decoder, &s.work, &prompt,
                                        &tokens, &error),
              "%s", error.message);
    cr_assert_eq(tokens.n, LENGTH);
    run(&s, &tokens, n_span, logits);
    for (size_t i = 0; i < LENGTH * N_TOKENS; i++)
        cr_assert_float_eq(logits[i / N_TOKENS][i % N_TOKENS], expected[i], 5e-4,
                           "position %zu: %g, %g", i / N_TOKENS,
                           logits[i / N_TOKENS][i % N_TOKENS], expected[i]);
    free(expected);
    pe_tokens_clear(&tokens);
    pe_prompt_clear(&prompt);
    close(&s);
}

// fixtures/make computes them in f64 by itself; the kernels are exact to 2^-14.
Test(cross, agrees_with_numpy)
{
    agree(LENGTH);
}

Test(cross, agrees_with_numpy_in_pieces)
{
    agree(5);
    agree(1);
}

static void tokens_fill(PeTokens *tokens)
{
    PeError error;
    for (int32_t i = 0; i < LENGTH; i++)
        cr_assert(pe_tokens_add(tokens, (7 * i + 3) % N_TOKENS, &error));
}

Test(cross, without_media_it_is_the_decoder_bit_by_bit)
{
    Setup s = open(LENGTH);
    PeTokens tokens = {0};
    float with[LENGTH][N_TOKENS], without[N_TOKENS];
    tokens_fill(&tokens);
    run(&s, &tokens, LENGTH, with);
    for (size_t i = 0; i < LENGTH; i++)
        pe_work_set_token(&s.work, &s.decoder, i, tokens.ids[i]);
    pe_decoder_run(&s.decoder, &s.work, &(PeSpan){&s.cache, 0, LENGTH}, 1, NULL, NULL);
    pe_decoder_logits(&s.decoder, &s.work, &(size_t){LENGTH - 1}, 1, without);
    cr_assert_arr_eq(with[LENGTH - 1], without, sizeof without);
    pe_tokens_clear(&tokens);
    close(&s);
}

Test(cross, media_are_seen_from_their_place_on)
{
    Setup s = open(LENGTH);
    PeTokens tokens = {0};
    PeError error;
    float with[LENGTH][N_TOKENS], without[LENGTH][N_TOKENS];
    tokens_fill(&tokens);
    run(&s, &tokens, LENGTH, without);
    cr_assert(
        pe_cross_media_add(&s.media, &s.cross, &s.decoder, &s.work, s.rows, 5, 8, &error));
    run(&s, &tokens, LENGTH, with);
    cr_assert_float_eq(with[7][0], without[7][0], 1e-6);
    cr_assert_neq(with[8][0], without[8][0]);
    pe_tokens_clear(&tokens);
    close(&s);
}

Test(cross, more_rows_than_there_is_room_for_are_refused)
{
    Setup s = open(LENGTH);
    PeError error;
    cr_assert(
        pe_cross_media_add(&s.media, &s.cross, &s.decoder, &s.work, s.rows, 11, 0, &error));
    cr_assert_not(
        pe_cross_media_add(&s.media, &s.cross, &s.decoder, &s.work, s.rows, 1, 0, &error));
    cr_assert_str_eq(error.message, "the media have more than 11 rows");
    close(&s);
}

// What pe_cross_init says to the fixture with one word replaced by another as long.
static void says(const char *from, const char *to, size_t n, const char *message)
{
    PeDecoder decoder;
    PeCross cross = {0};
    PeError error = {0};
    size_t n_bytes;
    unsigned char *bytes = fixture_read("cross.gguf", &n_bytes);
    memcpy(memmem(bytes, n_bytes, from, n), to, n);
    PeGguf *gguf = pe_gguf_parse(bytes, n_bytes, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    if (pe_decoder_init(&decoder, gguf, &error))
        cr_assert_not(pe_cross_init(&cross, &decoder, gguf, &error));
    cr_assert_str_eq(error.message, message);
    pe_cross_clear(&cross);
    pe_decoder_clear(&decoder);
    pe_gguf_free(gguf);
    free(bytes);
}

Test(cross, files_that_are_not_whole_are_refused)
{
    says("cross.1.ffn_up", "cross.7.ffn_up", 14, "tensor cross.1.ffn_up.weight: is not there");
    says("cross.layers", "cross.layerz", 12, "key cross.layers: is not there");
    // The layers 0 and 2: type and count, then them.
    says("\5\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\2", "\5\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\2", 17,
         "key cross.layers: are no ascending numbers of 3 layers");
    says("\5\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\2", "\5\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\3", 17,
         "key cross.layers: are no ascending numbers of 3 layers");
    says("llama-cross", "llama-crosS", 11,
         "key general.architecture: llama-crosS is not known; llama and llama-cross are");
}
