#include "harness/sheet.h"

#include "harness/error.h"
#include "harness/findings.h"
#include "harness/run_rows.h"
#include "harness/sheet_evidence.h"
#include "harness/slices.h"
#include "harness/stats/sort.h"
#include "harness/verdict/modality.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

// ---- one slice

static PsEstimate
estimate_of(const PsTaskRows *table, const PsStatColumn *column, const PsSlice *slice)
{
    PsRows gathered = ps_task_rows_gather(table, column, slice->rows, slice->n_rows);
    PsEstimate estimate = ps_estimate(column->metric, &gathered);
    ps_rows_clear(&gathered);
    return estimate;
}

// Rows of a condition and their clean twins, both defined. Returns how many.
static size_t gather_pairs(const PsTaskRows *table,
                           const PsStatColumn *column,
                           int epochs,
                           const PsSlice *slice,
                           uint32_t *clean,
                           uint32_t *changed)
{
    size_t n_pairs = 0;
    for (size_t i = 0; i < slice->n_rows; i++) {
        size_t row = slice->rows[i], twin;
        uint64_t distance = (uint64_t)table->conditions[row] * (uint64_t)epochs;
        if (distance == 0 || !ps_task_rows_find(table, table->item_ids[row] - distance, &twin))
            continue;
        if (!column->is_defined[row] || !column->is_defined[twin]) continue;
        clean[n_pairs] = (uint32_t)twin;
        changed[n_pairs++] = (uint32_t)row;
    }
    return n_pairs;
}

static PsEstimate difference_of(const PsTaskRows *table,
                                const PsStatColumn *column,
                                int epochs,
                                const PsSlice *slice)
{
    g_autofree uint32_t *clean = g_new(uint32_t, slice->n_rows);
    g_autofree uint32_t *changed = g_new(uint32_t, slice->n_rows);
    size_t n_pairs = gather_pairs(table, column, epochs, slice, clean, changed);
    PsRows first = ps_task_rows_gather(table, column, clean, n_pairs);
    PsRows second = ps_task_rows_gather(table, column, changed, n_pairs);
    PsEstimate difference = ps_estimate_difference(column->metric, &first, &second);
    ps_rows_clear(&first);
    ps_rows_clear(&second);
    return difference;
}

// Sets what a slice by a capture condition stands for.
static void set_dose(PsSheetSlice *slice, const PsTask *task)
{
    for (size_t c = 0; c < task->n_conditions; c++) {
        const PsCapture *capture = &task->conditions[c].capture;
        if (capture->n_steps != 1 || strcmp(task->conditions[c].label, slice->key) != 0)
            continue;
        slice->condition = capture->steps[0].condition;
        slice->amount = capture->steps[0].amount;
    }
}

static PsSheetSlice
make_slice(const PsTask *task, const PsTaskRows *table, int epochs, const PsSlice *of)
{
    PsSheetSlice slice = {
        .slicer = g_strdup(of->slicer),
        .title = g_strdup(of->title),
        .key = g_strdup(of->key),
        .n_items = of->n_rows,
        .cells = g_new0(PsSheetCell, table->n_metrics),
    };
    for (size_t i = 0; i < of->n_rows; i++)
        slice.outcomes[table->outcomes[of->rows[i]]]++;
    bool is_condition = strcmp(of->slicer, "condition") == 0;
    if (is_condition) set_dose(&slice, task);
    for (size_t m = 0; m < table->n_metrics; m++) {
        slice.cells[m].estimate = estimate_of(table, &table->metrics[m], of);
        if (is_condition)
            slice.cells[m].difference = difference_of(table, &table->metrics[m], epochs, of);
    }
    return slice;
}

// ---- the slices of a task

typedef struct {
    PsSheetSlice slice;
    const PsSlice *of; // its rows
} SliceRows;

// How bad a value is: larger is worse, whichever direction the metric has.
static double badness(const PsMetric *metric, double value)
{
    return metric->direction == PS_HIGHER_IS_BETTER ? -value : value;
}

// 0: nothing was answered, which is the worst of all; 1: a slice with a value; 2: too small to
// rank.
static int rank_of(const PsSheetSlice *slice)
{
    const PsEstimate *estimate = &slice->cells[0].estimate;
    if (slice->n_items < PS_SHEET_SMALL) return 2;
    if (!estimate->is_defined) return 0;
    return estimate->n < PS_SHEET_SMALL ? 2 : 1;
}

