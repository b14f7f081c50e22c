// The search for the worst slices, on one half of the rows.
#pragma once

#include "harness/verdict/discover/slice.h"

#define PS_DISCOVER_SLICES_MOST 20 // of a task

typedef struct {
    size_t level;       // most keys of a slice, ≥ 1
    double min_support; // rows, or a share of them below 1; 0: 1 %, at least 30
    unsigned n_threads; // 0: as many as there are processors
} PsDiscoverSearch;

// The worst slices of table->search by their score, each with the others that describe the same
// rows (docs/discover.md, rule 3), and then tested on table->test: PsDiscoverSlice *, owned by
// the array, the worst first. The result depends neither on the order of the dataset nor on the
// number of threads. PS_ERROR_DATA: as ps_sliceline_find.
GPtrArray *ps_discover_search(const PsDiscoverTable *table,
                              const PsDiscoverSearch *search,
                              GError **error);
