// engine - how fast the engine runs a model, and how fast the machine is.
//
//   engine lm FILE exact|fast N_THREADS          a prompt of 512 tokens; 128 one by one, of one
//                                                sequence and of four at once
//   engine session FILE N_THREADS N_SEQUENCES    128 tokens of each, greedy and drawn
//   engine sampler                               what choosing a token costs
//   engine vision FILE LM exact|fast N_THREADS   a picture of the size of one tile
//   engine limits N_THREADS                      what the machine does at most
//   engine round_trip                            how far apart two threads are, in ns, alone
//
// Prints lines of a name and a number, one a run; the first, which reads the file from disk,
// does not count. What the machine does at most is measured between the runs, so that numbers
// of the same place in both belong together.
#include "bench/engine_limits.h"
#include "bench/engine_sampler.h"
#include "bench/engine_session.h"
#include "bench/engine_vision.h"
#include "bench/round_trip.h"

#include "engine/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROMPT = 512,
    ANSWER = 128,
    SEQUENCES = 4,
    LIMIT_EVERY = 16,
    RUNS = 5,
    MEMORY_BYTES = 128 * 1024 * 1024
};

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
    PeCache caches[SEQUENCES];
    float *logits;                // [SEQUENCES, V]
    const unsigned char *weights; // of all matrices, as they lie in the mapped file
    size_t n_weight_bytes;
    EngineLimits *limits;
} Lm;

static void weights_add(Lm *lm, const PeMatrix *matrix)
{
    const unsigned char *first = matrix->data;
    const unsigned char *end =
        first + matrix->n_out * pe_type_row_bytes(matrix->type, matrix->n_in);
    const unsigned char *old_end = lm->weights + lm->n_weight_bytes;
    if (!lm->weights || first < lm->weights) lm->weights = first;
    lm->n_weight_bytes = (size_t)((end > old_end ? end : old_end) - lm->weights);
}

static void weights_find(Lm *lm)
{
    enum { MATRICES = 7 };
    const PeDecoder *decoder = &lm->model->decoder;
    weights_add(lm, &decoder->head);
    for (size_t i = 0; i < decoder->n_layers; i++) {
        const PeLayer *layer = &decoder->layers[i];
        const PeMatrix *matrices[MATRICES] = {&layer->query,  &layer->key,  &layer->value,
                                              &layer->output, &layer->gate, &layer->up,
                                              &layer->down};
        for (size_t j = 0; j < MATRICES; j++)
            weights_add(lm, matrices[j]);
    }
}

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
    lm.logits = malloc(SEQUENCES * decoder->n_tokens * sizeof *lm.logits);
    if (!lm.logits || !pe_work_init(&lm.work, decoder, &options, &error)) fail("no memory");
    for (size_t i = 0; i < SEQUENCES; i++)
        if (!pe_cache_init(&lm.caches[i], decoder, options.n_positions, &error))
            fail("no memory");
    lm.limits = engine_limits_new(n_threads);
    weights_find(&lm);
    return lm;
}

static void lm_close(Lm *lm)
{
    for (size_t i = 0; i < SEQUENCES; i++)
        pe_cache_clear(&lm->caches[i]);
    pe_work_clear(&lm->work);
    pe_model_free(lm->model);
    free(lm->logits);
    engine_limits_free(lm->limits);
}

// Any tokens do. As in a chat, only the last one's logits are asked for.
static void lm_run(Lm *lm, size_t first, size_t n)
{
    const PeDecoder *decoder = &lm->model->decoder;
    for (size_t i = 0; i < n; i++)
        pe_work_set_token(&lm->work, decoder, i,
                          (int32_t)((first + i) * 7919 % decoder->n_tokens));
    const PeSpan span = {&lm->caches[0], first, n};
    pe_decoder_run(decoder, &lm->work, &span, 1, NULL, NULL);
    pe_decoder_logits(decoder, &lm->work, &(size_t){n - 1}, 1, lm->logits);
}

static double run_s(Lm *lm, size_t first, size_t n)
{
    const double start = now_s();
    lm_run(lm, first, n);
    return now_s() - start;
}

static void prefill_measure(Lm *lm)
{
    run_s(lm, 0, PROMPT);
    for (size_t i = 0; i < RUNS; i++) {
        engine_limits_print(lm->limits);
        printf("prefill_tokens_per_s %.1f\n", PROMPT / run_s(lm, 0, PROMPT));
    }
}

