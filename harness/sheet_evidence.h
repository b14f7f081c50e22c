// The samples behind the numbers of a sheet: which ones, and what is shown of them. Internal to
// the slices stage.
#pragma once

#include "harness/sheet.h"
#include "harness/slices.h"

// Chooses the worst and the best of the rows of `of` by the task's first
// metric, items without an answer being the worst of all, and adds them to the sheet and to
// slice. A sample that another slice shows already is shared.
bool ps_sheet_add_evidence(PsSheet *sheet,
                           size_t task,
                           PsSheetSlice *slice,
                           const PsTaskRows *table,
                           const PsSlice *of,
                           PsRunFile *run,
                           const PsPlan *plan,
                           GError **error);

void ps_sheet_evidence_clear(PsSheetEvidence *evidence);
