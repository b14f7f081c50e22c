// What making and reading rows share. Internal to the rows.
#pragma once

#include "harness/rows.h"

// Room for n_rows rows of a task, nothing defined.
PsTaskRows *ps_task_rows_new(size_t n_rows, const PsTask *task, const PsRegistry *registry);

PsNameHash ps_name_hash(const char *name);

// The number of a key among those before it (char * → number), given if it is new.
uint32_t ps_key_number(GHashTable *numbers, const char *key);

// Fills the names of column from such numbers.
void ps_key_column_name(PsKeyColumn *column, GHashTable *numbers);
