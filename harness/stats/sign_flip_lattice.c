// Exact where all values are whole multiples of a unit. With a sign of +1 for each chosen
// cluster and -1 for the others, T = 2 · (sum of the chosen) - total, so that the sum of the
// chosen, a whole number of units, has the distribution that is wanted.
#include "harness/stats/distributions.h"
#include "harness/stats/sign_flip_private.h"

#include <math.h>

// 2^-1000 is still an ordinary double. MAX_CELLS / 2 additions take 1-2 ms.
enum { MAX_CLUSTERS = 1000, FEW_CLUSTERS = 200, MAX_CELLS = 8000000 };

// All of one size: the number of positive signs is binomial.
static void binomial_tails(const PsMagnitude *all, PsSignFlip *result)
{
    const uint64_t n = all->count, n_positive = (uint64_t)(all->count + (int64_t)all->net) / 2;
    result->greater = ps_binomial_cdf(n - n_positive, n, 0.5);
    result->less = ps_binomial_cdf(n_positive, n, 0.5);
}

// The distribution of the sum of the chosen after one more cluster of size `step`: from[0 …
// total] becomes to[0 … total + step].
static void
cluster_add(const double *restrict from, double *restrict to, size_t total, size_t step)
{
    const size_t overlap_end = MAX(total + 1, step);
    for (size_t i = 0; i < MIN(step, total + 1); i++)
        to[i] = 0.5 * from[i];
    for (size_t i = total + 1; i < step; i++)
        to[i] = 0;
    for (size_t i = step; i <= total; i++)
        to[i] = 0.5 * (from[i] + from[i - step]);
    for (size_t i = overlap_end; i <= total + step; i++)
        to[i] = 0.5 * from[i - step];
}

// From the far end, so that small terms come first.
static double sum_from(const double *chances, int64_t first, int64_t total)
{
    double sum = 0;
    for (int64_t i = total; i >= MAX(first, 0); i--)
        sum += chances[i];
    return fmin(1, sum);
}

// The chances of the sums 0 … total of the chosen.
static double *convolve(const PsSignFlips *flips, const int64_t *multiples, int64_t total)
{
    double *from = g_new(double, (size_t)total + 1), *to = g_new(double, (size_t)total + 1);
    int64_t reached = 0;
    from[0] = 1;
    for (size_t i = 0; i < flips->n_values; i++) {
        for (uint32_t k = 0; k < flips->values[i].count; k++) {
            cluster_add(from, to, (size_t)reached, (size_t)multiples[i]);
            reached += multiples[i];
            double *swap = from;
            from = to;
            to = swap;
        }
    }
    g_free(to);
    return from;
}

// Each value in whole units, rounded, and their total.
static int64_t *multiples_of(const PsSignFlips *flips, double unit, int64_t *total)
{
    int64_t *multiples = g_new(int64_t, flips->n_values);
    *total = 0;
    for (size_t i = 0; i < flips->n_values; i++) {
        multiples[i] = llround(flips->values[i].value / unit);
        *total += multiples[i] * flips->values[i].count;
    }
    return multiples;
}

bool ps_sign_flip_lattice(const PsSignFlips *flips, PsSignFlip *result)
{
    if (flips->n_values == 1) {
        binomial_tails(&flips->values[0], result);
        return true;
    }
    if (flips->unit == 0 || flips->n_clusters > MAX_CLUSTERS) return false;
    if (flips->total / flips->unit * (double)flips->n_clusters > MAX_CELLS) return false;
    int64_t total, observed = 0;
    g_autofree int64_t *multiples = multiples_of(flips, flips->unit, &total);
    g_autofree double *chances = convolve(flips, multiples, total);
    for (size_t i = 0; i < flips->n_values; i++)
        observed += flips->values[i].net * multiples[i];
    result->greater = sum_from(chances, (total + observed) / 2, total);
    result->less = sum_from(chances, (total - observed) / 2, total);
    return true;
}

// ---- Nearly whole multiples

// Values are rounded to a fine grid, T = unit · (2 · chosen - total) + E.
typedef struct {
    int64_t total;
    double *chances;    // [total + 1], of the chosen
    double unit, error; // the standard deviation of E
} Grid;

// The unit that leaves E uncorrelated with the sum on the grid (least squares), and what is
// left.
static void grid_fit(Grid *grid, const PsSignFlips *flips, const int64_t *multiples)
{
    double products = 0, squares = 0, left = 0;
    for (size_t i = 0; i < flips->n_values; i++) {
        const double multiple = (double)multiples[i], count = flips->values[i].count;
        products += multiple * flips->values[i].value * count;
        squares += multiple * multiple * count;
    }
    grid->unit = products / squares;
    for (size_t i = 0; i < flips->n_values; i++) {
        const double rest = flips->values[i].value - grid->unit * (double)multiples[i];
        left += rest * rest * flips->values[i].count;
    }
    grid->error = fmax(sqrt(left), flips->slack);
}

// P(T ≥ least), E taken as normal.
static double grid_tail(const Grid *grid, double least)
{
    double sum = 0;
    for (int64_t i = grid->total; i >= 0; i--) {
        const double z = (grid->unit * (double)(2 * i - grid->total) - least) / grid->error;
        if (z < -9) break;
        sum += grid->chances[i] * (z > 9 ? 1 : ps_normal_cdf(z));
    }
    return fmin(1, sum);
}

// Fine enough if gaps in T keep their place, and the clusters that are lost in E are such that
// those that are not make a p of 2^-36 at least.
static bool grid_suits(const PsSignFlips *flips, double unit)
{
    const bool gathers = flips->near_unit > 1.5 * flips->unit;
    if (flips->n_clusters > (gathers ? MAX_CLUSTERS : FEW_CLUSTERS)) return false;
    if (gathers && 4 * unit > flips->near_unit) return false;
    size_t n_seen = 0;
    for (size_t i = 0; i < flips->n_values; i++) {
        if (flips->values[i].value >= unit) n_seen += flips->values[i].count;
    }
    return n_seen >= 36;
}

bool ps_sign_flip_grid(const PsSignFlips *flips, PsSignFlip *result)
{
    const double unit = flips->total * (double)flips->n_clusters / MAX_CELLS;
    if (!grid_suits(flips, unit)) return false;
    Grid grid;
    g_autofree int64_t *multiples = multiples_of(flips, unit, &grid.total);
    grid_fit(&grid, flips, multiples);
    grid.chances = convolve(flips, multiples, grid.total);
    // If T moves in steps of twice a unit, half of one keeps the observed sum in.
    const double half_step = fmax(flips->unit, flips->slack);
    result->greater = grid_tail(&grid, flips->observed - half_step);
    result->less = grid_tail(&grid, -flips->observed - half_step);
    g_free(grid.chances);
    return true;
}
