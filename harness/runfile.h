// The run file: one run is one file, NAME.proof, an SQLite database. Every stage reads and
// extends it; nothing else holds state. docs/run-file.md is the manual of its tables.
//
// One process writes at a time (a lock on the file says so); any number may read. What
// ps_runfile_commit has returned true for survives the death of the process, and the machine's
// too if the file was opened as durable.
#pragma once

#include "harness/registry.h"

#define PS_RUNFILE_APPLICATION_ID 0x50525346 // "PRSF"
#define PS_RUNFILE_VERSION 1

typedef struct PsRunFile PsRunFile;
typedef struct sqlite3_stmt sqlite3_stmt;

typedef enum {
    PS_RUNFILE_READ,   // must exist
    PS_RUNFILE_EXTEND, // must exist; takes the lock
    PS_RUNFILE_CREATE, // made if it does not exist; takes the lock
} PsRunFileMode;

// Which work item a response belongs to. Numbers count from 0 through the whole plan.
typedef struct {
    uint64_t item_id;
    uint64_t sample_id;
    int task, condition, epoch;
    uint8_t key[16]; // hash of everything that the answer depends on
} PsItem;

// The sufficient statistics of one metric on one item.
typedef struct {
    int metric; // row of the run file's table of metrics
    const PsMetric *definition;
    double stats[PS_METRIC_MAX_STATS];
    GBytes *record; // of a pooled metric, owned; else NULL
} PsScore;

void ps_score_clear(PsScore *score);

typedef struct {
    int slicer; // row of the run file's table of slicers
    char *key;
    double value;
} PsItemSlice;

// Opens path. Errors say which it is: no such file, a folder that cannot be written, not a run
// file, damaged, made by a newer proofsheet, in use by another process (PS_ERROR_BUSY).
PsRunFile *
ps_runfile_open(const char *path, PsRunFileMode mode, bool is_durable, GError **error);

// Commits nothing: what was not committed is dropped. Folds the log into the one file.
void ps_runfile_close(PsRunFile *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsRunFile, ps_runfile_close)

const char *ps_runfile_path(const PsRunFile *run);
bool ps_runfile_is_new(const PsRunFile *run); // holds no plan yet

// Facts about the run. get returns a new string, or NULL if there is none (error is then
// unset).
bool ps_runfile_set_info(PsRunFile *run, const char *name, const char *value, GError **error);
char *ps_runfile_get_info(PsRunFile *run, const char *name);

// The fact where the confidences of a run come from, and what it may say; both, joined by
// "and", if there are both. No such fact: no answer has a confidence, or the run is older.
#define PS_RUNFILE_CONFIDENCE "fact confidence"
#define PS_CONFIDENCE_STATED "stated"
#define PS_CONFIDENCE_OF_TOKENS "token log-probabilities"

// There is such a fact if a sample states a contradiction.
#define PS_RUNFILE_CONTRADICTIONS "contradictions"

// The row number of a name in table "metric" or "slicer", made if needed; -1 on error.
int ps_runfile_name_id(PsRunFile *run, const char *table, const char *name, GError **error);

// Stores one response with all that hangs on it, in the open transaction. The first response of
// a sample stores the sample as well.
bool ps_runfile_store(PsRunFile *run,
                      const PsItem *item,
                      const PsSample *sample,
                      const PsResponse *response,
                      const PsScore *scores,
                      size_t n_scores,
                      const PsItemSlice *slices,
                      size_t n_slices,
                      GError **error);

// Drops and stores the scores of one item.
bool ps_runfile_store_scores(
    PsRunFile *run, uint64_t item_id, const PsScore *scores, size_t n_scores, GError **error);

// Keeps media as a browser shows them, for one part of one item.
bool ps_runfile_store_evidence(
    PsRunFile *run, uint64_t item_id, size_t part, const PsMedia *media, GError **error);

// Ends the open transaction, if there is one. Until it returns true nothing of it counts.
bool ps_runfile_commit(PsRunFile *run, GError **error);

// Folds what is committed into the one file, as far as that goes (other processes may be
// reading), so that closing it has little left to do. Only between transactions.
void ps_runfile_fold(PsRunFile *run);

// Which of items 0 … n_items-1 have a response: n_items bits, caller's; NULL on error.
uint8_t *ps_runfile_done(PsRunFile *run, uint64_t n_items, uint64_t *n_done, GError **error);

// The sample as it was stored under sample_id (caller's), or NULL with error set.
PsSample *ps_runfile_load_sample(PsRunFile *run, uint64_t sample_id, GError **error);

// For the stages' own queries. A statement to step with ps_runfile_step and to finalize with
// sqlite3_finalize; NULL on error. step returns 1 for a row, 0 at the end, -1 on error.
sqlite3_stmt *ps_runfile_prepare(PsRunFile *run, const char *sql, GError **error);
int ps_runfile_step(PsRunFile *run, sqlite3_stmt *statement, GError **error);
bool ps_runfile_execute(PsRunFile *run, const char *sql, GError **error);
