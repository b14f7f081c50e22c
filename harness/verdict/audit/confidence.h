// How sure the system was of each answer, and whether that was right. Internal to the audit.
#pragma once

#include "harness/verdict/audit/private.h"

typedef struct {
    bool is_stated; // by the system; otherwise the agreement of a sample's epochs
    size_t n;
    uint32_t *rows;               // [n] ascending rows of the task
    double *confidence, *correct; // [n] 0 … 1
} PsConfidences;

// n is 0 where nothing is known. With agreement there is one record for each sample and
// condition.
PsConfidences ps_confidences_new(const PsAudit *audit);
PsConfidences ps_confidences_of_group(const PsConfidences *all,
                                      const PsAuditGrouping *grouping,
                                      uint32_t group);
void ps_confidences_clear(PsConfidences *records);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsConfidences, ps_confidences_clear)

// One past the last row of the sample and condition that row begins.
size_t ps_audit_end_of_epochs(const PsTaskRows *rows, size_t row);
