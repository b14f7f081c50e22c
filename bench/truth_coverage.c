#include "truth.h"
#include "truth_data.h"

#include "harness/stats/parallel.h"

#include <math.h>

static const size_t sizes[] = {10, 20, 50, 100, 300, 1000, 3000, 10000};
static const double values[] = {0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};

#define N_SIZES G_N_ELEMENTS(sizes)
#define N_VALUES G_N_ELEMENTS(values)
#define CORRELATION 0.3         // of two rows of a source
#define FEW_ROWS 20             // up to here sources are small
#define VALUES_MOST 10000000    // rows that are drawn, for a cell
#define DIFFERENCES_MOST 500000 // the same; these cost more

static const PsMetric accuracy = {
    .name = "accuracy", .form = PS_FORM_RATIO, .range = PS_RANGE_BINARY, .n_stats = 2};
static const PsMetric score = {
    .name = "score", .form = PS_FORM_RATIO, .range = PS_RANGE_UNIT, .n_stats = 2};
static const PsMetric error_rate = {
    .name = "error rate", .form = PS_FORM_RATIO, .range = PS_RANGE_POSITIVE, .n_stats = 2};

// One number of rows and one true value.
typedef struct {
    size_t n_rows, rows_per_source;
    double value, drop;
    size_t n_draws, n_covered;
    double widths;
} Cell;

typedef struct {
    uint64_t seed;
    Cell *cells;
    size_t n_at_once;
    void (*measure)(Cell *cell, PsRng *rng);
} Cells;

static void measure_cell(size_t i, void *data)
{
    Cells *cells = data;
    PsRng rng;
    ps_rng_init(&rng, cells->seed, i);
    cells->measure(&cells->cells[i * cells->n_at_once], &rng);
}

static void count(Cell *cell, const PsEstimate *estimate, double truth)
{
    const double slack = 1e-12; // an end that is the truth but for rounding
    cell->n_covered += estimate->has_interval && estimate->low <= truth + slack
                       && truth - slack <= estimate->high;
    cell->widths += estimate->has_interval ? estimate->high - estimate->low : 0;
}

static size_t rows_per_source(size_t n_rows, bool is_clustered)
{
    return !is_clustered ? 1 : n_rows <= FEW_ROWS ? 2 : 5;
}

// A line for each number of rows, over the cells of its true values.
static void add_lines(
    Results *results, const Cell *cells, size_t n_cells, size_t n_together, const char *of)
{
    for (size_t first = 0; first < n_cells; first += n_together) {
        const Cell *cell = &cells[first], *least = cell;
        size_t n_covered = 0;
        double widths = 0;
        for (size_t i = 0; i < n_together; i++) {
            n_covered += cell[i].n_covered;
            widths += cell[i].widths;
            if (cell[i].n_covered < least->n_covered) least = &cell[i];
        }
        size_t n = cell->n_draws * n_together;
        g_autofree char *where = cell->rows_per_source == 1
                                     ? g_strdup_printf("%s, n = %zu", of, cell->n_rows)
                                     : g_strdup_printf("%s, n = %zu in sources of %zu", of,
                                                       cell->n_rows, cell->rows_per_source);
        g_autofree char *mean =
            g_strdup_printf("%s: covered (mean width %.3f)", where, widths / (double)n);
        g_autofree char *worst =
            g_strdup_printf("%s: covered where it is least, at %g%s", where, least->value,
                            least->drop > 0 ? " with a drop" : "");
        results_share(results, mean, n_covered, n, at_least(0.93));
        results_share(results, worst, least->n_covered, least->n_draws, at_least(0.89));
    }
}

// ---- values

// Rows that copy the source's common value with probability √correlation have that correlation.
static void measure_value(Cell *cell, PsRng *rng)
{
    Design *design = design_new(cell->n_rows, cell->rows_per_source, 0, 1);
    g_autofree double *stats = g_new(double, 2 * cell->n_rows);
    const PsRows rows = {.n_rows = cell->n_rows, .stats = stats, .clusters = design->sources};
    double copied = cell->rows_per_source > 1 ? sqrt(CORRELATION) : 0;
    for (size_t draw = 0; draw < cell->n_draws; draw++) {
        bool common = false;
        for (size_t row = 0; row < cell->n_rows; row++) {
            if (row == 0 || design->sources[row] != design->sources[row - 1])
                common = ps_rng_uniform(rng) < cell->value;
            bool is_copy = copied > 0 && ps_rng_uniform(rng) < copied;
            stats[2 * row] = is_copy ? common : ps_rng_uniform(rng) < cell->value;
            stats[2 * row + 1] = 1;
        }
        PsEstimate estimate = ps_estimate(&accuracy, &rows);
        count(cell, &estimate, cell->value);
    }
    design_free(design);
}

