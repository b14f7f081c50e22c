// The tables of a task: what its slices can show, and what more samples or epochs would change.
#include "harness/stats/parallel.h"
#include "harness/verdict/difference.h"
#include "harness/verdict/power_private.h"

#include <math.h>
#include <string.h>

#define N_EPOCHS 4
static const double epochs_shown[N_EPOCHS] = {1, 2, 4, 8};

#define NEAR 1.05 // of the smallest drop with epochs without end: more do not help

// What a slice shows with some number of epochs.
typedef struct {
    double smallest; // drop that is found
    double samples;  // needed for the drop that is asked for
} Shown;

// One metric on one slice.
typedef struct {
    const PsSlice *slice;
    const PsMetric *metric;
    PsSpread spread; // of the difference
    double error;    // of the difference; NAN: there is none
    double drop;     // asked for, in the metric's own unit
    Shown now, with_epochs[N_EPOCHS], endless;
    double epochs_factor; // that would do in place of more samples
} Cell;

typedef struct {
    const PsPowerInput *input;
    const PsPowerTask *task;
    PsPowerTest test;
    GArray *cells; // Cell
} Table;

// ---- numbers

static double asked_drop(const PsPowerOptions *options, const PsMetric *metric, double value)
{
    if (options->drop > 0) return options->drop / metric->unit_scale;
    return strcmp(metric->unit, "%") == 0 ? 5 / metric->unit_scale : 0.1 * fabs(value);
}

static bool has_enough_sources(const PsSpread *spread, double alpha)
{
    return (double)spread->design.n_sources >= ps_power_sources_least(alpha);
}

// How sure the difference is, with epochs_factor times as many epochs.
static PsPowerError sureness(const Cell *cell, double epochs_factor)
{
    const PsPowerDesign *design = &cell->spread.design;
    return (PsPowerError){
        .error = ps_power_error(&cell->spread.parts, design, epochs_factor),
        .n_sources = (double)design->n_sources,
        .step = ps_spread_step(&cell->spread, cell->metric) / epochs_factor,
    };
}

static Shown show(const Cell *cell, const PsPowerTest *test, double epochs_factor)
{
    const PsPowerError error = sureness(cell, epochs_factor);
    Shown shown = {NAN, NAN};
    if (has_enough_sources(&cell->spread, test->alpha))
        shown.smallest = ps_power_distance(&error, test);
    shown.samples =
        ps_power_samples(&cell->spread.design, ps_power_sources(&error, cell->drop, test));
    return shown;
}

static double epochs_that_do(const Cell *cell, const PsPowerTest *test)
{
    const PsVarianceParts *parts = &cell->spread.parts;
    const PsPowerError error = sureness(cell, 1);
    if (!parts->has_epochs || !has_enough_sources(&cell->spread, test->alpha)) return NAN;
    return ps_power_epochs_factor(&error, parts->epochs / (double)cell->spread.design.n_rows,
                                  cell->drop, test);
}

static void compute_cell(size_t i, void *data)
{
    Table *table = data;
    Cell *cell = &g_array_index(table->cells, Cell, i);
    cell->spread =
        ps_power_spread_of_difference(table->input, table->task, cell->metric, cell->slice);
    cell->error = NAN;
    if (cell->spread.why != NULL) return;
    cell->error = ps_power_error(&cell->spread.parts, &cell->spread.design, 1);
    cell->drop = asked_drop(table->input->options, cell->metric, cell->spread.value.value);
    cell->now = show(cell, &table->test, 1);
    cell->epochs_factor = epochs_that_do(cell, &table->test);
    for (size_t e = 0; e < N_EPOCHS && cell->spread.parts.has_epochs; e++)
        cell->with_epochs[e] =
            show(cell, &table->test, epochs_shown[e] / ps_spread_epochs(&cell->spread));
    cell->endless = show(cell, &table->test, INFINITY);
}

// ---- cells

static void add_value(PsTable *table, const PsMetric *metric, double value, const char *why)
{
    const PsEstimate estimate = {
        .is_defined = true, .value = value, .method = "", .error = NAN};
    if (isfinite(value))
        ps_table_add_estimate(table, metric, &estimate);
    else
        ps_table_add_nothing(table, why);
}

// Numbers of samples are whole, or there is none that is enough.
static void add_samples(PsTable *table, double samples)
{
    if (samples <= 1e15)
        ps_table_add_count(table, (size_t)samples);
    else
        ps_table_add_nothing(table, isnan(samples) ? NULL : "no number is enough");
}

// A drop, signed as the metric has it.
static void add_drop(PsTable *table, const Cell *cell, double drop, const char *why)
{
    add_value(table, cell->metric, ps_metric_worse_sign(cell->metric) * drop, why);
}

// The most that the metric can get worse by.
static double most_drop(const Cell *cell)
{
    bool is_higher_better = ps_metric_worse_sign(cell->metric) < 0;
    if (is_higher_better) return cell->spread.value.value;
    return cell->metric->range == PS_RANGE_POSITIVE ? INFINITY : 1 - cell->spread.value.value;
}

