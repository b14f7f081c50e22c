// The kernels of a level, written once on the operations of vector_*.h, which is included
// before: V, a vector of LANES values, v_… on it, and a tile of TILE_OUTS × TILE_VECTORS
// vectors. Each of plain.c, avx2.c and avx512.c includes this once, compiled for its
// instructions.
#pragma once

#include "engine/kernels/stream.h"

#include <string.h>

#define TILE_ROWS (TILE_VECTORS * LANES)
#define K_BLOCK 192

// ---- Functions of values

// exp(x) within 2 units in the last place for -87 ≤ x ≤ 88, outside the value there: x = n ln 2
// + r, a polynomial (the one of Cephes' expf) for exp(r).
static inline V v_exp(V x)
{
    x = v_min(v_max(x, v_set(-87)), v_set(88));
    const V n = v_round(x * v_set(1.44269504f));
    V r = v_fma(n, v_set(-0.693359375f), x);
    r = v_fma(n, v_set(2.12194440e-4f), r);
    V sum = v_set(1.9875691500e-4f);
    sum = v_fma(sum, r, v_set(1.3981999507e-3f));
    sum = v_fma(sum, r, v_set(8.3334519073e-3f));
    sum = v_fma(sum, r, v_set(4.1665795894e-2f));
    sum = v_fma(sum, r, v_set(1.6666665459e-1f));
    sum = v_fma(sum, r, v_set(5.0000001201e-1f));
    sum = v_fma(sum, r * r, r);
    return v_scale(sum + v_set(1), n);
}

// x / (1 + exp(-y)).
static inline V v_gate(V x, V y)
{
    return x / (v_set(1) + v_exp(v_set(0) - y));
}

// Within 1.5e-7 (Abramowitz and Stegun 7.1.26).
static inline V v_erf(V x)
{
    const V size = v_abs(x), t = v_set(1) / v_fma(v_set(0.3275911f), size, v_set(1));
    V sum = v_set(1.061405429f);
    sum = v_fma(sum, t, v_set(-1.453152027f));
    sum = v_fma(sum, t, v_set(1.421413741f));
    sum = v_fma(sum, t, v_set(-0.284496736f));
    sum = v_fma(sum, t, v_set(0.254829592f));
    return v_sign(v_set(1) - sum * t * v_exp(v_set(0) - size * size), x);
}

static inline V v_gelu(PeGelu kind, V x)
{
    // 1 + tanh(u) = 2 / (1 + exp(-2u)), and 2 √(2/π) = 1.5957691
    const V cube = x * x * x;
    switch (kind) {
    case PE_GELU_TANH:
        return v_gate(x, v_set(1.59576912f) * v_fma(v_set(0.044715f), cube, x));
    case PE_GELU_QUICK:
        return v_gate(x, v_set(1.702f) * x);
    case PE_GELU_ERF:
        break;
    }
    return v_set(0.5f) * x * (v_set(1) + v_erf(v_set(0.70710678f) * x));
}

// ---- Many rows

static void inputs_pack(const float *x, size_t stride, size_t n_rows, size_t n_in, void *inputs)
{
    float *to = inputs;
    for (size_t first = 0; first < TILE_ROWS; first += LANES)
        for (size_t k = 0; k < n_in; k += LANES) {
            const size_t n = n_in - k < LANES ? n_in - k : LANES;
            V rows[LANES];
            for (size_t i = 0; i < LANES; i++)
                rows[i] =
                    first + i < n_rows ? v_load_n(x + (first + i) * stride + k, n) : v_set(0);
            v_transpose(rows);
            for (size_t i = 0; i < n; i++)
                v_store(to + (k + i) * TILE_ROWS + first, rows[i]);
        }
}

static void inputs_pack_transposed(const float *x, size_t n_in, void *inputs)
{
    if (inputs != x) memcpy(inputs, x, n_in * TILE_ROWS * sizeof *x);
}

static inline __attribute__((always_inline)) void
weights_unpack_type(PeType type, const void *row, size_t first, size_t n, float *weights)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(weights + i, values_load(type, row, first + i));
    if (i < n) v_store_n(weights + i, values_load_n(type, row, first + i, n - i), n - i);
}

static void weights_unpack(PeType type, const void *row, size_t first, size_t n, void *weights)
{
    switch (type) {
    case PE_TYPE_F32:
        weights_unpack_type(PE_TYPE_F32, row, first, n, weights);
        break;
    case PE_TYPE_F16:
        weights_unpack_type(PE_TYPE_F16, row, first, n, weights);
        break;
    case PE_TYPE_BF16:
        weights_unpack_type(PE_TYPE_BF16, row, first, n, weights);
        break;
    case PE_TYPE_Q8_0:
        weights_unpack_type(PE_TYPE_Q8_0, row, first, n, weights);
        break;
    }
}

