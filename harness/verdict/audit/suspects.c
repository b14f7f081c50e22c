// Samples whose label may be wrong: several systems give one and the same other answer.
#include "harness/error.h"
#include "harness/verdict/answer.h"
#include "harness/verdict/audit/private.h"
#include "harness/verdict/difference.h"

#include <math.h>
#include <string.h>

#define SUSPECTS_MOST 100
#define RUNS_MOST 64

typedef struct {
    uint32_t row;      // of the audited run
    PsNameHash answer; // that the systems agree on
    size_t n_agreeing, n_systems;
    double accuracy; // mean of the systems that agree; 0 … 1, or of an unbounded metric its
                     // negative
    size_t run, run_row; // one that gave it
} Suspect;

typedef struct {
    PsAuditData *const *data;
    const PsStatColumn *const *metrics;
    size_t n_runs;
    GHashTable **rows_of; // [n_runs] PsNameHash * → row, clean and first epoch
    double *goodness;     // [n_runs] of the whole run
} Systems;

static guint hash_name(gconstpointer key)
{
    return (guint)((const PsNameHash *)key)->low;
}

static gboolean equal_names(gconstpointer a, gconstpointer b)
{
    return ps_name_hash_compare(*(const PsNameHash *)a, *(const PsNameHash *)b) == 0;
}

static bool is_first(const PsTaskRows *rows, size_t row)
{
    return rows->conditions[row] == 0
           && (row == 0 || rows->conditions[row - 1] != 0
               || ps_name_hash_compare(rows->samples[row], rows->samples[row - 1]) != 0);
}

static GHashTable *index_samples(const PsTaskRows *rows)
{
    GHashTable *of = g_hash_table_new(hash_name, equal_names);
    for (size_t row = 0; row < rows->n_rows; row++)
        if (is_first(rows, row))
            g_hash_table_insert(of, &rows->samples[row], GSIZE_TO_POINTER(row + 1));
    return of;
}

static double goodness_of(const PsStatColumn *metric, size_t n_rows)
{
    double sum = 0, total = 0;
    size_t n_stats = (size_t)metric->metric->n_stats;
    for (size_t row = 0; row < n_rows; row++) {
        if (!metric->is_defined[row]) continue;
        sum += metric->stats[row * n_stats];
        total +=
            metric->metric->form != PS_FORM_PERCENTILE ? metric->stats[row * n_stats + 1] : 1;
    }
    return total > 0 ? -ps_metric_worse_sign(metric->metric) * sum / total : -INFINITY;
}

// An answer that is not the reference, and that the metric does not take for right.
static bool contradicts(const Systems *systems, size_t run, size_t row)
{
    const PsAuditData *data = systems->data[run];
    const PsStatColumn *metric = systems->metrics[run];
    bool is_right = ps_audit_is_share(metric->metric)
                    && ps_stat_column_value(metric, row)
                           == (metric->metric->direction == PS_LOWER_IS_BETTER ? 0 : 1);
    return data->rows->outcomes[row] == PS_OUTCOME_ANSWERED && !data->is_reference[row]
           && !is_right;
}

// The answer on which most systems agree against the label of one sample.
static Suspect judge_sample(const Systems *systems, uint32_t row)
{
    size_t of_runs[RUNS_MOST], n_systems = 0;
    Suspect best = {.row = row};
    for (size_t run = 0; run < systems->n_runs; run++) {
        void *found =
            g_hash_table_lookup(systems->rows_of[run], &systems->data[0]->rows->samples[row]);
        of_runs[run] = GPOINTER_TO_SIZE(found) - 1;
        n_systems += found != NULL;
        if (found != NULL && !contradicts(systems, run, of_runs[run])) of_runs[run] = SIZE_MAX;
    }
    for (size_t run = 0; run < systems->n_runs; run++) {
        if (of_runs[run] == SIZE_MAX) continue;
        Suspect one = {.row = row, .run = run, .run_row = of_runs[run]};
        one.answer = systems->data[run]->answers[of_runs[run]];
        for (size_t other = 0; other < systems->n_runs; other++) {
            if (of_runs[other] == SIZE_MAX
                || ps_name_hash_compare(systems->data[other]->answers[of_runs[other]],
                                        one.answer)
                       != 0)
                continue;
            one.n_agreeing++;
            one.accuracy += systems->goodness[other];
        }
        if (one.n_agreeing > best.n_agreeing) best = one;
    }
    if (best.n_agreeing > 0) best.accuracy /= (double)best.n_agreeing;
    best.n_systems = n_systems;
    return best;
}