static char *why_no_smallest(const Cell *cell, double smallest, double alpha)
{
    if (!has_enough_sources(&cell->spread, alpha))
        return g_strdup_printf("needs %.0f sources or more", ps_power_sources_least(alpha));
    return smallest > most_drop(cell) ? g_strdup("none that is possible") : NULL;
}

static void add_smallest(PsTable *table, const Cell *cell, double smallest, double alpha)
{
    g_autofree char *why = why_no_smallest(cell, smallest, alpha);
    add_drop(table, cell, why == NULL ? smallest : NAN, why);
}

static void add_asked(PsTable *table, const Cell *cell)
{
    bool is_possible = cell->drop <= most_drop(cell);
    add_drop(table, cell, is_possible ? cell->drop : NAN, "more than the value can drop");
    add_samples(table, is_possible ? cell->now.samples : NAN);
    add_value(table, &ps_unit_number,
              is_possible ? cell->now.samples / (double)cell->spread.design.n_samples : NAN,
              NULL);
}

// What more epochs alone would do.
static char *describe_epochs(const Cell *cell)
{
    double epochs = ps_spread_epochs(&cell->spread), needed = epochs * cell->epochs_factor;
    if (cell->now.samples <= (double)cell->spread.design.n_samples) return g_strdup("");
    if (!cell->spread.parts.has_epochs) return g_strdup("not known");
    if (isnan(needed)) return g_strdup("");
    return needed <= 1e6 ? g_strdup_printf("%.0f would do", ceil(needed - 1e-9))
                         : g_strdup("more alone do not do");
}

// ---- the table of slices

static const PsColumn columns[] = {
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"rows", "rows", PS_COLUMN_COUNT, true},
    {"samples", "samples", PS_COLUMN_COUNT, false},
    {"sources", "sources", PS_COLUMN_COUNT, false},
    {"epochs", "epochs", PS_COLUMN_VALUE, false},
    {"value", "value", PS_COLUMN_VALUE, false},
    {"error", "standard error of a difference", PS_COLUMN_VALUE, true},
    {"smallest", "smallest drop seen", PS_COLUMN_DIFFERENCE, false},
    {"drop", "drop asked for", PS_COLUMN_DIFFERENCE, false},
    {"samples_needed", "samples needed", PS_COLUMN_COUNT, false},
    {"times", "times as many", PS_COLUMN_VALUE, false},
    {"epochs_needed", "or epochs", PS_COLUMN_TEXT, false},
    {"between_sources", "spread between sources", PS_COLUMN_VALUE, true},
    {"between_samples", "spread between samples", PS_COLUMN_VALUE, true},
    {"between_epochs", "spread between epochs", PS_COLUMN_VALUE, true},
    {"note", "note", PS_COLUMN_TEXT, true},
};

static void add_parts(PsTable *table, const Cell *cell)
{
    const PsVarianceParts *parts = &cell->spread.parts;
    add_value(table, cell->metric, sqrt(parts->sources), NULL);
    add_value(table, cell->metric, parts->has_samples ? sqrt(parts->samples) : NAN,
              "one sample each: counted between sources");
    add_value(table, cell->metric, parts->has_epochs ? sqrt(parts->epochs) : NAN,
              "one epoch each: counted between samples");
    ps_table_add_text(table, cell->spread.note);
}

// Where there are no parts of a variance.
static void add_nothing(PsTable *table, const Cell *cell)
{
    size_t n_values = G_N_ELEMENTS(columns) - table->cells->len % table->n_columns - 1;
    for (size_t i = 0; i < n_values; i++)
        ps_table_add_nothing(table, i == 1 ? cell->spread.why : NULL); // smallest drop seen
    ps_table_add_text(table, cell->spread.note);
}

static void add_numbers(PsTable *table, const Cell *cell, double alpha)
{
    g_autofree char *epochs = describe_epochs(cell);
    add_value(table, cell->metric, cell->error, NULL);
    add_smallest(table, cell, cell->now.smallest, alpha);
    add_asked(table, cell);
    ps_table_add_text(table, epochs);
    add_parts(table, cell);
}

static void add_row(PsTable *table, const Cell *cell, double alpha)
{
    const PsPowerDesign *design = &cell->spread.design;
    g_autofree char *label = ps_slice_label(cell->slice);
    ps_table_add_text(table, label);
    ps_table_add_text(table, cell->metric->name);
    ps_table_add_count(table, design->n_rows);
    ps_table_add_count(table, design->n_samples);
    ps_table_add_count(table, design->n_sources);
    add_value(table, &ps_unit_number, ps_spread_epochs(&cell->spread), NULL);
    ps_table_add_estimate(table, cell->metric, &cell->spread.value);
    if (cell->spread.why != NULL)
        add_nothing(table, cell);
    else
        add_numbers(table, cell, alpha);
}

