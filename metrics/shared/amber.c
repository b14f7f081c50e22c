#include "metrics/shared/amber.h"

#include <string.h>

PsYesNo ps_amber_verdict(const char *answer, bool is_no)
{
    return (PsYesNo){
        .is_positive = is_no,
        .says_positive = strcmp(answer, "No") == 0,
        .is_right = strcmp(answer, is_no ? "No" : "Yes") == 0,
    };
}

bool ps_amber_judge(const PsSample *sample, const PsResponse *response, PsYesNo *verdict)
{
    if (sample->n_references == 0) return false;
    *verdict = ps_amber_verdict(response->answer,
                                g_ascii_strcasecmp(sample->references[0], "no") == 0);
    return true;
}
