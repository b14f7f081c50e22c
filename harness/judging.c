#include "harness/judging.h"

#include "harness/ask.h"
#include "harness/judgements.h"
#include "harness/score.h"
#include "harness/stats/krippendorff.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT_INTERVAL_NS 20000000

bool ps_judging_check(const PsPlan *plan, bool may_judge_itself, GError **error)
{
    const PsJudge *judge = plan->suite->judge;
    if (may_judge_itself || judge == NULL || strcmp(judge->model, plan->system) != 0)
        return true;
    return ps_fail(error, PS_ERROR_CONFIG,
                   "%s would judge its own answers; name another judge, or allow it with "
                   "--self-judge",
                   plan->system);
}

static bool task_wants_judge(const PsTask *task)
{
    for (size_t i = 0; i < task->n_metrics; i++)
        if (task->metrics[i]->needs_judge) return true;
    return false;
}

// ---- the answers of a run, one after the other

typedef struct {
    const PsPlan *plan;
    PsRunFile *run;
    sqlite3_stmt *statement;
    const PsTask *task; // of the answer at hand
    PsSample *sample;
    PsResponse response;
} Answers;

static bool answers_open(Answers *answers, const PsPlan *plan, PsRunFile *run, GError **error)
{
    *answers = (Answers){.plan = plan, .run = run};
    ps_response_init(&answers->response);
    answers->statement = ps_runfile_prepare(run,
                                            "SELECT item_id, sample_id, answer FROM response "
                                            "WHERE outcome = 'answered' ORDER BY item_id",
                                            error);
    return answers->statement != NULL;
}

static void answers_close(Answers *answers)
{
    sqlite3_finalize(answers->statement);
    ps_sample_free(answers->sample);
    ps_response_clear(&answers->response);
}

static bool answers_load(Answers *answers, const PsPlanTask *task, GError **error)
{
    const char *answer = (const char *)sqlite3_column_text(answers->statement, 2);
    if (answer == NULL)
        return ps_fail(error, PS_ERROR_DATA, "%s: an answer is damaged",
                       ps_runfile_path(answers->run));
    answers->task = task->task;
    g_clear_pointer(&answers->sample, ps_sample_free);
    ps_response_clear(&answers->response);
    answers->response.outcome = PS_OUTCOME_ANSWERED;
    answers->response.answer = g_strdup(answer);
    answers->sample = ps_runfile_load_sample(
        answers->run, (uint64_t)sqlite3_column_int64(answers->statement, 1), error);
    return answers->sample != NULL;
}

// The next answer that a task wants judged: 1; at the end 0; -1 with error set.
static int answers_next(Answers *answers, GError **error)
{
    int status;
    while ((status = ps_runfile_step(answers->run, answers->statement, error)) == 1) {
        const PsPlanTask *task = ps_plan_task_of_item(
            answers->plan, (uint64_t)sqlite3_column_int64(answers->statement, 0));
        if (task == NULL || !task_wants_judge(task->task)) continue;
        return answers_load(answers, task, error) ? 1 : -1;
    }
    return status;
}

// ---- asking

typedef struct {
    const PsJudge *judge;
    const char *prompt;
    PsRunFile *run;
    Answers answers;
    PsJudgements *judgements;
    GHashTable *asked; // keys (GBytes) of this pass
    PsJudgingResult *result;
    int64_t committed_ns;
} Judging;

typedef struct {
    PsRequest request;
    PsPart part;
    const PsMedia *no_media;
    char *sample_id;
    uint8_t key[16];
} Question;

