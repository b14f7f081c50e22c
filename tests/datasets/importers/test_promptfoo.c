#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "promptfoo", "promptfooconfig.yaml");
}

Test(promptfoo, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "prompts:\n"
        "  - \"Translate to {{ language }}: {{text}}\"\n"
        "  - \"{{text}} in {{language}}?\"\n"
        "defaultTest:\n"
        "  vars: {language: French}\n"
        "tests:\n"
        "  - vars: {text: cat}\n"
        "    assert: [{type: equals, value: chat}]\n"
        "  - description: d\n"
        "    vars: {text: dog, language: German, right: Hund}\n"
        "    assert: [{type: equals, value: \"{{right}}\"}, {type: equals, value: Hund}]\n",
        -1);
    import_expect(&import,
                  "{\"id\":\"test-0-prompt-1\",\"parts\":[{\"text\":\"Translate to French: "
                  "cat\"}],\"references\":[\"chat\"],\"cluster\":\"test-0\"}\n"
                  "{\"id\":\"test-0-prompt-2\",\"parts\":[{\"text\":\"cat in "
                  "French?\"}],\"references\":[\"chat\"],\"cluster\":\"test-0\"}\n"
                  "{\"id\":\"test-1-prompt-1\",\"parts\":[{\"text\":\"Translate to German: "
                  "dog\"}],\"references\":[\"Hund\"],\"cluster\":\"test-1\",\"attributes\":{"
                  "\"description\":\"d\"}}\n"
                  "{\"id\":\"test-1-prompt-2\",\"parts\":[{\"text\":\"dog in "
                  "German?\"}],\"references\":[\"Hund\"],\"cluster\":\"test-1\",\"attributes\":"
                  "{\"description\":\"d\"}}\n");
}

