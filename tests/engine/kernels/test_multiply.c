#include "tests/engine/kernels/data.h"

typedef struct {
    size_t n_rows, n_in, n_out;
} Shape;

// Around the sizes of tiles, panels and blocks of K; one value of each.
static const Shape shapes[] = {
    {1, 32, 1},    {1, 576, 192},   {2, 64, 17},     {3, 800, 9},    {7, 1536, 33},
    {15, 96, 31},  {16, 32, 1},     {16, 64, 16},    {17, 96, 31},   {31, 576, 33},
    {32, 768, 64}, {33, 1056, 129}, {40, 2112, 300}, {1025, 64, 50},
};
static const PeType types[] = {PE_TYPE_F32, PE_TYPE_F16, PE_TYPE_BF16, PE_TYPE_Q8_0};

#define N_SHAPES (sizeof shapes / sizeof *shapes)
#define N_TYPES (sizeof types / sizeof *types)

static float *multiply(PeLevel level,
                       PePrecision precision,
                       unsigned n_threads,
                       const PeMatrix *w,
                       const float *x,
                       size_t n_rows,
                       const float *bias)
{
    float *y = malloc(n_rows * w->n_out * sizeof *y);
    const size_t n_bytes = pe_matrix_scratch_bytes(n_threads, n_rows, w->n_in);
    PeCompute *compute = compute_new(level, precision, n_threads, n_bytes);
    pe_matrix_multiply(compute, w, x, n_rows, bias, y);
    pe_compute_free(compute);
    return y;
}

// Cells are within relative · Σ |w · x| of the sum in double; the worst such quotient.
static double worst_error(
    const float *w, const Shape *shape, const float *x, const float *bias, const float *y)
{
    double worst = 0;
    for (size_t row = 0; row < shape->n_rows; row++)
        for (size_t out = 0; out < shape->n_out; out++) {
            double sum = bias ? bias[out] : 0, size = fabs(sum);
            for (size_t i = 0; i < shape->n_in; i++) {
                const double product =
                    (double)w[out * shape->n_in + i] * x[row * shape->n_in + i];
                sum += product;
                size += fabs(product);
            }
            const double error = fabs(y[row * shape->n_out + out] - sum) / size;
            worst = error > worst || isnan(error) ? error : worst;
        }
    return worst;
}

static void expect_close(
    PeLevel level, PePrecision precision, PeType type, const Shape *shape, double bound)
{
    float *values, *x = random_values(2, shape->n_rows * shape->n_in),
                   *bias = random_values(3, shape->n_out);
    const PeMatrix w = random_matrix(1, type, shape->n_out, shape->n_in, &values);
    float *y = multiply(level, precision, 2, &w, x, shape->n_rows, bias);
    const double worst = worst_error(values, shape, x, bias, y);
    cr_expect(worst <= bound, "%s %s %zux%zux%zu: %g", pe_level_name(level), pe_type_name(type),
              shape->n_rows, shape->n_in, shape->n_out, worst);
    free(values);
    free(x);
    free(bias);
    free(y);
    free((void *)w.data);
}

Test(multiply, every_level_and_type_is_the_sum_of_products_when_exact)
{
    EACH_LEVEL(level)
    for (size_t i = 0; i < N_SHAPES * N_TYPES; i++)
        expect_close(level, PE_PRECISION_EXACT, types[i % N_TYPES], &shapes[i / N_TYPES],
                     1.0 / (1 << 14));
}

Test(multiply, fast_rounds_weights_and_activations_to_8_bits)
{
    EACH_LEVEL(level)
    for (size_t i = 0; i < N_SHAPES * N_TYPES; i++)
        expect_close(level, PE_PRECISION_FAST, types[i % N_TYPES], &shapes[i / N_TYPES],
                     1.0 / (1 << 8));
}

