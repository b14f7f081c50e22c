// The metric at the mix that the system meets in use: by weights, and by a sub-sample.
#include "harness/error.h"
#include "harness/rng.h"
#include "harness/stats/intervals.h"
#include "harness/verdict/audit/private.h"

#include <math.h>
#include <string.h>

#define ITERATIONS_MOST 10000
#define CLOSE_ENOUGH 1e-10
#define SEED 20261128u

// The rows that the target speaks of, in cells: crossings of its attributes.
typedef struct {
    const PsAudit *audit;
    const PsAuditTarget *target;
    PsAuditGrouping *cells;
    uint32_t *values; // [n_attributes, n_cells] index into the attribute's shares, or PS_NO_KEY
    size_t *n_rows;   // [n_cells] rows with a value of the metric
    double *shares;   // [n_cells] of the target; 0 for cells that it does not name
    size_t n_used, n_outside; // rows in cells that it names, and in others
} Mix;

static void mix_clear(Mix *mix)
{
    ps_audit_grouping_free(mix->cells);
    g_free(mix->values);
    g_free(mix->n_rows);
    g_free(mix->shares);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mix, mix_clear)

static uint32_t find_value(const PsTargetShares *shares, const char *value)
{
    for (uint32_t i = 0; i < shares->n_values; i++)
        if (strcmp(shares->values[i], value) == 0) return i;
    return PS_NO_KEY;
}

static bool is_used(const Mix *mix, size_t cell)
{
    for (size_t a = 0; a < mix->target->n_attributes; a++)
        if (mix->values[a * mix->cells->n_groups + cell] == PS_NO_KEY) return false;
    return true;
}

// Rows and target values of each cell.
static void fill_cells(Mix *mix)
{
    const PsAuditData *data = mix->audit->data;
    size_t n_cells = mix->cells->n_groups;
    mix->values = g_new0(uint32_t, mix->target->n_attributes * n_cells + 1);
    mix->n_rows = g_new0(size_t, n_cells + 1);
    mix->shares = g_new0(double, n_cells + 1);
    for (size_t row = 0; row < data->rows->n_rows; row++) {
        uint32_t cell = mix->cells->of_rows[row];
        if (cell == PS_NO_KEY || !mix->audit->metric->is_defined[row]) continue;
        if (mix->n_rows[cell]++ > 0) continue;
        for (size_t a = 0; a < mix->target->n_attributes; a++) {
            const PsKeyColumn *keys = &data->columns[mix->cells->factors[a]].keys;
            mix->values[a * n_cells + cell] =
                find_value(&mix->target->attributes[a], keys->names[keys->of_rows[row]]);
        }
    }
    for (size_t cell = 0; cell < n_cells; cell++) {
        bool counts = is_used(mix, cell) && mix->n_rows[cell] > 0;
        mix->shares[cell] = counts ? (double)mix->n_rows[cell] : 0;
        mix->n_used += counts ? mix->n_rows[cell] : 0;
        mix->n_outside += counts ? 0 : mix->n_rows[cell];
    }
    for (size_t cell = 0; cell < n_cells && mix->n_used > 0; cell++)
        mix->shares[cell] /= (double)mix->n_used;
}

static double sum_of_value(const Mix *mix, size_t attribute, size_t value)
{
    size_t n_cells = mix->cells->n_groups;
    double sum = 0;
    for (size_t cell = 0; cell < n_cells; cell++)
        if (mix->values[attribute * n_cells + cell] == value) sum += mix->shares[cell];
    return sum;
}

static bool check_values(const Mix *mix, GError **error)
{
    for (size_t a = 0; a < mix->target->n_attributes; a++) {
        const PsTargetShares *shares = &mix->target->attributes[a];
        for (size_t v = 0; v < shares->n_values; v++)
            if (shares->shares[v] > 0 && !(sum_of_value(mix, a, v) > 0))
                return ps_fail(
                    error, PS_ERROR_DATA, "target: task %s has no scored rows with %s = %s",
                    mix->audit->data->task->task->name, shares->attribute, shares->values[v]);
    }
    return true;
}

