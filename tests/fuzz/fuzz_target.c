// Fuzzes the reader of audit targets. A corpus: "attribute: device\nshares: {phone: 1}"
#include "harness/verdict/audit/target.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What a target promises to the audit.
static void check_target(const PsAuditTarget *target)
{
    g_assert(target->n_attributes > 0 || target->action != NULL);
    g_assert(target->action == NULL || ps_audit_is_action(target->action));
    for (size_t i = 0; i < target->n_attributes; i++) {
        const PsTargetShares *shares = &target->attributes[i];
        double sum = 0;
        for (size_t v = 0; v < shares->n_values; v++) {
            g_assert(shares->values[v] != NULL && shares->shares[v] >= 0);
            sum += shares->shares[v];
        }
        g_assert(fabs(sum - 1) < 1e-9);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    if (!g_utf8_validate_len((const char *)data, size, NULL))
        return 0; // refused before parsing
    g_autoptr(PsAuditTarget) target =
        ps_audit_target_parse("fuzz.yaml", (const char *)data, size, &error);
    g_assert((target != NULL) == (error == NULL));
    if (target != NULL) check_target(target);
    if (error != NULL) g_assert(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG));
    return 0;
}