static int compare_slices(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const PsSheetSlice *first = &((const SliceRows *)a)->slice;
    const PsSheetSlice *second = &((const SliceRows *)b)->slice;
    const PsMetric *metric = user_data;
    int rank = rank_of(first) - rank_of(second);
    if (rank != 0) return rank;
    const PsEstimate *x = &first->cells[0].estimate, *y = &second->cells[0].estimate;
    double difference = x->is_defined && y->is_defined
                            ? badness(metric, y->value) - badness(metric, x->value)
                            : 0;
    if (difference != 0) return difference > 0 ? 1 : -1;
    int order = strcmp(first->slicer, second->slicer);
    return order != 0 ? order : strcmp(first->key, second->key);
}

// SliceRows of every slice but the first, which is the whole, worst first.
static GArray *make_slices(const PsPlan *plan,
                           const PsPlanTask *task,
                           const PsTaskRows *table,
                           const GPtrArray *slices)
{
    GArray *made = g_array_sized_new(false, false, sizeof(SliceRows), slices->len);
    for (size_t i = 1; i < slices->len; i++) {
        SliceRows row = {.of = slices->pdata[i]};
        row.slice = make_slice(task->task, table, plan->epochs, row.of);
        g_array_append_val(made, row);
    }
    g_array_sort_with_data(made, compare_slices, (gpointer)task->task->metrics[0]);
    return made;
}

// ---- a task

// At most PS_SHEET_MAX_POINTS of the sorted latencies, evenly spread, extremes included.
static void set_latencies(PsSheetTask *sheet_task, const PsTaskRows *table)
{
    g_autofree double *all = g_new(double, table->n_rows);
    size_t n_all = 0;
    for (size_t row = 0; row < table->n_rows; row++)
        if (!isnan(table->latencies_ms[row])) all[n_all++] = table->latencies_ms[row];
    ps_sort(all, n_all);
    size_t n = MIN(n_all, PS_SHEET_MAX_POINTS);
    sheet_task->latencies_ms = g_new(double, n);
    sheet_task->n_latencies = n;
    for (size_t i = 0; i < n; i++) {
        size_t place = n > 1 ? i * (n_all - 1) / (n - 1) : 0;
        sheet_task->latencies_ms[i] = all[place];
    }
}

static bool
copy_head(PsSheetTask *out, const PsPlanTask *task, const PsTaskRows *table, GError **error)
{
    out->name = g_strdup(task->task->name);
    out->prompt = g_strdup(task->task->prompt);
    out->dataset_path = g_strdup(task->dataset_path);
    out->dataset_sha256 = g_strdup(task->dataset_sha256);
    out->n_samples = task->n_samples;
    out->n_items = ps_plan_task_n_asked(task);
    out->n_done = table->n_rows;
    out->n_metrics = table->n_metrics;
    out->n_suite_metrics = table->n_suite_metrics;
    out->metrics = g_new0(const PsMetric *, table->n_metrics);
    for (size_t m = 0; m < table->n_metrics; m++)
        out->metrics[m] = table->metrics[m].metric;
    out->manifest = ps_manifest_from_json(task->manifest->json, error);
    return out->manifest != NULL;
}

// rows: NULL, or read before.
static bool build_task(PsSheet *sheet,
                       PsRunFile *run,
                       const PsPlan *plan,
                       const PsRegistry *registry,
                       PsRunRows *rows,
                       GError **error)
{
    const PsPlanTask *task = &plan->tasks[sheet->n_tasks];
    g_autoptr(PsTaskRows) table = rows != NULL ? ps_run_rows_take(rows, sheet->n_tasks, error)
                                               : ps_task_rows_load(run, task, registry, error);
    if (table == NULL) return false;
    ps_task_rows_drop_unlisted(table);
    PsSheetTask *out = &sheet->tasks[sheet->n_tasks++];
    if (!copy_head(out, task, table, error)) return false;
    g_autoptr(GPtrArray) slices = ps_slices_of_task(task->task, table, PS_SLICES_KEYS_MOST);
    g_autoptr(GArray) made = make_slices(plan, task, table, slices);
    out->whole = make_slice(task->task, table, plan->epochs, slices->pdata[0]);
    out->n_slices = made->len;
    out->slices = g_new0(PsSheetSlice, out->n_slices);
    set_latencies(out, table);
    size_t task_number = sheet->n_tasks - 1;
    bool is_ok = ps_sheet_add_evidence(sheet, task_number, &out->whole, table, slices->pdata[0],
                                       run, plan, error);
    for (size_t i = 0; i < made->len; i++) {
        const SliceRows *row = &g_array_index(made, SliceRows, i);
        out->slices[i] = row->slice;
        is_ok = is_ok
                && ps_sheet_add_evidence(sheet, task_number, &out->slices[i], table, row->of,
                                         run, plan, error);
    }
    if (table->n_rows > 0) {
        if (sheet->started_ns == 0 || table->first_scheduled_ns < sheet->started_ns)
            sheet->started_ns = table->first_scheduled_ns;
        sheet->finished_ns = MAX(sheet->finished_ns, table->last_finished_ns);
    }
    sheet->is_finished = sheet->is_finished && out->n_done == out->n_items;
    return is_ok;
}