static int compare_suspects(gconstpointer a, gconstpointer b)
{
    const Suspect *first = a, *second = b;
    if (first->n_agreeing != second->n_agreeing)
        return first->n_agreeing > second->n_agreeing ? -1 : 1;
    if (first->accuracy != second->accuracy) return first->accuracy > second->accuracy ? -1 : 1;
    return (first->row > second->row) - (first->row < second->row);
}

static GArray *find_suspects(const Systems *systems)
{
    const PsTaskRows *rows = systems->data[0]->rows;
    GArray *suspects = g_array_new(false, false, sizeof(Suspect));
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        if (!is_first(rows, row)) continue;
        Suspect suspect = judge_sample(systems, row);
        if (suspect.n_agreeing >= 2) g_array_append_val(suspects, suspect);
    }
    g_array_sort(suspects, compare_suspects);
    return suspects;
}

// ---- table

static const PsColumn columns[] = {
    {"sample", "sample", PS_COLUMN_TEXT, false},
    {"reference", "reference", PS_COLUMN_TEXT, false},
    {"answer", "their answer", PS_COLUMN_TEXT, false},
    {"agreeing", "systems that agree", PS_COLUMN_COUNT, false},
    {"systems", "systems asked", PS_COLUMN_COUNT, false},
    {"value", "their mean value", PS_COLUMN_VALUE, false},
};

static bool add_suspect(PsTable *table,
                        PsRunFile *const *runs,
                        const Systems *systems,
                        const Suspect *suspect,
                        GError **error)
{
    g_autoptr(PsSample) sample = ps_runfile_load_sample(
        runs[0], systems->data[0]->rows->sample_ids[suspect->row], error);
    if (sample == NULL) return false;
    g_autofree char *answer =
        ps_answer_load(runs[suspect->run],
                       systems->data[suspect->run]->rows->item_ids[suspect->run_row], error);
    if (answer == NULL) return false;
    const PsMetric *metric = systems->metrics[0]->metric;
    PsEstimate value =
        ps_audit_plain(-ps_metric_worse_sign(metric) * suspect->accuracy, suspect->n_agreeing);
    ps_table_add_text(table, sample->id);
    ps_table_add_text(table, sample->n_references > 0 ? sample->references[0] : NULL);
    ps_table_add_text(table, answer);
    ps_table_add_count(table, suspect->n_agreeing);
    ps_table_add_count(table, suspect->n_systems);
    ps_table_add_estimate(table, metric, &value);
    return true;
}

static bool add_table(PsAudit *audit,
                      PsRunFile *const *runs,
                      const Systems *systems,
                      const GArray *suspects,
                      GError **error)
{
    g_autofree char *title = g_strdup_printf("labels in doubt (%u)", suspects->len);
    PsTable *table = ps_audit_add_table(
        audit, "suspects", title,
        "Two or more systems give the same answer, which is not the reference (letter case and "
        "white space aside). Those come first on which the most and the best systems agree. "
        "That "
        "systems agree does not make them right: look at the samples.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < MIN(suspects->len, SUSPECTS_MOST); i++)
        if (!add_suspect(table, runs, systems, &g_array_index(suspects, Suspect, i), error))
            return false;
    return true;
}

bool ps_audit_add_suspects(PsAudit *audit,
                           PsRunFile *const *runs,
                           PsAuditData *const *data,
                           const PsStatColumn *const *metrics,
                           size_t n_runs,
                           GError **error)
{
    GHashTable *rows_of[RUNS_MOST];
    double goodness[RUNS_MOST];
    Systems systems = {data, metrics, n_runs, rows_of, goodness};
    for (size_t run = 0; run < n_runs; run++) {
        rows_of[run] = index_samples(data[run]->rows);
        goodness[run] = goodness_of(metrics[run], data[run]->rows->n_rows);
    }
    g_autoptr(GArray) suspects = find_suspects(&systems);
    for (size_t run = 0; run < n_runs; run++)
        g_hash_table_unref(rows_of[run]);
    return add_table(audit, runs, &systems, suspects, error);
}
