#include "harness/run_rows.h"

#include "harness/rows_reader.h"

#define STRETCHES_AT_ONCE 8

struct PsRunRows {
    PsRunFile *run;
    const PsPlan *plan;
    const PsRegistry *registry;
    PsRowsReader **readers; // [plan->n_tasks]; NULL: read by ps_run_rows_take
    size_t at_task;         // the first whose rows are not all read
};

PsRunRows *
ps_run_rows_new(PsRunFile *run, const PsPlan *plan, const PsRegistry *registry, GError **error)
{
    g_autoptr(PsRunRows) rows = g_new0(PsRunRows, 1);
    rows->run = run;
    rows->plan = plan;
    rows->registry = registry;
    rows->readers = g_new0(PsRowsReader *, plan->n_tasks);
    if (plan->n_items > PS_RUN_ROWS_MOST) return g_steal_pointer(&rows);
    for (size_t i = 0; i < plan->n_tasks; i++) {
        const PsPlanTask *task = &plan->tasks[i];
        rows->readers[i] = ps_rows_reader_new(run, task, registry, task->n_items, error);
        if (rows->readers[i] == NULL) return NULL;
    }
    return g_steal_pointer(&rows);
}

void ps_run_rows_free(PsRunRows *rows)
{
    if (rows == NULL) return;
    for (size_t i = 0; i < rows->plan->n_tasks; i++)
        ps_rows_reader_free(rows->readers[i]);
    g_free(rows->readers);
    g_free(rows);
}

// The reader that is to read on; NULL if all is read.
static PsRowsReader *current(PsRunRows *rows)
{
    const PsPlan *plan = rows->plan;
    for (; rows->at_task < plan->n_tasks; rows->at_task++) {
        const PsPlanTask *task = &plan->tasks[rows->at_task];
        PsRowsReader *reader = rows->readers[rows->at_task];
        if (reader == NULL) return NULL;
        if (ps_rows_reader_next_item(reader) < task->first_item + task->n_items) return reader;
    }
    return NULL;
}

bool ps_run_rows_read_on(PsRunRows *rows, uint64_t end_item, GError **error)
{
    for (int i = 0; i < STRETCHES_AT_ONCE; i++) {
        PsRowsReader *reader = current(rows);
        if (reader == NULL) return true;
        const uint64_t end = ps_rows_reader_next_item(reader) + PS_RUN_ROWS_STRETCH;
        if (end > end_item) return true;
        if (!ps_rows_reader_read(reader, end, error)) return false;
    }
    return true;
}

PsTaskRows *ps_run_rows_take(PsRunRows *rows, size_t task, GError **error)
{
    g_autoptr(PsRowsReader) reader = g_steal_pointer(&rows->readers[task]);
    if (reader == NULL)
        return ps_task_rows_load(rows->run, &rows->plan->tasks[task], rows->registry, error);
    return ps_rows_reader_read(reader, UINT64_MAX, error) ? ps_rows_reader_finish(reader)
                                                          : NULL;
}
