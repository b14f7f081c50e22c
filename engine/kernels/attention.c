// Attention, without the matrix of all scores.
//
// Many queries: keys, and values transposed, are unpacked once per call into the form of
// weights, in chunks of CHUNK_KEYS, UNPACK_KEYS a task. Then each task takes one head and a
// tile's rows of queries, and for chunk after chunk: scores [keys, queries] = keys · queriesᵀ;
// softmax down the columns relative to the maximum so far; sums [head_dim, queries] = sums ·
// correction + valuesᵀ · probabilities. Few: each task takes one query and a part of the keys;
// what the parts say is put together at the end, in their order.
#include "engine/kernels/compute.h"

#include <math.h>
#include <string.h>

#define CHUNK_KEYS 512
#define UNPACK_KEYS 64 // divides a chunk
#define PART_KEYS 32   // of a part, at least
#define PARTS_MOST 64  // of what one query sees
#define TILE_MOST 32
#define K_UNIT_MOST 32
#define VALUE_BYTES 4

// ---- The scratch

static size_t n_chunks_of(size_t n_keys)
{
    return (n_keys + CHUNK_KEYS - 1) / CHUNK_KEYS;
}

// A chunk's keys [CHUNK_KEYS + a tile, head_dim], and values [head_dim + a tile, CHUNK_KEYS].
static size_t chunk_bytes(size_t head_dim)
{
    const size_t n_dims = pe_round_up(head_dim, K_UNIT_MOST);
    return pe_scratch_round(
        VALUE_BYTES * ((CHUNK_KEYS + TILE_MOST) * n_dims + (n_dims + TILE_MOST) * CHUNK_KEYS));
}

// Of a thread: queries, scores, probabilities as inputs, sums; maxima, sums of probabilities,
// corrections.
static size_t thread_bytes(size_t head_dim)
{
    const size_t n_dims = pe_round_up(head_dim, K_UNIT_MOST) + TILE_MOST;
    return TILE_MOST * sizeof(float) * (2 * n_dims + 2 * (CHUNK_KEYS + TILE_MOST) + 3);
}

// Keys of a part, of what a query sees: nothing else may decide, or a row would depend on the
// others.
static size_t part_keys(size_t n_keys)
{
    return PART_KEYS * ((n_keys + PART_KEYS * PARTS_MOST - 1) / (PART_KEYS * PARTS_MOST));
}

// Of a query that sees n_keys or fewer.
static size_t n_parts_most(size_t n_keys)
{
    const size_t n_parts = (n_keys + PART_KEYS - 1) / PART_KEYS;
    return n_parts < PARTS_MOST ? n_parts : PARTS_MOST;
}

static size_t few_bytes(size_t n_threads, size_t n_heads, size_t head_dim, size_t n_keys)
{
    const size_t seen = pe_scratch_round(n_heads * (head_dim + 2) * sizeof(float));
    return PE_PREFILL_ROWS * n_parts_most(n_keys) * seen
           + n_threads * n_heads * part_keys(n_keys) * sizeof(float);
}

size_t pe_attention_scratch_bytes(
    unsigned n_threads, size_t n_heads, size_t n_kv_heads, size_t head_dim, size_t n_keys)
{
    const size_t few = few_bytes(n_threads, n_heads, head_dim, n_keys);
    const size_t many = n_kv_heads * n_chunks_of(n_keys) * chunk_bytes(head_dim)
                        + n_threads * thread_bytes(head_dim);
    return few > many ? few : many;
}

// ---- Few queries

typedef struct {
    const PeKernels *kernels;
    const PeAttention *attention;
    size_t n_parts;   // the most that a query has
    size_t seen_size; // floats that a part of the keys says to all heads
    float *seen;      // [n_queries, n_parts, n_heads, 2 + head_dim]
    float *scores;    // [n_threads, scores_size]
    size_t scores_size;
} Few;

// How many keys a query sees.
static size_t n_visible(const PeAttention *attention, size_t query)
{
    return attention->is_causal ? attention->n_keys - attention->n_queries + query + 1
                                : attention->n_keys;
}

