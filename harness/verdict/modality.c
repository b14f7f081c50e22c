#include "harness/verdict/modality.h"

#include "harness/error.h"
#include "harness/stats/multiple.h"
#include "harness/verdict/difference.h"
#include "harness/verdict/modality_conflict.h"
#include "harness/verdict/modality_pairs.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <xxhash.h>

#define LEVEL 0.05 // of the false discovery rate, for the words

// A task whose ablations are looked at.
typedef struct {
    const PsPlanTask *task;
    const PsTaskRows *table; // in the order of its items
    uint64_t *answers;       // [n_rows] hash of the answer; 0: not answered
    int epochs;
} Looking;

static const PsSuiteCondition *condition_of(const Looking *looking, size_t c)
{
    return &looking->task->task->conditions[c];
}

static bool is_answered(const Looking *looking, size_t row)
{
    return looking->table->outcomes[row] == PS_OUTCOME_ANSWERED;
}

// ---- answers

// Letters in lower case, without white space around: "Yes" and "yes " are the same answer.
static uint64_t hash_answer(const char *answer)
{
    g_autofree char *stripped = g_strstrip(g_strdup(answer));
    g_autofree char *lower = g_utf8_strdown(stripped, -1);
    uint64_t hash = XXH3_64bits(lower, strlen(lower));
    return hash != 0 ? hash : 1;
}

static bool load_answers(Looking *looking, PsRunFile *run, GError **error)
{
    const PsPlanTask *task = looking->task;
    sqlite3_stmt *statement = ps_runfile_prepare(
        run,
        "SELECT item_id, answer FROM response WHERE item_id >= ?1 AND item_id < ?2"
        " AND outcome = 'answered'",
        error);
    if (statement == NULL) return false;
    const uint64_t end = task->first_item + task->n_items;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)task->first_item);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)end);
    looking->answers = g_new0(uint64_t, looking->table->n_rows);
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        size_t row;
        const char *answer = (const char *)sqlite3_column_text(statement, 1);
        uint64_t item = (uint64_t)sqlite3_column_int64(statement, 0);
        if (answer != NULL && ps_task_rows_find(looking->table, item, &row))
            looking->answers[row] = hash_answer(answer);
    }
    sqlite3_finalize(statement);
    return status == 0;
}

// ---- how much it is used

typedef struct {
    size_t condition, metric;
    PsDifference difference;
    double p_adjusted;
    PsEstimate same; // answers, of the pairs that are answered both times
    size_t n_pairs;
} Use;

static const PsColumn use_columns[] = {
    {"use", "use", PS_COLUMN_TEXT, false},
    {"condition", "condition", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"clean", "clean", PS_COLUMN_VALUE, false},
    {"changed", "changed", PS_COLUMN_VALUE, false},
    {"difference", "difference", PS_COLUMN_DIFFERENCE, false},
    {"p", "p", PS_COLUMN_P, true},
    {"p_adjusted", "p, adjusted", PS_COLUMN_P, true},
    {"same_answer", "same answer", PS_COLUMN_VALUE, false},
    {"asked", "asked", PS_COLUMN_COUNT, true},
};

static PsEstimate estimate_shares(const double *values, const PsModalityPairs *pairs)
{
    g_auto(PsStatColumn) column = ps_modality_shares(values, pairs->n_pairs);
    return ps_modality_estimate(&column, pairs->clusters, pairs->n_pairs);
}

static PsEstimate share_answered(const Looking *looking, const PsModalityPairs *pairs)
{
    g_autofree double *values = g_new(double, pairs->n_pairs);
    for (size_t i = 0; i < pairs->n_pairs; i++)
        values[i] = is_answered(looking, pairs->changed[i]);
    return estimate_shares(values, pairs);
}

static PsEstimate share_same(const Looking *looking, const PsModalityPairs *pairs)
{
    g_autofree double *values = g_new(double, pairs->n_pairs);
    for (size_t i = 0; i < pairs->n_pairs; i++) {
        uint64_t clean = looking->answers[pairs->clean[i]];
        uint64_t changed = looking->answers[pairs->changed[i]];
        values[i] = clean != 0 && changed != 0 ? (double)(clean == changed) : NAN;
    }
    return estimate_shares(values, pairs);
}

static void add_use(const Looking *looking,
                    const PsModalityPairs *pairs,
                    size_t c,
                    size_t m,
                    PsEstimate same,
                    GArray *uses)
{
    const PsStatColumn *column = &looking->table->metrics[m];
    g_auto(PsStatColumn) clean = ps_modality_column(column, pairs, pairs->clean);
    g_auto(PsStatColumn) changed = ps_modality_column(column, pairs, pairs->changed);
    Use use = {.condition = c, .metric = m, .same = same, .n_pairs = pairs->n_pairs};
    use.difference =
        ps_difference(&clean, &changed, pairs->clusters, pairs->all, pairs->n_pairs, NAN);
    g_array_append_val(uses, use);
}

