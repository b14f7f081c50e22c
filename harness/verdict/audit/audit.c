#include "harness/verdict/audit/audit.h"

#include "harness/error.h"
#include "harness/verdict/audit/private.h"
#include "harness/verdict/difference.h"

#include <math.h>
#include <string.h>

#define RUNS_MOST 64

// 1 - the suite's metric. unit and scale are those of every share.
static const PsMetric error_of_binary = {.name = "error rate",
                                         .title = "Error rate",
                                         .unit = "%",
                                         .unit_scale = 100,
                                         .direction = PS_LOWER_IS_BETTER,
                                         .range = PS_RANGE_BINARY,
                                         .n_stats = 2};
static const PsMetric error_of_share = {.name = "error rate",
                                        .title = "Error rate",
                                        .unit = "%",
                                        .unit_scale = 100,
                                        .direction = PS_LOWER_IS_BETTER,
                                        .range = PS_RANGE_UNIT,
                                        .n_stats = 2};

// ---- the metric

static const PsStatColumn *
find_metric(const PsAuditData *data, const PsAuditOptions *options, GError **error)
{
    const PsTaskRows *rows = data->rows;
    if (options->metric == NULL) return &rows->metrics[0];
    for (size_t m = 0; m < rows->n_metrics; m++)
        if (strcmp(rows->metrics[m].metric->name, options->metric) == 0)
            return &rows->metrics[m];
    return ps_fail_null(error, PS_ERROR_USAGE, "--metric %s: task %s has no such metric",
                        options->metric, data->task->task->name);
}

static PsStatColumn error_column(const PsStatColumn *metric, size_t n_rows)
{
    PsStatColumn error = *metric;
    size_t n_stats = (size_t)metric->metric->n_stats;
    if (!ps_audit_is_share(metric->metric)
        || metric->metric->direction != PS_HIGHER_IS_BETTER) {
        error.stats = g_memdup2(metric->stats, n_rows * n_stats * sizeof *metric->stats);
        return error;
    }
    error.metric =
        metric->metric->range == PS_RANGE_BINARY ? &error_of_binary : &error_of_share;
    error.stats = g_new(double, 2 * n_rows + 1);
    for (size_t row = 0; row < n_rows; row++) {
        const double *stats = metric->stats + row * n_stats;
        error.stats[2 * row] = stats[1] - stats[0];
        error.stats[2 * row + 1] = stats[1];
    }
    return error;
}

// ---- one task

// What is said at the top, of all tasks together.
typedef struct {
    size_t n_judged, n_worse, n_small;
    GString *worst; // "task: tone = rude +7.8 pp", separated by "; "
} Summary;

static void add_to_summary(Summary *summary, const PsAudit *audit)
{
    for (size_t i = 0; i < audit->cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(audit->cells, PsAuditCell, i);
        summary->n_small += cell->is_small;
        summary->n_judged += !cell->is_small && !isnan(cell->contrast.p);
        if (!ps_audit_is_worse(cell)) continue;
        if (summary->n_worse++ < 5)
            g_string_append_printf(summary->worst, "%s%s: %s %s",
                                   summary->worst->len > 0 ? "; " : "",
                                   audit->data->task->task->name, cell->grouping->name,
                                   cell->grouping->labels[cell->group]);
    }
}

// Of all rows together, where no group is asked for.
static void add_parts_of_whole(PsAudit *audit)
{
    ps_audit_add_confidence(audit);
    ps_audit_add_repeats(audit);
}

static bool add_parts(PsAudit *audit, GError **error)
{
    ps_audit_add_rates(audit);
    ps_audit_add_gaps(audit);
    ps_audit_add_outcomes(audit);
    ps_audit_add_confidence(audit);
    ps_audit_add_repeats(audit);
    ps_audit_add_pairs(audit);
    ps_audit_add_policy(audit);
    if (!ps_audit_add_mix(audit, error)) return false;
    ps_audit_add_noise(audit);
    ps_audit_add_balance(audit);
    return true;
}

