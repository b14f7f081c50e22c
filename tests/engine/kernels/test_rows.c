#include "tests/engine/kernels/data.h"

#define N_ROWS 3

static const size_t sizes[] = {1, 7, 16, 31, 64, 577, 1536};

#define N_SIZES (sizeof sizes / sizeof *sizes)

typedef struct {
    PeLevel level;
    size_t n;
    PeCompute *compute;
    float *x, *weight, *bias, *y;
} Fixture;

static Fixture fixture_new(PeLevel level, size_t n)
{
    Fixture fixture = {
        .level = level, .n = n, .compute = compute_new(level, PE_PRECISION_EXACT, 2, 0)};
    fixture.x = random_values(1, N_ROWS * n);
    for (size_t i = 0; i < N_ROWS * n; i++)
        fixture.x[i] = 6 * fixture.x[i] + 1;
    fixture.weight = random_values(2, N_ROWS * n);
    fixture.bias = random_values(3, n);
    fixture.y = calloc(N_ROWS * n + 1, sizeof(float));
    return fixture;
}

static void fixture_free(Fixture *fixture)
{
    pe_compute_free(fixture->compute);
    free(fixture->x);
    free(fixture->weight);
    free(fixture->bias);
    free(fixture->y);
}

static void expect_near(const Fixture *fixture, float value, double expected, double bound)
{
    cr_expect(fabs(value - expected) <= bound * fmax(1, fabs(expected)),
              "%s, n %zu: %.9g, expected %.9g", pe_level_name(fixture->level), fixture->n,
              value, expected);
}

static double mean(const float *x, size_t n, double shift, int power)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pow(x[i] - shift, power);
    return sum / (double)n;
}

#define EACH_FIXTURE(fixture)                                                                  \
    EACH_LEVEL(level)                                                                          \
    for (size_t size = 0; size < N_SIZES; size++)                                              \
        for (Fixture fixture = fixture_new(level, sizes[size]); fixture.x;                     \
             fixture_free(&fixture), fixture.x = NULL)

Test(rows, rms_norm_divides_by_the_root_of_the_mean_square)
{
    EACH_FIXTURE(f)
    {
        pe_rms_norm(f.compute, f.x, N_ROWS, f.n, f.weight, 1e-5f, f.y);
        for (size_t i = 0; i < N_ROWS * f.n; i++) {
            const double square = mean(f.x + i / f.n * f.n, f.n, 0, 2);
            expect_near(&f, f.y[i], f.x[i] / sqrt(square + 1e-5) * f.weight[i % f.n], 2e-6);
        }
    }
}

Test(rows, layer_norm_has_mean_0_and_variance_1_before_weight_and_bias)
{
    EACH_FIXTURE(f)
    {
        pe_layer_norm(f.compute, f.x, N_ROWS, f.n, f.weight, f.bias, 1e-5f, f.y);
        for (size_t i = 0; i < N_ROWS * f.n; i++) {
            const float *row = f.x + i / f.n * f.n;
            const double centre = mean(row, f.n, 0, 1), variance = mean(row, f.n, centre, 2);
            const double expected =
                (f.x[i] - centre) / sqrt(variance + 1e-5) * f.weight[i % f.n] + f.bias[i % f.n];
            expect_near(&f, f.y[i], expected, f.n == 1 ? 1e-3 : 5e-6);
        }
    }
}

Test(rows, softmax_is_normalised_and_survives_large_values)
{
    EACH_FIXTURE(f)
    {
        for (size_t i = 0; i < N_ROWS * f.n; i++)
            f.y[i] = 1000 + f.x[i];
        float *before = malloc(N_ROWS * f.n * sizeof *before);
        memcpy(before, f.y, N_ROWS * f.n * sizeof *before);
        pe_softmax(f.compute, f.y, N_ROWS, f.n);
        for (size_t row = 0; row < N_ROWS; row++) {
            double sum = 0;
            for (size_t i = 0; i < f.n; i++)
                sum += exp((double)before[row * f.n + i] - 1000);
            for (size_t i = 0; i < f.n; i++)
                expect_near(&f, f.y[row * f.n + i],
                            exp((double)before[row * f.n + i] - 1000) / sum, 1e-6);
        }
        free(before);
    }
}

