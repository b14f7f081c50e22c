// What holds of every descriptor.
#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

Test(metrics, have_names_of_their_own_and_every_text)
{
    for (size_t i = 0; ps_metrics[i]; i++) {
        const PsMetric *metric = ps_metrics[i];
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(metric->name, ps_metrics[j]->name);
        cr_expect(metric->title && metric->title[0], "%s", metric->name);
        cr_expect(metric->source && metric->source[0], "%s", metric->name);
        cr_expect(metric->unit && metric->unit_scale > 0, "%s", metric->name);
        cr_expect(g_str_has_suffix(metric->summary, "."), "%s", metric->name);
    }
}

Test(metrics, have_as_many_statistics_as_their_form_needs)
{
    for (size_t i = 0; ps_metrics[i]; i++) {
        const PsMetric *metric = ps_metrics[i];
        const bool is_of_sums = metric->form == PS_FORM_SUMS;
        const int n_stats = metric->form == PS_FORM_PERCENTILE ? 1 : 2;
        cr_expect(is_of_sums ? metric->n_stats > 2 : metric->n_stats == n_stats, "%s",
                  metric->name);
        cr_expect_eq(is_of_sums, metric->of_sums != NULL, "%s", metric->name);
        cr_expect_eq(metric->vectors == NULL, metric->compute == NULL, "%s", metric->name);
        cr_expect_neq(metric->score != NULL, metric->corpus != NULL, "%s", metric->name);
    }
}

Test(metrics, survive_a_huge_answer_within_seconds)
{
    g_autofree char *answer = g_strnfill(1 << 20, 'a');
    for (size_t i = 0; i < 1 << 20; i += 7)
        answer[i] = "\xff .%9"[i % 5];
    const clock_t start = clock(); // of the processor: a busy machine changes nothing
    for (size_t i = 0; ps_metrics[i]; i++) {
        if (ps_metrics[i]->is_derived) continue;
        // A count, a span, a caption and a judged item; not all metrics are defined.
        fixture_score_with(ps_metrics[i]->name, "objects", "a a a a, dog",
                           "3 - 5|a short reference", answer, NULL);
    }
    cr_expect_lt(clock() - start, 20 * CLOCKS_PER_SEC);
}