static void question_free(Question *question)
{
    g_free(question->part.text);
    g_free(question->sample_id);
    g_free(question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

static Question *question_of(const Judging *judging)
{
    const Answers *answers = &judging->answers;
    Question *question = g_new0(Question, 1);
    question->sample_id = g_strdup(answers->sample->id);
    question->part.kind = PS_PART_TEXT;
    question->part.text =
        ps_judge_question(answers->task->prompt, answers->sample, answers->response.answer);
    ps_judge_key(judging->judge, question->part.text, question->key);
    question->request = (PsRequest){
        .item_id = judging->result->n_asked,
        .sample_id = question->sample_id,
        .condition = "clean",
        .prompt = judging->prompt,
        .n_parts = 1,
        .parts = &question->part,
        .media = &question->no_media,
        .owner = question,
    };
    return question;
}

// Whether the question has to be asked, and is not on its way already.
static bool
is_open(Judging *judging, const Question *question, bool *is_lacking, GError **error)
{
    GBytes *key = g_bytes_new(question->key, sizeof question->key);
    *is_lacking = false;
    if (!g_hash_table_add(judging->asked, key)) return true;
    return ps_judgements_lack(judging->judgements, question->key, is_lacking, error);
}

static PsRequest *next_question(void *user_data, GError **error)
{
    Judging *judging = user_data;
    while (answers_next(&judging->answers, error) == 1) {
        bool is_lacking;
        g_autoptr(Question) question = question_of(judging);
        judging->result->n_answers++;
        if (!is_open(judging, question, &is_lacking, error)) return NULL;
        if (is_lacking) {
            judging->result->n_asked++;
            return &g_steal_pointer(&question)->request;
        }
        judging->result->n_kept++;
    }
    return NULL;
}

static bool
keep_reply(void *user_data, PsRequest *request, const PsResponse *response, GError **error)
{
    Judging *judging = user_data;
    g_autoptr(Question) question = request->owner;
    if (response == NULL) return true;
    if (!ps_judgements_store(judging->judgements, question->key, response, error)) return false;
    const int64_t now_ns = ps_now_ns();
    if (now_ns - judging->committed_ns < COMMIT_INTERVAL_NS) return true;
    judging->committed_ns = now_ns;
    return ps_runfile_commit(judging->run, error);
}

static bool ask_all(const PsPlan *plan,
                    PsRunFile *run,
                    const PsJudgingOptions *options,
                    PsJudgingResult *result,
                    GError **error)
{
    g_autoptr(PsJudgements) judgements = ps_judgements_open(run, plan->suite->judge, error);
    g_autofree char *prompt = ps_judge_prompt(plan->suite->judge);
    g_autoptr(GHashTable) asked =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    Judging judging = {.judge = plan->suite->judge,
                       .prompt = prompt,
                       .run = run,
                       .judgements = judgements,
                       .asked = asked,
                       .result = result};
    const PsAsk ask = {.adapter = options->adapter,
                       .system = options->system,
                       .stop = options->stop,
                       .next = next_question,
                       .done = keep_reply,
                       .user_data = &judging};
    if (judgements == NULL || !answers_open(&judging.answers, plan, run, error)) return false;
    const bool is_ok = ps_ask(&ask, error);
    answers_close(&judging.answers);
    // What came back before a failure is kept.
    return ps_runfile_commit(run, is_ok ? error : NULL) && is_ok;
}

// ---- agreement with the references

// Pairs of ratings, the judge's first.
typedef struct {
    const PsTask *task;
    uint64_t n_rated, n_failed;
    const PsMetric *metric;              // that compares with references, or NULL
    GArray *metric_pairs, *people_pairs; // double, two a pair
} Agreement;

static const PsMetric *reference_metric(const PsTask *task)
{
    for (size_t i = 0; i < task->n_metrics; i++) {
        const PsMetric *metric = task->metrics[i];
        if (!metric->needs_judge && metric->form == PS_FORM_RATIO
            && metric->range != PS_RANGE_POSITIVE)
            return metric;
    }
    return NULL;
}

static void add_pair(GArray *pairs, double judged, double reference)
{
    const double pair[] = {judged, reference};
    g_array_append_vals(pairs, pair, 2);
}

static void agreement_add(Agreement *agreement,
                          const PsJudge *judge,
                          const PsSample *sample,
                          const PsResponse *response)
{
    const double width = judge->most - judge->least;
    const double rating = judge->least + rint(response->rating * width);
    const char *people = ps_sample_attribute(sample, "rating");
    double stats[PS_METRIC_MAX_STATS], given;
    char *end;
    agreement->n_rated++;
    if (agreement->metric != NULL && agreement->metric->score(sample, response, stats)
        && stats[1] > 0)
        add_pair(agreement->metric_pairs, rating,
                 judge->least + rint(stats[0] / stats[1] * width));
    if (people == NULL) return;
    given = g_ascii_strtod(people, &end);
    if (end > people && *end == '\0' && isfinite(given))
        add_pair(agreement->people_pairs, rating, given);
}

static void append_alpha(GString *out, const GArray *pairs, const char *with)
{
    const size_t n = pairs->len / 2;
    const double *values = (const double *)(const void *)pairs->data;
    const double ordinal = ps_krippendorff_alpha(PS_KRIPPENDORFF_ORDINAL, values, n, 2);
    const double nominal = ps_krippendorff_alpha(PS_KRIPPENDORFF_NOMINAL, values, n, 2);
    if (isnan(ordinal)) {
        g_string_append_printf(out, "; agreement with %s is not defined (n = %zu)", with, n);
        return;
    }
    g_string_append_printf(out,
                           "; Krippendorff's α with %s %.3f (ordinal), %.3f (nominal), n = %zu",
                           with, ordinal, nominal, n);
}

static bool agreement_write(const Agreement *agreement, PsRunFile *run, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *name = g_strdup_printf("fact judge of %s", agreement->task->name);
    g_string_append_printf(
        text, "%" G_GUINT64_FORMAT " answers rated, failures of the judge: %" G_GUINT64_FORMAT,
        agreement->n_rated, agreement->n_failed);
    if (agreement->metric != NULL)
        append_alpha(text, agreement->metric_pairs, agreement->metric->name);
    if (agreement->people_pairs->len > 0)
        append_alpha(text, agreement->people_pairs, "the samples' ratings");
    return ps_runfile_set_info(run, name, text->str, error);
}

static bool measure(Agreement *agreements, const PsPlan *plan, PsRunFile *run, GError **error)
{
    Answers answers;
    g_autoptr(PsJudgements) judgements = ps_judgements_open(run, plan->suite->judge, error);
    if (judgements == NULL || !answers_open(&answers, plan, run, error)) return false;
    int status;
    while ((status = answers_next(&answers, error)) == 1) {
        Agreement *agreement = &agreements[answers.task - plan->suite->tasks];
        PsResponse *response = &answers.response;
        if (!ps_judgements_find(judgements, answers.task, answers.sample, response, error)) {
            status = -1;
            break;
        }
        if (response->judgement == PS_JUDGEMENT_GIVEN)
            agreement_add(agreement, plan->suite->judge, answers.sample, response);
        agreement->n_failed += response->judgement == PS_JUDGEMENT_FAILED;
    }
    answers_close(&answers);
    return status == 0;
}

static bool write_facts(const PsPlan *plan, PsRunFile *run, GError **error)
{
    const PsSuite *suite = plan->suite;
    g_autofree char *scale = g_strdup_printf("%s, scale %d to %d", suite->judge->model,
                                             suite->judge->least, suite->judge->most);
    g_autofree Agreement *agreements = g_new0(Agreement, suite->n_tasks);
    for (size_t i = 0; i < suite->n_tasks; i++) {
        agreements[i].task = &suite->tasks[i];
        agreements[i].metric = reference_metric(&suite->tasks[i]);
        agreements[i].metric_pairs = g_array_new(FALSE, FALSE, sizeof(double));
        agreements[i].people_pairs = g_array_new(FALSE, FALSE, sizeof(double));
    }
    bool is_ok = measure(agreements, plan, run, error)
                 && ps_runfile_set_info(run, "fact judge", scale, error);
    for (size_t i = 0; i < suite->n_tasks; i++) {
        if (is_ok && task_wants_judge(&suite->tasks[i]))
            is_ok = agreement_write(&agreements[i], run, error);
        g_array_unref(agreements[i].metric_pairs);
        g_array_unref(agreements[i].people_pairs);
    }
    return is_ok && ps_runfile_commit(run, error);
}

bool ps_judge_run(const PsPlan *plan,
                  PsRunFile *run,
                  const PsJudgingOptions *options,
                  PsJudgingResult *result,
                  GError **error)
{
    uint64_t n_scored;
    *result = (PsJudgingResult){0};
    if (!ask_all(plan, run, options, result, error)) return false;
    result->was_stopped = options->stop != NULL && *options->stop;
    return ps_score_run(run, plan, &n_scored, error) && write_facts(plan, run, error);
}