Test(multiply, rows_need_not_be_whole_vectors)
{
    const Shape odd[] = {{1, 7, 3}, {3, 67, 5}, {16, 1, 1}, {17, 147, 19}, {33, 777, 13}};
    EACH_LEVEL(level)
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 3; j++) {
            expect_close(level, PE_PRECISION_EXACT, types[j], &odd[i], 1.0 / (1 << 14));
            expect_close(level, PE_PRECISION_FAST, types[j], &odd[i], 1.0 / (1 << 8));
        }
}

// Both precisions, any number of threads, any run; and a row by itself among others.
static void
expect_same_bits(PeLevel level, PePrecision precision, PeType type, const Shape *shape)
{
    float *values, *x = random_values(2, shape->n_rows * shape->n_in);
    const PeMatrix w = random_matrix(1, type, shape->n_out, shape->n_in, &values);
    const size_t n_bytes = shape->n_rows * shape->n_out * sizeof(float);
    float *first = multiply(level, precision, 1, &w, x, shape->n_rows, NULL);
    const unsigned n_threads[] = {1, 2, 3, 4, 64};
    for (size_t i = 0; i < sizeof n_threads / sizeof *n_threads; i++) {
        float *again = multiply(level, precision, n_threads[i], &w, x, shape->n_rows, NULL);
        cr_expect(memcmp(first, again, n_bytes) == 0, "%s, %u threads", pe_level_name(level),
                  n_threads[i]);
        free(again);
    }
    const size_t half = shape->n_rows / 2;
    float *part =
        multiply(level, precision, 2, &w, x + half * shape->n_in, shape->n_rows - half, NULL);
    cr_expect(memcmp(first + half * shape->n_out, part,
                     (shape->n_rows - half) * shape->n_out * sizeof *part)
                  == 0,
              "%s: a row depends on its neighbours", pe_level_name(level));
    free(values);
    free(x);
    free(first);
    free(part);
    free((void *)w.data);
}

Test(multiply, the_bits_depend_on_neither_threads_nor_other_rows)
{
    // Threads share the outputs of 70 rows. Of 261, but with AMX, each has rows of its own; of
    // 131, so have two pairs of four threads.
    const Shape few[] = {{6, 576, 200}, {15, 96, 203}},
                many[] = {{70, 800, 200}, {131, 576, 70}, {261, 800, 150}};
    EACH_LEVEL(level)
    for (size_t i = 0; i < N_TYPES; i++) {
        for (size_t j = 0; j < sizeof few / sizeof *few; j++)
            expect_same_bits(level, PE_PRECISION_EXACT, types[i], &few[j]);
        for (size_t j = 0; j < sizeof many / sizeof *many; j++) {
            expect_same_bits(level, PE_PRECISION_EXACT, types[i], &many[j]);
            expect_same_bits(level, PE_PRECISION_FAST, types[i], &many[j]);
        }
    }
}

Test(multiply, nor_do_they_where_rows_are_no_whole_vectors)
{
    const Shape odd[] = {{2, 77, 33}, {5, 23, 41}, {7, 3, 9}};
    EACH_LEVEL(level)
    for (size_t i = 0; i < N_TYPES; i++)
        for (size_t j = 0; types[i] != PE_TYPE_Q8_0 && j < sizeof odd / sizeof *odd; j++)
            expect_same_bits(level, PE_PRECISION_EXACT, types[i], &odd[j]);
}

Test(multiply, q8_0_keeps_small_values_beside_large_ones)
{
    // One block of inputs is 10^6 times another: each keeps its own 15 bits.
    const Shape shape = {1, 64, 8};
    float *values, *x = random_values(2, 64);
    const PeMatrix w = random_matrix(1, PE_TYPE_Q8_0, 8, 64, &values);
    for (size_t i = 0; i < 32; i++)
        x[i] *= 1e-6f;
    for (size_t i = 32; i < 64; i++)
        x[i] = 0;
    EACH_LEVEL(level)
    {
        float *y = multiply(level, PE_PRECISION_EXACT, 1, &w, x, 1, NULL);
        cr_expect_leq(worst_error(values, &shape, x, NULL, y), 1.0 / (1 << 14));
        free(y);
    }
    free(values);
    free(x);
    free((void *)w.data);
}
