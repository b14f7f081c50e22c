#include "harness/plan_corpus.h"

#include "harness/plan_samples.h"

#include <sqlite3.h>

static bool is_needed(const PsPlanTask *task)
{
    for (size_t m = 0; task->corpora == NULL && m < task->task->n_metrics; m++)
        if (task->task->metrics[m]->corpus != NULL) return true;
    return false;
}

static void create(PsPlanTask *task)
{
    task->corpora = g_new0(void *, task->task->n_metrics);
    for (size_t m = 0; m < task->task->n_metrics; m++) {
        const PsCorpusKind *kind = task->task->metrics[m]->corpus;
        if (kind != NULL) task->corpora[m] = kind->create();
    }
}

static bool add(PsPlanTask *task, const PsSample *sample, void *data, GError **error)
{
    (void)data;
    for (size_t m = 0; m < task->task->n_metrics; m++) {
        const PsCorpusKind *kind = task->task->metrics[m]->corpus;
        if (kind != NULL && !kind->add(task->corpora[m], sample, error)) return false;
    }
    return true;
}

bool ps_plan_corpora_of_dataset(PsPlanTask *task, GError **error)
{
    if (!is_needed(task)) return true;
    create(task);
    return ps_plan_visit_samples(task, add, NULL, error);
}

bool ps_plan_corpora_of_run(PsPlanTask *task, PsRunFile *run, GError **error)
{
    if (!is_needed(task)) return true;
    create(task);
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT sample_id FROM sample WHERE sample_id >= ?1 AND sample_id < ?2", error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)task->first_sample);
    const uint64_t end = task->first_sample + task->n_samples;
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)end);
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        const uint64_t sample_id = (uint64_t)sqlite3_column_int64(statement, 0);
        g_autoptr(PsSample) sample = ps_runfile_load_sample(run, sample_id, error);
        if (sample == NULL || !add(task, sample, NULL, error)) break;
    }
    sqlite3_finalize(statement);
    return status == 0;
}

void ps_plan_corpora_free(PsPlanTask *task)
{
    for (size_t m = 0; task->corpora != NULL && m < task->task->n_metrics; m++)
        if (task->corpora[m] != NULL) task->task->metrics[m]->corpus->destroy(task->corpora[m]);
    g_free(task->corpora);
}
