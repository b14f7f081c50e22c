// Counterfactual pairs: samples that are the same but for one attribute, beside control pairs
// in which something else was changed in the same way.
#include "harness/stats/multiple.h"
#include "harness/stats/sign_flip.h"
#include "harness/verdict/audit/pairing.h"
#include "harness/verdict/difference.h"

#include <math.h>
#include <string.h>

// The flips of one value against the reference value.
typedef struct {
    const char *value;
    size_t n_pairs, n_controls;
    PsContrast flips, answers, change;  // pairs against control pairs
    size_t n_first_only, n_second_only; // right
    double p, p_beyond, p_change;       // direction; flips, and change, beyond the control's
    double p_adjusted, p_beyond_adjusted, p_change_adjusted;
} Flips;

// What is contrasted between pairs and controls; false: the comparison has no such value.
typedef bool (*ComparisonValue)(const PsAudit *audit,
                                const PsComparison *comparison,
                                double *value);

static bool value_change(const PsAudit *audit, const PsComparison *of, double *value)
{
    *value = ps_stat_column_value(audit->metric, of->second)
             - ps_stat_column_value(audit->metric, of->first);
    return of->is_ordered && !isnan(*value);
}

static bool value_flipped(const PsAudit *audit, const PsComparison *of, double *value)
{
    double first = ps_stat_column_value(audit->metric, of->first),
           second = ps_stat_column_value(audit->metric, of->second);
    *value = first != second;
    return !isnan(first) && !isnan(second);
}

static bool answer_differs(const PsAudit *audit, const PsComparison *of, double *value)
{
    const PsAuditData *data = audit->data;
    *value = data->rows->outcomes[of->first] != data->rows->outcomes[of->second]
             || ps_name_hash_compare(data->answers[of->first], data->answers[of->second]) != 0;
    return true;
}

static const PsMetric change_metric = {
    .name = "change", .unit = "%", .unit_scale = 100, .range = PS_RANGE_POSITIVE, .n_stats = 2};
static const PsMetric flip_metric = {
    .name = "flipped", .unit = "%", .unit_scale = 100, .range = PS_RANGE_BINARY, .n_stats = 2};

static PsContrast contrast(const PsAudit *audit,
                           const GArray *comparisons,
                           const PsMetric *metric,
                           ComparisonValue value)
{
    g_autofree double *stats = g_new(double, 2 * comparisons->len + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, comparisons->len + 1);
    g_autofree bool *is_pair = g_new(bool, comparisons->len + 1);
    size_t n = 0;
    for (size_t i = 0; i < comparisons->len; i++) {
        const PsComparison *of = &g_array_index(comparisons, PsComparison, i);
        if (!value(audit, of, &stats[2 * n])) continue;
        stats[2 * n + 1] = 1;
        clusters[n] = audit->data->rows->clusters[of->first];
        is_pair[n++] = !of->is_control;
    }
    const PsRows rows = {.n_rows = n, .stats = stats, .clusters = clusters};
    return ps_contrast(metric, &rows, is_pair);
}

// The change of the metric from first to second, paired.
static PsEstimate
paired_change(const PsAudit *audit, const GArray *comparisons, bool of_controls)
{
    size_t n_stats = (size_t)audit->metric->metric->n_stats, n = 0;
    g_autofree double *stats = g_new(double, 2 * n_stats * comparisons->len + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, comparisons->len + 1);
    double *second_stats = stats + n_stats * comparisons->len, change;
    for (size_t i = 0; i < comparisons->len; i++) {
        const PsComparison *of = &g_array_index(comparisons, PsComparison, i);
        if (of->is_control != of_controls || !value_change(audit, of, &change)) continue;
        memcpy(stats + n * n_stats, audit->metric->stats + of->first * n_stats,
               n_stats * sizeof *stats);
        memcpy(second_stats + n * n_stats, audit->metric->stats + of->second * n_stats,
               n_stats * sizeof *stats);
        clusters[n++] = audit->data->rows->clusters[of->first];
    }
    const PsRows first = {.n_rows = n, .stats = stats, .clusters = clusters};
    const PsRows second = {.n_rows = n, .stats = second_stats, .clusters = clusters};
    return ps_estimate_difference(audit->metric->metric, &first, &second);
}