static void tile_multiply(const void *weights,
                          size_t stride,
                          const void *inputs,
                          size_t n,
                          bool is_first,
                          float *tile)
{
    const float *w = weights, *x = inputs;
    V sums[TILE_OUTS][TILE_VECTORS];
#pragma GCC unroll 16
    for (size_t i = 0; i < TILE_OUTS; i++)
#pragma GCC unroll 4
        for (size_t j = 0; j < TILE_VECTORS; j++)
            sums[i][j] = is_first ? v_set(0) : v_load(tile + i * TILE_ROWS + j * LANES);
    for (size_t k = 0; k < n; k++, x += TILE_ROWS)
#pragma GCC unroll 16
        for (size_t i = 0; i < TILE_OUTS; i++) {
            const V value = v_set(w[i * stride + k]);
#pragma GCC unroll 4
            for (size_t j = 0; j < TILE_VECTORS; j++)
                sums[i][j] = v_fma(value, v_load(x + j * LANES), sums[i][j]);
        }
#pragma GCC unroll 16
    for (size_t i = 0; i < TILE_OUTS; i++)
#pragma GCC unroll 4
        for (size_t j = 0; j < TILE_VECTORS; j++)
            v_store(tile + i * TILE_ROWS + j * LANES, sums[i][j]);
}

static void nothing(void) {}

static void tile_store(const float *tiles,
                       size_t n_outs,
                       size_t n_rows,
                       const float *bias,
                       float *y,
                       size_t stride)
{
    for (size_t out = 0; out < n_outs; out += LANES) {
        const size_t n = n_outs - out < LANES ? n_outs - out : LANES;
        const V shift = bias ? v_load_n(bias + out, n) : v_set(0);
        for (size_t row = 0; row < n_rows; row += LANES) {
            V outs[LANES];
            for (size_t i = 0; i < LANES; i++)
                outs[i] = v_load(tiles + (out + i) * TILE_ROWS + row);
            v_transpose(outs);
            for (size_t i = 0; i < LANES && row + i < n_rows; i++)
                v_store_n(y + (row + i) * stride + out, outs[i] + shift, n);
        }
    }
}

// ---- Attention

static void
tile_softmax(float *scores, size_t n_keys, float *maxima, float *sums, float *correction)
{
    for (size_t row = 0; row < TILE_ROWS; row += LANES) {
        const V before = v_load(maxima + row);
        V most = before, sum = v_set(0);
        for (size_t key = 0; key < n_keys; key++)
            most = v_max(most, v_load(scores + key * TILE_ROWS + row));
        for (size_t key = 0; key < n_keys; key++) {
            const V p = v_exp(v_load(scores + key * TILE_ROWS + row) - most);
            v_store(scores + key * TILE_ROWS + row, p);
            sum = sum + p;
        }
        const V factor = v_exp(before - most);
        v_store(maxima + row, most);
        v_store(sums + row, v_fma(v_load(sums + row), factor, sum));
        v_store(correction + row, factor);
    }
}

static void transpose(
    const float *x, size_t x_stride, size_t n_rows, size_t n_columns, float *y, size_t y_stride)
{
    for (size_t row = 0; row < n_rows; row += LANES)
        for (size_t column = 0; column < n_columns; column += LANES) {
            V block[LANES];
            for (size_t i = 0; i < LANES; i++)
                block[i] = row + i < n_rows
                               ? v_load_n(x + (row + i) * x_stride + column, n_columns - column)
                               : v_set(0);
            v_transpose(block);
            for (size_t i = 0; i < LANES && column + i < n_columns; i++)
                v_store_n(y + (column + i) * y_stride + row, block[i], n_rows - row);
        }
}

static void tile_scale(float *tile, size_t n, const float *factors)
{
    for (size_t i = 0; i < n; i++)
        for (size_t row = 0; row < TILE_ROWS; row += LANES) {
            float *at = tile + i * TILE_ROWS + row;
            v_store(at, v_load(at) * v_load(factors + row));
        }
}

static float row_softmax_unscaled(float *x, size_t n, float *sum)
{
    V most = v_set(-INFINITY), total = v_set(0);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        most = v_max(most, v_load(x + i));
    float maximum = v_most(most);
    for (size_t j = i; j < n; j++)
        maximum = x[j] > maximum ? x[j] : maximum;
    for (i = 0; i + LANES <= n; i += LANES) {
        const V p = v_exp(v_load(x + i) - v_set(maximum));
        v_store(x + i, p);
        total = total + p;
    }
    *sum = v_sum(total);
    if (i == n) return maximum;
    v_store_n(x + i, v_exp(v_load_n(x + i, n - i) - v_set(maximum)), n - i);
    *sum += v_sum(v_load_n(x + i, n - i));
    return maximum;
}

