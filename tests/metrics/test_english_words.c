#include "metrics/shared/english_words.h"

#include <criterion/criterion.h>

static void expect_words(const char *text, const char *expected)
{
    g_autoptr(GPtrArray) words = ps_english_words(text);
    g_ptr_array_add(words, NULL);
    g_autofree char *joined = g_strjoinv("|", (char **)words->pdata);
    cr_expect_str_eq(joined, expected, "\"%s\" is %s", text, joined);
}

static void expect_singular(const char *word, const char *expected)
{
    g_autofree char *singular = ps_english_singular(word);
    cr_expect_str_eq(singular, expected, "%s is %s", word, singular);
}

Test(english_words, rule_1_white_space_separates)
{
    expect_words("  A DOG\tand\n cat ", "a|dog|and|cat");
    expect_words("", "");
    expect_words("CAFÉ", "café");
}

Test(english_words, rule_2_marks_are_words_of_their_own)
{
    expect_words("dog, cat. (bird)!", "dog|,|cat|.|(|bird|)|!");
    expect_words("a 1,5 at 3:4", "a|1,5|at|3:4");
    expect_words("dog.cat is u.s.", "dog.cat|i|u.|.");
    expect_words("dog.\" end", "dog|.|\"|end");
    expect_words("dog... cat--bird", "dog|...|cat|--|bird");
    expect_words("hot-dog", "hot-dog");
    expect_words("“dog” 不", "“|dog|”|不");
}

Test(english_words, rule_3_endings_behind_an_apostrophe_are_cut_off)
{
    expect_words("the man's dogs' toys", "the|man|'|dog|'|toy");
    expect_words("we'll see, it's", "we|'ll|see|,|it|'");
    expect_words("dog’s ball", "dog|’||ball");
}

Test(english_words, rules_4_and_5_plurals_become_singular)
{
    expect_singular("women", "woman");
    expect_singular("grandchildren", "grandchild");
    expect_singular("people", "person");
    expect_singular("puppies", "puppy");
    expect_singular("doggies", "doggies");
    expect_singular("knives", "knife");
    expect_singular("calves", "calf");
    expect_singular("scarves", "scarf");
    expect_singular("stoves", "stove");
    expect_singular("locomotives", "locomotive");
    expect_singular("leaves", "leaf");
    expect_singular("benches", "bench");
    expect_singular("toothbrushes", "toothbrush");
    expect_singular("buses", "bus");
    expect_singular("vases", "vase");
    expect_singular("sheep", "sheep");
    expect_singular("scissors", "scissors");
}

Test(english_words, rule_6_a_singular_in_s_loses_it)
{
    expect_singular("bus", "bu");
    expect_singular("glass", "glas");
    expect_singular("s", "");
}
