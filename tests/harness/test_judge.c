#include "harness/judge.h"

#include <criterion/criterion.h>
#include <string.h>

static char model[] = "openai/judge", rubric[] = "Is it right?";
static const PsJudge judge = {.model = model, .rubric = rubric, .least = 1, .most = 5};

static void expect_rating(const char *reply, int expected)
{
    int rating = -1;
    cr_expect(ps_judge_read_rating(&judge, reply, &rating), "\"%s\"", reply);
    cr_expect_eq(rating, expected, "\"%s\" is %d", reply, rating);
}

static void expect_failure(const char *reply)
{
    int rating;
    cr_expect_not(ps_judge_read_rating(&judge, reply, &rating), "\"%s\"", reply);
}

Test(judge, rule_1_the_prompt_holds_rubric_and_scale)
{
    g_autofree char *prompt = ps_judge_prompt(&judge);
    cr_expect(g_str_has_prefix(prompt, "Is it right?\n"));
    cr_expect_not_null(strstr(prompt, "from 1 (worst) to 5 (best)"));
}

Test(judge, rule_2_a_number_of_the_scale_is_a_rating)
{
    expect_rating("4", 4);
    expect_rating(" **5**.\n", 5);
    expect_rating("3/5", 3);
    expect_rating("It misses the date.\nRating: 2", 2);
    expect_rating("Good.\n\n**Rating:** 4 / 5\n", 4);
    expect_rating("{\"rating\": 1}", 1);
}

Test(judge, rule_3_anything_else_is_a_failure)
{
    expect_failure("");
    expect_failure("6");
    expect_failure("0");
    expect_failure("3.5");
    expect_failure("3/10");
    expect_failure("four");
    expect_failure("I would say 4 or 5");
    expect_failure("Rating: 4\nBut see above: 2 mistakes");
    expect_failure("Rating: 4 or 5");
    expect_failure("99999999999999999999");
    expect_failure(":");
}

static PsSample *sample_of(const char *json)
{
    g_autoptr(GError) error = NULL;
    PsSample *sample = ps_sample_from_json(json, strlen(json), &error);
    cr_assert_not_null(sample, "%s", error ? error->message : "");
    return sample;
}

Test(judge, the_question_holds_texts_references_and_answer)
{
    g_autoptr(PsSample) sample =
        sample_of("{\"id\":\"a\",\"parts\":[{\"image\":\"x.png\"},{\"text\":\"What?\"}],"
                  "\"references\":[\"a dog\",\"dog\"]}");
    g_autofree char *question = ps_judge_question("Be brief.", sample, "a cat");
    cr_expect_str_eq(question, "Question:\nBe brief.\n(image)\nWhat?\n\nAccepted answers:\n"
                               "- a dog\n- dog\n\nAnswer to rate:\na cat\n");
}

Test(judge, rule_4_the_key_is_of_the_content)
{
    uint8_t key[16], same[16], other[16];
    PsJudge strict = judge;
    strict.most = 4;
    ps_judge_key(&judge, "q", key);
    ps_judge_key(&judge, "q", same);
    cr_expect_arr_eq(key, same, sizeof key);
    ps_judge_key(&judge, "r", other);
    cr_expect_arr_neq(key, other, sizeof key);
    ps_judge_key(&strict, "q", other);
    cr_expect_arr_neq(key, other, sizeof key);
}
