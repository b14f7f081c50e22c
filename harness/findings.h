// Findings: what a verdict stage (compare, gate, audit, discover, power) found, as titled
// tables of typed cells. Stages fill them, reports render them and compute nothing. Rows are
// added cell by cell, from left to right; every text is copied.
#pragma once

#include "harness/estimate.h"
#include "harness/sheet.h"

typedef enum {
    PS_VERDICT_NONE, // not a question
    PS_VERDICT_PASS,
    PS_VERDICT_FAIL,
    PS_VERDICT_UNDECIDED,
} PsVerdict;

typedef enum {
    PS_COLUMN_TEXT,
    PS_COLUMN_COUNT,
    PS_COLUMN_VALUE,      // an estimate in a metric's unit: value, interval, n
    PS_COLUMN_DIFFERENCE, // the same, signed
    PS_COLUMN_P,          // a probability
    PS_COLUMN_VERDICT,
} PsColumnKind;

typedef struct {
    const char *id;    // for programs: "p_adjusted"; static storage
    const char *title; // for people: "p, adjusted"; static storage
    PsColumnKind kind;
    bool is_detail; // left out where room is short: the terminal, a job summary
} PsColumn;

typedef struct {
    PsColumnKind kind;
    bool is_empty;          // nothing to say; text may say why
    char *text;             // TEXT; otherwise why there is no value, or NULL
    size_t count;           // COUNT
    double p;               // P; in 0 … 1
    const PsMetric *metric; // VALUE, DIFFERENCE: gives unit and scale
    PsEstimate estimate;    // VALUE, DIFFERENCE
    PsVerdict verdict;      // VERDICT
} PsCell;

typedef struct {
    char *id;    // for programs: "rules"
    char *title; // for people
    char *note;  // how to read it, or NULL
    size_t n_columns;
    PsColumn *columns;
    GArray *cells;  // PsCell, row by row
    bool has_cases; // each row is a test case of a CI server; its verdict is in the column of
                    // that kind, its name the texts before it
} PsTable;

struct PsFindings {
    char *kind;  // "gate"
    char *title; // "speech: openai/new against openai/old"
    PsVerdict verdict;
    char *reason;      // of the verdict, one line; NULL if there is none
    GArray *facts;     // PsSheetFact
    GPtrArray *notes;  // char *, a paragraph each: what could not be paired, what is assumed
    GPtrArray *tables; // PsTable *
};

PsFindings *ps_findings_new(const char *kind, const char *title);
void ps_findings_free(PsFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsFindings, ps_findings_free)

void ps_findings_add_fact(PsFindings *findings, const char *name, const char *value);
void ps_findings_add_note(PsFindings *findings, const char *format, ...) G_GNUC_PRINTF(2, 3);

// The new table, which belongs to findings. columns are copied; note may be NULL.
PsTable *ps_findings_add_table(PsFindings *findings,
                               const char *id,
                               const char *title,
                               const char *note,
                               const PsColumn *columns,
                               size_t n_columns);

size_t ps_table_n_rows(const PsTable *table);
const PsCell *ps_table_cell(const PsTable *table, size_t row, size_t column);

// Each adds the next cell; the kind must be that of its column (asserted). NULL text, NAN p and
// an estimate that is not defined are empty cells.
void ps_table_add_text(PsTable *table, const char *text);
void ps_table_add_count(PsTable *table, size_t count);
void ps_table_add_estimate(PsTable *table, const PsMetric *metric, const PsEstimate *estimate);
void ps_table_add_p(PsTable *table, double p);
void ps_table_add_verdict(PsTable *table, PsVerdict verdict);
// An empty cell of any kind; why may be NULL.
void ps_table_add_nothing(PsTable *table, const char *why);

// "pass", "fail", "undecided", "". Static storage.
const char *ps_verdict_name(PsVerdict verdict);

// Units for estimates that are no metric's: a share of rows (printed in %), a plain number.
extern const PsMetric ps_unit_share, ps_unit_number;
