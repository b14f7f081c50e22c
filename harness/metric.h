// A metric turns one response and its references into sufficient statistics (a row of numbers);
// rows of any subset of samples aggregate into the metric's value. So a slice or a bootstrap
// draw is an aggregate over chosen rows, and never a second look at the answers.
#pragma once

#include "harness/response.h"
#include "harness/sample.h"

#include <cjson/cJSON.h>

#define PS_METRIC_MAX_STATS 10

typedef enum {
    PS_HIGHER_IS_BETTER,
    PS_LOWER_IS_BETTER,
    PS_NEITHER_IS_BETTER,
} PsDirection;

// How rows become one value.
typedef enum {
    PS_FORM_RATIO,      // sum of stats[0] / sum of stats[1]; a plain mean has stats[1] = 1
    PS_FORM_ROOT,       // the square root of that ratio: root mean square errors
    PS_FORM_PERCENTILE, // the percentile (nearest rank) of stats[0]
    PS_FORM_SUMS,       // a smooth function of the sums of all stats (BLEU): of_sums
    PS_FORM_POOLED,     // made of records of all rows together (average precision): pool.
                        // stats[0] / stats[1] is what a row has alone
} PsForm;

// Which range a row's stats[0] / stats[1] can take; decides which interval is honest.
typedef enum {
    PS_RANGE_BINARY,   // 0 or 1
    PS_RANGE_UNIT,     // 0 to 1
    PS_RANGE_POSITIVE, // 0 or more
} PsRange;

typedef enum {
    PS_SCOPE_ANSWERED, // only rows with an answer count; the others show up as outcome rates
    PS_SCOPE_ALL,      // every row counts
} PsScope;

typedef struct PsMetric {
    const char *name;    // as in a suite: "wer"
    const char *title;   // as in a table: "Word error rate"
    const char *summary; // one sentence
    const char *unit;    // "", "%", "ms", "$"; what the value is printed in
    double unit_scale;   // value * unit_scale is in unit (100 for "%", 1e-6 from ns to ms)
    const char *source;  // the implementation or paper that defines it
    PsDirection direction;
    PsForm form;
    double percentile; // PS_FORM_PERCENTILE: 0-100
    PsRange range;
    PsScope scope;
    bool is_derived;  // computed from the response's outcome, clock and tokens alone: every run
                      // has it, a suite need not name it, and it is not stored
    bool needs_judge; // looks at what the suite's judge made of the answer, not at references
    int n_stats;      // 2 for a ratio or a root, 1 for a percentile, up to PS_METRIC_MAX_STATS
                      // for sums

    // PS_FORM_SUMS: the value that rows with these sums [n_stats] have, and its gradient there
    // (gradient [n_stats]; NULL: not asked for), for intervals by linearisation.
    double (*of_sums)(const double *sums, double *gradient);

    // PS_FORM_POOLED.
    const struct PsPoolKind *pool;

    // Fills stats[n_stats] for one response. False: undefined for this row (no reference, say).
    // response->answer is not NULL if scope is PS_SCOPE_ANSWERED. Thread-safe.
    bool (*score)(const PsSample *sample, const PsResponse *response, double *stats);

    // NULL but for a metric whose rows depend on the whole corpus (CIDEr's document
    // frequencies): what has to be known of the samples of a task before a row of it is scored.
    // Slices are of one corpus, the task's.
    const struct PsCorpusKind *corpus;

    // The name of the vector files (`"metric"`) that test it, or NULL, and what computes one
    // case.
    const char *vectors;
    // Returns what the definition says for input, with the same members as expected (a number,
    // a bool, a string or an object); NULL if this input is an error by definition. Caller's.
    cJSON *(*compute)(const cJSON *input, const cJSON *expected);
} PsMetric;

// How a metric learns a corpus. It then has score_in in place of score.
typedef struct PsCorpusKind {
    void *(*create)(void);
    // Each sample once, in any order. PS_ERROR_DATA beyond the bounds of what is kept.
    bool (*add)(void *corpus, const PsSample *sample, GError **error);
    bool (*score_in)(const void *corpus,
                     const PsSample *sample,
                     const PsResponse *response,
                     double *stats); // as PsMetric.score
    void (*destroy)(void *corpus);   // accepts NULL
} PsCorpusKind;

// How a metric makes one value of what it notes of each row.
typedef struct PsPoolKind {
    // The row's record, of at most PS_POOL_RECORD_MOST bytes, or NULL; kept in the run file
    // beside stats, which score filled. Thread-safe.
    GBytes *(*record)(const PsSample *sample, const PsResponse *response);

    // Of records[n], which it may not borrow: sorted once for values of many draws.
    void *(*create)(GBytes *const *records, size_t n);
    double (*value)(const void *pool, // with row i counted weights[i] times; NULL: once.
                    const uint32_t *weights); // NAN where it is not defined
    void (*destroy)(void *pool);              // accepts NULL
} PsPoolKind;

#define PS_POOL_RECORD_MOST (4u << 20)

// The value of one row, or of rows with these sums; NAN where it is not defined. Of a
// percentile one row's.
double ps_metric_value(const PsMetric *metric, const double *stats);