// Exact: the signs of each source's sum of changes are flipped (McNemar's test where a source
// has one pair and the metric is right or wrong).
static void test_direction(const PsAudit *audit, const GArray *comparisons, Flips *flips)
{
    g_autofree double *sums = g_new0(double, comparisons->len + 1);
    size_t n_sources = 0;
    uint32_t last = UINT32_MAX;
    int sign = -ps_metric_worse_sign(audit->metric->metric);
    for (size_t i = 0; i < comparisons->len; i++) {
        const PsComparison *of = &g_array_index(comparisons, PsComparison, i);
        double change;
        flips->n_pairs += !of->is_control;
        flips->n_controls += of->is_control;
        if (of->is_control || !value_change(audit, of, &change)) continue;
        flips->n_first_only += sign * change < 0;
        flips->n_second_only += sign * change > 0;
        n_sources += audit->data->rows->clusters[of->first] != last;
        last = audit->data->rows->clusters[of->first];
        sums[n_sources - 1] += change;
    }
    flips->p = n_sources > 0 ? ps_sign_flip(sums, n_sources).two_sided : NAN;
}

static Flips measure_value(const PsPairedColumn *of, uint32_t value)
{
    const PsAudit *audit = of->audit;
    g_autoptr(GArray) comparisons = ps_paired_column_compare(of, value);
    Flips flips = {.value = of->column->keys.names[value]};
    test_direction(audit, comparisons, &flips);
    flips.flips = contrast(audit, comparisons, &flip_metric, value_flipped);
    flips.answers = contrast(audit, comparisons, &flip_metric, answer_differs);
    flips.change = contrast(audit, comparisons, &change_metric, value_change);
    flips.p_beyond = flips.flips.p;
    flips.p_change = flips.change.p;
    flips.change.group = paired_change(audit, comparisons, false);
    flips.change.rest = paired_change(audit, comparisons, true);
    return flips;
}

// ---- what it says

static bool is_found(double p)
{
    return p <= PS_AUDIT_LEVEL;
}

// Whether the controls show the change as well: they change the same way beyond chance, or,
// where it is open which of them is the changed one, at least half as many of them flip.
static bool controls_agree(const Flips *flips, size_t least_pairs)
{
    const PsEstimate *control = &flips->change.rest;
    if (control->is_defined)
        return control->has_interval && control->low * control->high > 0
               && control->value * flips->change.group.value > 0;
    return flips->n_controls >= least_pairs && flips->flips.rest.is_defined
           && flips->flips.rest.value >= flips->flips.group.value / 2;
}

// A finding holds if the pairs flip more than the controls, or change more, in a way that
// chance does not explain.
static const char *finding_word(const Flips *flips, const PsAudit *audit)
{
    bool has_direction = is_found(flips->p_adjusted);
    int worse_sign = ps_metric_worse_sign(audit->metric->metric);
    bool is_worse = worse_sign * flips->change.group.value > 0;
    bool flips_more = is_found(flips->p_beyond_adjusted) && flips->flips.difference.centre > 0;
    bool changes_more = is_found(flips->p_change_adjusted)
                        && flips->change.difference.centre * flips->change.group.value > 0;
    if (flips->n_controls == 0)
        return !has_direction ? "" : is_worse ? "worse (no control)" : "better (no control)";
    if (!has_direction) return flips_more ? "flips more than the control" : "";
    if (flips_more || changes_more)
        return is_worse ? "worse, beyond the control" : "better, beyond the control";
    return controls_agree(flips, audit->least_rows) ? "contradicted by the control"
                                                    : "not told apart from the control";
}

static const PsColumn columns[] = {
    {"finding", "finding", PS_COLUMN_TEXT, false},
    {"by", "by", PS_COLUMN_TEXT, false},
    {"pair", "changed", PS_COLUMN_TEXT, false},
    {"change", "change of the metric", PS_COLUMN_DIFFERENCE, false},
    {"p_adjusted", "p of change, adjusted", PS_COLUMN_P, false},
    {"control_change", "change of controls", PS_COLUMN_DIFFERENCE, false},
    {"flips", "flips", PS_COLUMN_VALUE, false},
    {"control_flips", "flips of controls", PS_COLUMN_VALUE, false},
    {"beyond", "flips beyond controls", PS_COLUMN_DIFFERENCE, false},
    {"p_beyond_adjusted", "p of flips, adjusted", PS_COLUMN_P, false},
    {"p", "p of change", PS_COLUMN_P, true},
    {"p_beyond", "p of flips", PS_COLUMN_P, true},
    {"answers", "answers differ", PS_COLUMN_VALUE, false},
    {"control_answers", "answers of controls differ", PS_COLUMN_VALUE, true},
    {"answers_beyond", "answers differ beyond controls", PS_COLUMN_DIFFERENCE, true},
    {"first_only", "reference value alone better", PS_COLUMN_COUNT, true},
    {"second_only", "other value alone better", PS_COLUMN_COUNT, true},
    {"controls", "control pairs", PS_COLUMN_COUNT, true},
};

static void add_control_change(PsTable *table, const PsMetric *metric, const Flips *flips)
{
    if (flips->n_controls == 0)
        ps_table_add_nothing(table, "no control pairs");
    else if (!flips->change.rest.is_defined)
        ps_table_add_nothing(table, "which of them is changed is not stated");
    else
        ps_table_add_estimate(table, metric, &flips->change.rest);
}