Test(rows, rope_turns_adjacent_pairs_and_leaves_the_rest)
{
    enum { HEADS = 3, DIM = 10, ROTATED = 6, STRIDE = 40, PAIRS = ROTATED / 2 };
    const int32_t positions[N_ROWS] = {0, 5, 8191};
    EACH_LEVEL(level)
    {
        PeCompute *compute = compute_new(level, PE_PRECISION_EXACT, 2, 0);
        float *x = random_values(1, N_ROWS * STRIDE), *y = random_values(1, N_ROWS * STRIDE);
        float cosines[N_ROWS * PAIRS], sines[N_ROWS * PAIRS];
        pe_rope_angles(positions, N_ROWS, 10000, ROTATED, cosines, sines);
        pe_rope(compute, y, N_ROWS, STRIDE, HEADS, DIM, ROTATED, cosines, sines);
        for (size_t i = 0; i < N_ROWS * STRIDE; i++) {
            const size_t at = i % STRIDE, d = at % DIM;
            double expected = x[i];
            if (at < HEADS * DIM && d < ROTATED) {
                const double angle =
                    positions[i / STRIDE] * pow(10000, -2.0 * (double)(d / 2) / ROTATED);
                expected = d % 2 ? x[i - 1] * sin(angle) + x[i] * cos(angle)
                                 : x[i] * cos(angle) - x[i + 1] * sin(angle);
            }
            cr_expect_float_eq(y[i], expected, 1e-6);
        }
        free(x);
        free(y);
        pe_compute_free(compute);
    }
}

static double silu(double x)
{
    return x / (1 + exp(-x));
}

Test(rows, silu_gate_multiplies_silu_of_the_gate_with_up)
{
    EACH_FIXTURE(f)
    {
        memcpy(f.y, f.x, N_ROWS * f.n * sizeof *f.y);
        pe_silu_gate(f.compute, f.y, f.weight, N_ROWS * f.n);
        for (size_t i = 0; i < N_ROWS * f.n; i++)
            expect_near(&f, f.y[i], silu(f.x[i]) * f.weight[i], 1e-6);
    }
}

static double gelu(PeGelu kind, double x)
{
    if (kind == PE_GELU_TANH)
        return x / 2 * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    if (kind == PE_GELU_ERF) return x / 2 * (1 + erf(x / sqrt(2)));
    return x / (1 + exp(-1.702 * x));
}

Test(rows, gelu_is_within_its_bound_far_out_too)
{
    enum { N = 4001 };
    EACH_LEVEL(level)
    for (PeGelu kind = PE_GELU_TANH; kind <= PE_GELU_QUICK; kind++) {
        PeCompute *compute = compute_new(level, PE_PRECISION_EXACT, 1, 0);
        float x[N];
        for (size_t i = 0; i < N; i++)
            x[i] = ((float)i - N / 2) / 50;
        pe_gelu(compute, kind, x, N);
        for (size_t i = 0; i < N; i++) {
            const float at = ((float)i - N / 2) / 50;
            cr_expect(fabs(x[i] - gelu(kind, at)) <= 1e-6 * fmax(1, fabs(at)),
                      "%s, kind %d of %g: %g", pe_level_name(level), kind, at, x[i]);
        }
        pe_compute_free(compute);
    }
}

Test(rows, add_adds)
{
    EACH_FIXTURE(f)
    {
        pe_add(f.compute, f.y, f.x, N_ROWS * f.n);
        pe_add(f.compute, f.y, f.weight, N_ROWS * f.n);
        for (size_t i = 0; i < N_ROWS * f.n; i++)
            expect_near(&f, f.y[i], (double)f.x[i] + f.weight[i], 1e-6);
    }
}

// As many values as a vocabulary has too.
Test(rows, log_softmax_and_exp_are_those_of_doubles)
{
    const size_t n_values[] = {1, 7, 16, 31, 1024, 1025, 49280};
    EACH_LEVEL(level)
    for (size_t k = 0; k < sizeof n_values / sizeof *n_values; k++) {
        const size_t n = n_values[k];
        float *x = random_values(5, n), *y = malloc((n + 1) * sizeof *y);
        double most = -INFINITY, sum = 0;
        y[n] = 7;
        for (size_t i = 0; i < n; i++) {
            x[i] = 20 * x[i] + 300;
            most = fmax(most, x[i]);
        }
        for (size_t i = 0; i < n; i++)
            sum += exp(x[i] - most);
        memcpy(y, x, n * sizeof *y);
        pe_log_softmax(level, y, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_float_eq(y[i], x[i] - most - log(sum), 4e-5, "%s, %zu of %zu: %g",
                               pe_level_name(level), i, n, y[i]);
        pe_exp(level, x, n, 300, 0.5f, y);
        for (size_t i = 0; i < n; i++)
            cr_assert_float_eq(y[i] / exp(0.5 * (x[i] - 300)), 1, 1e-6);
        cr_expect_eq(y[n], 7);
        free(x);
        free(y);
    }
}