// Iterative proportional fitting (Deming and Stephan 1940): scales the cells to one attribute's
// shares after the other until all hold.
static bool rake(Mix *mix, GError **error)
{
    size_t n_cells = mix->cells->n_groups;
    double off = INFINITY;
    for (int iteration = 0; iteration < ITERATIONS_MOST && off > CLOSE_ENOUGH; iteration++) {
        off = 0;
        for (size_t a = 0; a < mix->target->n_attributes; a++) {
            const PsTargetShares *shares = &mix->target->attributes[a];
            for (size_t v = 0; v < shares->n_values; v++) {
                double sum = sum_of_value(mix, a, v);
                off = MAX(off, fabs(sum - shares->shares[v]));
                for (size_t cell = 0; sum > 0 && cell < n_cells; cell++)
                    if (mix->values[a * n_cells + cell] == v)
                        mix->shares[cell] *= shares->shares[v] / sum;
            }
        }
    }
    if (off <= CLOSE_ENOUGH) return true;
    return ps_fail(error, PS_ERROR_DATA,
                   "target: no weights of the rows of task %s give these shares together: "
                   "crossings that they need have no rows",
                   mix->audit->data->task->task->name);
}

// ---- values

typedef struct {
    PsEstimate value;
    double n_effective;
} Weighted;

// Kish, by the weights of sources.
static double effective_size(const uint32_t *clusters, const double *weights, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0, end; i < n; i = end) {
        double of_source = 0;
        for (end = i; end < n && clusters[end] == clusters[i]; end++)
            of_source += weights[end];
        sum += of_source;
        squares += of_source * of_source;
    }
    return squares > 0 ? sum * sum / squares : 0;
}

// Rows that are all right say no more than as many as their weights are worth.
static void widen(PsEstimate *estimate, double n_effective)
{
    if (!estimate->is_defined || (estimate->value > 0 && estimate->value < 1)) return;
    PsInterval interval = ps_wilson(estimate->value * n_effective, n_effective, 0.95);
    estimate->low = MIN(interval.low, estimate->value);
    estimate->high = MAX(interval.high, estimate->value);
    estimate->method = "Wilson at the effective n of the weights";
}

