// Runs the network of decoder.h.
#include "engine/decoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- The cache

static size_t kv_dim(const PeDecoder *decoder)
{
    return decoder->n_kv_heads * decoder->head_dim;
}

size_t pe_cache_bytes(const PeDecoder *decoder, size_t n_positions)
{
    return 2 * decoder->n_layers * n_positions * kv_dim(decoder) * sizeof(float);
}

bool pe_cache_init(PeCache *cache, const PeDecoder *decoder, size_t n_positions, PeError *error)
{
    const size_t n_rows = decoder->n_layers * n_positions, dim = kv_dim(decoder);
    *cache = (PeCache){n_positions, pe_rows_new(n_rows, dim), pe_rows_new(n_rows, dim)};
    return (cache->keys != NULL && cache->values != NULL) || pe_fail_memory(error);
}

void pe_cache_clear(PeCache *cache)
{
    free(cache->keys);
    free(cache->values);
    *cache = (PeCache){0};
}

// ---- Working memory

static size_t at_least(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t compute_bytes(const PeDecoder *decoder, const PeWorkOptions *options)
{
    const size_t n_in = at_least(at_least(decoder->n_embedding, decoder->n_feed),
                                 decoder->n_heads * decoder->head_dim);
    return at_least(pe_matrix_scratch_bytes(options->n_threads, options->n_rows_most, n_in),
                    pe_attention_scratch_bytes(options->n_threads, decoder->n_heads,
                                               decoder->n_kv_heads, decoder->head_dim,
                                               options->n_positions));
}

// Floats of a row, of all arrays.
static size_t row_floats(const PeDecoder *decoder)
{
    return 2 * decoder->n_embedding + 2 * decoder->n_heads * decoder->head_dim
           + 2 * kv_dim(decoder) + 2 * decoder->n_feed + decoder->n_rotated;
}

size_t pe_work_bytes(const PeDecoder *decoder, const PeWorkOptions *options)
{
    const size_t row = row_floats(decoder) * sizeof(float) + sizeof(int32_t);
    return options->n_rows_most * row + compute_bytes(decoder, options);
}

bool pe_work_init(PeWork *work,
                  const PeDecoder *decoder,
                  const PeWorkOptions *options,
                  PeError *error)
{
    const size_t query_dim = decoder->n_heads * decoder->head_dim,
                 n_rows = options->n_rows_most;
    *work = (PeWork){
        .n_rows_most = n_rows,
        .x = pe_rows_new(n_rows, decoder->n_embedding),
        .normed = pe_rows_new(n_rows, decoder->n_embedding),
        .query = pe_rows_new(n_rows, query_dim),
        .key = pe_rows_new(n_rows, kv_dim(decoder)),
        .value = pe_rows_new(n_rows, kv_dim(decoder)),
        .attended = pe_rows_new(n_rows, query_dim),
        .gate = pe_rows_new(n_rows, decoder->n_feed),
        .up = pe_rows_new(n_rows, decoder->n_feed),
        .cosines = pe_rows_new(n_rows, decoder->n_rotated / 2),
        .sines = pe_rows_new(n_rows, decoder->n_rotated / 2),
        .positions = calloc(n_rows, sizeof *work->positions),
        .compute = pe_compute_new(options->level, options->precision, options->n_threads,
                                  compute_bytes(decoder, options)),
    };
    const bool ok = work->x && work->normed && work->query && work->key && work->value
                    && work->attended && work->gate && work->up && work->cosines && work->sines
                    && work->positions && work->compute;
    return ok || pe_fail(error, "no memory or threads for %zu rows", n_rows);
}

void pe_work_clear(PeWork *work)
{
    free(work->x);
    free(work->normed);
    free(work->query);
    free(work->key);
    free(work->value);
    free(work->attended);
    free(work->gate);
    free(work->up);
    free(work->cosines);
    free(work->sines);
    free(work->positions);
    pe_compute_free(work->compute);
    *work = (PeWork){0};
}

// ---- A layer

// A run: what its functions share.
typedef struct {
    const PeDecoder *decoder;
    PeWork *work;
    const PeSpan *spans;
    size_t n_spans, n_rows;
} Run;

static void
multiply(const Run *run, const PeProduct *products, size_t n_products, const float *x)
{
    pe_matrices_multiply(run->work->compute, products, n_products, x, run->n_rows);
}

static void norm(const Run *run, const float *weight)
{
    pe_rms_norm(run->work->compute, run->work->x, run->n_rows, run->decoder->n_embedding,
                weight, run->decoder->norm_epsilon, run->work->normed);
}

static void rotate(const Run *run, float *x, size_t n_heads)
{
    const PeDecoder *decoder = run->decoder;
    pe_rope(run->work->compute, x, run->n_rows, n_heads * decoder->head_dim, n_heads,
            decoder->head_dim, decoder->n_rotated, run->work->cosines, run->work->sines);
}

// Keys and values of a span on their way to its cache.
typedef struct {
    const float *from_keys, *from_values;
    float *keys, *values;
    size_t n_rows, dim;
} Caching;

#define CACHING_ROWS 32 // a task

static void caching_work(void *data, size_t task, unsigned thread)
{
    (void)thread;
    const Caching *caching = data;
    const size_t first = task * CACHING_ROWS, left = caching->n_rows - first,
                 at = first * caching->dim;
    const size_t n = (left < CACHING_ROWS ? left : CACHING_ROWS) * caching->dim;
    memcpy(caching->keys + at, caching->from_keys + at, n * sizeof(float));
    memcpy(caching->values + at, caching->from_values + at, n * sizeof(float));
}

// The rows' keys and values go to their places in the caches.
static void cache_rows(const Run *run, size_t layer)
{
    const size_t dim = kv_dim(run->decoder);
    Caching caching = {
        .from_keys = run->work->key, .from_values = run->work->value, .dim = dim};
    for (size_t i = 0; i < run->n_spans; i++) {
        const PeSpan *span = &run->spans[i];
        const size_t at = (layer * span->cache->n_positions + span->first) * dim;
        caching.keys = span->cache->keys + at;
        caching.values = span->cache->values + at;
        caching.n_rows = span->n;
        pe_compute_run(run->work->compute, (span->n + CACHING_ROWS - 1) / CACHING_ROWS,
                       caching_work, &caching);
        caching.from_keys += span->n * dim;
        caching.from_values += span->n * dim;
    }
}

static void attend(const Run *run, size_t layer)
{
    const PeDecoder *decoder = run->decoder;
    const size_t query_dim = decoder->n_heads * decoder->head_dim, dim = kv_dim(decoder);
    size_t row = 0;
    for (size_t i = 0; i < run->n_spans; row += run->spans[i++].n) {
        const PeSpan *span = &run->spans[i];
        const size_t at = layer * span->cache->n_positions * dim;
        const PeAttention attention = {
            .n_heads = decoder->n_heads,
            .n_kv_heads = decoder->n_kv_heads,
            .head_dim = decoder->head_dim,
            .n_queries = span->n,
            .n_keys = span->first + span->n,
            .is_causal = true,
            .scale = 1 / sqrtf((float)decoder->head_dim),
            .queries = run->work->query + row * query_dim,
            .keys = span->cache->keys + at,
            .values = span->cache->values + at,
            .out = run->work->attended + row * query_dim,
            .query_stride = query_dim,
            .kv_stride = dim,
            .out_stride = query_dim,
        };
        pe_attention(run->work->compute, &attention);
    }
}

// x += y · weightᵀ.
static void add_product(const Run *run, const PeMatrix *weight, const float *y)
{
    const PeProduct product = {.w = weight, .after = PE_AFTER_ADD, .y = run->work->x};
    multiply(run, &product, 1, y);
}

static void run_layer(const Run *run, size_t i)
{
    const PeLayer *layer = &run->decoder->layers[i];
    PeWork *work = run->work;
    const PeProduct attention[] = {{.w = &layer->query, .y = work->query},
                                   {.w = &layer->key, .y = work->key},
                                   {.w = &layer->value, .y = work->value}};
    const PeProduct feed[] = {{.w = &layer->gate, .y = work->gate},
                              {.w = &layer->up, .after = PE_AFTER_GATE, .y = work->gate}};
    norm(run, layer->attention_norm);
    multiply(run, attention, 3, work->normed);
    rotate(run, work->query, run->decoder->n_heads);
    rotate(run, work->key, run->decoder->n_kv_heads);
    cache_rows(run, i);
    attend(run, i);
    add_product(run, &layer->output, work->attended);

    norm(run, layer->feed_norm);
    multiply(run, feed, 2, work->normed);
    add_product(run, &layer->down, work->gate);
}

// ---- The network

void pe_work_set_token(PeWork *work, const PeDecoder *decoder, size_t i, int32_t token)
{
    const PeMatrix *table = &decoder->token_embedding;
    const size_t row_bytes = pe_type_row_bytes(table->type, table->n_in);
    pe_row_read(table->type, (const char *)table->data + (size_t)token * row_bytes, table->n_in,
                work->x + i * table->n_in);
}

static size_t n_rows_of(const PeSpan *spans, size_t n_spans)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n_spans; i++)
        n_rows += spans[i].n;
    return n_rows;
}

