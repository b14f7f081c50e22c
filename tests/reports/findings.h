// Findings made by hand for the tests of the reports: no run file, no statistics.
#pragma once

#include "harness/findings.h"

// A gate that fails, with every kind of column, values with and without interval, undefined
// ones, empty cells with and without a reason, and three tables: one of cases (pass, fail,
// undecided, not judged), one of 60 rows, one that is empty.
PsFindings *test_findings_gate(void);

// The same shape with text in the place of every text that comes from outside.
PsFindings *test_findings_of_text(const char *text);

// No cases: a verdict of its own, and one table.
PsFindings *test_findings_power(PsVerdict verdict);

// One table of n_rows cases or other rows, with texts of n_chars characters.
PsFindings *test_findings_large(size_t n_rows, size_t n_chars, bool has_cases);

// Renders findings with the report called name; the text is the caller's.
char *test_findings_render(const PsFindings *findings, const char *name);