static Weighted weigh(const Mix *mix)
{
    const PsAudit *audit = mix->audit;
    const PsTaskRows *rows = audit->data->rows;
    PsMetric metric = *audit->metric->metric;
    // Rows of unequal weight are not so many trials.
    if (metric.range == PS_RANGE_BINARY) metric.range = PS_RANGE_UNIT;
    size_t n_stats = (size_t)metric.n_stats, n = 0;
    g_autofree double *stats = g_new(double, rows->n_rows *n_stats + 1);
    g_autofree double *weights = g_new(double, rows->n_rows + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, rows->n_rows + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        uint32_t cell = mix->cells->of_rows[row];
        if (cell == PS_NO_KEY || !audit->metric->is_defined[row] || !(mix->shares[cell] > 0))
            continue;
        double weight = mix->shares[cell] * (double)mix->n_used / (double)mix->n_rows[cell];
        for (size_t s = 0; s < n_stats; s++)
            stats[n * n_stats + s] = weight * audit->metric->stats[row * n_stats + s];
        weights[n] = weight;
        clusters[n++] = rows->clusters[row];
    }
    const PsRows weighted = {.n_rows = n, .stats = stats, .clusters = clusters};
    Weighted result = {ps_estimate(&metric, &weighted), effective_size(clusters, weights, n)};
    if (metric.range == PS_RANGE_UNIT) widen(&result.value, result.n_effective);
    return result;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

// n of rows[n_rows] at random, moved to the front.
static void choose(uint32_t *rows, size_t n_rows, size_t n, PsRng *rng)
{
    for (size_t i = 0; i < n; i++) {
        size_t other = i + (size_t)ps_rng_below(rng, n_rows - i);
        uint32_t row = rows[i];
        rows[i] = rows[other];
        rows[other] = row;
    }
}

// How many rows the largest sub-sample with the target's shares has.
static double largest_size(const Mix *mix)
{
    double most = INFINITY;
    for (size_t cell = 0; cell < mix->cells->n_groups; cell++)
        if (mix->shares[cell] > 0)
            most = MIN(most, (double)mix->n_rows[cell] / mix->shares[cell]);
    return most;
}

static Weighted sub_sample(const Mix *mix)
{
    const PsAudit *audit = mix->audit;
    const PsTaskRows *rows = audit->data->rows;
    g_autofree uint32_t *of_cell = g_new(uint32_t, rows->n_rows + 1);
    g_autofree uint32_t *chosen = g_new(uint32_t, rows->n_rows + 1);
    g_autofree double *weights = g_new(double, rows->n_rows + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, rows->n_rows + 1);
    double size = largest_size(mix);
    size_t n_chosen = 0;
    for (size_t cell = 0; cell < mix->cells->n_groups; cell++) {
        if (!(mix->shares[cell] > 0)) continue;
        size_t n = 0, n_wanted = (size_t)floor(size * mix->shares[cell] + 1e-6);
        for (uint32_t row = 0; row < rows->n_rows; row++)
            if (mix->cells->of_rows[row] == cell && audit->metric->is_defined[row])
                of_cell[n++] = row;
        PsRng rng;
        ps_rng_init(&rng, SEED, cell);
        n_wanted = MIN(n_wanted, n);
        choose(of_cell, n, n_wanted, &rng);
        memcpy(chosen + n_chosen, of_cell, n_wanted * sizeof *chosen);
        n_chosen += n_wanted;
    }
    qsort(chosen, n_chosen, sizeof *chosen, compare_numbers);
    for (size_t i = 0; i < n_chosen; i++) {
        weights[i] = 1;
        clusters[i] = rows->clusters[chosen[i]];
    }
    return (Weighted){
        ps_audit_estimate(audit, audit->metric->metric, audit->metric->stats, chosen, n_chosen),
        effective_size(clusters, weights, n_chosen)};
}

static Weighted as_sampled(const Mix *mix)
{
    const PsAudit *audit = mix->audit;
    const PsTaskRows *rows = audit->data->rows;
    g_autofree uint32_t *chosen = g_new(uint32_t, rows->n_rows + 1);
    g_autofree double *weights = g_new(double, rows->n_rows + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, rows->n_rows + 1);
    size_t n = 0;
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        if (mix->cells->of_rows[row] == PS_NO_KEY || !audit->metric->is_defined[row]) continue;
        clusters[n] = rows->clusters[row];
        weights[n] = 1;
        chosen[n++] = row;
    }
    return (Weighted){
        ps_audit_estimate(audit, audit->metric->metric, audit->metric->stats, chosen, n),
        effective_size(clusters, weights, n)};
}

// ---- tables

static const PsColumn columns[] = {
    {"how", "rows", PS_COLUMN_TEXT, false},
    {"value", "value", PS_COLUMN_VALUE, false},
    {"effective", "effective n, by sources", PS_COLUMN_COUNT, false},
};

static const PsColumn share_columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"value", "value", PS_COLUMN_TEXT, false},
    {"rows", "rows", PS_COLUMN_COUNT, false},
    {"share", "share of the data", PS_COLUMN_VALUE, false},
    {"target", "share of the target", PS_COLUMN_VALUE, false},
};

static void add_value(PsTable *table, const Mix *mix, const char *how, Weighted of)
{
    ps_table_add_text(table, how);
    ps_table_add_estimate(table, mix->audit->metric->metric, &of.value);
    ps_table_add_count(table, (size_t)lround(of.n_effective));
}