static bool make_groupings(PsAudit *audit, GError **error)
{
    audit->whole = ps_audit_grouping_new(audit->data, NULL, 0);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    audit->groupings = ps_audit_groupings(audit->data, audit->options->groups, notes, error);
    for (size_t i = 0; i < notes->len; i++)
        ps_findings_add_note(audit->findings, "%s", (const char *)notes->pdata[i]);
    return audit->groupings != NULL;
}

static void note_missing(PsAudit *audit)
{
    const PsPlanTask *task = audit->data->task;
    if (audit->data->rows->n_rows < ps_audit_data_n_planned(task))
        ps_findings_add_note(
            audit->findings,
            "%s: not finished: %zu of %" G_GUINT64_FORMAT " items have a response",
            task->task->name, audit->data->rows->n_rows, ps_audit_data_n_planned(task));
    for (char **name = audit->options->groups; *name != NULL; name++)
        if (audit->data->columns[ps_audit_data_column(audit->data, *name)].keys.n_keys == 0)
            ps_findings_add_note(audit->findings, "%s: no sample has the attribute %s",
                                 audit->data->task->task->name, *name);
}

static bool audit_task(PsAudit *audit, Summary *summary, GError **error)
{
    audit->metric = find_metric(audit->data, audit->options, error);
    if (audit->metric == NULL) return false;
    if (audit->metric->metric->n_stats > 2 || audit->metric->metric->form == PS_FORM_POOLED)
        return ps_fail(error, PS_ERROR_USAGE, "--metric %s: is more than a ratio",
                       audit->metric->metric->name);
    note_missing(audit);
    if (!make_groupings(audit, error)) return false;
    audit->error = error_column(audit->metric, audit->data->rows->n_rows);
    const PsStatColumn *columns[] = {&audit->error};
    audit->cells = ps_audit_measure(audit, columns, 1);
    bool is_ok = true;
    if (audit->groupings->len > 0)
        is_ok = add_parts(audit, error);
    else
        add_parts_of_whole(audit);
    add_to_summary(summary, audit);
    g_array_unref(audit->cells);
    g_free(audit->error.stats);
    return is_ok;
}

// ---- runs

static void free_data(void *data)
{
    ps_audit_data_free(data);
}

// Groups, and attributes of the target that are not among them.
static char **wanted_columns(const PsAuditOptions *options)
{
    GPtrArray *columns = g_ptr_array_new();
    for (char **name = options->groups; *name != NULL; name++)
        g_ptr_array_add(columns, g_strdup(*name));
    for (size_t a = 0; options->target != NULL && a < options->target->n_attributes; a++) {
        const char *name = options->target->attributes[a].attribute;
        if (!g_strv_contains((const char *const *)options->groups, name))
            g_ptr_array_add(columns, g_strdup(name));
    }
    g_ptr_array_add(columns, NULL);
    return (char **)g_ptr_array_free(columns, false);
}

static const PsPlanTask *find_task(const PsPlan *plan, const PsPlanTask *like, GError **error)
{
    for (size_t i = 0; i < plan->n_tasks; i++) {
        if (strcmp(plan->tasks[i].task->name, like->task->name) != 0) continue;
        if (g_strcmp0(plan->tasks[i].dataset_sha256, like->dataset_sha256) == 0)
            return &plan->tasks[i];
        return ps_fail_null(error, PS_ERROR_DATA, "task %s: the runs were asked other data",
                            like->task->name);
    }
    return NULL;
}

// Everything about one audit that outlives a task.
typedef struct {
    PsRunFile *const *runs;
    size_t n_runs;
    PsPlan *plans[RUNS_MOST];
    const PsRegistry *registry;
    PsAuditWanted wanted;
} Runs;

