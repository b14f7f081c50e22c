#include "fixture.h"
#include "metrics/shared/temporal.h"

#include <criterion/criterion.h>

static void expect_span(const char *text, double start_s, double end_s)
{
    PsTimeSpan span = {-1, -1};
    cr_expect(ps_time_span_read(text, &span), "\"%s\"", text);
    cr_expect_eq(span.start_s, start_s, "\"%s\" starts at %g", text, span.start_s);
    cr_expect_eq(span.end_s, end_s, "\"%s\" ends at %g", text, span.end_s);
}

static void expect_iou(const char *truth, const char *answer, double expected)
{
    double value = -1;
    cr_expect(fixture_score("temporal_iou", truth, answer, NULL, &value));
    cr_expect_float_eq(value, expected, 1e-12, "\"%s\": %g", answer, value);
}

static void expect_hit(const char *metric, const char *truth, const char *answer, bool is_hit)
{
    double value = -1;
    cr_expect(fixture_score(metric, truth, answer, NULL, &value));
    cr_expect_eq(value, is_hit ? 1 : 0, "%s of \"%s\"", metric, answer);
}

Test(temporal, rule_1_the_overlap_is_divided_by_the_hull)
{
    expect_iou("0 - 10", "2 - 8", 0.6);
    expect_iou("0 - 10", "5 - 15", 1.0 / 3);
    expect_iou("0 - 10", "20 - 30", 0);
    expect_iou("5 - 5", "5 - 5", 0);
}

Test(temporal, rule_2_the_threshold_is_inclusive)
{
    expect_hit("temporal_hit_30", "0 - 10", "0 - 3", true);
    expect_hit("temporal_hit_50", "0 - 10", "0 - 5", true);
    expect_hit("temporal_hit_50", "0 - 10", "0 - 4.9", false);
    expect_hit("temporal_hit_70", "0 - 10", "0 - 7", true);
    expect_hit("temporal_hit_70", "0 - 10", "0 - 5", false);
}

Test(temporal, rule_3_times_are_clocks_or_seconds)
{
    expect_span("0:10 - 1:20", 10, 80);
    expect_span("1:00:02.5 - 1:00:03", 3602.5, 3603);
    expect_span("20.8 to 30.0 seconds", 20.8, 30);
    expect_span("from 4 s to 8s", 4, 8);
}

Test(temporal, rule_4_connected_times_come_first)
{
    expect_span("In video 7, from 4 to 8", 4, 8);
    expect_span("Between 4s and 8s.", 4, 8);
    expect_span("[2.5, 8.0]", 2.5, 8);
    expect_span("1. It happens at 3 – 9 s, not 10 - 11", 3, 9);
    expect_span("{\"start\": 2, \"end\": 5}", 2, 5);
    expect_span("mp4 clip: starts at 2, ends at 5", 2, 5);
}

Test(temporal, rule_5_a_reversed_span_is_turned_round)
{
    expect_span("8 - 2", 2, 8);
}

Test(temporal, rule_6_an_answer_without_a_span_is_a_miss)
{
    expect_iou("0 - 10", "It never happens", 0);
    expect_iou("0 - 10", "at 5 seconds", 0);
    expect_hit("temporal_hit_30", "0 - 10", "", false);
    g_autofree char *digits = g_strnfill(4000, '9');
    expect_iou("0 - 10", digits, 0);
}

Test(temporal, rule_7_the_best_reference_counts)
{
    expect_iou("0 - 1|4 - 8", "4 - 8", 1);
    cr_expect_not(fixture_score("temporal_iou", NULL, "4 - 8", NULL, NULL));
    cr_expect_not(fixture_score("temporal_hit_50", "soon", "4 - 8", NULL, NULL));
}