// ---- the sheet

// Facts are what the run command wrote as "fact NAME".
static bool load_facts(PsSheet *sheet, PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT substr(name, 6), value FROM info WHERE name LIKE 'fact %' ORDER BY name",
        error);
    if (statement == NULL) return false;
    g_autoptr(GArray) facts = g_array_new(false, false, sizeof(PsSheetFact));
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        PsSheetFact fact = {
            .name = g_strdup((const char *)sqlite3_column_text(statement, 0)),
            .value = g_strdup((const char *)sqlite3_column_text(statement, 1)),
        };
        g_array_append_val(facts, fact);
    }
    sqlite3_finalize(statement);
    sheet->n_facts = facts->len;
    sheet->facts = g_array_steal(facts, NULL);
    return status == 0;
}

static PsSheet *
build_sheet(PsRunFile *run, const PsRegistry *registry, PsRunRows *rows, GError **error)
{
    g_autoptr(PsPlan) plan = ps_plan_load(run, registry, error);
    if (plan == NULL) return NULL;
    g_autoptr(PsSheet) sheet = g_new0(PsSheet, 1);
    sheet->suite = g_strdup(plan->suite->name);
    sheet->system = g_strdup(plan->system);
    sheet->run_path = g_strdup(ps_runfile_path(run));
    sheet->is_finished = true;
    sheet->tasks = g_new0(PsSheetTask, plan->n_tasks);
    sheet->evidence = g_new0(PsSheetEvidence, PS_SHEET_EVIDENCE_MOST);
    if (!load_facts(sheet, run, error)) return NULL;
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (!build_task(sheet, run, plan, registry, rows, error)) return NULL;
    g_autoptr(GError) problem = NULL;
    sheet->modality = ps_modality(run, plan, registry, &problem);
    if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), NULL;
    return g_steal_pointer(&sheet);
}

// One transaction: a run that is being collected shows one moment.
PsSheet *
ps_sheet_of_rows(PsRunFile *run, const PsRegistry *registry, PsRunRows *rows, GError **error)
{
    if (!ps_runfile_execute(run, "BEGIN", error)) return NULL;
    g_autoptr(PsSheet) sheet = build_sheet(run, registry, rows, error);
    ps_runfile_execute(run, "ROLLBACK", NULL);
    return g_steal_pointer(&sheet);
}

PsSheet *ps_sheet_new(PsRunFile *run, const PsRegistry *registry, GError **error)
{
    return ps_sheet_of_rows(run, registry, NULL, error);
}

static void slice_clear(PsSheetSlice *slice)
{
    g_free(slice->slicer);
    g_free(slice->title);
    g_free(slice->key);
    g_free(slice->cells);
    g_free(slice->evidence);
}

static void task_clear(PsSheetTask *task)
{
    g_free(task->name);
    g_free(task->prompt);
    ps_manifest_free(task->manifest);
    g_free(task->dataset_path);
    g_free(task->dataset_sha256);
    g_free(task->metrics);
    slice_clear(&task->whole);
    for (size_t i = 0; i < task->n_slices; i++)
        slice_clear(&task->slices[i]);
    g_free(task->slices);
    g_free(task->latencies_ms);
}

void ps_sheet_free(PsSheet *sheet)
{
    if (sheet == NULL) return;
    for (size_t i = 0; i < sheet->n_tasks; i++)
        task_clear(&sheet->tasks[i]);
    for (size_t i = 0; i < sheet->n_evidence; i++)
        ps_sheet_evidence_clear(&sheet->evidence[i]);
    for (size_t i = 0; i < sheet->n_facts; i++) {
        g_free(sheet->facts[i].name);
        g_free(sheet->facts[i].value);
    }
    ps_findings_free(sheet->gate);
    ps_findings_free(sheet->modality);
    g_free(sheet->facts);
    g_free(sheet->tasks);
    g_free(sheet->evidence);
    g_free(sheet->suite);
    g_free(sheet->system);
    g_free(sheet->run_path);
    g_free(sheet);
}
