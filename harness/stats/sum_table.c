#include "harness/stats/sum_table.h"

#include "harness/stats/unit.h"

#include <glib.h>
#include <math.h>

enum { MAX_VALUES = 64, MAX_COST = 1 << 20 };

// In units: the values from the smallest on, and the window of sums that have a chance.
typedef struct {
    size_t n, n_values, n_cells;
    uint32_t multiples[MAX_VALUES];
    double shares[MAX_VALUES];
    double first;            // the sum of cell 0
    double *cosines, *sines; // [n_cells], of 2π i / n_cells
} Plan;

static bool multiples_find(Plan *plan, PsSumTable *table, const double *values)
{
    double distances[MAX_VALUES];
    for (size_t i = 1; i < plan->n_values; i++)
        distances[i - 1] = values[i] - values[0];
    table->unit = ps_common_unit(distances, 1, plan->n_values - 1);
    if (table->unit == 0) return false;
    plan->multiples[0] = 0;
    for (size_t i = 1; i < plan->n_values; i++)
        plan->multiples[i] = (uint32_t)lround(distances[i - 1] / table->unit);
    return true;
}

// By Bernstein's inequality a sum is further than 9 σ + 27 · (largest) from its mean less than
// once in 1e16.
static bool window_find(Plan *plan)
{
    double mean = 0, variance = 0;
    const double n = (double)plan->n, most = plan->multiples[plan->n_values - 1];
    for (size_t i = 0; i < plan->n_values; i++)
        mean += plan->shares[i] * plan->multiples[i];
    for (size_t i = 0; i < plan->n_values; i++) {
        const double distance = plan->multiples[i] - mean;
        variance += plan->shares[i] * distance * distance;
    }
    const double reach = 9 * sqrt(n * variance) + 27 * most;
    plan->first = fmax(0, floor(n * mean - reach));
    const double n_cells = fmin(n * most, ceil(n * mean + reach)) - plan->first + 1;
    if (n_cells * (double)(plan->n_values + 60) > MAX_COST) return false;
    plan->n_cells = (size_t)n_cells;
    return true;
}

// Adds what frequency k gives to the chances: Re(φ^n · exp(-2πi k (first + x) / n_cells)),
// twice but for the frequencies that are their own mirror image. Most are nothing.
static void frequency_add(const Plan *plan, size_t k, double *chances)
{
    const size_t n_cells = plan->n_cells;
    double real = 0, imaginary = 0;
    for (size_t i = 0; i < plan->n_values; i++) {
        const size_t angle = (size_t)plan->multiples[i] * k % n_cells;
        real += plan->shares[i] * plan->cosines[angle];
        imaginary += plan->shares[i] * plan->sines[angle];
    }
    const double log_size = 0.5 * (double)plan->n * log(real * real + imaginary * imaginary);
    if (!(log_size > -40)) return;
    const double size = exp(log_size) * (k == 0 || 2 * k == n_cells ? 1 : 2) / (double)n_cells;
    const double shift = fmod((double)k * plan->first, (double)n_cells) / (double)n_cells;
    const double angle = (double)plan->n * atan2(imaginary, real) - 2 * M_PI * shift;
    const double a = size * cos(angle), b = size * sin(angle);
    for (size_t x = 0, at = 0; x < n_cells; x++) {
        chances[x] += a * plan->cosines[at] + b * plan->sines[at];
        at += k;
        if (at >= n_cells) at -= n_cells;
    }
}

static void chances_find(Plan *plan, double *chances)
{
    const size_t n_cells = plan->n_cells;
    g_autofree double *waves = g_new(double, 2 * n_cells);
    plan->cosines = waves;
    plan->sines = waves + n_cells;
    for (size_t i = 0; i < n_cells; i++) {
        const double angle = 2 * M_PI * (double)i / (double)n_cells;
        plan->cosines[i] = cos(angle);
        plan->sines[i] = sin(angle);
    }
    for (size_t k = 0; 2 * k <= n_cells; k++)
        frequency_add(plan, k, chances);
}

// Sums the chances up and makes the guide, about one a cell.
static void table_finish(PsSumTable *table)
{
    double sum = 0;
    for (size_t i = 0; i < table->n_cells; i++) {
        sum += fmax(0, table->cdf[i]);
        table->cdf[i] = sum;
    }
    table->n_guides = table->n_cells;
    table->guide = g_new(uint32_t, table->n_guides);
    uint32_t cell = 0;
    for (size_t g = 0; g < table->n_guides; g++) {
        const double share = (double)g / (double)table->n_guides;
        while (cell + 1 < table->n_cells && table->cdf[cell] / sum <= share)
            cell++;
        table->guide[g] = cell;
    }
    for (size_t i = 0; i < table->n_cells; i++)
        table->cdf[i] /= sum;
}

bool ps_sum_table_init(
    PsSumTable *table, const double *values, const uint32_t *counts, size_t n_values, size_t n)
{
    *table = (PsSumTable){0};
    if (n_values < 2 || n_values > MAX_VALUES) return false;
    Plan plan = {.n = n, .n_values = n_values};
    for (size_t i = 0; i < n_values; i++)
        plan.shares[i] = (double)counts[i] / (double)n;
    if (!multiples_find(&plan, table, values) || !window_find(&plan)) return false;
    table->n_cells = plan.n_cells;
    table->least = (double)n * values[0] + table->unit * plan.first;
    table->cdf = g_new0(double, plan.n_cells);
    chances_find(&plan, table->cdf);
    table_finish(table);
    return true;
}

void ps_sum_table_clear(PsSumTable *table)
{
    g_free(table->cdf);
    g_free(table->guide);
}

double ps_sum_table_draw(const PsSumTable *table, PsRng *rng)
{
    const double share = ps_rng_uniform(rng);
    size_t cell = table->guide[(size_t)(share * (double)table->n_guides)];
    while (cell + 1 < table->n_cells && table->cdf[cell] <= share)
        cell++;
    return table->least + table->unit * (double)cell;
}
