#include "bench/engine_vision.h"

#include "bench/engine_limits.h"

#include "engine/senses.h"

#include <stdio.h>
#include <stdlib.h>

enum { EDGE_PX = 512, RUNS = 3 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "engine: %s\n", what);
    exit(1);
}

static uint8_t *pixels_new(void)
{
    const size_t n = (size_t)EDGE_PX * EDGE_PX * 3;
    uint8_t *pixels = malloc(n);
    if (!pixels) fail("no memory");
    for (size_t i = 0; i < n; i++)
        pixels[i] = (uint8_t)(i * i * 7 >> 5);
    return pixels;
}

// The picture becomes a tile and an overview; the mean of both.
static double encode_s(PeSensesWork *work, const uint8_t *pixels, const PeModel *model)
{
    PeError error;
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    const PePicture picture = {.width_px = EDGE_PX, .height_px = EDGE_PX, .pixels = pixels};
    const PeSensesBudget budget = {0};
    pe_senses_begin(work, &budget, NULL, NULL);
    if (!pe_senses_add_picture(work, &picture, &prompt, &error)) fail(error.message);
    pe_prompt_clear(&prompt);
    const PeSensesCost *cost = pe_senses_cost(work);
    return 1e-9 * (double)cost->vision_ns / (double)cost->n_encoded;
}

void engine_vision_measure(const char *path,
                           const char *lm_path,
                           PePrecision precision,
                           unsigned n_threads)
{
    PeError error;
    PeModel *model = pe_model_open(lm_path, &error);
    PeSenses *senses = model ? pe_senses_open(path, model, &error) : NULL;
    const PeSensesOptions options = {
        .level = pe_level_default(), .precision = precision, .n_threads = n_threads};
    PeSensesWork *work = senses ? pe_senses_work_new(senses, &options, &error) : NULL;
    if (!work) fail(error.message);
    uint8_t *pixels = pixels_new();
    EngineLimits *limits = engine_limits_new(n_threads);
    encode_s(work, pixels, model);
    for (size_t i = 0; i < RUNS; i++) {
        engine_limits_print(limits);
        printf("encode_s %.3f\n", encode_s(work, pixels, model));
    }
    engine_limits_free(limits);
    free(pixels);
    pe_senses_work_free(work);
    pe_senses_free(senses);
    pe_model_free(model);
}
