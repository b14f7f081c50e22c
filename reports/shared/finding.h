// What a cell of a findings table says in words: the same in every report for people, and what
// programs are told beside the number.
#pragma once

#include "harness/findings.h"
#include "reports/shared/text.h"

// "93.1% [90.2, 95.1]", "−1.2 pp [−3.1, +0.4]", "0.012", "<0.0001", "1,234", "fail", the text;
// "n/a (why)" where there is no value. Escaped for format; texts beyond max_chars are cut.
void ps_finding_append(GString *out, PsTextFormat format, const PsCell *cell, size_t max_chars);

// The same for one that is an estimate and not empty, in its parts: "93.1%"; "[90.2, 95.1]" or
// "(no interval: one source)". Need no escaping.
void ps_finding_append_value(GString *out, const PsCell *cell);
void ps_finding_append_interval(GString *out, const PsCell *cell);

// "n=112, 30 sources". False, and nothing, where the cell is no estimate, or is empty.
bool ps_finding_append_n(GString *out, const PsCell *cell);

// Why an empty cell is empty, or NULL: not said, or the cell is not empty. Borrowed, unescaped.
const char *ps_finding_why(const PsCell *cell);

// How many columns are not details: what the terminal and a job summary show.
size_t ps_finding_count_columns(const PsTable *table);

// "text", "count", "value", "difference", "p", "verdict". Static storage.
const char *ps_finding_kind_name(PsColumnKind kind);

// What the numbers of an estimate are printed in: "%", "ms", "pp" for a difference of
// percentages; "" where there is none.
const char *ps_finding_unit(const PsCell *cell);

// Whether a cell's kind is an estimate's.
bool ps_finding_is_estimate(PsColumnKind kind);

// ---- Test cases (tables with has_cases) ----------------------------------------------

// The verdict of a row; PS_VERDICT_NONE if the table has no such column.
PsVerdict ps_finding_case_verdict(const PsTable *table, size_t row);

// The texts before the verdict, joined by a space, or "row 3". Unescaped; the caller's.
char *ps_finding_case_name(const PsTable *table, size_t row);

// The verdict and what the other cells say, on one line:
// "fail: Value: 93.1% [90.2, 95.1] n=112; p: 0.012". Harmless (PS_TEXT_PLAIN), not yet escaped
// for a format; the caller's.
char *ps_finding_case_message(const PsTable *table, size_t row);

// How many rows of the table's cases have the verdict; 0 for a table without cases.
size_t ps_finding_count_cases(const PsTable *table, PsVerdict verdict);

// Whether a table has cases.
bool ps_finding_has_cases(const PsFindings *findings);

// Whether one of the cases has the verdict of the whole.
bool ps_finding_is_verdict_of_a_case(const PsFindings *findings);
