// Damaged files of encoders: refused, or rows come of them, but nothing else happens. Under a
// sanitizer a byte read too many ends the test.
#include "tests/engine/model_fixture.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define N_FILES 250

// Encodes a picture of two tiles and a short recording, as far as the file lets it.
static void use(const PeSenses *senses)
{
    static uint8_t pixels[40 * 20 * 3];
    static const float samples[1000] = {0.5f};
    const PePicture picture = {40, 20, pixels};
    const PeSensesBudget budget = {.n_positions = 500, .n_bytes = 1 << 24};
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_EXACT, 1, NULL};
    PePrompt prompt = {.n_embedding = 96};
    PeError error;
    if (pe_senses_work_bytes(senses, &options) > (size_t)1 << 28) return;
    PeSensesWork *work = pe_senses_work_new(senses, &options, &error);
    cr_assert_not_null(work);
    pe_senses_begin(work, &budget, NULL, NULL);
    pe_senses_add_picture(work, &picture, &prompt, &error);
    pe_senses_add_sound(work, &(PeSound){1000, samples}, &prompt, &error);
    pe_prompt_clear(&prompt);
    pe_senses_work_free(work);
}

// Returns whether it was refused.
static bool try_bytes(const unsigned char *bytes, size_t n_bytes, const PeModel *model)
{
    PeError error = {0};
    // Of the exact size, so that a sanitizer sees a byte read too many.
    unsigned char *copy = malloc(n_bytes > 0 ? n_bytes : 1);
    memcpy(copy, bytes, n_bytes);
    PeGguf *gguf = pe_gguf_parse(copy, n_bytes, &error);
    PeSenses *senses = gguf != NULL ? pe_senses_new(gguf, model, &error) : NULL;
    if (senses != NULL)
        use(senses);
    else
        cr_assert_neq(error.message[0], '\0');
    pe_senses_free(senses);
    free(copy);
    return senses == NULL;
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

// Files with a bit turned in the first n_head bytes or the whole, and cut ones.
static size_t damage(const char *name, size_t n_head, const PeModel *model)
{
    size_t n_bytes, n_refused = 0;
    unsigned char *bytes = fixture_read(name, &n_bytes);
    uint32_t state = 1;
    for (int i = 0; i < N_FILES; i++) {
        const size_t at = next(&state) % (i % 8 == 0 ? n_bytes : n_head);
        const unsigned char bit = (unsigned char)(1 << next(&state) % 8);
        bytes[at] ^= bit;
        n_refused += try_bytes(bytes, i % 10 == 9 ? at : n_bytes, model);
        bytes[at] ^= bit;
    }
    cr_assert_not(try_bytes(bytes, n_bytes, model));
    free(bytes);
    return n_refused;
}

Test(senses_damage, of_pictures_and_qwen3a)
{
    PeModel *model = fixture_open(FIXTURE_Q8);
    cr_assert_gt(damage("mini-q8/mmproj-q8_0-idefics3-qwen3a.gguf", 7000, model), N_FILES / 3);
    pe_model_free(model);
}

Test(senses_damage, of_ultravox)
{
    PeModel *model = fixture_open(FIXTURE_Q8);
    cr_assert_gt(damage("ultravox.gguf", 3000, model), N_FILES / 3);
    pe_model_free(model);
}

// The values of numeric keys, replaced by what cannot be.
Test(senses_damage, of_every_size)
{
    static const char *const keys[] = {
        "clip.vision.embedding_length",    "clip.vision.attention.head_count",
        "clip.vision.feed_forward_length", "clip.vision.block_count",
        "clip.vision.projection_dim",      "clip.vision.image_size",
        "clip.vision.patch_size",          "clip.vision.projector.scale_factor",
        "clip.vision.preproc_image_size",  "clip.audio.embedding_length",
        "clip.audio.attention.head_count", "clip.audio.feed_forward_length",
        "clip.audio.block_count",          "clip.audio.projection_dim",
        "clip.audio.num_mel_bins",         "clip.vision.attention.layer_norm_epsilon",
    };
    static const uint32_t values[] = {0, 1, 3, 7, 33, 64, 4096, 65535, 0x7fffffff, 0xffffffff};
    PeModel *model = fixture_open(FIXTURE_Q8);
    size_t n_bytes, n_refused = 0;
    unsigned char *bytes = fixture_read("mini-q8/mmproj-q8_0-idefics3-qwen3a.gguf", &n_bytes);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            unsigned char *at =
                (unsigned char *)memmem(bytes, n_bytes, keys[i], strlen(keys[i]))
                + strlen(keys[i]) + 4;
            uint32_t before;
            memcpy(&before, at, sizeof before);
            memcpy(at, &values[k], sizeof before);
            n_refused += try_bytes(bytes, n_bytes, model);
            memcpy(at, &before, sizeof before);
        }
    cr_assert_gt(n_refused, 120);
    free(bytes);
    pe_model_free(model);
}
