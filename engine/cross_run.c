// Runs the network of decoder.h with the blocks of cross.h.
#include "engine/cross.h"

#include <math.h>
#include <stdlib.h>

// ---- Media

static size_t kv_dim(const PeDecoder *decoder)
{
    return decoder->n_kv_heads * decoder->head_dim;
}

size_t pe_cross_media_bytes(const PeCross *cross, const PeDecoder *decoder, size_t n_rows_most)
{
    return n_rows_most
           * (sizeof(size_t) + 2 * cross->n_blocks * kv_dim(decoder) * sizeof(float));
}

bool pe_cross_media_init(PeCrossMedia *media,
                         const PeCross *cross,
                         const PeDecoder *decoder,
                         size_t n_rows_most,
                         PeError *error)
{
    const size_t n = cross->n_blocks * n_rows_most;
    *media = (PeCrossMedia){
        .n_rows_most = n_rows_most,
        .positions = calloc(n_rows_most, sizeof *media->positions),
        .keys = pe_rows_new(n, kv_dim(decoder)),
        .values = pe_rows_new(n, kv_dim(decoder)),
    };
    return (media->positions != NULL && media->keys != NULL && media->values != NULL)
           || pe_fail_memory(error);
}

void pe_cross_media_clear(PeCrossMedia *media)
{
    free(media->positions);
    free(media->keys);
    free(media->values);
    *media = (PeCrossMedia){0};
}

// Keys and values of n ≤ n_rows_most rows, for block i.
static void add_to_block(PeCrossMedia *media,
                         const PeCrossBlock *block,
                         size_t i,
                         const PeDecoder *decoder,
                         PeWork *work,
                         const float *rows,
                         size_t n)
{
    const size_t at = (i * media->n_rows_most + media->n_rows) * kv_dim(decoder);
    pe_rms_norm(work->compute, rows, n, decoder->n_embedding, block->media_norm,
                decoder->norm_epsilon, work->normed);
    pe_matrix_multiply(work->compute, &block->key, work->normed, n, NULL, media->keys + at);
    pe_matrix_multiply(work->compute, &block->value, work->normed, n, NULL, media->values + at);
}

bool pe_cross_media_add(PeCrossMedia *media,
                        const PeCross *cross,
                        const PeDecoder *decoder,
                        PeWork *work,
                        const float *rows,
                        size_t n,
                        size_t position,
                        PeError *error)
{
    if (n > media->n_rows_most - media->n_rows)
        return pe_fail(error, "the media have more than %zu rows", media->n_rows_most);
    while (n > 0) {
        const size_t n_now = n < work->n_rows_most ? n : work->n_rows_most;
        for (size_t i = 0; i < cross->n_blocks; i++)
            add_to_block(media, &cross->blocks[i], i, decoder, work, rows, n_now);
        for (size_t i = 0; i < n_now; i++)
            media->positions[media->n_rows++] = position;
        rows += n_now * decoder->n_embedding;
        n -= n_now;
    }
    return true;
}

bool pe_cross_media_add_prompt(PeCrossMedia *media,
                               const PeCross *cross,
                               const PeDecoder *decoder,
                               PeWork *work,
                               const PePrompt *prompt,
                               PeTokens *tokens,
                               PeError *error)
{
    for (size_t i = 0; i < prompt->n_items; i++) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS) {
            if (!pe_cross_media_add(media, cross, decoder, work, item->rows, item->n, tokens->n,
                                    error))
                return false;
            continue;
        }
        for (size_t k = 0; k < item->n; k++)
            if (!pe_tokens_add(tokens, item->tokens[k], error)) return false;
    }
    return true;
}