// scores[i] = scale · key i · query for i < n; keys lie stride floats apart.
static void keys_score(const float *keys,
                       size_t stride,
                       size_t n,
                       const PeAttention *attention,
                       const float *query,
                       float *scores)
{
    const size_t n_bytes = stride * sizeof *keys;
    size_t i = 0;
    for (; i + STREAMS <= n; i += STREAMS) {
        const unsigned char *bytes = (const unsigned char *)(keys + i * stride);
        const Rows four = {.bytes = bytes, .stride = n_bytes};
        rows_dot(PE_TYPE_F32, four, STREAMS, query, 1, 0, attention->head_dim,
                 (Outs){scores + i, 0, 1});
    }
    for (; i < n; i++) {
        const unsigned char *bytes = (const unsigned char *)(keys + i * stride);
        const Rows one = {.bytes = bytes};
        rows_dot(PE_TYPE_F32, one, 1, query, 1, 0, attention->head_dim,
                 (Outs){scores + i, 0, 1});
    }
    for (i = 0; i < n; i++)
        scores[i] *= attention->scale;
}

// sums[head_dim] = Σ over the keys of weights · values.
static void values_sum(const PeAttention *attention,
                       const float *values,
                       const float *weights,
                       size_t n_keys,
                       float *sums)
{
    for (size_t d = 0; d < attention->head_dim; d += 4 * LANES) {
        V parts[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
        const size_t left = attention->head_dim - d;
        if (left >= 4 * LANES)
            for (size_t key = 0; key < n_keys; key++)
                for (size_t j = 0; j < 4; j++)
                    parts[j] = v_fma(
                        v_set(weights[key]),
                        v_load(values + key * attention->kv_stride + d + j * LANES), parts[j]);
        else
            for (size_t key = 0; key < n_keys; key++)
                for (size_t j = 0; j * LANES < left; j++)
                    parts[j] =
                        v_fma(v_set(weights[key]),
                              v_load_n(values + key * attention->kv_stride + d + j * LANES,
                                       left - j * LANES),
                              parts[j]);
        for (size_t j = 0; j < 4 && j * LANES < left; j++)
            v_store_n(sums + d + j * LANES, parts[j], left - j * LANES);
    }
}

// Reads the keys and values first … first + n once, in four places: then the processor looks
// ahead by itself, which brings them sooner than asking for every line does.
static void keys_read(const PeAttention *attention, size_t first, size_t n)
{
    const float *keys = attention->keys + first * attention->kv_stride,
                *values = attention->values + first * attention->kv_stride;
    const size_t n_floats =
        (n - 1) * attention->kv_stride + attention->n_kv_heads * attention->head_dim;
    const size_t line = 16, half = n_floats / 2;
    for (size_t i = 0; i < half; i += line) {
        (void)*(const volatile float *)(keys + i);
        (void)*(const volatile float *)(values + i);
        (void)*(const volatile float *)(keys + half + i);
        (void)*(const volatile float *)(values + half + i);
    }
}

// Of the heads that share keys.
static void group_attend(const PeAttention *attention,
                         size_t query,
                         size_t kv_head,
                         size_t first,
                         size_t n,
                         float *scores,
                         float *seen)
{
    const size_t group = attention->n_heads / attention->n_kv_heads,
                 head_dim = attention->head_dim;
    const size_t offset = first * attention->kv_stride + kv_head * head_dim;
    const float *queries =
        attention->queries + query * attention->query_stride + kv_head * group * head_dim;
    for (size_t i = 0; i < group; i++)
        keys_score(attention->keys + offset, attention->kv_stride, n, attention,
                   queries + i * head_dim, scores + i * n);
    for (size_t i = 0; i < group; i++) {
        float *of_head = seen + i * (head_dim + 2);
        of_head[0] = row_softmax_unscaled(scores + i * n, n, &of_head[1]);
        values_sum(attention, attention->values + offset, scores + i * n, n, of_head + 2);
    }
}

static void row_attend(const PeAttention *attention,
                       size_t query,
                       size_t first,
                       size_t n,
                       float *scores,
                       float *seen)
{
    const size_t group = attention->n_heads / attention->n_kv_heads;
    keys_read(attention, first, n);
    for (size_t i = 0; i < attention->n_kv_heads; i++)
        group_attend(attention, query, i, first, n, scores,
                     seen + i * group * (attention->head_dim + 2));
}

// ---- Rows

static float sum_of_squares(const float *x, size_t n, float mean)
{
    V sum = v_set(0);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const V d = v_load(x + i) - v_set(mean);
        sum = v_fma(d, d, sum);
    }
    float rest = 0;
    for (; i < n; i++)
        rest += (x[i] - mean) * (x[i] - mean);
    return v_sum(sum) + rest;
}