static void runs_clear(Runs *runs)
{
    for (size_t i = 0; i < runs->n_runs; i++)
        ps_plan_free(runs->plans[i]);
    g_strfreev(runs->wanted.columns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Runs, runs_clear)

// The same task of every run that has it; the audited one first.
static bool load_others(const Runs *runs,
                        const PsPlanTask *task,
                        PsAudit *audit,
                        GPtrArray *data,
                        GPtrArray *files,
                        GError **error)
{
    const PsAuditWanted wanted = {(char *[]){NULL}, runs->wanted.pair, runs->wanted.positive};
    for (size_t i = 1; i < runs->n_runs; i++) {
        g_autoptr(GError) problem = NULL;
        const PsPlanTask *other = find_task(runs->plans[i], task, &problem);
        if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), false;
        if (other == NULL) {
            ps_findings_add_note(audit->findings, "task %s is not in %s", task->task->name,
                                 ps_runfile_path(runs->runs[i]));
            continue;
        }
        PsAuditData *of =
            ps_audit_data_load(runs->runs[i], other, runs->registry, &wanted, error);
        if (of == NULL) return false;
        g_ptr_array_add(data, of);
        g_ptr_array_add(files, runs->runs[i]);
    }
    return true;
}

static bool add_suspects(const Runs *runs, PsAudit *audit, PsAuditData *own, GError **error)
{
    g_autoptr(GPtrArray) data = g_ptr_array_new(), files = g_ptr_array_new();
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(free_data);
    g_autofree const PsStatColumn **metrics = g_new0(const PsStatColumn *, runs->n_runs);
    bool is_ok = load_others(runs, own->task, audit, owned, files, error);
    if (!is_ok || owned->len == 0) return is_ok;
    g_ptr_array_add(data, own);
    for (size_t i = 0; i < owned->len; i++)
        g_ptr_array_add(data, owned->pdata[i]);
    g_ptr_array_insert(files, 0, runs->runs[0]);
    for (size_t i = 0; i < data->len; i++) {
        metrics[i] = find_metric(data->pdata[i], audit->options, error);
        if (metrics[i] == NULL) return false;
    }
    return ps_audit_add_suspects(audit, (PsRunFile **)files->pdata, (PsAuditData **)data->pdata,
                                 metrics, data->len, error);
}

static bool open_runs(Runs *runs, GError **error)
{
    for (size_t i = 0; i < runs->n_runs; i++) {
        runs->plans[i] = ps_plan_load(runs->runs[i], runs->registry, error);
        if (runs->plans[i] == NULL) return false;
    }
    return true;
}

