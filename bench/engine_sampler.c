#include "bench/engine_sampler.h"

#include "engine/sampler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TOKENS = 49280, CHOICES = 201 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median_ms(const PeSampling *sampling,
                        const float *given,
                        float *logits,
                        PeSamplerScratch *scratch)
{
    PeRandom random = pe_random(1);
    double ms[CHOICES];
    for (size_t i = 0; i < CHOICES; i++) {
        memcpy(logits, given, TOKENS * sizeof *logits);
        const double start = now_ms();
        pe_sample(pe_level_default(), sampling, &random, logits, TOKENS, NULL, scratch);
        ms[i] = now_ms() - start;
    }
    qsort(ms, CHOICES, sizeof *ms, compare);
    return ms[CHOICES / 2];
}

static void
shape_measure(const char *shape, const float *given, float *logits, PeSamplerScratch *scratch)
{
    static const struct {
        const char *name;
        PeSampling sampling;
    } ways[] = {{"greedy", {.top_p = 1}},
                {"top_p", {.temperature = 0.8, .top_p = 0.95}},
                {"drawn", {.temperature = 0.8, .top_p = 1}},
                {"top_k", {.temperature = 0.8, .top_k = 40, .top_p = 1}}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        printf("%s_%s_ms %.3f\n", shape, ways[i].name,
               median_ms(&ways[i].sampling, given, logits, scratch));
}

void engine_sampler_measure(void)
{
    float *peaked = pe_rows_new(3, TOKENS), *flat = peaked + TOKENS, *logits = flat + TOKENS;
    PeSamplerScratch scratch;
    if (!peaked || !pe_sampler_scratch_init(&scratch, TOKENS)) exit(1);
    PeRandom random = pe_random(3);
    for (size_t i = 0; i < TOKENS; i++) {
        peaked[i] = (float)(-2 * log(pe_random_uniform(&random) + 1e-9));
        flat[i] = (float)(3 * pe_random_uniform(&random));
    }
    shape_measure("peaked", peaked, logits, &scratch);
    shape_measure("flat", flat, logits, &scratch);
    pe_sampler_scratch_clear(&scratch);
    free(peaked);
}