// ---- the table of epochs

static const PsColumn epoch_columns[] = {
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"smallest_1", "smallest drop, 1 epoch", PS_COLUMN_DIFFERENCE, false},
    {"smallest_2", "2 epochs", PS_COLUMN_DIFFERENCE, false},
    {"smallest_4", "4 epochs", PS_COLUMN_DIFFERENCE, false},
    {"smallest_8", "8 epochs", PS_COLUMN_DIFFERENCE, false},
    {"smallest_endless", "without end", PS_COLUMN_DIFFERENCE, false},
    {"epochs_that_help", "more than so many do not help", PS_COLUMN_COUNT, false},
    {"samples_1", "samples needed, 1 epoch", PS_COLUMN_COUNT, true},
    {"samples_2", "2 epochs", PS_COLUMN_COUNT, true},
    {"samples_4", "4 epochs", PS_COLUMN_COUNT, true},
    {"samples_8", "8 epochs", PS_COLUMN_COUNT, true},
    {"samples_endless", "without end", PS_COLUMN_COUNT, true},
};

// The number of epochs from which on no number of more makes the smallest drop 5 % smaller:
// error² = rest + noise / epochs is at most 1.05² rest.
static double epochs_that_help(const Cell *cell)
{
    const PsSpread *spread = &cell->spread;
    double noise = spread->parts.epochs / (double)spread->design.n_samples;
    double rest = ps_power_error(&spread->parts, &spread->design, INFINITY);
    if (noise == 0) return 1;
    return MAX(1, ceil(noise / ((NEAR * NEAR - 1) * rest * rest)));
}

static void add_endless(PsTable *table, const Cell *cell, double alpha)
{
    bool is_noise = ps_power_error(&cell->spread.parts, &cell->spread.design, INFINITY) == 0;
    if (is_noise)
        ps_table_add_nothing(table, "nothing but noise: ever smaller");
    else
        add_smallest(table, cell, cell->endless.smallest, alpha);
}

static void add_epoch_row(PsTable *table, const Cell *cell, double alpha)
{
    g_autofree char *label = ps_slice_label(cell->slice);
    double enough = epochs_that_help(cell);
    ps_table_add_text(table, label);
    ps_table_add_text(table, cell->metric->name);
    for (size_t e = 0; e < N_EPOCHS; e++)
        add_smallest(table, cell, cell->with_epochs[e].smallest, alpha);
    add_endless(table, cell, alpha);
    if (enough <= 1e6)
        ps_table_add_count(table, (size_t)enough);
    else
        ps_table_add_nothing(table, "every one helps");
    for (size_t e = 0; e < N_EPOCHS; e++)
        add_samples(table, cell->with_epochs[e].samples);
    add_samples(table, cell->endless.samples);
}

static void add_epochs_table(PsFindings *findings, const Table *made)
{
    PsTable *table = NULL;
    g_autofree char *id = g_strconcat(made->task->task->name, ".epochs", NULL);
    g_autofree char *title = g_strconcat(made->task->task->name, ": more epochs", NULL);
    for (size_t i = 0; i < made->cells->len; i++) {
        const Cell *cell = &g_array_index(made->cells, Cell, i);
        if (cell->spread.why != NULL || !cell->spread.parts.has_epochs) continue;
        if (table == NULL)
            table = ps_findings_add_table(
                findings, id, title,
                "Epochs average out what differs between answers to the same sample, and "
                "nothing else. More than so many do not help: the smallest drop would shrink "
                "by "
                "less than 5%.",
                epoch_columns, G_N_ELEMENTS(epoch_columns));
        add_epoch_row(table, cell, made->test.alpha);
    }
}

// ---- all

static void add_cells(Table *table)
{
    const PsTask *task = table->task->task;
    for (size_t s = 0; s < table->task->slices->len; s++)
        for (size_t m = 0; m < task->n_metrics; m++) {
            const Cell cell = {.slice = table->task->slices->pdata[s],
                               .metric = task->metrics[m]};
            g_array_append_val(table->cells, cell);
        }
}

void ps_power_add_tables(PsFindings *findings,
                         const PsPowerInput *input,
                         const PsPowerTask *task)
{
    const PsPowerOptions *options = input->options;
    g_autoptr(GArray) cells = g_array_new(false, false, sizeof(Cell));
    Table made = {input, task, ps_power_test(options->alpha, options->power, options->n_tests),
                  cells};
    add_cells(&made);
    ps_parallel(cells->len, 0, compute_cell, &made);
    PsTable *table = ps_findings_add_table(
        findings, task->task->name, task->task->name,
        "Two runs on these samples would show a drop of the size seen, with the power above. "
        "Samples needed: with as many from each source, and as many epochs. Spreads are "
        "standard deviations of the difference of two runs on one row.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < cells->len; i++)
        add_row(table, &g_array_index(cells, Cell, i), made.test.alpha);
    add_epochs_table(findings, &made);
}
