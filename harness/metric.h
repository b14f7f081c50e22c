// A metric turns one response and its references into sufficient statistics (a row of numbers);
// rows of any subset of samples aggregate into the metric's value. So a slice or a bootstrap
// draw is an aggregate over chosen rows, and never a second look at the answers.
#pragma once

#include "harness/response.h"
#include "harness/sample.h"

#include <cjson/cJSON.h>

#define PS_METRIC_MAX_STATS 8

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

    // Fills stats[n_stats] for one response. False: undefined for this row (no reference, say).
    // response->answer is not NULL if scope is PS_SCOPE_ANSWERED. Thread-safe.
    bool (*score)(const PsSample *sample, const PsResponse *response, double *stats);

    // The name of the vector files (`"metric"`) that test it, or NULL, and what computes one
    // case.
    const char *vectors;
    // Returns what the definition says for input, with the same members as expected (a number,
    // a bool, a string or an object); NULL if this input is an error by definition. Caller's.
    cJSON *(*compute)(const cJSON *input, const cJSON *expected);
} PsMetric;