static void few_work(void *data, size_t task, unsigned thread)
{
    const Few *few = data;
    const PeAttention *attention = few->attention;
    const size_t part = task % few->n_parts, query = task / few->n_parts;
    const size_t n_keys = n_visible(attention, query), n_most = part_keys(n_keys);
    const size_t first = part * n_most;
    if (first >= n_keys) return;
    few->kernels->row_attend(
        attention, query, first, n_keys - first < n_most ? n_keys - first : n_most,
        few->scores + thread * few->scores_size, few->seen + task * few->seen_size);
}

// Puts the parts of a head of a query together: each relative to the greatest maximum.
static void parts_merge(const Few *few, size_t query, size_t head)
{
    const PeAttention *attention = few->attention;
    const size_t head_dim = attention->head_dim, n_keys = n_visible(attention, query),
                 n_parts = (n_keys + part_keys(n_keys) - 1) / part_keys(n_keys);
    const float *seen =
        few->seen + query * few->n_parts * few->seen_size + head * (head_dim + 2);
    float *out = attention->out + query * attention->out_stride + head * head_dim;
    float maximum = -INFINITY, sum = 0;
    for (size_t i = 0; i < n_parts; i++)
        maximum = fmaxf(maximum, seen[i * few->seen_size]);
    memset(out, 0, head_dim * sizeof *out);
    for (size_t i = 0; i < n_parts; i++) {
        const float *part = seen + i * few->seen_size;
        const float factor = expf(part[0] - maximum);
        sum += factor * part[1];
        for (size_t j = 0; j < head_dim; j++)
            out[j] += factor * part[2 + j];
    }
    for (size_t j = 0; j < head_dim; j++)
        out[j] /= sum;
}

static void few_attend(PeCompute *compute, const PeAttention *attention)
{
    Few few = {.kernels = compute->kernels, .attention = attention};
    few.n_parts = n_parts_most(attention->n_keys);
    few.seen_size = pe_round_up(attention->n_heads * (attention->head_dim + 2), 16);
    few.seen = (float *)compute->scratch;
    few.scores = few.seen + attention->n_queries * few.n_parts * few.seen_size;
    few.scores_size = attention->n_heads / attention->n_kv_heads * part_keys(attention->n_keys);
    pe_pool_run(compute->pool, attention->n_queries * few.n_parts, few_work, &few);
    for (size_t query = 0; query < attention->n_queries; query++)
        for (size_t head = 0; head < attention->n_heads; head++)
            parts_merge(&few, query, head);
}

// ---- Many queries

typedef struct {
    const PeKernels *kernels;
    const PeGemm *gemm;
    const PeAttention *attention;
    size_t n_chunks, n_blocks; // of keys; of queries
    size_t n_dims;             // head_dim rounded up for keys and queries
    unsigned char *chunks;     // [n_kv_heads, n_chunks]
    unsigned char *threads;    // [n_threads]
} Many;

// What a thread works with; see thread_bytes.
typedef struct {
    void *queries, *probabilities;
    float *scores, *sums;
    float *maxima, *totals, *correction; // [rows of a tile]
} Work;

static unsigned char *chunk_keys(const Many *many, size_t kv_head, size_t chunk)
{
    return many->chunks
           + (kv_head * many->n_chunks + chunk) * chunk_bytes(many->attention->head_dim);
}

static unsigned char *chunk_values(const Many *many, size_t kv_head, size_t chunk)
{
    return chunk_keys(many, kv_head, chunk)
           + (CHUNK_KEYS + TILE_MOST) * pe_round_up(many->attention->head_dim, K_UNIT_MOST)
                 * VALUE_BYTES;
}

// A row of values transposed is a column: 16 dimensions at a time, through a buffer.
static void
values_unpack(const Many *many, const float *values, size_t n_keys, unsigned char *to)
{
    enum { DIMS = 16 };
    const PeAttention *attention = many->attention;
    float columns[DIMS][UNPACK_KEYS];
    for (size_t d = 0; d < attention->head_dim; d += DIMS) {
        const size_t left = attention->head_dim - d, n = left < DIMS ? left : DIMS;
        many->kernels->transpose(values + d, attention->kv_stride, n_keys, n, columns[0],
                                 UNPACK_KEYS);
        for (size_t i = 0; i < n; i++)
            many->gemm->weights_unpack(PE_TYPE_F32, columns[i], 0, n_keys,
                                       to + (d + i) * CHUNK_KEYS * many->gemm->value_bytes);
    }
}

