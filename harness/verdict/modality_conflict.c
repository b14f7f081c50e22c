#include "harness/verdict/modality_conflict.h"

#include "harness/error.h"
#include "harness/verdict/modality_pairs.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

#define GOOD_SCORE 0.5

// ---- one answer

static double score_with(const PsMetric *metric,
                         const PsSample *sample,
                         char **references,
                         size_t n_references,
                         const PsResponse *response)
{
    double stats[PS_METRIC_MAX_STATS];
    PsSample asked = *sample;
    asked.references = references;
    asked.n_references = n_references;
    if (!metric->score(&asked, response, stats)) return NAN;
    return stats[1] != 0 ? stats[0] / stats[1] : NAN;
}

static bool is_good(const PsMetric *metric, double value)
{
    return metric->direction == PS_LOWER_IS_BETTER ? value <= GOOD_SCORE : value >= GOOD_SCORE;
}

PsFollows ps_modality_follows(const PsMetric *metric,
                              const PsSample *sample,
                              const PsContradiction *contradiction,
                              const char *answer)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ps_response_answer(&response, answer);
    response.outcome = PS_OUTCOME_ANSWERED;
    double its = score_with(metric, sample, contradiction->references,
                            contradiction->n_references, &response);
    double theirs =
        score_with(metric, sample, sample->references, sample->n_references, &response);
    int sign = metric->direction == PS_LOWER_IS_BETTER ? -1 : 1;
    if (is_good(metric, its) && !(sign * theirs >= sign * its)) return PS_FOLLOWS_MODALITY;
    if (is_good(metric, theirs) && !(sign * its >= sign * theirs)) return PS_FOLLOWS_OTHERS;
    return PS_FOLLOWS_NOTHING;
}

// ---- the rows of one conflict

typedef struct {
    uint32_t condition;
    PsPartKind modality;
    unsigned others; // modalities it stands against
    size_t n_asked;
    GArray *its, *theirs, *neither; // double, 0 or 1, of the rows that were answered
    GArray *clusters;               // uint32_t, the same
} Conflict;

static void conflict_clear(void *data)
{
    Conflict *conflict = data;
    g_array_unref(conflict->its);
    g_array_unref(conflict->theirs);
    g_array_unref(conflict->neither);
    g_array_unref(conflict->clusters);
}

static Conflict *get_conflict(GArray *conflicts, uint32_t condition, PsPartKind modality)
{
    for (size_t i = 0; i < conflicts->len; i++) {
        Conflict *found = &g_array_index(conflicts, Conflict, i);
        if (found->condition == condition && found->modality == modality) return found;
    }
    Conflict made = {.condition = condition, .modality = modality};
    made.its = g_array_new(false, false, sizeof(double));
    made.theirs = g_array_new(false, false, sizeof(double));
    made.neither = g_array_new(false, false, sizeof(double));
    made.clusters = g_array_new(false, false, sizeof(uint32_t));
    g_array_append_val(conflicts, made);
    return &g_array_index(conflicts, Conflict, conflicts->len - 1);
}

static void add_answer(Conflict *conflict, PsFollows follows, uint32_t cluster)
{
    double its = follows == PS_FOLLOWS_MODALITY, theirs = follows == PS_FOLLOWS_OTHERS;
    double neither = follows == PS_FOLLOWS_NOTHING;
    g_array_append_val(conflict->its, its);
    g_array_append_val(conflict->theirs, theirs);
    g_array_append_val(conflict->neither, neither);
    g_array_append_val(conflict->clusters, cluster);
}

// ---- reading

typedef struct {
    PsRunFile *run;
    const PsPlanTask *task;
    const PsTaskRows *table;
    const PsMetric *metric;
    sqlite3_stmt *answer;
    GArray *conflicts; // Conflict
} Reading;