void truth_coverage(Results *results, const TruthOptions *options)
{
    results_section(
        results, "coverage", "Intervals of a value",
        "How often the 95 % interval of an accuracy holds the true one, at 0.5, 0.7, "
        "0.8, 0.9, 0.95, 0.98 and 0.99; independent rows, and rows of sources with "
        "an intraclass correlation of 0.3.");
    for (int is_clustered = 0; is_clustered < 2; is_clustered++) {
        Cell cells[N_SIZES * N_VALUES];
        for (size_t i = 0; i < N_SIZES * N_VALUES; i++) {
            size_t n_rows = sizes[i / N_VALUES];
            cells[i] = (Cell){.n_rows = n_rows,
                              .rows_per_source = rows_per_source(n_rows, is_clustered),
                              .value = values[i % N_VALUES],
                              .n_draws = MIN(options->n_draws, VALUES_MOST / n_rows)};
        }
        Cells all = {options->seed + (uint64_t)is_clustered, cells, 1, measure_value};
        ps_parallel(N_SIZES * N_VALUES, 0, measure_cell, &all);
        add_lines(results, cells, N_SIZES * N_VALUES, N_VALUES, "accuracy");
    }
}

// ---- paired differences

static const double difference_values[] = {0.5, 0.8, 0.95};
static const double drops[] = {0, 0.05};

#define N_DIFFERENCES (G_N_ELEMENTS(difference_values) * G_N_ELEMENTS(drops))

// One draw serves all metrics: cell[N_SCORES].
static void measure_difference(Cell *cell, PsRng *rng)
{
    static const PsMetric *const metrics[N_SCORES] = {&accuracy, &score, &error_rate};
    Design *design = design_new(cell->n_rows, cell->rows_per_source, 0, 1);
    const Truth truth = {.noise = usual_noise, .value = cell->value, .drop = cell->drop};
    Scores scores[2];
    scores_init(&scores[0], design);
    scores_init(&scores[1], design);
    for (size_t draw = 0; draw < cell->n_draws; draw++) {
        scores_draw(scores, design, &truth, rng);
        for (int s = 0; s < N_SCORES; s++) {
            PsRows first = scores_rows(&scores[0], design, s);
            PsRows second = scores_rows(&scores[1], design, s);
            PsEstimate estimate = ps_estimate_difference(metrics[s], &first, &second);
            count(&cell[s], &estimate, s == SCORE_WER ? cell->drop : -cell->drop);
        }
    }
    scores_clear(&scores[0]);
    scores_clear(&scores[1]);
    design_free(design);
}

static Cell difference_cell(const TruthOptions *options, size_t i, bool is_clustered)
{
    size_t n_rows = sizes[i / N_DIFFERENCES];
    return (Cell){.n_rows = n_rows,
                  .rows_per_source = rows_per_source(n_rows, is_clustered),
                  .value = difference_values[i % G_N_ELEMENTS(difference_values)],
                  .drop = drops[i % N_DIFFERENCES / G_N_ELEMENTS(difference_values)],
                  .n_draws = MIN(options->n_draws / 2, DIFFERENCES_MOST / n_rows)};
}

void truth_coverage_difference(Results *results, const TruthOptions *options)
{
    enum { N_CELLS = N_SIZES * N_DIFFERENCES };
    results_section(
        results, "coverage_difference", "Intervals of a paired difference",
        "The same for the difference of two systems on the same rows, at true values "
        "of 0.5, 0.8 and 0.95 with a true drop of 0 and of 5 points; rows and sources "
        "have difficulties of their own, and in each run luck of their own.");
    for (int is_clustered = 0; is_clustered < 2; is_clustered++) {
        g_autofree Cell *cells = g_new(Cell, N_CELLS * N_SCORES);
        for (size_t i = 0; i < N_CELLS * N_SCORES; i++)
            cells[i] = difference_cell(options, i / N_SCORES, is_clustered);
        Cells all = {options->seed + 2 + (uint64_t)is_clustered, cells, N_SCORES,
                     measure_difference};
        ps_parallel(N_CELLS, 0, measure_cell, &all);
        for (size_t s = 0; s < N_SCORES; s++) {
            Cell of_score[N_CELLS];
            for (size_t i = 0; i < N_CELLS; i++)
                of_score[i] = cells[i * N_SCORES + s];
            add_lines(results, of_score, N_CELLS, N_DIFFERENCES, score_names[s]);
        }
    }
}
