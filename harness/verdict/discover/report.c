#include "harness/verdict/discover/report.h"

#include "harness/verdict/answer.h"

#include <math.h>

#define ALSO_MOST 10 // other descriptions of a slice

static const char slices_note[] =
    "Found on one half of the sources; every number is of the other half, against all other "
    "rows of it. p is one-sided and adjusted over all slices found. Columns named "
    "\"selected\" are of the half that was searched, where slices look worse than they are.";

static const PsColumn slice_columns[] = {
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"n", "rows", PS_COLUMN_COUNT, false},
    {"sources", "sources", PS_COLUMN_COUNT, false},
    {"error", "error", PS_COLUMN_VALUE, false},
    {"difference", "against the rest", PS_COLUMN_DIFFERENCE, false},
    {"p_adjusted", "p, adjusted", PS_COLUMN_P, false},
    {"finding", "finding", PS_COLUMN_TEXT, false},
    {"also", "also described by", PS_COLUMN_TEXT, true},
    {"selected_score", "selected: score", PS_COLUMN_VALUE, true},
    {"selected_n", "selected: rows", PS_COLUMN_COUNT, true},
    {"selected_sources", "selected: sources", PS_COLUMN_COUNT, true},
    {"selected_error", "selected: error", PS_COLUMN_VALUE, true},
    {"selected_difference", "selected: against the rest", PS_COLUMN_DIFFERENCE, true},
};

static const PsColumn sample_columns[] = {
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"sample", "sample", PS_COLUMN_TEXT, false},
    {"condition", "condition", PS_COLUMN_TEXT, false},
    {"epoch", "epoch", PS_COLUMN_COUNT, true},
    {"answer", "answer", PS_COLUMN_TEXT, false},
    {"reference", "reference", PS_COLUMN_TEXT, false},
    {"error", "error", PS_COLUMN_VALUE, false},
};

static PsTable *add_table(PsFindings *findings,
                          const PsTask *task,
                          const char *id,
                          const char *title,
                          const char *note,
                          const PsColumn *columns,
                          size_t n_columns)
{
    g_autofree char *full_id = g_strdup_printf("%s.%s", task->name, id);
    g_autofree char *full_title = g_strdup_printf("%s: %s", task->name, title);
    return ps_findings_add_table(findings, full_id, full_title, note, columns, n_columns);
}

// What was chosen for being large has no honest interval.
static void add_chosen(PsTable *table, const PsMetric *metric, const PsEstimate *chosen)
{
    PsEstimate plain = *chosen;
    plain.has_interval = false;
    plain.method = "no interval: selected on these rows";
    ps_table_add_estimate(table, metric, &plain);
}

static const char *word_of(const PsDiscoverSlice *slice)
{
    if (slice->is_confirmed) return "confirmed";
    return slice->is_testable ? "not confirmed" : "not testable";
}

static void add_selected(PsTable *table, const PsMetric *metric, const PsContrast *selected)
{
    ps_table_add_count(table, selected->group.n);
    ps_table_add_count(table, selected->group.n_clusters);
    add_chosen(table, metric, &selected->group);
    add_chosen(table, metric, &selected->difference);
}

static void add_also(PsTable *table, const GPtrArray *also)
{
    g_autoptr(GString) list = g_string_new(NULL);
    size_t n_shown = MIN(also->len, ALSO_MOST);
    for (size_t i = 0; i < n_shown; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? "; " : "", (const char *)also->pdata[i]);
    if (also->len > n_shown)
        g_string_append_printf(list, "; and %zu more", also->len - n_shown);
    ps_table_add_text(table, also->len > 0 ? list->str : NULL);
}

static void add_slice(PsTable *table, const PsMetric *metric, const PsDiscoverSlice *slice)
{
    ps_table_add_text(table, slice->name);
    ps_table_add_count(table, slice->tested.group.n);
    ps_table_add_count(table, slice->tested.group.n_clusters);
    ps_table_add_estimate(table, metric, &slice->tested.group);
    ps_table_add_estimate(table, metric, &slice->tested.difference);
    ps_table_add_p(table, slice->p_adjusted);
    ps_table_add_text(table, word_of(slice));
    add_also(table, slice->also);
    const PsEstimate score = {
        .is_defined = true, .value = slice->score, .error = NAN, .method = ""};
    ps_table_add_estimate(table, &ps_unit_number, &score);
    add_selected(table, metric, &slice->selected);
}

static bool add_sample(PsTable *table,
                       PsRunFile *run,
                       const PsTask *task,
                       const PsMetric *metric,
                       const PsDiscoverSample *of,
                       GError **error)
{
    g_autoptr(PsSample) sample = ps_runfile_load_sample(run, of->sample_id, error);
    if (sample == NULL) return false;
    g_autofree char *answer = ps_answer_load(run, of->item_id, error);
    if (answer == NULL) return false;
    const PsEstimate value = {
        .is_defined = true, .value = of->error, .n = 1, .error = NAN, .method = ""};
    ps_table_add_text(table, sample->id);
    ps_table_add_text(table, task->conditions[of->condition].label);
    ps_table_add_count(table, of->epoch);
    ps_table_add_text(table, answer);
    ps_table_add_text(table, sample->n_references > 0 ? sample->references[0] : NULL);
    ps_table_add_estimate(table, metric, &value);
    return true;
}

static bool add_samples(PsFindings *findings,
                        PsRunFile *run,
                        const PsTask *task,
                        const PsMetric *metric,
                        const GPtrArray *slices,
                        GError **error)
{
    PsTable *table = NULL;
    for (size_t i = 0; i < slices->len; i++) {
        const PsDiscoverSlice *slice = slices->pdata[i];
        if (!slice->is_confirmed) continue;
        if (table == NULL)
            table = add_table(findings, task, "samples", "worst samples of what is confirmed",
                              NULL, sample_columns, G_N_ELEMENTS(sample_columns));
        for (size_t s = 0; s < slice->n_worst; s++) {
            ps_table_add_text(table, slice->name);
            if (!add_sample(table, run, task, metric, &slice->worst[s], error)) return false;
        }
    }
    return true;
}

bool ps_discover_report_add(PsFindings *findings,
                            PsRunFile *run,
                            const PsTask *task,
                            const PsMetric *error_metric,
                            const GPtrArray *slices,
                            GError **error)
{
    if (slices->len == 0) return true;
    PsTable *table = add_table(findings, task, "slices", "worst slices", slices_note,
                               slice_columns, G_N_ELEMENTS(slice_columns));
    for (size_t i = 0; i < slices->len; i++)
        add_slice(table, error_metric, slices->pdata[i]);
    return add_samples(findings, run, task, error_metric, slices, error);
}
