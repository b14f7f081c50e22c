// Which rows of counterfactual pairs are compared with each other. Internal to the audit.
#pragma once

#include "harness/verdict/audit/private.h"

// One row against another of its pair, condition and epoch.
typedef struct {
    uint32_t first, second; // rows; first has the reference value
    bool is_control;
    bool is_ordered; // second is the changed one; in a control it may be open which is
} PsComparison;

// An attribute in which the samples of pairs differ.
typedef struct {
    const PsAudit *audit;
    const PsAuditColumn *column;
    uint32_t reference; // key
    const uint32_t *order;
    size_t n_order;
} PsPairedColumn;

// The rows that are in pairs, those of one pair, condition and epoch together. [*n], the
// caller's.
uint32_t *ps_paired_order(const PsAuditData *data, size_t *n);

// The key that others are compared with: the one that is asked for, else the one that most rows
// of pairs have, of those that tie the first in the alphabet. PS_NO_KEY: no row of a pair has
// it. of->reference is not looked at.
uint32_t ps_paired_column_find_reference(const PsPairedColumn *of);

// Every comparison of the reference with value, and every control; PsComparison, by first row
// and so by source.
GArray *ps_paired_column_compare(const PsPairedColumn *of, uint32_t value);