static void add_shares(PsAudit *audit, const Mix *mix)
{
    PsTable *table = ps_audit_add_table(audit, "target", "the data and the target", NULL,
                                        share_columns, G_N_ELEMENTS(share_columns));
    size_t n_cells = mix->cells->n_groups;
    for (size_t a = 0; a < mix->target->n_attributes; a++) {
        const PsTargetShares *shares = &mix->target->attributes[a];
        for (size_t v = 0; v < shares->n_values; v++) {
            size_t n = 0;
            for (size_t cell = 0; cell < n_cells; cell++)
                if (mix->n_rows[cell] > 0 && mix->values[a * n_cells + cell] == v)
                    n += mix->n_rows[cell];
            size_t n_all = mix->n_used + mix->n_outside;
            PsEstimate share = ps_audit_plain((double)n / (double)MAX(n_all, 1), n_all);
            PsEstimate wanted = ps_audit_plain(shares->shares[v], n_all);
            ps_table_add_text(table, shares->attribute);
            ps_table_add_text(table, shares->values[v]);
            ps_table_add_count(table, n);
            ps_table_add_estimate(table, &ps_unit_share, &share);
            ps_table_add_estimate(table, &ps_unit_share, &wanted);
        }
    }
}

static void add_tables(PsAudit *audit, const Mix *mix)
{
    g_autofree char *title =
        g_strdup_printf("%s at the target's mix", audit->metric->metric->name);
    PsTable *table = ps_audit_add_table(audit, "mix", title,
                                        "Weighted: every row counts, by its share in the "
                                        "target over its share in the data; the "
                                        "interval is clustered and takes the weights as given. "
                                        "Sub-sample: rows drawn at random, "
                                        "as many as the target allows.",
                                        columns, G_N_ELEMENTS(columns));
    add_value(table, mix, "as they are", as_sampled(mix));
    add_value(table, mix, "weighted to the target", weigh(mix));
    add_value(table, mix, "sub-sample like the target", sub_sample(mix));
    add_shares(audit, mix);
    if (mix->n_outside > 0)
        ps_findings_add_note(
            audit->findings,
            "%s: %zu rows have values that the target does not name; at its mix "
            "they do not count",
            audit->data->task->task->name, mix->n_outside);
}

bool ps_audit_add_mix(PsAudit *audit, GError **error)
{
    const PsAuditTarget *target = audit->options->target;
    const char *task = audit->data->task->task->name;
    if (target == NULL || target->n_attributes == 0) return true;
    if (audit->metric->metric->form != PS_FORM_RATIO) {
        ps_findings_add_note(audit->findings, "%s: %s are not weighted to the target", task,
                             audit->metric->metric->form == PS_FORM_ROOT ? "root mean squares"
                                                                         : "percentiles");
        return true;
    }
    g_autofree size_t *factors = g_new(size_t, target->n_attributes);
    for (size_t a = 0; a < target->n_attributes; a++) {
        factors[a] = ps_audit_data_column(audit->data, target->attributes[a].attribute);
        if (audit->data->columns[factors[a]].keys.n_keys == 0)
            return ps_fail(error, PS_ERROR_DATA, "target: task %s has no attribute %s", task,
                           target->attributes[a].attribute);
    }
    g_auto(Mix) mix = {.audit = audit, .target = target};
    mix.cells = ps_audit_grouping_new(audit->data, factors, target->n_attributes);
    if (mix.cells->n_cells > PS_AUDIT_CELLS_MOST)
        return ps_fail(error, PS_ERROR_DATA, "target: %s has more than %d crossings in task %s",
                       mix.cells->name, PS_AUDIT_CELLS_MOST, task);
    fill_cells(&mix);
    if (!check_values(&mix, error) || !rake(&mix, error)) return false;
    add_tables(audit, &mix);
    return true;
}
