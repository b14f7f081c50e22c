// Fuzzes the reader of suites. A corpus: suites/*.yaml
#include "harness/error.h"
#include "harness/suite.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const PsMetric wer = {.name = "wer"};
static const PsSlicer attribute = {.name = "attribute"};
static const PsCondition blur = {
    .name = "blur", .unit = "px", .least = 0.5, .most = 10, .severities = {1, 2, 3, 4, 5}};
static const PsMetric *const metrics[] = {&wer, NULL};
static const PsSlicer *const slicers[] = {&attribute, NULL};
static const PsCondition *const conditions[] = {&blur, NULL};

static void check_capture(const PsCapture *capture)
{
    g_assert(capture->n_steps <= PS_CAPTURE_MAX_STEPS);
    for (size_t i = 0; i < capture->n_steps; i++)
        g_assert(capture->steps[i].amount >= blur.least
                 && capture->steps[i].amount <= blur.most);
}

// What a suite promises to the stages.
static void check_suite(const PsSuite *suite)
{
    g_assert(suite->n_tasks > 0 && suite->epochs >= 1 && suite->epochs <= 1000);
    for (size_t i = 0; i < suite->n_tasks; i++) {
        const PsTask *task = &suite->tasks[i];
        g_assert(task->n_metrics > 0 && task->n_conditions > 0);
        g_assert(task->conditions[0].capture.n_steps == 0);
        for (size_t c = 1; c < task->n_conditions; c++)
            check_capture(&task->conditions[c].capture);
        for (size_t s = 0; s < task->n_slicers; s++)
            g_assert(task->slicers[s].slicer != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PsRegistry registry = {
        .metrics = metrics, .slicers = slicers, .conditions = conditions};
    g_autoptr(GError) error = NULL;
    if (!g_utf8_validate_len((const char *)data, size, NULL))
        return 0; // refused before parsing
    g_autoptr(PsSuite) suite =
        ps_suite_parse("fuzz.yaml", (const char *)data, size, &registry, &error);
    g_assert((suite != NULL) == (error == NULL));
    if (suite != NULL) check_suite(suite);
    if (error != NULL) g_assert(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG));
    return 0;
}