// The first metric of the suite that scores single answers, or NULL.
static const PsMetric *find_metric(const PsTask *task)
{
    for (size_t i = 0; i < task->n_metrics; i++)
        if (task->metrics[i]->form == PS_FORM_RATIO && task->metrics[i]->score != NULL
            && task->metrics[i]->direction != PS_NEITHER_IS_BETTER)
            return task->metrics[i];
    return NULL;
}

// What contradicts under the row's condition: a stated stand-in, or, in rows that are as they
// are, the sample itself.
static bool contradicts(const PsSuiteCondition *under, const PsContradiction *contradiction)
{
    if (under->ablation.kind == PS_ABLATION_CONTRADICT)
        return contradiction->n_parts > 0
               && under->ablation.modalities == 1u << contradiction->modality;
    return under->ablation.kind == PS_ABLATION_NONE && contradiction->n_parts == 0;
}

// Other media if there are any: the text is then the question.
static unsigned others_of(const PsSample *sample, PsPartKind modality)
{
    unsigned others = ps_sample_modalities(sample) & ~(1u << modality);
    unsigned media = others & PS_MODALITIES_MEDIA;
    return media != 0 ? media : others;
}

static bool read_row(Reading *reading, const PsSample *sample, size_t row, GError **error)
{
    const PsTaskRows *table = reading->table;
    uint32_t condition = table->conditions[row];
    const PsSuiteCondition *under = &reading->task->task->conditions[condition];
    for (size_t i = 0; i < sample->n_contradictions; i++) {
        const PsContradiction *contradiction = &sample->contradictions[i];
        if (!contradicts(under, contradiction)) continue;
        Conflict *conflict =
            get_conflict(reading->conflicts, condition, contradiction->modality);
        conflict->n_asked++;
        conflict->others |= others_of(sample, contradiction->modality);
        if (table->outcomes[row] != PS_OUTCOME_ANSWERED) continue;
        sqlite3_bind_int64(reading->answer, 1, (sqlite3_int64)table->item_ids[row]);
        int status = ps_runfile_step(reading->run, reading->answer, error);
        const char *answer = (const char *)sqlite3_column_text(reading->answer, 0);
        if (status == 1 && answer != NULL)
            add_answer(conflict,
                       ps_modality_follows(reading->metric, sample, contradiction, answer),
                       table->clusters[row]);
        sqlite3_reset(reading->answer);
        if (status < 0) return false;
    }
    return true;
}

// A sample's rows follow each other, so that it is read once for all of them.
static bool read_rows(Reading *reading, GError **error)
{
    g_autoptr(PsSample) sample = NULL;
    uint64_t of_sample = UINT64_MAX;
    for (size_t row = 0; row < reading->table->n_rows; row++) {
        const PsSuiteCondition *under =
            &reading->task->task->conditions[reading->table->conditions[row]];
        bool is_asked = under->ablation.kind == PS_ABLATION_NONE
                        || under->ablation.kind == PS_ABLATION_CONTRADICT;
        if (!is_asked) continue;
        if (sample == NULL || reading->table->sample_ids[row] != of_sample) {
            g_clear_pointer(&sample, ps_sample_free);
            of_sample = reading->table->sample_ids[row];
            sample = ps_runfile_load_sample(reading->run, of_sample, error);
            if (sample == NULL) return false;
        }
        if (!read_row(reading, sample, row, error)) return false;
    }
    return true;
}

// ---- the table

static const PsColumn columns[] = {
    {"condition", "condition", PS_COLUMN_TEXT, false},
    {"modality", "modality", PS_COLUMN_TEXT, false},
    {"against", "against", PS_COLUMN_TEXT, false},
    {"follows_it", "follows it", PS_COLUMN_VALUE, false},
    {"follows_others", "follows the others", PS_COLUMN_VALUE, false},
    {"neither", "neither", PS_COLUMN_VALUE, false},
    {"wins", "wins", PS_COLUMN_TEXT, false},
    {"asked", "asked", PS_COLUMN_COUNT, false},
    {"answered", "answered", PS_COLUMN_COUNT, true},
};

