// engine - how fast the engine runs a model, and how fast the machine is.
//
//   engine lm FILE exact|fast N_THREADS          a prompt of 512 tokens, then 128 more
//   engine vision FILE LM exact|fast N_THREADS   a picture of the size of one tile
//   engine limits N_THREADS                      what the machine does at most
//
// Prints lines of a name and a number. Of several runs the median counts; the first, which
// reads the file from disk, does not.
#include "bench/engine_limits.h"
#include "bench/engine_vision.h"

#include "engine/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PROMPT = 512, ANSWER = 128, RUNS = 3 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "engine: %s\n", what);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

static unsigned threads_read(const char *text)
{
    const unsigned long n = strtoul(text, NULL, 10);
    if (n < 1 || n > 64) fail("1 to 64 threads");
    return (unsigned)n;
}

static PePrecision precision_read(const char *text)
{
    if (strcmp(text, "exact") == 0) return PE_PRECISION_EXACT;
    if (strcmp(text, "fast") == 0) return PE_PRECISION_FAST;
    fail("neither exact nor fast");
}

// ---- The language model

typedef struct {
    PeModel *model;
    PeWork work;
    PeCache cache;
    float *logits;
} Lm;

static Lm lm_open(const char *path, PePrecision precision, unsigned n_threads)
{
    PeError error;
    Lm lm = {.model = pe_model_open(path, &error)};
    if (!lm.model) fail(error.message);
    const PeDecoder *decoder = &lm.model->decoder;
    const PeWorkOptions options = {.level = pe_level_default(),
                                   .precision = precision,
                                   .n_threads = n_threads,
                                   .n_rows_most = PROMPT,
                                   .n_positions = PROMPT + ANSWER};
    lm.logits = malloc(decoder->n_tokens * sizeof *lm.logits);
    if (!lm.logits || !pe_work_init(&lm.work, decoder, &options, &error)
        || !pe_cache_init(&lm.cache, decoder, options.n_positions, &error))
        fail("no memory");
    return lm;
}

static void lm_close(Lm *lm)
{
    pe_cache_clear(&lm->cache);
    pe_work_clear(&lm->work);
    pe_model_free(lm->model);
    free(lm->logits);
}

// Any tokens do. As in a chat, only the last one's logits are asked for.
static void lm_run(Lm *lm, size_t first, size_t n)
{
    const PeDecoder *decoder = &lm->model->decoder;
    for (size_t i = 0; i < n; i++)
        pe_work_set_token(&lm->work, decoder, i,
                          (int32_t)((first + i) * 7919 % decoder->n_tokens));
    const PeSpan span = {&lm->cache, first, n};
    pe_decoder_run(decoder, &lm->work, &span, 1, NULL, NULL);
    pe_decoder_logits(decoder, &lm->work, n - 1, lm->logits);
}

static double prefill_s(Lm *lm)
{
    const double start = now_s();
    lm_run(lm, 0, PROMPT);
    return now_s() - start;
}

// From an empty cache on, as llama.cpp's benchmark does.
static double decode_s(Lm *lm)
{
    const double start = now_s();
    for (size_t i = 0; i < ANSWER; i++)
        lm_run(lm, i, 1);
    return now_s() - start;
}

static double runs_median(Lm *lm, double (*run_s)(Lm *lm))
{
    double seconds[RUNS];
    run_s(lm);
    for (size_t i = 0; i < RUNS; i++)
        seconds[i] = run_s(lm);
    return median(seconds, RUNS);
}

static void lm_measure(const char *path, PePrecision precision, unsigned n_threads)
{
    Lm lm = lm_open(path, precision, n_threads);
    printf("prefill_tokens_per_s %.1f\n", PROMPT / runs_median(&lm, prefill_s));
    // One row is multiplied in one way.
    if (precision == PE_PRECISION_FAST)
        printf("decode_tokens_per_s %.1f\n", ANSWER / runs_median(&lm, decode_s));
    lm_close(&lm);
}

int main(int n_arguments, char **arguments)
{
    if (n_arguments == 5 && strcmp(arguments[1], "lm") == 0)
        lm_measure(arguments[2], precision_read(arguments[3]), threads_read(arguments[4]));
    else if (n_arguments == 6 && strcmp(arguments[1], "vision") == 0)
        engine_vision_measure(arguments[2], arguments[3], precision_read(arguments[4]),
                              threads_read(arguments[5]));
    else if (n_arguments == 3 && strcmp(arguments[1], "limits") == 0)
        engine_limits_print(threads_read(arguments[2]));
    else
        fail("usage: engine lm FILE exact|fast N_THREADS, engine vision FILE LM exact|fast "
             "N_THREADS, engine limits N_THREADS");
    return 0;
}
