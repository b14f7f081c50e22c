#include "tests/engine/kernels/data.h"

typedef struct {
    size_t n_queries, n_keys, n_heads, n_kv_heads, head_dim;
    bool is_causal;
} Case;

static const Case cases[] = {
    {1, 1, 1, 1, 64, true},      {1, 700, 9, 3, 64, true},  {3, 1100, 6, 2, 32, true},
    {15, 15, 2, 2, 80, false},   {16, 16, 3, 1, 64, true},  {17, 40, 2, 1, 16, true},
    {33, 600, 9, 3, 64, true},   {64, 64, 4, 4, 72, false}, {100, 1100, 2, 1, 64, true},
    {70, 1030, 2, 2, 24, false}, {40, 40, 2, 1, 256, true}, {12, 530, 1, 1, 7, true},
    {4, 2050, 4, 2, 32, true},   {18, 530, 1, 1, 7, true},
};

#define N_CASES (sizeof cases / sizeof *cases)

// Rows stand a little apart, so that strides are used; nothing lies behind the last.
static PeAttention attention_new(const Case *of)
{
    PeAttention attention = {.n_heads = of->n_heads,
                             .n_kv_heads = of->n_kv_heads,
                             .head_dim = of->head_dim,
                             .n_queries = of->n_queries,
                             .n_keys = of->n_keys,
                             .is_causal = of->is_causal,
                             .scale = 4 / sqrtf((float)of->head_dim)};
    attention.query_stride = of->n_heads * of->head_dim + 3;
    attention.kv_stride = of->n_kv_heads * of->head_dim + 5;
    attention.out_stride = of->n_heads * of->head_dim + 2;
    attention.queries = random_values(1, of->n_queries * attention.query_stride);
    const size_t n_values =
        (of->n_keys - 1) * attention.kv_stride + of->n_kv_heads * of->head_dim;
    attention.keys = random_values(2, n_values);
    attention.values = random_values(3, n_values);
    attention.out = calloc(of->n_queries * attention.out_stride, sizeof(float));
    return attention;
}

static void attention_free(PeAttention *attention)
{
    free((void *)attention->queries);
    free((void *)attention->keys);
    free((void *)attention->values);
    free(attention->out);
}

static void
run(PeLevel level, PePrecision precision, unsigned n_threads, const PeAttention *attention)
{
    const size_t n_bytes =
        pe_attention_scratch_bytes(n_threads, attention->n_heads, attention->n_kv_heads,
                                   attention->head_dim, attention->n_keys);
    PeCompute *compute = compute_new(level, precision, n_threads, n_bytes);
    pe_attention(compute, attention);
    pe_compute_free(compute);
}

// The definition, in double: out[head_dim] of one query and head.
static void attend(const PeAttention *attention, size_t query, size_t head, double *out)
{
    const size_t head_dim = attention->head_dim,
                 kv_head = head / (attention->n_heads / attention->n_kv_heads);
    const size_t n = attention->is_causal ? attention->n_keys - attention->n_queries + query + 1
                                          : attention->n_keys;
    const float *q = attention->queries + query * attention->query_stride + head * head_dim;
    double sum = 0;
    memset(out, 0, head_dim * sizeof *out);
    for (size_t key = 0; key < n; key++) {
        const size_t at = key * attention->kv_stride + kv_head * head_dim;
        double score = 0;
        for (size_t i = 0; i < head_dim; i++)
            score += (double)q[i] * attention->keys[at + i];
        const double p = exp(score * attention->scale);
        sum += p;
        for (size_t i = 0; i < head_dim; i++)
            out[i] += p * attention->values[at + i];
    }
    for (size_t i = 0; i < head_dim; i++)
        out[i] /= sum;
}

static double worst_error(const PeAttention *attention)
{
    double worst = 0, expected[PE_HEAD_DIM_MOST];
    for (size_t query = 0; query < attention->n_queries; query++)
        for (size_t head = 0; head < attention->n_heads; head++) {
            attend(attention, query, head, expected);
            const float *out =
                attention->out + query * attention->out_stride + head * attention->head_dim;
            for (size_t i = 0; i < attention->head_dim; i++) {
                const double error = fabs(out[i] - expected[i]);
                worst = error > worst || isnan(error) ? error : worst;
            }
        }
    return worst;
}

static void expect_close(PeLevel level, PePrecision precision, double bound)
{
    for (size_t i = 0; i < N_CASES; i++) {
        PeAttention attention = attention_new(&cases[i]);
        run(level, precision, 2, &attention);
        const double worst = worst_error(&attention);
        cr_expect(worst <= bound, "%s, case %zu: %g", pe_level_name(level), i, worst);
        attention_free(&attention);
    }
}

Test(attention, is_the_softmax_of_scores_times_values_when_exact)
{
    EACH_LEVEL(level) expect_close(level, PE_PRECISION_EXACT, 3e-5);
}

Test(attention, is_close_when_fast)
{
    EACH_LEVEL(level) expect_close(level, PE_PRECISION_FAST, 0.02);
}

Test(attention, the_bits_do_not_depend_on_threads)
{
    EACH_LEVEL(level)
    for (size_t i = 0; i < N_CASES; i++) {
        PeAttention attention = attention_new(&cases[i]);
        const size_t n = attention.n_queries * attention.out_stride;
        run(level, PE_PRECISION_EXACT, 1, &attention);
        float *one = malloc(n * sizeof *one);
        memcpy(one, attention.out, n * sizeof *one);
        run(level, PE_PRECISION_EXACT, 3, &attention);
        cr_expect_eq(memcmp(one, attention.out, n * sizeof *one), 0);
        free(one);
        attention_free(&attention);
    }
}

// Of few queries each has the bits that it has alone, also where keys are divided another way
// from one to the next (2048 keys).
Test(attention, a_query_does_not_depend_on_those_beside_it)
{
    const Case of = {4, 2050, 4, 2, 32, true};
    const size_t row_bytes = of.n_heads * of.head_dim * sizeof(float);
    EACH_LEVEL(level)
    {
        PeAttention attention = attention_new(&of);
        run(level, PE_PRECISION_EXACT, 2, &attention);
        for (size_t query = 0; query < of.n_queries; query++) {
            PeAttention alone = attention;
            alone.n_queries = 1;
            alone.n_keys = of.n_keys - of.n_queries + query + 1;
            alone.queries += query * attention.query_stride;
            alone.out = calloc(1, row_bytes);
            run(level, PE_PRECISION_EXACT, 2, &alone);
            cr_expect_eq(
                memcmp(alone.out, attention.out + query * attention.out_stride, row_bytes), 0);
            free(alone.out);
        }
        attention_free(&attention);
    }
}