static void add_controls(PsTable *table, const PsEstimate *estimate, const Flips *flips)
{
    if (flips->n_controls == 0)
        ps_table_add_nothing(table, "no control pairs");
    else
        ps_table_add_estimate(table, &flip_metric, estimate);
}

static void add_row(PsTable *table, const PsPairedColumn *of, const Flips *flips)
{
    const PsMetric *metric = of->audit->metric->metric;
    g_autofree char *pair =
        g_strdup_printf("%s → %s", of->column->keys.names[of->reference], flips->value);
    ps_table_add_text(table, finding_word(flips, of->audit));
    ps_table_add_text(table, of->column->name);
    ps_table_add_text(table, pair);
    ps_table_add_estimate(table, metric, &flips->change.group);
    ps_table_add_p(table, flips->p_adjusted);
    add_control_change(table, metric, flips);
    ps_table_add_estimate(table, &flip_metric, &flips->flips.group);
    add_controls(table, &flips->flips.rest, flips);
    add_controls(table, &flips->flips.difference, flips);
    ps_table_add_p(table, flips->p_beyond_adjusted);
    ps_table_add_p(table, flips->p);
    ps_table_add_p(table, flips->p_beyond);
    ps_table_add_estimate(table, &flip_metric, &flips->answers.group);
    add_controls(table, &flips->answers.rest, flips);
    add_controls(table, &flips->answers.difference, flips);
    ps_table_add_count(table, flips->n_first_only);
    ps_table_add_count(table, flips->n_second_only);
    ps_table_add_count(table, flips->n_controls);
}

// Each kind of p by itself.
static void adjust(GArray *all)
{
    g_autofree double *p = g_new(double, all->len + 1);
    const size_t from[] = {offsetof(Flips, p), offsetof(Flips, p_beyond),
                           offsetof(Flips, p_change)};
    const size_t to[] = {offsetof(Flips, p_adjusted), offsetof(Flips, p_beyond_adjusted),
                         offsetof(Flips, p_change_adjusted)};
    for (size_t kind = 0; kind < G_N_ELEMENTS(from); kind++) {
        for (size_t i = 0; i < all->len; i++)
            memcpy(&p[i], (char *)&g_array_index(all, Flips, i) + from[kind], sizeof *p);
        ps_adjust_p_values(PS_ADJUST_BH, p, all->len, p);
        for (size_t i = 0; i < all->len; i++)
            memcpy((char *)&g_array_index(all, Flips, i) + to[kind], &p[i], sizeof *p);
    }
}

static GArray *measure_column(const PsPairedColumn *of)
{
    GArray *all = g_array_new(false, true, sizeof(Flips));
    for (uint32_t value = 0; value < of->column->keys.n_keys; value++) {
        if (value == of->reference) continue;
        Flips flips = measure_value(of, value);
        if (flips.n_pairs > 0) g_array_append_val(all, flips);
    }
    adjust(all);
    return all;
}

static const char table_note[] =
    "Samples of one pair differ in the attribute alone; control pairs differ in something "
    "else. "
    "Flips: the metric differs. p of change: exact, by flipping signs of sources; p of flips: "
    "of those beyond the controls'; false discovery rate over the values of an attribute. A "
    "finding that the controls show as well is contradicted by them.";

void ps_audit_add_pairs(PsAudit *audit)
{
    const PsAuditData *data = audit->data;
    if (data->n_pairs == 0 || audit->metric->metric->form != PS_FORM_RATIO) return;
    size_t n_order;
    g_autofree uint32_t *order = ps_paired_order(data, &n_order);
    PsTable *table = NULL;
    for (char **name = audit->options->groups; *name != NULL; name++) {
        const PsAuditColumn *column = &data->columns[ps_audit_data_column(data, *name)];
        PsPairedColumn of = {audit, column, PS_NO_KEY, order, n_order};
        if (column->is_everywhere || column->keys.n_keys == 0) continue;
        of.reference = ps_paired_column_find_reference(&of);
        if (of.reference == PS_NO_KEY) {
            ps_findings_add_note(audit->findings,
                                 "%s: no pair has a sample whose %s is the reference value",
                                 data->task->task->name, column->name);
            continue;
        }
        g_autoptr(GArray) all = measure_column(&of);
        if (table == NULL && all->len > 0)
            table = ps_audit_add_table(audit, "pairs", "counterfactual pairs", table_note,
                                       columns, G_N_ELEMENTS(columns));
        for (size_t i = 0; i < all->len; i++)
            add_row(table, &of, &g_array_index(all, Flips, i));
    }
}