// From an empty cache on, as llama.cpp's benchmark does. Between tokens the weights are only
// read, maybe from a cache, and so is other memory.
static void decode_measure(Lm *lm)
{
    for (size_t i = 0; i < RUNS; i++) {
        double decode_s = 0, weights_s = 0, memory_s = 0;
        for (size_t token = 0; token < ANSWER; token++) {
            decode_s += run_s(lm, token, 1);
            if (token % LIMIT_EVERY != LIMIT_EVERY / 2) continue;
            weights_s += engine_limits_read_s(lm->limits, lm->weights, lm->n_weight_bytes);
            memory_s += engine_limits_memory_s(lm->limits, MEMORY_BYTES);
        }
        const double n_limits = (double)ANSWER / LIMIT_EVERY;
        engine_limits_print_distance(lm->limits);
        printf("memory_gb_per_s %.2f\n", 1e-9 * n_limits * MEMORY_BYTES / memory_s);
        printf("weights_gb_per_s %.2f\n",
               1e-9 * n_limits * (double)lm->n_weight_bytes / weights_s);
        printf("decode_tokens_per_s %.1f\n", ANSWER / decode_s);
    }
}

// The next token of all sequences.
static void batch_run(Lm *lm, size_t position)
{
    const PeDecoder *decoder = &lm->model->decoder;
    PeSpan spans[SEQUENCES];
    size_t rows[SEQUENCES];
    for (size_t i = 0; i < SEQUENCES; i++) {
        spans[i] = (PeSpan){&lm->caches[i], position, 1};
        rows[i] = i;
        pe_work_set_token(&lm->work, decoder, i,
                          (int32_t)((position + i) * 7919 % decoder->n_tokens));
    }
    pe_decoder_run(decoder, &lm->work, spans, SEQUENCES, NULL, NULL);
    pe_decoder_logits(decoder, &lm->work, rows, SEQUENCES, lm->logits);
}

static void batch_measure(Lm *lm)
{
    for (size_t i = 0; i < RUNS; i++) {
        const double start = now_s();
        for (size_t token = 0; token < ANSWER; token++)
            batch_run(lm, token);
        printf("batch_tokens_per_s %.1f\n", SEQUENCES * ANSWER / (now_s() - start));
    }
}

static void lm_measure(const char *path, PePrecision precision, unsigned n_threads)
{
    Lm lm = lm_open(path, precision, n_threads);
    prefill_measure(&lm);
    // Few rows are multiplied in one way.
    if (precision == PE_PRECISION_FAST) {
        decode_measure(&lm);
        batch_measure(&lm);
    }
    lm_close(&lm);
}

// ---- The machine alone

static void limits_measure(unsigned n_threads)
{
    EngineLimits *limits = engine_limits_new(n_threads);
    for (size_t i = 0; i < RUNS; i++) {
        engine_limits_print(limits);
        printf("memory_gb_per_s %.2f\n",
               1e-9 * MEMORY_BYTES / engine_limits_memory_s(limits, MEMORY_BYTES));
    }
    engine_limits_free(limits);
}

int main(int n_arguments, char **arguments)
{
    if (n_arguments == 5 && strcmp(arguments[1], "lm") == 0)
        lm_measure(arguments[2], precision_read(arguments[3]), threads_read(arguments[4]));
    else if (n_arguments == 5 && strcmp(arguments[1], "session") == 0)
        engine_session_measure(arguments[2], threads_read(arguments[3]),
                               threads_read(arguments[4]));
    else if (n_arguments == 6 && strcmp(arguments[1], "vision") == 0)
        engine_vision_measure(arguments[2], arguments[3], precision_read(arguments[4]),
                              threads_read(arguments[5]));
    else if (n_arguments == 3 && strcmp(arguments[1], "limits") == 0)
        limits_measure(threads_read(arguments[2]));
    else if (n_arguments == 2 && strcmp(arguments[1], "sampler") == 0)
        engine_sampler_measure();
    else if (n_arguments == 2 && strcmp(arguments[1], "round_trip") == 0)
        printf("%.0f\n", round_trip_ns());
    else
        fail("usage: engine lm FILE exact|fast N_THREADS, engine session FILE N_THREADS "
             "N_SEQUENCES, engine sampler, engine vision FILE LM exact|fast N_THREADS, engine "
             "limits N_THREADS, engine round_trip");
    return 0;
}
