// The rows that a run will have, before anything is asked: for counting what slices will hold.
#pragma once

#include "harness/plan.h"
#include "harness/rows.h"

// Reads the datasets of a plan from where it stands, and fills rows[plan->n_tasks], each the
// caller's: one row for each sample and condition (epoch 0), in canonical order, without any
// value. Slices by what is measured from media are not there; media are not opened.
// PS_ERROR_DATA if a dataset is damaged; rows is then untouched.
bool ps_task_rows_plan(PsPlan *plan,
                       const PsRegistry *registry,
                       PsTaskRows **rows,
                       GError **error);
