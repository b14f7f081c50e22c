#include "datasets/shared/gaussian.h"

#include <glib.h>
#include <math.h>

#define LEVEL_BITS 12
#define N_LEVELS (1 << LEVEL_BITS) // 16 KiB of floats: stays in the first cache
#define DEVIATES_PER_DRAW (64 / LEVEL_BITS)

static float levels[N_LEVELS];

// The quantile z with Φ(z) = p, by bisection: it runs 2048 times once, and no rational
// approximation has to be trusted.
static double normal_quantile(double p)
{
    double low = -10, high = 10;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / M_SQRT2) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

// N_LEVELS equally likely values: the middles of as many slices of the normal distribution,
// symmetric, and scaled so that their standard deviation is exactly 1. Rounded to 2^-16, so
// that the last digit of a mathematics library does not change what is generated.
static void levels_fill(void)
{
    double squares = 0;
    double upper[N_LEVELS / 2];
    for (int i = 0; i < N_LEVELS / 2; i++) {
        upper[i] = normal_quantile(0.5 + (i + 0.5) / N_LEVELS);
        squares += 2 * upper[i] * upper[i];
    }
    double scale = 1 / sqrt(squares / N_LEVELS);
    for (int i = 0; i < N_LEVELS / 2; i++) {
        float level = (float)(round(upper[i] * scale * 65536) / 65536);
        levels[N_LEVELS / 2 + i] = level;
        levels[N_LEVELS / 2 - 1 - i] = -level;
    }
}

static void levels_fill_once(void)
{
    static gsize is_done;
    if (!g_once_init_enter(&is_done)) return;
    levels_fill();
    g_once_init_leave(&is_done, 1);
}

void ps_gaussian_fill(PsRng *rng, double sigma, float *out, size_t n)
{
    levels_fill_once();
    float scale = (float)sigma;
    for (size_t i = 0; i < n;) {
        uint64_t bits = ps_rng_next(rng);
        size_t stop = MIN(n, i + DEVIATES_PER_DRAW);
        for (; i < stop; i++, bits >>= LEVEL_BITS)
            out[i] = scale * levels[bits & (N_LEVELS - 1)];
    }
}
