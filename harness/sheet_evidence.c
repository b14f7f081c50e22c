#include "harness/sheet_evidence.h"

#include "harness/error.h"
#include "harness/evidence.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

// ---- which

typedef struct {
    size_t row;
    double badness; // larger is worse
} Candidate;

static double badness(const PsTaskRows *table, size_t row)
{
    const PsStatColumn *column = &table->metrics[0];
    if (table->outcomes[row] != PS_OUTCOME_ANSWERED) return INFINITY;
    double value = ps_stat_column_value(column, row);
    if (isnan(value)) return -INFINITY;
    return column->metric->direction == PS_HIGHER_IS_BETTER ? -value : value;
}

static int compare_candidates(gconstpointer a, gconstpointer b)
{
    const Candidate *first = a, *second = b;
    if (first->badness != second->badness) return first->badness < second->badness ? 1 : -1;
    return (first->row > second->row) - (first->row < second->row);
}

#define SHOWN_MOST (PS_SHEET_WORST_PER_SLICE + PS_SHEET_BEST_PER_SLICE)

// Those of the candidates seen that come first.
typedef struct {
    size_t n, n_most;
    Candidate candidates[SHOWN_MOST]; // [n] in order
} First;

// sign: 1, worst first; -1, best first.
static void first_add(First *first, const Candidate *candidate, int sign)
{
    size_t place = first->n;
    while (place > 0 && sign * compare_candidates(candidate, &first->candidates[place - 1]) < 0)
        place--;
    if (place == first->n_most) return;
    first->n = MIN(first->n + 1, first->n_most);
    memmove(&first->candidates[place + 1], &first->candidates[place],
            (first->n - 1 - place) * sizeof *candidate);
    first->candidates[place] = *candidate;
}

// The worst and then the best rows of a slice, worst first; returns how many. Of a small slice
// all.
static size_t choose(const PsTaskRows *table, const PsSlice *of, size_t rows[SHOWN_MOST])
{
    const bool is_small = of->n_rows <= SHOWN_MOST;
    First worst = {.n_most = is_small ? SHOWN_MOST : PS_SHEET_WORST_PER_SLICE};
    First best = {.n_most = is_small ? 0 : PS_SHEET_BEST_PER_SLICE};
    for (size_t i = 0; i < of->n_rows; i++) {
        Candidate candidate = {.row = of->rows[i], .badness = badness(table, of->rows[i])};
        first_add(&worst, &candidate, 1);
        first_add(&best, &candidate, -1);
    }
    size_t n = 0;
    for (size_t i = 0; i < worst.n; i++)
        rows[n++] = worst.candidates[i].row;
    for (size_t i = best.n; i > 0; i--)
        rows[n++] = best.candidates[i - 1].row;
    return n;
}

// ---- what

static bool load_answer(PsSheetEvidence *evidence, PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "SELECT answer, error FROM response WHERE item_id = ?1", error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)evidence->item_id);
    int status = ps_runfile_step(run, statement, error);
    bool is_ok = status == 1;
    if (status == 0)
        ps_fail(error, PS_ERROR_DATA, "%s: the row of item %" G_GUINT64_FORMAT " is damaged",
                ps_runfile_path(run), evidence->item_id);
    if (is_ok) {
        evidence->answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
        evidence->error = g_strdup((const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return is_ok;
}

static bool load_media(PsSheetEvidence *evidence, PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(
        run,
        "SELECT part, type, bytes FROM evidence JOIN media USING (sha256) WHERE item_id = ?1",
        error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)evidence->item_id);
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        size_t part = (size_t)sqlite3_column_int64(statement, 0);
        if (part >= evidence->n_parts || evidence->media[part] != NULL) continue;
        if (sqlite3_column_bytes(statement, 2) > PS_EVIDENCE_MOST_BYTES) continue;
        const void *bytes = sqlite3_column_blob(statement, 2);
        g_autoptr(GBytes) copy = g_bytes_new(bytes, (size_t)sqlite3_column_bytes(statement, 2));
        evidence->media[part] =
            ps_media_new(copy, (const char *)sqlite3_column_text(statement, 1), NULL);
    }
    sqlite3_finalize(statement);
    return status == 0;
}