Test(promptfoo, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{ty\"",
         "promptfooconfig.yaml:"},
        {"tests: file://more.yaml\n", "promptfooconfig.yaml: has no list of tests"},
        {"[]", "nothing in it could be imported"},
        {"- 3\n", "promptfooconfig.yaml: tests[0]: is no test"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [3]\n",
         "promptfooconfig.yaml: tests[0]: an assertion has no type"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals}]\n",
         "promptfooconfig.yaml: tests[0]: its assertion \"equals\" has no text as its value"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: [a, b]}]\n",
         "promptfooconfig.yaml: tests[0]: its assertion \"equals\" has no text as its value"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: a}, {type: equals, value: b}]\n",
         "promptfooconfig.yaml: tests[0]: it has to equal both \"a\" and \"b\""},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: a}]\n"
         "defaultTest: {assert: [{type: equals, value: c}]}\n",
         "promptfooconfig.yaml: tests[0]: it has to equal both \"a\" and \"c\""},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: a}]\n"
         "defaultTest: {assert: [{type: llm-rubric, value: c}]}\n",
         "promptfooconfig.yaml: tests[0]: its assertion \"llm-rubric\" is not understood"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: file://a.txt}]\n",
         "promptfooconfig.yaml: tests[0]: the value of its \"equals\" is in another file"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: a, transform: output.trim()}]\n",
         "promptfooconfig.yaml: tests[0]: its \"equals\" has a transform"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: a}]\n"
         "    options: {transform: output.trim()}\n",
         "promptfooconfig.yaml: tests[0]: its option \"transform\" is not understood"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: [{type: equals, value: \"{{y}}\"}]\n",
         "promptfooconfig.yaml: tests[0]: its vars have no text \"y\""},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: []\n"
         "defaultTest: file://d.yaml\n",
         "promptfooconfig.yaml: its defaultTest is in another file"},
        {"prompts: [\"{{x}}?\"]\n"
         "tests:\n"
         "  - vars: {x: a}\n"
         "    assert: []\n"
         "scenarios: []\n",
         "promptfooconfig.yaml: has scenarios, which are not understood"},
        {"prompts: {a: b}\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: its prompts are neither a text nor a list"},
        {"prompts: [\"file://a.txt\"]\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: tests[0]: prompt 1 is in another file"},
        {"prompts: [\"prompts/a.txt\"]\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: tests[0]: prompt 1 is in another file"},
        {"prompts: [\"{{x | upper}}\"]\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: tests[0]: its vars have no text \"x | upper\""},
        {"prompts: [\"{% if x %}b{% endif %}\"]\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: tests[0]: a prompt has {% or {#"},
        {"prompts: [\"{{x\"]\n"
         "tests: [{vars: {x: a}}]",
         "promptfooconfig.yaml: tests[0]: a prompt has {{ without }}"},
        {"prompts: [\"{{x}}\"]\n"
         "tests: [{vars: {x: [a, b]}}]",
         "promptfooconfig.yaml: tests[0]: its var \"x\" is a list"},
        {"prompts: [\"{{x}}\"]\n"
         "tests: [{vars: {x: \"file://../x\"}}]",
         "promptfooconfig.yaml: tests[0]: its var \"x\" is in another file"},
        {"prompts: [\"{{x}}\"]\n"
         "tests: [{vars: {x: \"{{y}}\"}}]",
         "promptfooconfig.yaml: tests[0]: its var \"x\" is a template"},
        {"tests: [{assert: []}]", "promptfooconfig.yaml: tests[0]: has no vars"},
        {"tests: [{vars: {a: b}, <<: {c: d}}]",
         "promptfooconfig.yaml: a key that is no text, or <<"},
        {"tests: [{vars: {a: \""
         "\xff\xfe"
         "\"}}]",
         "UTF-8"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(promptfoo, an_assertion_that_states_no_answer_is_refused_by_name)
{
    static const char *const types[] = {"contains",
                                        "icontains",
                                        "contains-any",
                                        "contains-all",
                                        "icontains-any",
                                        "starts-with",
                                        "regex",
                                        "is-json",
                                        "contains-json",
                                        "javascript",
                                        "python",
                                        "similar",
                                        "levenshtein",
                                        "rouge-n",
                                        "bleu",
                                        "f-score",
                                        "llm-rubric",
                                        "factuality",
                                        "model-graded-closedqa",
                                        "cost",
                                        "latency",
                                        "assert-set",
                                        "not-equals",
                                        "not-contains",
                                        "webhook"};
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *text = g_strdup_printf(
            "tests: [{vars: {a: b}, assert: [{type: %s, value: c}]}]", types[i]);
        g_autofree char *wanted =
            g_strdup_printf("tests[0]: its assertion \"%s\" is not understood", types[i]);
        import_expect_text_refused(&import, text, wanted);
    }
}

Test(promptfoo, such_tests_are_left_out_if_asked_and_counted)
{
    g_auto(Import) import;
    begin(&import);
    import.with_unknown = true;
    import_write(&import, import.source,
                 "prompts: only {{x}}\n"
                 "tests:\n"
                 "  - {vars: {x: a}, assert: [{type: contains, value: a}]}\n"
                 "  - {vars: {x: b}, assert: [{type: equals, value: b}]}\n"
                 "  - {vars: {x: c}}\n",
                 -1);
    import_expect(&import, "{\"id\":\"test-1-prompt-1\",\"parts\":[{\"text\":\"only "
                           "b\"}],\"references\":[\"b\"],\"cluster\":\"test-1\"}\n"
                           "{\"id\":\"test-2-prompt-1\",\"parts\":[{\"text\":\"only "
                           "c\"}],\"references\":[],\"cluster\":\"test-2\"}\n");
    cr_expect_eq(import.n_unknown, 1);
}

Test(promptfoo, tests_may_be_lines)
{
    g_auto(Import) import;
    import_init(&import, "promptfoo", "tests.jsonl");
    import_write(
        &import, import.source,
        "{\"vars\": {\"q\": \"2+2?\"}, \"assert\": [{\"type\": \"equals\", \"value\": 4}]}\n",
        -1);
    import_expect(&import, "{\"id\":\"test-0\",\"parts\":[{\"text\":\"2+2?\"}],\"references\":["
                           "\"4\"],\"cluster\":\"test-0\"}\n");
}