// The suite's metrics, and whether it answers at all: who abstains without a modality uses it.
static void add_uses(const Looking *looking, size_t c, GArray *uses)
{
    const PsTaskRows *table = looking->table;
    g_auto(PsModalityPairs) pairs = ps_modality_pairs(table, (uint32_t)c, looking->epochs);
    PsEstimate same = share_same(looking, &pairs);
    for (size_t m = 0; m < table->n_metrics; m++)
        if (m < table->n_suite_metrics
            || strcmp(table->metrics[m].metric->name, "answered") == 0)
            add_use(looking, &pairs, c, m, same, uses);
}

static void adjust(GArray *uses)
{
    g_autofree double *p = g_new(double, uses->len);
    for (size_t i = 0; i < uses->len; i++)
        p[i] = g_array_index(uses, Use, i).difference.p;
    ps_adjust_p_values(PS_ADJUST_BH, p, uses->len, p);
    for (size_t i = 0; i < uses->len; i++)
        g_array_index(uses, Use, i).p_adjusted = p[i];
}

static const char *use_word(const Use *use)
{
    if (!(use->p_adjusted <= LEVEL)) return "";
    return use->difference.p_worse < use->difference.p_better ? "used" : "misleads";
}

static void add_use_row(PsTable *table, const Looking *looking, const Use *use)
{
    const PsMetric *metric = looking->table->metrics[use->metric].metric;
    ps_table_add_text(table, use_word(use));
    ps_table_add_text(table, condition_of(looking, use->condition)->label);
    ps_table_add_text(table, metric->name);
    ps_table_add_estimate(table, metric, &use->difference.first);
    ps_table_add_estimate(table, metric, &use->difference.second);
    ps_table_add_estimate(table, metric, &use->difference.difference);
    ps_table_add_p(table, use->difference.p);
    ps_table_add_p(table, use->p_adjusted);
    ps_table_add_estimate(table, &ps_unit_share, &use->same);
    ps_table_add_count(table, use->n_pairs);
}

static void add_use_table(PsFindings *findings, const Looking *looking)
{
    const PsTask *task = looking->task->task;
    g_autoptr(GArray) uses = g_array_new(false, false, sizeof(Use));
    for (size_t c = 1; c < task->n_conditions; c++)
        if (condition_of(looking, c)->ablation.kind != PS_ABLATION_NONE)
            add_uses(looking, c, uses);
    if (uses->len == 0) return;
    adjust(uses);
    g_autofree char *id = g_strconcat(task->name, ".use", NULL);
    g_autofree char *title = g_strconcat(task->name, ": how much each modality is used", NULL);
    PsTable *table = ps_findings_add_table(
        findings, id, title,
        "Each row against the clean one of the same sample. Used: evidently worse without it, "
        "or "
        "answered less often; misleads: evidently better (false discovery rate of 5 % over the "
        "rows of this table). Same answer: it did not matter.",
        use_columns, G_N_ELEMENTS(use_columns));
    for (size_t i = 0; i < uses->len; i++)
        add_use_row(table, looking, &g_array_index(uses, Use, i));
}

// ---- answering without looking

static const PsColumn blind_columns[] = {
    {"condition", "condition", PS_COLUMN_TEXT, false},
    {"answered", "answered", PS_COLUMN_VALUE, false},
    {"score", "score of these", PS_COLUMN_VALUE, false},
    {"as_sure", "as sure as with it", PS_COLUMN_VALUE, false},
    {"confidence_clean", "confidence with it", PS_COLUMN_VALUE, false},
    {"confidence", "without it", PS_COLUMN_VALUE, false},
    {"difference", "difference", PS_COLUMN_DIFFERENCE, false},
    {"asked", "asked", PS_COLUMN_COUNT, true},
};

static double confidence_of(const Looking *looking, size_t row)
{
    return is_answered(looking, row) ? looking->table->confidences[row] : (double)NAN;
}

static bool has_confidences(const Looking *looking, const PsModalityPairs *pairs)
{
    for (size_t i = 0; i < pairs->n_pairs; i++)
        if (!isnan(confidence_of(looking, pairs->clean[i]))) return true;
    return false;
}

// Of all pairs whose clean answer states one: the answer without it states at least as much.
static PsEstimate share_as_sure(const Looking *looking, const PsModalityPairs *pairs)
{
    g_autofree double *values = g_new(double, pairs->n_pairs);
    for (size_t i = 0; i < pairs->n_pairs; i++) {
        double clean = confidence_of(looking, pairs->clean[i]);
        double changed = confidence_of(looking, pairs->changed[i]);
        values[i] = isnan(clean) ? (double)NAN : (double)(changed >= clean);
    }
    return estimate_shares(values, pairs);
}

