#include "harness/stats/sum_table.h"

#include "harness/stats/unit.h"
#include "harness/stats/wide.h"

#include <glib.h>
#include <math.h>

enum {
    MAX_VALUES = 64,
    MAX_COST = 1 << 20,
    LOG_NOTHING = -40,
    LANES = 8,
    WAVE_STEP = 32,
    GUIDES_A_CELL = 2
};

typedef double Lanes __attribute__((vector_size(LANES * sizeof(double)), may_alias));

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

// Adds a · cos(2π k x / n_cells) + b · sin(…) to chance x, eight at a time: each is the one
// eight before it, turned by eight steps.
PS_WIDE static void wave_add(const Plan *plan, size_t k, double a, double b, double *chances)
{
    const size_t n_cells = plan->n_cells, turn = LANES * k % n_cells;
    const double turn_cosine = plan->cosines[turn], turn_sine = plan->sines[turn];
    Lanes cosines, sines;
    for (size_t lane = 0; lane < LANES; lane++) {
        cosines[lane] = plan->cosines[lane * k % n_cells];
        sines[lane] = plan->sines[lane * k % n_cells];
    }
    for (size_t x = 0; x < n_cells; x += LANES) {
        *(Lanes *)(chances + x) += a * cosines + b * sines;
        const Lanes turned = cosines * turn_cosine - sines * turn_sine;
        sines = sines * turn_cosine + cosines * turn_sine;
        cosines = turned;
    }
}

// The characteristic function of one draw at a frequency. angles[i] is multiples[i] times that
// frequency, modulo n_cells; they move on to the next frequency.
static void frequency_next(const Plan *plan, size_t *angles, double *real, double *imaginary)
{
    *real = *imaginary = 0;
    for (size_t i = 0; i < plan->n_values; i++) {
        *real += plan->shares[i] * plan->cosines[angles[i]];
        *imaginary += plan->shares[i] * plan->sines[angles[i]];
        angles[i] += plan->multiples[i];
        if (angles[i] >= plan->n_cells) angles[i] -= plan->n_cells;
    }
}

// Adds what frequency k gives to the chances: Re(φ^n · exp(-2πi k (first + x) / n_cells)),
// twice but for the frequencies that are their own mirror image.
static void
frequency_add(const Plan *plan, size_t k, double real, double imaginary, double *chances)
{
    const double n = (double)plan->n, n_cells = (double)plan->n_cells;
    const double power = pow(real * real + imaginary * imaginary, 0.5 * n);
    const double size = power * (k == 0 || 2 * k == plan->n_cells ? 1 : 2) / n_cells;
    const double shift = fmod((double)k * plan->first, n_cells) / n_cells;
    const double angle = n * atan2(imaginary, real) - 2 * M_PI * shift;
    wave_add(plan, k, size * cos(angle), size * sin(angle), chances);
}

// The cosine and sine of 2π i / n_cells: every WAVE_STEP-th is computed, the others are turned
// from the one before them by one of WAVE_STEP angles.
static void waves_fill(const Plan *plan)
{
    const double step = 2 * M_PI / (double)plan->n_cells;
    double fine_cosines[WAVE_STEP], fine_sines[WAVE_STEP];
    for (int i = 0; i < WAVE_STEP; i++) {
        fine_cosines[i] = cos(step * i);
        fine_sines[i] = sin(step * i);
    }
    for (size_t start = 0; start < plan->n_cells; start += WAVE_STEP) {
        const double cosine = cos(step * (double)start), sine = sin(step * (double)start);
        const size_t n = MIN(WAVE_STEP, plan->n_cells - start);
        for (size_t i = 0; i < n; i++) {
            plan->cosines[start + i] = cosine * fine_cosines[i] - sine * fine_sines[i];
            plan->sines[start + i] = sine * fine_cosines[i] + cosine * fine_sines[i];
        }
    }
}

// The chance of each cell, by inverting the characteristic function of the sum.
static void chances_find(Plan *plan, double *chances)
{
    g_autofree double *waves = g_new(double, 2 * plan->n_cells);
    plan->cosines = waves;
    plan->sines = waves + plan->n_cells;
    waves_fill(plan);
    const double least = exp(2 * LOG_NOTHING / (double)plan->n); // most frequencies are nothing
    size_t angles[MAX_VALUES] = {0};
    for (size_t k = 0; 2 * k <= plan->n_cells; k++) {
        double real, imaginary;
        frequency_next(plan, angles, &real, &imaginary);
        if (real * real + imaginary * imaginary > least)
            frequency_add(plan, k, real, imaginary, chances);
    }
}

static void guide_make(PsSumTable *table)
{
    while ((size_t)1 << table->guide_bits < GUIDES_A_CELL * table->n_cells)
        table->guide_bits++;
    const size_t n_guides = (size_t)1 << table->guide_bits;
    table->guide = g_new(uint32_t, n_guides);
    uint32_t cell = 0;
    for (size_t g = 0; g < n_guides; g++) {
        const double share = (double)g / (double)n_guides;
        while (cell + 1 < table->n_cells && table->cdf[cell] <= share)
            cell++;
        table->guide[g] = cell;
    }
}

static void chances_sum(PsSumTable *table)
{
    double sum = 0;
    for (size_t i = 0; i < table->n_cells; i++) {
        sum += fmax(0, table->cdf[i]);
        table->cdf[i] = sum;
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
    const size_t n_bytes = (plan.n_cells + LANES) * sizeof(double);
    table->cdf = g_aligned_alloc0(1, n_bytes, sizeof(Lanes));
    chances_find(&plan, table->cdf);
    chances_sum(table);
    guide_make(table);
    return true;
}

void ps_sum_table_clear(PsSumTable *table)
{
    g_aligned_free(table->cdf);
    g_free(table->guide);
}

void ps_sum_table_draw(const PsSumTable *table, const uint64_t *random, size_t n, double *sums)
{
    for (size_t i = 0; i < n; i++) {
        const double share = (double)(random[i] >> 11) * 0x1p-53;
        size_t cell = table->guide[random[i] >> (64 - table->guide_bits)];
        while (cell + 1 < table->n_cells && table->cdf[cell] <= share)
            cell++;
        sums[i] = table->least + table->unit * (double)cell;
    }
}