// Takes sample over. The parts are shown as they were sent (of a swap: those that were swapped;
// their media are the others').
static void
take_sample(PsSheetEvidence *evidence, const PsSuiteCondition *under, PsSample *sample)
{
    PsSample *view = ps_ablation_view(&under->ablation, sample, NULL, 0);
    evidence->sample = sample;
    evidence->n_parts = view->n_parts;
    evidence->parts = g_steal_pointer(&view->parts);
    evidence->media = g_new0(PsMedia *, view->n_parts);
    ps_ablation_view_free(view);
}

static void
set_keys(PsSheetEvidence *evidence, const PsTaskRows *table, const PsTask *task, size_t row)
{
    evidence->keys = g_new0(char *, table->n_slicers);
    for (size_t i = 0; i < table->n_slicers; i++) {
        const PsKeyColumn *column = &table->slicers[i];
        if (column->of_rows[row] == PS_NO_KEY) continue;
        evidence->keys[evidence->n_keys++] = g_strdup_printf(
            "%s=%s", task->slicers[i].label, column->names[column->of_rows[row]]);
    }
}

static bool fill(PsSheetEvidence *evidence,
                 const PsTaskRows *table,
                 size_t row,
                 PsRunFile *run,
                 const PsPlanTask *task,
                 GError **error)
{
    const PsSuiteCondition *under = &task->task->conditions[table->conditions[row]];
    PsSample *sample = ps_runfile_load_sample(run, table->sample_ids[row], error);
    if (sample == NULL) return false;
    take_sample(evidence, under, sample);
    evidence->item_id = table->item_ids[row];
    evidence->condition = g_strdup(under->label);
    evidence->epoch = (int)table->epochs[row];
    evidence->outcome = table->outcomes[row];
    evidence->latency_ms = table->latencies_ms[row];
    evidence->scores = g_new0(double, table->n_suite_metrics);
    for (size_t m = 0; m < table->n_suite_metrics; m++)
        evidence->scores[m] = ps_stat_column_value(&table->metrics[m], row);
    set_keys(evidence, table, task->task, row);
    return load_answer(evidence, run, error) && load_media(evidence, run, error);
}

static bool find_shown(const PsSheet *sheet, uint64_t item_id, size_t *index)
{
    for (*index = 0; *index < sheet->n_evidence; ++*index)
        if (sheet->evidence[*index].item_id == item_id) return true;
    return false;
}

// What the first tasks do not use of their share, the next ones may.
static bool is_full(const PsSheet *sheet, size_t task, const PsPlan *plan)
{
    return sheet->n_evidence >= (task + 1) * PS_SHEET_EVIDENCE_MOST / plan->n_tasks;
}

// Adds the row, or finds it where another slice shows it. A full sheet takes no new ones.
static bool show(PsSheet *sheet,
                 size_t task,
                 PsSheetSlice *slice,
                 const PsTaskRows *table,
                 size_t row,
                 PsRunFile *run,
                 const PsPlan *plan,
                 GError **error)
{
    size_t index;
    if (!find_shown(sheet, table->item_ids[row], &index)) {
        if (is_full(sheet, task, plan)) return true;
        PsSheetEvidence *evidence = &sheet->evidence[sheet->n_evidence++];
        evidence->task = task;
        if (!fill(evidence, table, row, run, &plan->tasks[task], error)) return false;
    }
    slice->evidence[slice->n_evidence++] = index;
    return true;
}

bool ps_sheet_add_evidence(PsSheet *sheet,
                           size_t task,
                           PsSheetSlice *slice,
                           const PsTaskRows *table,
                           const PsSlice *of,
                           PsRunFile *run,
                           const PsPlan *plan,
                           GError **error)
{
    size_t rows[SHOWN_MOST];
    const size_t n_rows = choose(table, of, rows);
    slice->evidence = g_new0(size_t, SHOWN_MOST);
    for (size_t i = 0; i < n_rows; i++)
        if (!show(sheet, task, slice, table, rows[i], run, plan, error)) return false;
    return true;
}

void ps_sheet_evidence_clear(PsSheetEvidence *evidence)
{
    for (size_t i = 0; i < evidence->n_parts; i++)
        ps_media_free(evidence->media[i]);
    for (size_t i = 0; i < evidence->n_keys; i++)
        g_free(evidence->keys[i]);
    g_free(evidence->parts);
    g_free(evidence->media);
    g_free(evidence->keys);
    g_free(evidence->scores);
    ps_sample_free(evidence->sample);
    g_free(evidence->condition);
    g_free(evidence->answer);
    g_free(evidence->error);
}
