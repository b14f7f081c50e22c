#include "datasets/datasets.h"
#include "harness/capture.h"

#include <criterion/criterion.h>

static const PsRegistry registry = {.conditions = ps_conditions, .devices = ps_devices};

Test(devices, are_chains_of_conditions_that_there_are)
{
    for (const PsDevice *device = ps_devices; device->name != NULL; device++) {
        PsCapture capture;
        g_autofree char *problem = NULL;
        cr_assert(ps_capture_parse(device->name, &registry, &capture, &problem), "%s: %s",
                  device->name, problem);
        cr_expect_str_eq(capture.chain, device->chain);
        cr_expect_null(ps_registry_condition(&registry, device->name));
        ps_capture_clear(&capture);
    }
}

// Each is in range, and further than the one before it, in one direction.
Test(devices, severities_grow)
{
    for (size_t i = 0; ps_conditions[i] != NULL; i++) {
        const PsCondition *condition = ps_conditions[i];
        const double *amounts = condition->severities;
        const bool grows = amounts[1] > amounts[0];
        for (int s = 0; s < 5; s++) {
            cr_expect(amounts[s] >= condition->least && amounts[s] <= condition->most, "%s/%d",
                      condition->name, s + 1);
            if (s > 0)
                cr_expect_eq(amounts[s] > amounts[s - 1], grows, "%s/%d", condition->name,
                             s + 1);
        }
    }
}
