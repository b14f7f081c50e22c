#include "harness/score.h"

#include "harness/error.h"
#include "harness/judgements.h"
#include "harness/plan_corpus.h"

#include <math.h>
#include <sqlite3.h>

// What is not a number is not a score.
static bool are_finite(const PsScore *score)
{
    for (int i = 0; i < score->definition->n_stats; i++)
        if (!isfinite(score->stats[i])) return false;
    return true;
}

static bool score_one(const PsPlanTask *task,
                      size_t metric,
                      const PsSample *sample,
                      const PsResponse *response,
                      double *stats)
{
    const PsMetric *definition = task->task->metrics[metric];
    return definition->corpus != NULL
               ? definition->corpus->score_in(task->corpora[metric], sample, response, stats)
               : definition->score(sample, response, stats);
}

size_t ps_score_response(const PsPlanTask *task,
                         const PsSample *sample,
                         const PsResponse *response,
                         PsScore *scores)
{
    size_t n_scores = 0;
    for (size_t i = 0; i < task->task->n_metrics; i++) {
        const PsMetric *metric = task->task->metrics[i];
        if (metric->scope == PS_SCOPE_ANSWERED && response->outcome != PS_OUTCOME_ANSWERED)
            continue;
        PsScore *score = &scores[n_scores];
        *score = (PsScore){.metric = task->metric_ids[i], .definition = metric};
        if (!score_one(task, i, sample, response, score->stats) || !are_finite(score)) continue;
        if (metric->pool != NULL) score->record = metric->pool->record(sample, response);
        n_scores++;
    }
    return n_scores;
}

// Only what a metric that is not derived looks at.
static bool read_response(sqlite3_stmt *statement, PsResponse *response)
{
    ps_response_init(response);
    response->answer = g_strdup((const char *)sqlite3_column_text(statement, 3));
    const char *outcome = (const char *)sqlite3_column_text(statement, 2);
    return outcome != NULL && ps_outcome_find(outcome, &response->outcome)
           && (response->outcome != PS_OUTCOME_ANSWERED || response->answer != NULL);
}

// judgements: NULL in a run without a judge.
static bool score_row(PsRunFile *run,
                      const PsPlan *plan,
                      PsJudgements *judgements,
                      sqlite3_stmt *statement,
                      GError **error)
{
    uint64_t item_id = (uint64_t)sqlite3_column_int64(statement, 0);
    const PsPlanTask *task = ps_plan_task_of_item(plan, item_id);
    g_auto(PsResponse) response;
    if (!read_response(statement, &response) || task == NULL)
        return ps_fail(error, PS_ERROR_DATA, "%s: response %" G_GUINT64_FORMAT " is damaged",
                       ps_runfile_path(run), item_id);
    g_autoptr(PsSample) sample =
        ps_runfile_load_sample(run, (uint64_t)sqlite3_column_int64(statement, 1), error);
    if (sample == NULL) return false;
    if (judgements != NULL && response.outcome == PS_OUTCOME_ANSWERED
        && !ps_judgements_find(judgements, task->task, sample, &response, error))
        return false;
    g_autofree PsScore *scores = g_new(PsScore, task->task->n_metrics);
    size_t n_scores = ps_score_response(task, sample, &response, scores);
    const bool is_ok = ps_runfile_store_scores(run, item_id, scores, n_scores, error);
    for (size_t i = 0; i < n_scores; i++)
        ps_score_clear(&scores[i]);
    return is_ok;
}

bool ps_score_run(PsRunFile *run, const PsPlan *plan, uint64_t *n_scored, GError **error)
{
    const PsJudge *judge = plan->suite->judge;
    g_autoptr(PsJudgements) judgements =
        judge != NULL ? ps_judgements_open(run, judge, error) : NULL;
    if (judge != NULL && judgements == NULL) return false;
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (!ps_plan_corpora_of_run(&plan->tasks[i], run, error)) return false;
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT item_id, sample_id, outcome, answer FROM response ORDER BY item_id",
        error);
    if (statement == NULL) return false;
    *n_scored = 0;
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        if (!score_row(run, plan, judgements, statement, error)) break;
        ++*n_scored;
    }
    sqlite3_finalize(statement);
    return status == 0 && ps_runfile_commit(run, error);
}