static PsStatColumn shares_of(const GArray *values)
{
    return ps_modality_shares((const double *)(const void *)values->data, values->len);
}

static PsEstimate difference_of(const Conflict *conflict)
{
    g_auto(PsStatColumn) its = shares_of(conflict->its), theirs = shares_of(conflict->theirs);
    const uint32_t *clusters = (const uint32_t *)(const void *)conflict->clusters->data;
    const PsRows first = {
        .n_rows = conflict->its->len, .stats = theirs.stats, .clusters = clusters};
    const PsRows second = {
        .n_rows = conflict->its->len, .stats = its.stats, .clusters = clusters};
    return ps_estimate_difference(&ps_unit_share, &first, &second);
}

// The side that more answers follow than the other's, beyond the interval of the difference.
static const char *winner(const Conflict *conflict, const char *modality, const char *others)
{
    PsEstimate difference = difference_of(conflict);
    if (!difference.is_defined || !difference.has_interval) return "";
    if (difference.low > 0) return modality;
    return difference.high < 0 ? others : "";
}

static void add_share(PsTable *table, const Conflict *conflict, const GArray *values)
{
    g_auto(PsStatColumn) shares = shares_of(values);
    const uint32_t *clusters = (const uint32_t *)(const void *)conflict->clusters->data;
    PsEstimate estimate = ps_modality_estimate(&shares, clusters, values->len);
    ps_table_add_estimate(table, &ps_unit_share, &estimate);
}

static void add_conflict(PsTable *table, const PsTask *task, const Conflict *conflict)
{
    const char *modality = ps_part_kind_name(conflict->modality);
    g_autofree char *others = ps_modalities_name(conflict->others);
    ps_table_add_text(table, task->conditions[conflict->condition].label);
    ps_table_add_text(table, modality);
    ps_table_add_text(table, others);
    add_share(table, conflict, conflict->its);
    add_share(table, conflict, conflict->theirs);
    add_share(table, conflict, conflict->neither);
    ps_table_add_text(table, winner(conflict, modality, others));
    ps_table_add_count(table, conflict->n_asked);
    ps_table_add_count(table, conflict->its->len);
}

static void add_table(PsFindings *findings, const Reading *reading)
{
    const PsTask *task = reading->task->task;
    if (reading->conflicts->len == 0) return;
    g_autofree char *id = g_strconcat(task->name, ".conflicts", NULL);
    g_autofree char *title =
        g_strconcat(task->name, ": which modality wins where they contradict", NULL);
    g_autofree char *note = g_strdup_printf(
        "Shares of the answers; an answer follows the side whose references it meets better, "
        "by "
        "%s. A side wins where the interval of the difference of the two shares excludes 0.",
        reading->metric->name);
    PsTable *table =
        ps_findings_add_table(findings, id, title, note, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < reading->conflicts->len; i++)
        add_conflict(table, task, &g_array_index(reading->conflicts, Conflict, i));
}

bool ps_modality_add_conflicts(PsFindings *findings,
                               PsRunFile *run,
                               const PsPlanTask *task,
                               const PsTaskRows *table,
                               GError **error)
{
    Reading reading = {
        .run = run, .task = task, .table = table, .metric = find_metric(task->task)};
    if (reading.metric == NULL) return true;
    reading.answer =
        ps_runfile_prepare(run, "SELECT answer FROM response WHERE item_id = ?1", error);
    if (reading.answer == NULL) return false;
    reading.conflicts = g_array_new(false, false, sizeof(Conflict));
    g_array_set_clear_func(reading.conflicts, conflict_clear);
    bool is_read = read_rows(&reading, error);
    if (is_read) add_table(findings, &reading);
    sqlite3_finalize(reading.answer);
    g_array_unref(reading.conflicts);
    return is_read;
}