static void rms_norm(const float *x, size_t n, const float *weight, float epsilon, float *y)
{
    const V factor = v_set(1 / sqrtf(sum_of_squares(x, n, 0) / (float)n + epsilon));
    for (size_t i = 0; i < n; i += LANES)
        v_store_n(y + i, v_load_n(x + i, n - i) * factor * v_load_n(weight + i, n - i), n - i);
}

static void layer_norm(
    const float *x, size_t n, const float *weight, const float *bias, float epsilon, float *y)
{
    V sum = v_set(0);
    for (size_t i = 0; i < n; i += LANES)
        sum = sum + v_load_n(x + i, n - i);
    const float mean = v_sum(sum) / (float)n;
    const V factor = v_set(1 / sqrtf(sum_of_squares(x, n, mean) / (float)n + epsilon));
    for (size_t i = 0; i < n; i += LANES) {
        const V d = (v_load_n(x + i, n - i) - v_set(mean)) * factor;
        v_store_n(y + i, v_fma(d, v_load_n(weight + i, n - i), v_load_n(bias + i, n - i)),
                  n - i);
    }
}

static void softmax(float *x, size_t n)
{
    float sum;
    row_softmax_unscaled(x, n, &sum);
    for (size_t i = 0; i < n; i += LANES)
        v_store_n(x + i, v_load_n(x + i, n - i) / v_set(sum), n - i);
}

static float most(const float *x, size_t n)
{
    V all = v_set(-INFINITY);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        all = v_max(all, v_load(x + i));
    float most = v_most(all);
    for (; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static float exp_sum(const float *x, size_t n, float shift)
{
    V sum = v_set(0);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum = sum + v_exp(v_load(x + i) - v_set(shift));
    float rest[LANES] = {0};
    if (i < n) v_store_n(rest, v_exp(v_load_n(x + i, n - i) - v_set(shift)), n - i);
    return v_sum(sum + v_load(rest));
}

static void exp_scaled(const float *x, size_t n, float shift, float factor, float *y)
{
    for (size_t i = 0; i < n; i += LANES) {
        const V distance = v_load_n(x + i, n - i) - v_set(shift);
        v_store_n(y + i, v_exp(distance * v_set(factor)), n - i);
    }
}

static void rope(float *restrict x, size_t n_rotated, const float *cosines, const float *sines)
{
    for (size_t i = 0; i < n_rotated / 2; i++) {
        const float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = a * sines[i] + b * cosines[i];
    }
}

static void silu_gate(float *gate, const float *up, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) {
        const V x = v_load_n(gate + i, n - i);
        v_store_n(gate + i, v_gate(x, x) * v_load_n(up + i, n - i), n - i);
    }
}

static void gelu(PeGelu kind, float *x, size_t n)
{
    for (size_t i = 0; i < n; i += LANES)
        v_store_n(x + i, v_gelu(kind, v_load_n(x + i, n - i)), n - i);
}

static void add(float *x, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i += LANES)
        v_store_n(x + i, v_load_n(x + i, n - i) + v_load_n(y + i, n - i), n - i);
}

// What the levels define: KERNELS(pe_kernels_plain, pe_gemm_plain), say.
#define KERNELS(kernels_name, gemm_name)                                                       \
    const PeKernels kernels_name = {.row_quantise = row_quantise,                              \
                                    .rows_multiply = rows_multiply,                            \
                                    .tile_store = tile_store,                                  \
                                    .transpose = transpose,                                    \
                                    .tile_softmax = tile_softmax,                              \
                                    .tile_scale = tile_scale,                                  \
                                    .row_attend = row_attend,                                  \
                                    .rms_norm = rms_norm,                                      \
                                    .layer_norm = layer_norm,                                  \
                                    .softmax = softmax,                                        \
                                    .most = most,                                              \
                                    .exp_sum = exp_sum,                                        \
                                    .exp = exp_scaled,                                         \
                                    .rope = rope,                                              \
                                    .silu_gate = silu_gate,                                    \
                                    .gelu = gelu,                                              \
                                    .add = add};                                               \
    const PeGemm gemm_name = {.n_outs = TILE_OUTS,                                             \
                              .n_rows = TILE_ROWS,                                             \
                              .k_unit = 1,                                                     \
                              .k_block = K_BLOCK,                                              \
                              .group_rows = PE_GROUP_ROWS,                                     \
                              .value_bytes = sizeof(float),                                    \
                              .inputs_pack = inputs_pack,                                      \
                              .inputs_pack_transposed = inputs_pack_transposed,                \
                              .weights_unpack = weights_unpack,                                \
                              .tile_multiply = tile_multiply,                                  \
                              .begin = nothing,                                                \
                              .end = nothing}
