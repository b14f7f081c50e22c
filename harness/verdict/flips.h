// The samples that changed between two runs: what stands behind a difference.
#pragma once

#include "harness/findings.h"
#include "harness/verdict/pairs.h"

// Adds a table of the rows of a task whose first metric changed most for the worse, and as many
// for the better, at most n_most each, with both answers and the reference. Rows that one
// system alone answered are changes too. No table where nothing changed.
bool ps_flips_add(PsFindings *findings,
                  const PsPairedTask *paired,
                  PsRunFile *first,
                  PsRunFile *second,
                  size_t n_most,
                  GError **error);
