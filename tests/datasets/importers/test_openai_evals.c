#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "openai_evals", "evals.jsonl");
}

Test(openai_evals, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"input\": [{\"role\": \"system\", \"content\": \"Be brief.\"}, {\"role\": "
                 "\"user\", \"content\": \"2+2?\"}, {\"role\": \"assistant\", \"content\": "
                 "\"4\"}], \"ideal\": [\"4\", \"four\"]}\n"
                 "{\"id\": \"x\", \"input\": \"Hm?\", \"ideal\": \"Hm.\"}\n",
                 -1);
    import_expect(&import,
                  "{\"id\":\"sample-0\",\"parts\":[{\"text\":\"Be "
                  "brief.\\n\\n2+2?\\n\\nAssistant: 4\"}],\"references\":[\"4\",\"four\"]}\n"
                  "{\"id\":\"x\",\"parts\":[{\"text\":\"Hm?\"}],\"references\":[\"Hm.\"]}\n");
}

Test(openai_evals, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"input\": \"a\", \"ide", "evals.jsonl:1: malformed JSON"},
        {"{\"ideal\": \"a\"}", "evals.jsonl:1: has no \"input\""},
        {"{\"input\": 3, \"ideal\": \"a\"}", "evals.jsonl:1: has no \"input\""},
        {"{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}], "
         "\"ideal\": \"a\"}",
         "evals.jsonl:1: a message of its input has a content that is no text"},
        {"{\"input\": \"a\"}", "evals.jsonl:1: \"ideal\" holds no accepted answer"},
        {"{\"input\": \"a\", \"ideal\": []}",
         "evals.jsonl:1: \"ideal\" holds no accepted answer"},
        {"{\"input\": \""
         "\xff\xfe"
         "\", \"ideal\": \"a\"}",
         "evals.jsonl:1: invalid UTF-8"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(openai_evals, a_line_beyond_the_bound_is_refused)
{
    g_auto(Import) import;
    begin(&import);
    import_write_zeros(&import, import.source, (gint64)PS_IMPORT_RECORD_MOST + 1);
    import_expect_refused(&import, "evals.jsonl:1: is longer than 268435456 bytes");
}