// The angles are the same in all layers.
void pe_decoder_begin(const PeDecoder *decoder,
                      PeWork *work,
                      const PeSpan *spans,
                      size_t n_spans)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n_spans; i++)
        for (size_t j = 0; j < spans[i].n; j++)
            work->positions[n_rows++] = (int32_t)(spans[i].first + j);
    pe_rope_angles(work->positions, n_rows, decoder->rope_base, decoder->n_rotated,
                   work->cosines, work->sines);
}

void pe_decoder_run_layer(
    const PeDecoder *decoder, PeWork *work, const PeSpan *spans, size_t n_spans, size_t layer)
{
    const Run run = {decoder, work, spans, n_spans, n_rows_of(spans, n_spans)};
    run_layer(&run, layer);
}

bool pe_decoder_run(const PeDecoder *decoder,
                    PeWork *work,
                    const PeSpan *spans,
                    size_t n_spans,
                    bool (*should_stop)(void *data),
                    void *data)
{
    pe_decoder_begin(decoder, work, spans, n_spans);
    for (size_t i = 0; i < decoder->n_layers; i++) {
        if (should_stop != NULL && should_stop(data)) return false;
        pe_decoder_run_layer(decoder, work, spans, n_spans, i);
    }
    return true;
}

void pe_decoder_logits(
    const PeDecoder *decoder, PeWork *work, const size_t *rows, size_t n_rows, float *logits)
{
    const size_t d = decoder->n_embedding;
    for (size_t i = 0; i < n_rows; i++)
        pe_rms_norm(work->compute, work->x + rows[i] * d, 1, d, decoder->output_norm,
                    decoder->norm_epsilon, work->normed + i * d);
    pe_matrix_multiply(work->compute, &decoder->head, work->normed, n_rows, NULL, logits);
}
