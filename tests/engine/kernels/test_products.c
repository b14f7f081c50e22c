// Lists of products: the same as one by one.
#include "tests/engine/kernels/data.h"

enum { N_IN = 800, N_QUERY = 203, N_KEY = 64, N_FEED = 333, ROWS_MOST = 131 };

static const PeType types[] = {PE_TYPE_F32, PE_TYPE_F16, PE_TYPE_BF16, PE_TYPE_Q8_0};

typedef struct {
    PeMatrix query, key, gate, up;
    float *x, *bias, *before; // before: [ROWS_MOST, N_KEY], to which is added
} Inputs;

static PeMatrix matrix_new(uint64_t seed, PeType type, size_t n_out)
{
    float *values;
    const PeMatrix matrix = random_matrix(seed, type, n_out, N_IN, &values);
    free(values);
    return matrix;
}

// Types differ: a list may mix them.
static Inputs inputs_new(size_t i)
{
    return (Inputs){.query = matrix_new(1, types[i % 4], N_QUERY),
                    .key = matrix_new(2, types[(i + 1) % 4], N_KEY),
                    .gate = matrix_new(3, types[i % 4], N_FEED),
                    .up = matrix_new(4, types[(i + 1) % 4], N_FEED),
                    .x = random_values(5, ROWS_MOST * N_IN),
                    .bias = random_values(6, N_QUERY),
                    .before = random_values(7, ROWS_MOST * N_KEY)};
}

static void inputs_free(Inputs *inputs)
{
    const PeMatrix *matrices[] = {&inputs->query, &inputs->key, &inputs->gate, &inputs->up};
    for (size_t i = 0; i < 4; i++)
        free((void *)matrices[i]->data);
    free(inputs->x);
    free(inputs->bias);
    free(inputs->before);
}

typedef struct {
    float *query, *key, *gate;
} Outputs;

static Outputs outputs_new(const Inputs *inputs)
{
    const Outputs outputs = {.query = random_values(8, ROWS_MOST * N_QUERY),
                             .key = random_values(9, ROWS_MOST * N_KEY),
                             .gate = random_values(10, ROWS_MOST * N_FEED)};
    memcpy(outputs.key, inputs->before, ROWS_MOST * N_KEY * sizeof(float));
    return outputs;
}

static void outputs_free(Outputs *outputs)
{
    free(outputs->query);
    free(outputs->key);
    free(outputs->gate);
}

static PeCompute *multiplier_new(PeLevel level, PePrecision precision, unsigned n_threads)
{
    return compute_new(level, precision, n_threads,
                       pe_matrix_scratch_bytes(n_threads, ROWS_MOST, N_IN));
}

static Outputs
one_by_one(PeLevel level, PePrecision precision, const Inputs *inputs, size_t n_rows)
{
    PeCompute *compute = multiplier_new(level, precision, 1);
    Outputs outputs = outputs_new(inputs);
    float *product = malloc(ROWS_MOST * N_FEED * sizeof *product);
    pe_matrix_multiply(compute, &inputs->query, inputs->x, n_rows, inputs->bias, outputs.query);
    pe_matrix_multiply(compute, &inputs->key, inputs->x, n_rows, NULL, product);
    pe_add(compute, outputs.key, product, n_rows * N_KEY);
    pe_matrix_multiply(compute, &inputs->gate, inputs->x, n_rows, NULL, outputs.gate);
    pe_matrix_multiply(compute, &inputs->up, inputs->x, n_rows, NULL, product);
    pe_silu_gate(compute, outputs.gate, product, n_rows * N_FEED);
    free(product);
    pe_compute_free(compute);
    return outputs;
}

static Outputs together(PeLevel level,
                        PePrecision precision,
                        unsigned n_threads,
                        const Inputs *inputs,
                        size_t n_rows)
{
    PeCompute *compute = multiplier_new(level, precision, n_threads);
    Outputs outputs = outputs_new(inputs);
    const PeProduct products[PE_PRODUCTS_MOST] = {
        {.w = &inputs->query, .bias = inputs->bias, .y = outputs.query},
        {.w = &inputs->key, .after = PE_AFTER_ADD, .y = outputs.key},
        {.w = &inputs->gate, .y = outputs.gate},
        {.w = &inputs->up, .after = PE_AFTER_GATE, .y = outputs.gate}};
    pe_matrices_multiply(compute, products, PE_PRODUCTS_MOST, inputs->x, n_rows);
    pe_compute_free(compute);
    return outputs;
}

// What lies behind the rows is compared too: it is not touched.
static void expect_same(const Outputs *a, const Outputs *b, PeLevel level, size_t n_rows)
{
    const bool is_same = memcmp(a->query, b->query, ROWS_MOST * N_QUERY * sizeof(float)) == 0
                         && memcmp(a->key, b->key, ROWS_MOST * N_KEY * sizeof(float)) == 0
                         && memcmp(a->gate, b->gate, ROWS_MOST * N_FEED * sizeof(float)) == 0;
    cr_expect(is_same, "%s, %zu rows", pe_level_name(level), n_rows);
}

static void expect_list_is_one_by_one(PeLevel level, PePrecision precision, size_t n_rows)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        Inputs inputs = inputs_new(i);
        Outputs right = one_by_one(level, precision, &inputs, n_rows);
        for (unsigned n_threads = 1; n_threads <= 3; n_threads++) {
            Outputs outputs = together(level, precision, n_threads, &inputs, n_rows);
            expect_same(&right, &outputs, level, n_rows);
            outputs_free(&outputs);
        }
        outputs_free(&right);
        inputs_free(&inputs);
    }
}

Test(products, a_list_has_the_bits_of_one_by_one)
{
    const size_t n_rows[] = {1, 3, PE_PREFILL_ROWS - 1, PE_PREFILL_ROWS, ROWS_MOST};
    EACH_LEVEL(level)
    for (size_t i = 0; i < sizeof n_rows / sizeof *n_rows; i++) {
        expect_list_is_one_by_one(level, PE_PRECISION_EXACT, n_rows[i]);
        expect_list_is_one_by_one(level, PE_PRECISION_FAST, n_rows[i]);
    }
}
