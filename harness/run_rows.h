// The rows of a run, read while it is being collected: the storer reads what is settled between
// two transactions, when it has nothing else to do, and the report that follows finds all but
// the last of them ready. They are read by the same functions from the same file as
// ps_task_rows_load would read them, only earlier.
#pragma once

#include "harness/rows.h"

typedef struct PsRunRows PsRunRows;

// For a run whose plan is recorded and whose scores will not be changed once they are stored.
// A run of more than PS_RUN_ROWS_MOST items holds no rows: its report reads them, so that
// collecting does not take more memory the longer it takes. A row takes some 270 bytes, then or
// in the report.
PsRunRows *
ps_run_rows_new(PsRunFile *run, const PsPlan *plan, const PsRegistry *registry, GError **error);
void ps_run_rows_free(PsRunRows *rows); // before the run file is closed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsRunRows, ps_run_rows_free)
#define PS_RUN_ROWS_MOST 262144

// Reads on, if a stretch of PS_RUN_ROWS_STRETCH items is there. Everything that will ever be
// stored of the items before end_item is committed. Reads no more than a few stretches, so that
// it does not take long.
bool ps_run_rows_read_on(PsRunRows *rows, uint64_t end_item, GError **error);
#define PS_RUN_ROWS_STRETCH 256

// Reads what is left of a task (its number in the plan) and hands its rows over, the caller's;
// once.
PsTaskRows *ps_run_rows_take(PsRunRows *rows, size_t task, GError **error);
