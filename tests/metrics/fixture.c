#include "fixture.h"

#include <string.h>

const PsMetric *fixture_metric(const char *name)
{
    for (size_t i = 0; ps_metrics[i]; i++) {
        if (strcmp(ps_metrics[i]->name, name) == 0) return ps_metrics[i];
    }
    g_error("no metric %s", name);
}

// Of a corpus that is this sample alone where the metric needs one.
static bool
score(const PsMetric *metric, const PsSample *sample, const PsResponse *response, double *stats)
{
    if (metric->corpus == NULL) return metric->score(sample, response, stats);
    void *corpus = metric->corpus->create();
    const bool is_defined = metric->corpus->add(corpus, sample, NULL)
                            && metric->corpus->score_in(corpus, sample, response, stats);
    metric->corpus->destroy(corpus);
    return is_defined;
}

bool fixture_score_with(const char *name,
                        const char *attribute,
                        const char *attribute_value,
                        const char *references,
                        const char *answer,
                        double *stats)
{
    g_auto(GStrv) split = g_strsplit(references ? references : "", "|", -1);
    double own[PS_METRIC_MAX_STATS];
    char id[] = "sample", text[] = "", *empty[] = {text, NULL};
    // g_strsplit of "" gives no strings, and one empty reference is meant.
    char **at = split[0] ? split : empty;
    PsAttribute attributes = {(char *)attribute, (char *)attribute_value};
    const PsSample sample = {
        .id = id,
        .cluster = id,
        .n_references = references ? g_strv_length(at) : 0,
        .references = at,
        .n_attributes = attribute ? 1 : 0,
        .attributes = &attributes,
    };
    g_autofree char *copy = g_strdup(answer);
    const PsResponse response = {.outcome = PS_OUTCOME_ANSWERED, .answer = copy};
    return score(fixture_metric(name), &sample, &response, stats ? stats : own);
}

bool fixture_score(
    const char *name, const char *references, const char *answer, double *stats, double *value)
{
    double own[PS_METRIC_MAX_STATS];
    if (!stats) stats = own;
    const bool is_defined = fixture_score_with(name, NULL, NULL, references, answer, stats);
    if (is_defined && value) *value = stats[0];
    return is_defined;
}