static void keys_unpack(const Many *many, const float *keys, size_t n_keys, unsigned char *to)
{
    const PeAttention *attention = many->attention;
    for (size_t i = 0; i < n_keys; i++)
        many->gemm->weights_unpack(PE_TYPE_F32, keys + i * attention->kv_stride, 0,
                                   attention->head_dim,
                                   to + i * many->n_dims * many->gemm->value_bytes);
}

// In the order of keys, so that a thread finds those that it wrote.
static void unpack_work(void *data, size_t task, unsigned thread)
{
    (void)thread;
    const Many *many = data;
    const PeAttention *attention = many->attention;
    const size_t kv_head = task % attention->n_kv_heads,
                 first = task / attention->n_kv_heads * UNPACK_KEYS;
    const size_t left = attention->n_keys - first, n = left < UNPACK_KEYS ? left : UNPACK_KEYS;
    const size_t chunk = first / CHUNK_KEYS, value_bytes = many->gemm->value_bytes,
                 from = first * attention->kv_stride + kv_head * attention->head_dim;
    keys_unpack(many, attention->keys + from, n,
                chunk_keys(many, kv_head, chunk)
                    + first % CHUNK_KEYS * many->n_dims * value_bytes);
    values_unpack(many, attention->values + from, n,
                  chunk_values(many, kv_head, chunk) + first % CHUNK_KEYS * value_bytes);
}

// [n_outs, rows] (+)= weights · inputs, tile by tile.
static void tiles_multiply(const Many *many,
                           const unsigned char *weights,
                           size_t stride,
                           size_t n_outs,
                           const void *inputs,
                           size_t n,
                           bool is_first,
                           float *tiles)
{
    const PeGemm *gemm = many->gemm;
    for (size_t i = 0; i < n_outs; i += gemm->n_outs)
        gemm->tile_multiply(weights + i * stride * gemm->value_bytes, stride, inputs, n,
                            is_first, tiles + i * gemm->n_rows);
}

// The sums (+)= a chunk's values times the probabilities of n_keys, in parts of K that stay in
// the first cache.
static void values_add(const Many *many,
                       const Work *work,
                       const unsigned char *values,
                       size_t n_keys,
                       bool is_first)
{
    const PeGemm *gemm = many->gemm;
    const size_t n_padded = pe_round_up(n_keys, gemm->k_unit);
    for (size_t k = 0; k < n_padded; k += gemm->k_block) {
        const size_t left = n_padded - k, n = left < gemm->k_block ? left : gemm->k_block;
        const unsigned char *inputs = work->probabilities;
        tiles_multiply(many, values + k * gemm->value_bytes, CHUNK_KEYS,
                       many->attention->head_dim, inputs + k * gemm->n_rows * gemm->value_bytes,
                       n, is_first && k == 0, work->sums);
    }
}

// Keys that a row may not see score nothing. first: of the chunk; query: of the block.
static void scores_mask(
    const Many *many, size_t query, size_t n_rows, size_t first, size_t n_keys, float *scores)
{
    for (size_t row = 0; row < n_rows; row++) {
        const size_t visible = n_visible(many->attention, query + row);
        for (size_t key = visible > first ? visible - first : 0; key < n_keys; key++)
            scores[key * many->gemm->n_rows + row] = -INFINITY;
    }
}

static void chunk_attend(const Many *many,
                         const Work *work,
                         size_t kv_head,
                         size_t chunk,
                         size_t query,
                         size_t n_rows)
{
    const PeGemm *gemm = many->gemm;
    const size_t first = chunk * CHUNK_KEYS, head_dim = many->attention->head_dim;
    const size_t visible = n_visible(many->attention, query + n_rows - 1) - first;
    const size_t n_keys = visible < CHUNK_KEYS ? visible : CHUNK_KEYS;
    const unsigned char *keys = chunk_keys(many, kv_head, chunk);
    tiles_multiply(many, keys, many->n_dims, n_keys, work->queries, many->n_dims, true,
                   work->scores);
    scores_mask(many, query, n_rows, first, n_keys, work->scores);
    many->kernels->tile_softmax(work->scores, n_keys, work->maxima, work->totals,
                                work->correction);
    gemm->inputs_pack_transposed(work->scores, n_keys, work->probabilities);
    if (chunk) many->kernels->tile_scale(work->sums, head_dim, work->correction);
    values_add(many, work, chunk_values(many, kv_head, chunk), n_keys, chunk == 0);
}

