// What making and reading rows share. Internal to the rows.
#pragma once

#include "harness/rows.h"

// Room for n_rows rows of a task, nothing defined.
PsTaskRows *ps_task_rows_new(size_t n_rows, const PsTask *task, const PsRegistry *registry);

PsNameHash ps_name_hash(const char *name);

// The number of a key among those before it (char * → number), given if it is new.
uint32_t ps_key_number(GHashTable *numbers, const char *key);

// The numbers of clusters by their names' hashes (PsNameHash *, of the rows that they first
// appear in → number).
GHashTable *ps_cluster_numbers_new(void);

// Numbers the clusters of the rows from first_row on; those before have their numbers.
void ps_task_rows_number_new_clusters(PsTaskRows *rows, size_t first_row, GHashTable *numbers);

// Fills the names of column from such numbers.
void ps_key_column_name(PsKeyColumn *column, GHashTable *numbers);
