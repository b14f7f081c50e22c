#include "metrics/shared/unanswerable.h"

bool ps_sample_is_unanswerable(const PsSample *sample)
{
    static const char *const words[] = {"true", "1", "yes"};
    const char *value = ps_sample_attribute(sample, "unanswerable");
    for (size_t i = 0; value && i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(value, words[i]) == 0) return true;
    return false;
}

bool ps_response_is_decision(const PsResponse *response)
{
    return response->outcome != PS_OUTCOME_TIMED_OUT && response->outcome != PS_OUTCOME_FAILED;
}