static Work work_of_thread(const Many *many, unsigned thread)
{
    const size_t n_rows = many->gemm->n_rows;
    const size_t n_dims = pe_round_up(many->attention->head_dim, K_UNIT_MOST) + TILE_MOST;
    float *next = (float *)(many->threads + thread * thread_bytes(many->attention->head_dim));
    Work work = {.queries = next};
    work.sums = next += n_dims * TILE_MOST;
    work.scores = next += n_dims * TILE_MOST;
    work.probabilities = next += (CHUNK_KEYS + TILE_MOST) * TILE_MOST;
    work.maxima = next + (CHUNK_KEYS + TILE_MOST) * TILE_MOST;
    work.totals = work.maxima + n_rows;
    work.correction = work.totals + n_rows;
    return work;
}

// The queries times scale, as inputs: through the buffer of the sums.
static void
queries_pack(const Many *many, const Work *work, size_t head, size_t query, size_t n_rows)
{
    const PeAttention *attention = many->attention;
    const float *from =
        attention->queries + query * attention->query_stride + head * attention->head_dim;
    for (size_t row = 0; row < n_rows; row++)
        for (size_t i = 0; i < attention->head_dim; i++)
            work->sums[row * attention->head_dim + i] =
                from[row * attention->query_stride + i] * attention->scale;
    many->gemm->inputs_pack(work->sums, attention->head_dim, n_rows, attention->head_dim,
                            work->queries);
}

static void block_work(void *data, size_t task, unsigned thread)
{
    const Many *many = data;
    const PeAttention *attention = many->attention;
    const Work work = work_of_thread(many, thread);
    // In the order of rows, so that a thread finds those that it wrote; with a causal mask the
    // last see the most, and are what is left for others to take.
    const size_t head = task % attention->n_heads, block = task / attention->n_heads;
    const size_t tile_rows = many->gemm->n_rows, query = block * tile_rows;
    const size_t n_rows =
        attention->n_queries - query < tile_rows ? attention->n_queries - query : tile_rows;
    queries_pack(many, &work, head, query, n_rows);
    for (size_t row = 0; row < tile_rows; row++) {
        work.maxima[row] = -INFINITY;
        work.totals[row] = 0;
    }
    const size_t n_chunks = n_chunks_of(n_visible(attention, query + n_rows - 1));
    const size_t kv_head = head / (attention->n_heads / attention->n_kv_heads);
    many->gemm->begin();
    for (size_t chunk = 0; chunk < n_chunks; chunk++)
        chunk_attend(many, &work, kv_head, chunk, query, n_rows);
    many->gemm->end();
    for (size_t row = 0; row < tile_rows; row++)
        work.totals[row] = 1 / work.totals[row];
    many->kernels->tile_scale(work.sums, attention->head_dim, work.totals);
    float *out = attention->out + query * attention->out_stride + head * attention->head_dim;
    many->kernels->tile_store(work.sums, attention->head_dim, n_rows, NULL, out,
                              attention->out_stride);
}

static void many_attend(PeCompute *compute, const PeAttention *attention)
{
    Many many = {.kernels = compute->kernels, .gemm = compute->gemm, .attention = attention};
    many.n_chunks = n_chunks_of(attention->n_keys);
    many.n_blocks = (attention->n_queries + many.gemm->n_rows - 1) / many.gemm->n_rows;
    many.n_dims = pe_round_up(attention->head_dim, many.gemm->k_unit);
    many.chunks = compute->scratch;
    many.threads =
        many.chunks + attention->n_kv_heads * many.n_chunks * chunk_bytes(attention->head_dim);
    const size_t n_unpacks = (attention->n_keys + UNPACK_KEYS - 1) / UNPACK_KEYS;
    pe_pool_run(compute->pool, attention->n_kv_heads * n_unpacks, unpack_work, &many);
    pe_pool_run(compute->pool, attention->n_heads * many.n_blocks, block_work, &many);
}

void pe_attention(PeCompute *compute, const PeAttention *attention)
{
    if (attention->n_queries < PE_PREFILL_ROWS)
        few_attend(compute, attention);
    else
        many_attend(compute, attention);
}
