#include "fixture.h"
#include "metrics/shared/coco_objects.h"

#include <criterion/criterion.h>

static void expect_stats(const char *name,
                         const char *objects,
                         const char *captions,
                         const char *answer,
                         double numerator,
                         double denominator)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_expect(fixture_score_with(name, "objects", objects, captions, answer, stats));
    cr_expect_eq(stats[0], numerator, "%s of \"%s\": %g", name, answer, stats[0]);
    cr_expect_eq(stats[1], denominator, "%s of \"%s\": / %g", name, answer, stats[1]);
}

Test(chair, rule_2_two_words_may_be_one)
{
    expect_stats("chair_i", "hot dog, bird", NULL, "A hot dog, a baby bird", 0, 2);
    expect_stats("chair_i", "train", NULL, "passenger trains on a train track", 0, 1);
    expect_stats("chair_i", "wine glass", NULL, "a wine glass and two wine glasses", 0, 2);
    expect_stats("chair_i", "person", NULL, "a man eats a hot dog", 1, 2);
    expect_stats("chair_i", "", NULL, "a hot, dog", 1, 1);
}

Test(chair, rule_3_a_toilet_has_a_seat)
{
    expect_stats("chair_i", "toilet", NULL, "the seat of the toilet, the toilet seat", 0, 2);
    expect_stats("chair_i", "toilet", NULL, "a seat", 1, 1);
}

Test(chair, rule_4_every_mention_counts_negated_or_not)
{
    expect_stats("chair_i", "dog", NULL, "A cat near a cat. No dogs.", 2, 3);
}

Test(chair, rule_5_reference_captions_add_to_the_truth)
{
    expect_stats("chair_i", "dog", "a lady with a dog|her sofa", "A woman on a couch", 0, 2);
    expect_stats("chair_i", "lamp/light, pup/dog", NULL, "a dog by a lamp", 0, 1);
}

Test(chair, rule_6_sentences_count_once)
{
    expect_stats("chair_s", "dog", NULL, "a cat and a cat", 1, 1);
    expect_stats("chair_s", "dog", NULL, "a dog", 0, 1);
    expect_stats("chair_s", "dog", NULL, "a sunny afternoon", 0, 1);
    expect_stats("chair_i", "dog", NULL, "a sunny afternoon", 0, 0);
}

Test(chair, rule_7_recall_is_of_kinds)
{
    expect_stats("chair_recall", "dog, cat, person", NULL, "a dog, a puppy and a bear", 1, 3);
    cr_expect_not(fixture_score_with("chair_recall", "objects", "", NULL, "a dog", NULL));
}

Test(chair, without_the_attribute_it_is_undefined)
{
    cr_expect_not(fixture_score("chair_i", "a dog", "a dog", NULL, NULL));
}

Test(chair, kinds_are_found_by_their_words)
{
    cr_expect_str_eq(ps_coco_object_find("puppy"), "dog");
    cr_expect_str_eq(ps_coco_object_find("dining table"), "dining table");
    cr_expect_null(ps_coco_object_find("tree"));
}
