// Reading the rows of a task in stretches, each going on where the last one ended. Read in one
// stretch or in many, the rows are the same.
#pragma once

#include "harness/rows.h"

typedef struct PsRowsReader PsRowsReader;

// For a task of run that has at most n_rows_most rows. The run file has its plan and stays open
// as long as the reader.
PsRowsReader *ps_rows_reader_new(PsRunFile *run,
                                 const PsPlanTask *task,
                                 const PsRegistry *registry,
                                 size_t n_rows_most,
                                 GError **error);
void ps_rows_reader_free(PsRowsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsRowsReader, ps_rows_reader_free)

// Reads what is stored of the task's items before end_item and was not read yet. What will be
// stored of them later is missed. After a failure the reader can only be freed.
bool ps_rows_reader_read(PsRowsReader *reader, uint64_t end_item, GError **error);

// The first item that is not read.
uint64_t ps_rows_reader_next_item(const PsRowsReader *reader);

// What was read; once, and the reader can then only be freed.
PsTaskRows *ps_rows_reader_finish(PsRowsReader *reader);
