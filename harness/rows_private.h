// What making and reading rows share. Internal to the rows.
#pragma once

#include "harness/rows.h"

// Room for n_rows rows of a task, nothing defined.
PsTaskRows *ps_task_rows_new(size_t n_rows, const PsTask *task, const PsRegistry *registry);
