#include "harness/verdict/flips.h"

#include "harness/verdict/answer.h"
#include "harness/verdict/difference.h"

#include <math.h>

typedef struct {
    uint32_t row;
    double worse; // by how much; INFINITY where the answer was lost
} Flip;

static int compare_flips(gconstpointer a, gconstpointer b)
{
    const Flip *first = a, *second = b;
    if (first->worse != second->worse) return first->worse > second->worse ? -1 : 1;
    return (first->row > second->row) - (first->row < second->row);
}

// 0 where nothing changed, or neither has a value.
static double worse_by(const PsStatColumn *first, const PsStatColumn *second, size_t row)
{
    if (!first->is_defined[row] && !second->is_defined[row]) return 0;
    if (!second->is_defined[row]) return INFINITY;
    if (!first->is_defined[row]) return -INFINITY;
    double change = ps_stat_column_value(second, row) - ps_stat_column_value(first, row);
    return isnan(change) ? 0 : change * ps_metric_worse_sign(first->metric);
}

// Sorted, the worst first.
static GArray *find_flips(const PsPairedTask *paired)
{
    const PsStatColumn *first = &paired->first->metrics[paired->of_first[0]];
    const PsStatColumn *second = &paired->second->metrics[paired->of_second[0]];
    GArray *flips = g_array_new(false, false, sizeof(Flip));
    for (uint32_t row = 0; row < paired->first->n_rows; row++) {
        Flip flip = {.row = row, .worse = worse_by(first, second, row)};
        if (flip.worse != 0) g_array_append_val(flips, flip);
    }
    g_array_sort(flips, compare_flips);
    return flips;
}

static const PsColumn columns[] = {
    {"change", "change", PS_COLUMN_TEXT, false},
    {"sample", "sample", PS_COLUMN_TEXT, false},
    {"condition", "condition", PS_COLUMN_TEXT, false},
    {"epoch", "epoch", PS_COLUMN_COUNT, true},
    {"first", "first run", PS_COLUMN_TEXT, false},
    {"second", "second run", PS_COLUMN_TEXT, false},
    {"reference", "reference", PS_COLUMN_TEXT, false},
};

static bool add_flip(PsTable *table,
                     const PsPairedTask *paired,
                     PsRunFile *first,
                     PsRunFile *second,
                     const Flip *flip,
                     GError **error)
{
    size_t row = flip->row;
    g_autoptr(PsSample) sample =
        ps_runfile_load_sample(first, paired->first->sample_ids[row], error);
    if (sample == NULL) return false;
    g_autofree char *before = ps_answer_load(first, paired->first->item_ids[row], error);
    if (before == NULL) return false;
    g_autofree char *after = ps_answer_load(second, paired->second->item_ids[row], error);
    if (after == NULL) return false;
    ps_table_add_text(table, flip->worse > 0 ? "worse" : "better");
    ps_table_add_text(table, sample->id);
    ps_table_add_text(table, paired->task->conditions[paired->first->conditions[row]].label);
    ps_table_add_count(table, paired->first->epochs[row]);
    ps_table_add_text(table, before);
    ps_table_add_text(table, after);
    ps_table_add_text(table, sample->n_references > 0 ? sample->references[0] : NULL);
    return true;
}

bool ps_flips_add(PsFindings *findings,
                  const PsPairedTask *paired,
                  PsRunFile *first,
                  PsRunFile *second,
                  size_t n_most,
                  GError **error)
{
    if (paired->n_metrics == 0) return true;
    g_autoptr(GArray) flips = find_flips(paired);
    size_t n_worse = 0;
    while (n_worse < flips->len && g_array_index(flips, Flip, n_worse).worse > 0)
        n_worse++;
    if (flips->len == 0) return true;
    g_autofree char *id = g_strconcat(paired->task->name, ".flips", NULL);
    g_autofree char *title = g_strdup_printf(
        "%s: samples that changed (%zu worse, %zu better by %s)", paired->task->name, n_worse,
        flips->len - n_worse, paired->first->metrics[paired->of_first[0]].metric->name);
    PsTable *table =
        ps_findings_add_table(findings, id, title, NULL, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < flips->len; i++) {
        bool is_shown = i < MIN(n_most, n_worse) || (i >= n_worse && flips->len - i <= n_most);
        if (is_shown
            && !add_flip(table, paired, first, second, &g_array_index(flips, Flip, i), error))
            return false;
    }
    return true;
}
