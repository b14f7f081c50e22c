#include "engine/embedding.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void media_embed(const Senses *senses, const char *name, float values[96])
{
    PePrompt prompt = {.n_embedding = 96};
    PeEmbedding embedding = {.n_values = 96};
    PeError error;
    cr_assert(fixture_add_media(senses->work, name, &prompt, &error));
    cr_assert(pe_embedding_add_media(&embedding, &prompt, &error));
    cr_assert(pe_embedding_get(&embedding, values, &error));
    pe_embedding_clear(&embedding);
    pe_prompt_clear(&prompt);
}

static double dot(const float *a, const float *b)
{
    double sum = 0;
    for (size_t i = 0; i < 96; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

Test(embedding, media_are_unit_vectors_nearest_to_their_like)
{
    Senses senses = senses_open("mini-f32");
    float picture[96], tone[96], longer[96];
    media_embed(&senses, "scene32.png", picture);
    media_embed(&senses, "tone2s.wav", tone);
    media_embed(&senses, "tone9s.wav", longer);
    cr_assert_float_eq(dot(picture, picture), 1, 1e-6);
    cr_assert_float_eq(dot(tone, tone), 1, 1e-6);
    cr_assert_gt(dot(tone, longer), dot(tone, picture));
    senses_close(&senses);
}

Test(embedding, mean_of_rows_divided_by_its_length)
{
    const float rows[] = {3, 0, 3, 8};
    PeEmbedding embedding = {.n_values = 2};
    float values[2];
    PeError error;
    cr_assert(pe_embedding_add(&embedding, rows, 1, &error));
    cr_assert(pe_embedding_add(&embedding, rows + 2, 1, &error));
    cr_assert(pe_embedding_get(&embedding, values, &error));
    cr_assert_float_eq(values[0], 0.6, 1e-7);
    cr_assert_float_eq(values[1], 0.8, 1e-7);
    pe_embedding_clear(&embedding);
}

// Runs tokens in spans of n and embeds all of them.
static void text_embed(const PeDecoder *decoder, size_t n_span, float *values)
{
    const PeWorkOptions options = {PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 1, 8, 8};
    PeEmbedding embedding = {.n_values = decoder->n_embedding};
    PeWork work;
    PeCache cache;
    PeError error;
    cr_assert(pe_work_init(&work, decoder, &options, &error));
    cr_assert(pe_cache_init(&cache, decoder, 8, &error));
    for (size_t first = 0; first < 8; first += n_span) {
        for (size_t i = 0; i < n_span; i++)
            pe_work_set_token(&work, decoder, i, (int32_t)(100 + first + i));
        pe_decoder_run(decoder, &work, &(PeSpan){&cache, first, n_span}, 1, NULL, NULL);
        cr_assert(pe_embedding_add_hidden(&embedding, decoder, &work, n_span, &error));
    }
    cr_assert(pe_embedding_get(&embedding, values, &error));
    pe_embedding_clear(&embedding);
    pe_cache_clear(&cache);
    pe_work_clear(&work);
}

Test(embedding, text_in_pieces_is_the_text)
{
    Senses senses = senses_open("mini-f32");
    float whole[96], pieces[96];
    text_embed(&senses.model->decoder, 8, whole);
    text_embed(&senses.model->decoder, 2, pieces);
    cr_assert_float_eq(dot(whole, whole), 1, 1e-6);
    cr_assert_float_eq(dot(whole, pieces), 1, 1e-5);
    senses_close(&senses);
}

Test(embedding, nothing_has_no_direction)
{
    PeEmbedding embedding = {.n_values = 2};
    float values[2];
    const float rows[] = {1, 2, -1, -2};
    PeError error;
    cr_assert_not(pe_embedding_get(&embedding, values, &error));
    cr_assert_str_eq(error.message, "nothing was given to embed");
    cr_assert(pe_embedding_add(&embedding, rows, 2, &error));
    cr_assert_not(pe_embedding_get(&embedding, values, &error));
    cr_assert_str_eq(error.message, "the embedding has no direction");
    pe_embedding_clear(&embedding);
}
