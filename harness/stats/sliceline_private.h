// What the parts of SliceLine share: the table as one-hot columns (sliceline.c), the rows of a
// slice (sliceline_node.c), the search (sliceline_search.c), the best slices so far
// (sliceline_top.c). Internal to SliceLine.
#pragma once

#include "harness/stats/sliceline.h"

#include <stdbool.h>

// Rows and the sum of their errors, in one register: a tally is one load, add and store.
typedef int64_t PsTally __attribute__((vector_size(16)));
enum { PS_TALLY_ROWS, PS_TALLY_ERROR };

// What a score and its bound depend on besides the slice.
typedef struct {
    double n_rows, alpha, average_error;
    double resolution;   // the error that the integer 1 stands for
    int64_t min_support; // ≥ 1
    double slack;        // more than rounding can add to or take from a bound
} PsScoring;

double ps_scoring_score(const PsScoring *scoring, PsTally slice);

// No slice within this one, itself included, has a score above this; no error in it is above
// max_error.
double ps_scoring_bound(const PsScoring *scoring, PsTally slice, double max_error);

// ---- The best slices so far

typedef struct PsSlicelineTop PsSlicelineTop;

typedef struct {
    double score;
    PsTally tally;
    size_t n_columns;
    uint32_t *columns; // [n_columns]
} PsSlicelineEntry;

PsSlicelineTop *ps_sliceline_top_new(size_t k);
void ps_sliceline_top_free(PsSlicelineTop *top);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSlicelineTop, ps_sliceline_top_free)

// The k-th best score so far, 0 while there are fewer: a slice below it is not wanted. INFINITY
// once there are too many slices. Safe from any thread.
double ps_sliceline_top_threshold(PsSlicelineTop *top);

// Adds a slice if it is wanted, and returns the threshold. Copies columns. Safe from any
// thread.
double ps_sliceline_top_offer(PsSlicelineTop *top, const PsSlicelineEntry *entry);

// The slices at or above the threshold, in no order; NULL if there were too many. top's.
const GArray *ps_sliceline_top_finish(PsSlicelineTop *top);

// ---- The rows of a slice

// One key of one feature.
typedef struct {
    uint32_t feature, key;
    PsTally tally;
    double max_error;
} PsSlicelineColumn;

// The rows of a slice, and what they have of the features that may still be added to it. A
// row's code of a feature is the slot of its key; the first slot of a feature is for rows
// without one.
typedef struct {
    size_t n_rows, n_features;
    uint16_t *codes;   // [n_features][n_rows] slots
    int64_t *errors;   // [n_rows]
    uint32_t *firsts;  // [n_features + 1] first slot of each feature; last, the number of slots
    uint32_t *columns; // [n_slots] column of a slot; means nothing for a feature's first
    PsTally *tallies;  // [n_slots]
    size_t codes_capacity, errors_capacity, firsts_capacity, slots_capacity;
} PsSlicelineNode;

// Makes room for that many; what was in the node is lost if it had less.
void ps_sliceline_node_reserve(PsSlicelineNode *node,
                               size_t n_rows,
                               size_t n_features,
                               size_t n_slots);
void ps_sliceline_node_clear(PsSlicelineNode *node);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsSlicelineNode, ps_sliceline_node_clear)

size_t ps_sliceline_node_n_slots(const PsSlicelineNode *node);

// Fills node->tallies from its rows.
void ps_sliceline_node_tally(PsSlicelineNode *node);

// Consecutive features whose slots are taken together: a line is one slot of each of them.
typedef struct {
    size_t first, end;
    size_t n_lines;
} PsSlicelineGroup;

// The features from first on that go together. None, end is first, if the table of the first
// alone would have so many more cells than there are rows that clearing it takes the time.
PsSlicelineGroup ps_sliceline_node_group(const PsSlicelineNode *node, size_t first);

// Fills lines [n_lines][n_slots]: the tally of each line together with each slot of the
// features after the group's first. Line 0, which has no key, is left 0.
void ps_sliceline_node_tally_group(const PsSlicelineNode *node,
                                   const PsSlicelineGroup *group,
                                   PsTally *lines);

// Sums the lines that have the slot of the feature, which is of the group: sums [n_slots] gets
// the tallies of that slot together with each slot of the features after it.
void ps_sliceline_node_sum_lines(const PsSlicelineNode *node,
                                 const PsSlicelineGroup *group,
                                 const PsTally *lines,
                                 size_t feature,
                                 uint32_t slot,
                                 PsTally *sums);

// Makes child the rows of one slot of the feature, with the features after it; its tallies are
// not filled in. rows [node->n_rows] is scratch. The slot's own tally must be right.
void ps_sliceline_node_select(const PsSlicelineNode *node,
                              size_t feature,
                              uint32_t slot,
                              uint32_t *rows,
                              PsSlicelineNode *child);

// ---- The search

typedef struct {
    const PsScoring *scoring;
    const PsSlicelineColumn *columns;
    const PsSlicelineNode *root; // all rows; tallies are filled in
    size_t max_level;
    unsigned n_threads;
    PsSlicelineTop *top;
} PsSlicelineSearch;

// Offers every slice of two predicates and more that may be wanted to search->top.
void ps_sliceline_search(const PsSlicelineSearch *search);
