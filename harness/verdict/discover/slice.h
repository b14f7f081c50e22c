// A slice that was found, and whether its rows are worse than others.
#pragma once

#include "harness/stats/sliceline.h"
#include "harness/verdict/audit/contrast.h"
#include "harness/verdict/discover/table.h"

#define PS_DISCOVER_SAMPLES_MOST 5 // of a slice

typedef struct {
    uint64_t item_id, sample_id;
    uint32_t condition, epoch;
    double error;
} PsDiscoverSample;

typedef struct {
    size_t n_predicates;
    PsPredicate *predicates; // [n_predicates] ascending by feature of the table
    char *name;              // "device = phone and snr = low"
    GPtrArray *also;         // char *: names of slices that were merged into this one
    double score;
    PsContrast selected; // on the half that was searched: larger than it is, being chosen
    PsContrast tested;   // on the other one; p is one-sided, and 1 if there is no test
    bool is_testable;
    double p_adjusted; // NAN before ps_discover_adjust
    bool is_confirmed;
    size_t n_worst;
    PsDiscoverSample worst[PS_DISCOVER_SAMPLES_MOST]; // of the tested half, the worst first
} PsDiscoverSlice;

PsDiscoverSlice *ps_discover_slice_new(const PsDiscoverTable *table,
                                       const PsSlicelineSlice *found);
void ps_discover_slice_free(PsDiscoverSlice *slice);

// Which rows of a half are in the slice: [half->n_rows], the caller's.
bool *ps_discover_slice_members(const PsDiscoverSlice *slice,
                                const PsDiscoverTable *table,
                                const PsDiscoverHalf *half);

// The rows of a half that is_used names (NULL: all) and that are of is_group against the others
// of them: ps_contrast with at most (sources that have rows of the group) - 1 degrees of
// freedom, and the one-sided p that the group is no worse; NAN if there is no test.
PsContrast ps_discover_contrast(const PsDiscoverTable *table,
                                const PsDiscoverHalf *half,
                                const bool *is_used,
                                const bool *is_group);

// Fills in what the tested half says of the slice.
void ps_discover_slice_test(PsDiscoverSlice *slice, const PsDiscoverTable *table);

// Adjusts all slices (PsDiscoverSlice *) together, testable or not (Benjamini and Hochberg),
// and confirms those that are testable with an adjusted p of at most fdr.
void ps_discover_adjust(const GPtrArray *slices, double fdr);