static PsDifference confidence_difference(const Looking *looking, const PsModalityPairs *pairs)
{
    g_autofree double *first = g_new(double, pairs->n_pairs);
    g_autofree double *second = g_new(double, pairs->n_pairs);
    for (size_t i = 0; i < pairs->n_pairs; i++) {
        first[i] = confidence_of(looking, pairs->clean[i]);
        second[i] = confidence_of(looking, pairs->changed[i]);
    }
    g_auto(PsStatColumn) clean = ps_modality_shares(first, pairs->n_pairs);
    g_auto(PsStatColumn) changed = ps_modality_shares(second, pairs->n_pairs);
    return ps_difference(&clean, &changed, pairs->clusters, pairs->all, pairs->n_pairs, NAN);
}

static void
add_confidences(PsTable *table, const Looking *looking, const PsModalityPairs *pairs)
{
    if (!has_confidences(looking, pairs)) {
        for (int i = 0; i < 4; i++)
            ps_table_add_nothing(table, "no confidence stated");
        return;
    }
    PsEstimate as_sure = share_as_sure(looking, pairs);
    PsDifference difference = confidence_difference(looking, pairs);
    ps_table_add_estimate(table, &ps_unit_share, &as_sure);
    ps_table_add_estimate(table, &ps_unit_share, &difference.first);
    ps_table_add_estimate(table, &ps_unit_share, &difference.second);
    ps_table_add_estimate(table, &ps_unit_share, &difference.difference);
}

static void add_blind_row(PsTable *table, const Looking *looking, size_t c)
{
    const PsTaskRows *rows = looking->table;
    g_auto(PsModalityPairs) pairs = ps_modality_pairs(rows, (uint32_t)c, looking->epochs);
    g_auto(PsStatColumn) scores = ps_modality_column(&rows->metrics[0], &pairs, pairs.changed);
    PsEstimate answered = share_answered(looking, &pairs);
    PsEstimate score = ps_modality_estimate(&scores, pairs.clusters, pairs.n_pairs);
    ps_table_add_text(table, condition_of(looking, c)->label);
    ps_table_add_estimate(table, &ps_unit_share, &answered);
    ps_table_add_estimate(table, rows->metrics[0].metric, &score);
    add_confidences(table, looking, &pairs);
    ps_table_add_count(table, pairs.n_pairs);
}

static void add_blind_table(PsFindings *findings, const Looking *looking)
{
    const PsTask *task = looking->task->task;
    PsTable *table = NULL;
    g_autofree char *id = g_strconcat(task->name, ".blind", NULL);
    g_autofree char *title = g_strconcat(task->name, ": answers without looking", NULL);
    g_autofree char *note = g_strdup_printf(
        "What was asked without the modality. An answer here is a guess, or known from "
        "elsewhere: "
        "a system that looks would abstain. Scores are %s; as sure: its confidence is at least "
        "that of the clean answer.",
        looking->table->metrics[0].metric->name);
    for (size_t c = 1; c < task->n_conditions; c++) {
        if (condition_of(looking, c)->ablation.kind != PS_ABLATION_DROP) continue;
        if (table == NULL)
            table = ps_findings_add_table(findings, id, title, note, blind_columns,
                                          G_N_ELEMENTS(blind_columns));
        add_blind_row(table, looking, c);
    }
}

// ---- all tasks

static bool has_ablation(const PsTask *task)
{
    for (size_t c = 0; c < task->n_conditions; c++)
        if (task->conditions[c].ablation.kind != PS_ABLATION_NONE) return true;
    return false;
}

static bool look_at(PsFindings *findings,
                    PsRunFile *run,
                    const PsPlan *plan,
                    const PsPlanTask *task,
                    const PsRegistry *registry,
                    GError **error)
{
    g_autoptr(PsTaskRows) table = ps_task_rows_load(run, task, registry, error);
    if (table == NULL) return false;
    Looking looking = {.task = task, .table = table, .epochs = plan->epochs};
    bool is_ok = true;
    if (has_ablation(task->task)) {
        is_ok = load_answers(&looking, run, error);
        if (is_ok) add_use_table(findings, &looking);
        if (is_ok) add_blind_table(findings, &looking);
    }
    g_free(looking.answers);
    return is_ok && ps_modality_add_conflicts(findings, run, task, table, error);
}

PsFindings *
ps_modality(PsRunFile *run, const PsPlan *plan, const PsRegistry *registry, GError **error)
{
    g_autofree char *contradicts = ps_runfile_get_info(run, PS_RUNFILE_CONTRADICTIONS);
    g_autofree char *title =
        g_strdup_printf("%s: how the modalities are used", plan->suite->name);
    g_autoptr(PsFindings) findings = ps_findings_new("modality", title);
    for (size_t i = 0; i < plan->n_tasks; i++) {
        const PsPlanTask *task = &plan->tasks[i];
        if (!has_ablation(task->task) && contradicts == NULL) continue;
        if (!look_at(findings, run, plan, task, registry, error)) return NULL;
    }
    return findings->tables->len > 0 ? g_steal_pointer(&findings) : NULL;
}