static void add_attributes(GHashTable *known, const PsAuditData *data)
{
    for (size_t i = 0; i < data->n_attributes; i++)
        g_hash_table_add(known, g_strdup(data->attributes[i]));
    for (size_t i = 0; i < data->task->task->n_slicers; i++)
        g_hash_table_add(known, g_strdup(data->task->task->slicers[i].label));
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool fail_group(const char *group, GHashTable *known, GError **error)
{
    g_autoptr(GString) list = g_string_new("condition");
    GList *names = g_list_sort(g_hash_table_get_keys(known), compare_texts);
    for (GList *name = names; name != NULL; name = name->next)
        g_string_append_printf(list, ", %s", (const char *)name->data);
    g_list_free(names);
    return ps_fail(error, PS_ERROR_USAGE,
                   "--group %s: no sample has such an attribute; there are: %s", group,
                   list->str);
}

// Each group must be in some task.
static bool check_groups(const PsAuditOptions *options,
                         GHashTable *found,
                         GHashTable *known,
                         GError **error)
{
    for (char **name = options->groups; *name != NULL; name++)
        if (!g_hash_table_contains(found, *name)) return fail_group(*name, known, error);
    return true;
}

static bool audit_tasks(const Runs *runs,
                        const PsAuditOptions *options,
                        PsFindings *findings,
                        Summary *summary,
                        GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *action = options->action != NULL   ? options->action
                         : options->target != NULL ? options->target->action
                                                   : NULL;
    for (size_t t = 0; t < runs->plans[0]->n_tasks; t++) {
        g_autoptr(PsAuditData) data = ps_audit_data_load(
            runs->runs[0], &runs->plans[0]->tasks[t], runs->registry, &runs->wanted, error);
        if (data == NULL) return false;
        add_attributes(known, data);
        for (char **name = options->groups; *name != NULL; name++)
            if (data->columns[ps_audit_data_column(data, *name)].keys.n_keys > 0)
                g_hash_table_add(found, *name);
        PsAudit audit = {.options = options,
                         .data = data,
                         .least_rows = options->least_rows > 0 ? options->least_rows
                                                               : PS_AUDIT_LEAST_ROWS,
                         .action = action != NULL ? action : "human",
                         .findings = findings};
        bool is_ok =
            audit_task(&audit, summary, error) && add_suspects(runs, &audit, data, error);
        g_clear_pointer(&audit.groupings, g_ptr_array_unref);
        g_clear_pointer(&audit.whole, ps_audit_grouping_free);
        if (!is_ok) return false;
    }
    return check_groups(options, found, known, error);
}

static void finish(PsFindings *findings, const Summary *summary, bool has_groups)
{
    g_autofree char *small =
        summary->n_small > 0
            ? g_strdup_printf("; %zu more are too small to be judged", summary->n_small)
            : g_strdup("");
    if (summary->n_worse > 0)
        findings->reason = g_strdup_printf(
            "%zu of %zu groups are worse than the rest (false discovery rate 5 %%)%s: %s%s",
            summary->n_worse, summary->n_judged, small, summary->worst->str,
            summary->n_worse > 5 ? "; …" : "");
    else if (summary->n_judged > 0)
        findings->reason =
            g_strdup_printf("none of %zu groups is shown to be worse than the rest%s",
                            summary->n_judged, small);
    else if (has_groups)
        findings->reason = g_strdup_printf("there are no two groups to compare%s", small);
}

static void add_facts(PsFindings *findings, const Runs *runs)
{
    for (size_t i = 0; i < runs->n_runs; i++) {
        g_autofree char *what =
            g_strdup_printf("%s (%s)", runs->plans[i]->system, ps_runfile_path(runs->runs[i]));
        ps_findings_add_fact(findings, i == 0 ? "run" : "for doubtful labels", what);
    }
    g_autofree char *confidence = ps_runfile_get_info(runs->runs[0], PS_RUNFILE_CONFIDENCE);
    if (confidence != NULL) ps_findings_add_fact(findings, "confidence", confidence);
}

PsFindings *ps_audit(PsRunFile *const *run_files,
                     size_t n_runs,
                     const PsRegistry *registry,
                     const PsAuditOptions *options,
                     GError **error)
{
    if (n_runs < 1 || n_runs > RUNS_MOST)
        return ps_fail_null(error, PS_ERROR_USAGE, "not 1 to %d runs", RUNS_MOST);
    g_auto(Runs) runs = {.runs = run_files, .n_runs = n_runs, .registry = registry};
    runs.wanted =
        (PsAuditWanted){wanted_columns(options), options->pair != NULL ? options->pair : "pair",
                        options->positive};
    if (!open_runs(&runs, error)) return NULL;
    g_autofree char *groups = g_strjoinv(", ", options->groups);
    g_autofree char *title =
        g_strdup_printf("%s: %s%s%s", runs.plans[0]->suite->name, runs.plans[0]->system,
                        *groups ? " by " : "", groups);
    g_autoptr(PsFindings) findings = ps_findings_new("audit", title);
    g_autoptr(GString) worst = g_string_new(NULL);
    Summary summary = {.worst = worst};
    add_facts(findings, &runs);
    if (!audit_tasks(&runs, options, findings, &summary, error)) return NULL;
    finish(findings, &summary, *options->groups != NULL);
    return g_steal_pointer(&findings);
}
