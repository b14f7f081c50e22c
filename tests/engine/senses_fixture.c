#include "tests/engine/senses_fixture.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAV_HEADER_BYTES 44

PeSensesWork *senses_work_of(const PeSenses *senses, const PeSensesOptions *options)
{
    const PeSensesBudget no_budget = {0};
    PeError error;
    PeSensesWork *work = pe_senses_work_new(senses, options, &error);
    cr_assert_not_null(work, "%s", error.message);
    pe_senses_begin(work, &no_budget, NULL, NULL);
    return work;
}

PeSensesWork *senses_work(const PeSenses *senses, unsigned n_threads, PeSensesCache *cache)
{
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_EXACT, n_threads, cache};
    return senses_work_of(senses, &options);
}

Senses senses_open(const char *folder)
{
    const bool is_f32 = strcmp(folder, "mini-f32") == 0;
    Senses senses = {.model = fixture_open(is_f32 ? FIXTURE_F32 : FIXTURE_Q8)};
    char path[1024];
    PeError error;
    snprintf(path, sizeof path, "%s/engine/fixtures/%s/mmproj-%s-idefics3-qwen3a.gguf",
             PS_TESTS_DIR, folder, is_f32 ? "f32" : "q8_0");
    senses.senses = pe_senses_open(path, senses.model, &error);
    cr_assert_not_null(senses.senses, "%s", error.message);
    senses.work = senses_work(senses.senses, 1, NULL);
    return senses;
}

void senses_close(Senses *senses)
{
    pe_senses_work_free(senses->work);
    pe_senses_free(senses->senses);
    pe_model_free(senses->model);
    free(senses->bytes);
}

unsigned char *fixture_read(const char *name, size_t *n_bytes)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/engine/fixtures/%s", PS_TESTS_DIR, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    fseek(file, 0, SEEK_END);
    *n_bytes = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n_bytes);
    cr_assert_eq(fread(bytes, 1, *n_bytes, file), *n_bytes);
    fclose(file);
    return bytes;
}

PePicture fixture_picture(void)
{
    size_t n_bytes;
    PePicture picture = {32, 32, fixture_read("scene32.rgb", &n_bytes)};
    cr_assert_eq(n_bytes, 32 * 32 * 3);
    return picture;
}

PeSound fixture_sound(const char *name)
{
    size_t n_bytes;
    unsigned char *bytes = fixture_read(name, &n_bytes);
    const size_t n = (n_bytes - WAV_HEADER_BYTES) / 2;
    float *samples = malloc(n * sizeof *samples);
    for (size_t i = 0; i < n; i++) {
        int16_t value;
        memcpy(&value, bytes + WAV_HEADER_BYTES + 2 * i, sizeof value);
        samples[i] = (float)value / 32768;
    }
    free(bytes);
    return (PeSound){n, samples};
}

bool fixture_add_media(PeSensesWork *work, const char *name, PePrompt *prompt, PeError *error)
{
    bool ok;
    if (strstr(name, ".png") != NULL) {
        PePicture picture = fixture_picture();
        ok = pe_senses_add_picture(work, &picture, prompt, error);
        free((void *)picture.pixels);
    } else {
        PeSound sound = fixture_sound(name);
        ok = pe_senses_add_sound(work, &sound, prompt, error);
        free((void *)sound.samples);
    }
    return ok;
}