// How many rows position sees.
static size_t n_seen(const PeCrossMedia *media, size_t position)
{
    size_t low = 0, high = media->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (media->positions[middle] <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// ---- A block

// Rows that see the same media: n of them from x on.
typedef struct {
    const PeDecoder *decoder;
    PeWork *work;
    float *x; // [n, d], in work->x
    size_t n;
    const float *keys, *values; // [n_seen, g·e]
    size_t n_seen;
} Rows;

static void norm(const Rows *rows, const float *weight)
{
    pe_rms_norm(rows->work->compute, rows->x, rows->n, rows->decoder->n_embedding, weight,
                rows->decoder->norm_epsilon, rows->work->normed);
}

static void multiply(const Rows *rows, const PeMatrix *weight, const float *x, float *y)
{
    pe_matrix_multiply(rows->work->compute, weight, x, rows->n, NULL, y);
}

// x += scale · y · weightᵀ, by way of normed, which is free by then.
static void add_product(const Rows *rows, const PeMatrix *weight, const float *y, float scale)
{
    const size_t n = rows->n * rows->decoder->n_embedding;
    multiply(rows, weight, y, rows->work->normed);
    for (size_t i = 0; i < n; i++)
        rows->x[i] += scale * rows->work->normed[i];
}

static void attend(const Rows *rows)
{
    const PeDecoder *decoder = rows->decoder;
    const size_t query_dim = decoder->n_heads * decoder->head_dim;
    const PeAttention attention = {
        .n_heads = decoder->n_heads,
        .n_kv_heads = decoder->n_kv_heads,
        .head_dim = decoder->head_dim,
        .n_queries = rows->n,
        .n_keys = rows->n_seen,
        .scale = 1 / sqrtf((float)decoder->head_dim),
        .queries = rows->work->query,
        .keys = rows->keys,
        .values = rows->values,
        .out = rows->work->attended,
        .query_stride = query_dim,
        .kv_stride = kv_dim(decoder),
        .out_stride = query_dim,
    };
    pe_attention(rows->work->compute, &attention);
}

static void run_block(const PeCrossBlock *block, const Rows *rows)
{
    PeWork *work = rows->work;
    norm(rows, block->attention_norm);
    multiply(rows, &block->query, work->normed, work->query);
    attend(rows);
    add_product(rows, &block->output, work->attended, block->attention_scale);

    norm(rows, block->feed_norm);
    multiply(rows, &block->gate, work->normed, work->gate);
    multiply(rows, &block->up, work->normed, work->up);
    pe_silu_gate(work->compute, work->gate, work->up, rows->n * rows->decoder->n_feed);
    add_product(rows, &block->down, work->gate, block->feed_scale);
}

// Block i for a span whose rows begin at x.
static void run_span(const PeCross *cross,
                     size_t i,
                     const PeDecoder *decoder,
                     PeWork *work,
                     const PeSpan *span,
                     const PeCrossMedia *media,
                     float *x)
{
    const size_t at = i * media->n_rows_most * kv_dim(decoder);
    for (size_t first = 0, end; first < span->n; first = end) {
        Rows rows = {decoder,
                     work,
                     x + first * decoder->n_embedding,
                     0,
                     media->keys + at,
                     media->values + at,
                     n_seen(media, span->first + first)};
        end = first + 1;
        while (end < span->n && n_seen(media, span->first + end) == rows.n_seen)
            end++;
        rows.n = end - first;
        if (rows.n_seen > 0) run_block(&cross->blocks[i], &rows);
    }
}

bool pe_cross_run(const PeCross *cross,
                  const PeDecoder *decoder,
                  PeWork *work,
                  const PeSpan *spans,
                  const PeCrossMedia *const *media,
                  size_t n_spans,
                  bool (*should_stop)(void *data),
                  void *data)
{
    size_t block = 0;
    pe_decoder_begin(decoder, work, spans, n_spans);
    for (size_t layer = 0; layer < decoder->n_layers; layer++) {
        if (should_stop != NULL && should_stop(data)) return false;
        if (block < cross->n_blocks && cross->blocks[block].layer == layer) {
            float *x = work->x;
            for (size_t i = 0; i < n_spans; x += spans[i++].n * decoder->n_embedding)
                run_span(cross, block, decoder, work, &spans[i], media[i], x);
            block++;
        }
        pe_decoder_run_layer(decoder, work, spans, n_spans, layer);
    }
    return true;
}
