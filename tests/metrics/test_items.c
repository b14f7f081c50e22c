#include "fixture.h"
#include "metrics/shared/items.h"

#include <criterion/criterion.h>

enum { UNDEFINED = -1 };

typedef struct {
    const char *objects, *likely, *known; // NULL: not stated
} Attributes;

static const Attributes street = {"dog/puppy, hot dog, traffic light", "cat/kitten, car",
                                  "bench, dog house, puppy"};

static void
expect(const char *name, Attributes attributes, const char *answer, double part, double whole)
{
    const struct {
        const char *key, *value;
    } stated[] = {{"known_items", attributes.known},
                  {"likely_items", attributes.likely},
                  {"objects", attributes.objects}};
    PsAttribute list[G_N_ELEMENTS(stated)];
    PsSample sample = {.attributes = list};
    for (size_t i = 0; i < G_N_ELEMENTS(stated); i++)
        if (stated[i].value != NULL)
            list[sample.n_attributes++] =
                (PsAttribute){(char *)stated[i].key, (char *)stated[i].value};
    g_autofree char *copy = g_strdup(answer);
    const PsResponse response = {.outcome = PS_OUTCOME_ANSWERED, .answer = copy};
    double stats[PS_METRIC_MAX_STATS] = {UNDEFINED, UNDEFINED};
    if (!fixture_metric(name)->score(&sample, &response, stats))
        stats[0] = stats[1] = UNDEFINED;
    cr_expect_eq(stats[0], part, "%s of \"%s\": %g", name, answer, stats[0]);
    cr_expect_eq(stats[1], whole, "%s of \"%s\": / %g", name, answer, stats[1]);
}

Test(items, rules_1_and_2_a_word_stands_for_its_first_item)
{
    expect("grounding", street, "Puppies and kittens by a bench", 1, 3);
    expect("amber_cover", street, "a puppy", 1, 3);
    expect("amber_cog", street, "a kitten", 1, 2);
}

Test(items, rule_3_the_longest_item_counts_once)
{
    expect("grounding", street, "hot dogs", 1, 1);
    expect("grounding", street, "a dog house", 0, 1);
    expect("amber_cover", street, "two hot dogs", 1, 3);
    expect("grounding", street, "TRAFFIC LIGHTS, traffic, light", 1, 1);
    expect("grounding", street, "trees and clouds", 0, 0);
}

Test(items, rule_4_every_mention_counts_negated_or_not)
{
    expect("grounding", street, "a dog, a dog, no cat", 2, 3);
    expect("amber_chair", street, "a dog, a dog, no cat", 1, 3);
}

Test(items, rule_5_the_other_measures)
{
    expect("amber_cover", street, "a dog and a puppy at a traffic light", 2, 3);
    expect("amber_hal", street, "a dog and a bench", 1, 1);
    expect("amber_hal", street, "a dog", 0, 1);
    expect("amber_cog", street, "cars and cats and cars", 2, 2);
}

Test(items, rule_6_what_is_not_stated_is_not_defined)
{
    expect("grounding", (Attributes){NULL, "cat", "car"}, "a cat", UNDEFINED, UNDEFINED);
    expect("grounding", (Attributes){"dog", NULL, NULL}, "a dog", UNDEFINED, UNDEFINED);
    expect("amber_hal", (Attributes){"dog", NULL, NULL}, "a dog", UNDEFINED, UNDEFINED);
    expect("amber_cover", (Attributes){"dog", NULL, NULL}, "a dog", 1, 1);
    expect("amber_cover", (Attributes){"", NULL, "dog"}, "a dog", UNDEFINED, UNDEFINED);
    expect("grounding", (Attributes){"", NULL, "dog"}, "a dog", 0, 1);
    expect("amber_cog", (Attributes){"dog", NULL, "cat"}, "a cat", UNDEFINED, UNDEFINED);
}
