#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "lmms_eval", "log.jsonl");
}

Test(lmms_eval, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"doc_id\": 0, \"doc\": {\"question\": \"2 + 2?\"}, \"target\": \"4\", "
                 "\"filtered_resps\": [\"4\"], \"resps\": [[\"4.\"]]}\n"
                 "{\"doc_id\": 1, \"input\": \"Capital?\", \"target\": [\"Paris\", \"paris\"], "
                 "\"resps\": [[\"London\"]]}\n",
                 -1);
    import_expect(&import,
                  "{\"id\":\"0\",\"parts\":[{\"text\":\"2 + 2?\"}],\"references\":[\"4\"]}\n"
                  "{\"id\":\"1\",\"parts\":[{\"text\":\"Capital?\"}],\"references\":[\"Paris\","
                  "\"paris\"]}\n");
}

Test(lmms_eval, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"doc_id\": 0, \"input\": \"a\", \"tar", "log.jsonl:1: malformed JSON"},
        {"{\"input\": \"a\", \"target\": \"b\"}", "log.jsonl:1: has no \"doc_id\""},
        {"{\"doc_id\": 0, \"target\": \"b\"}",
         "log.jsonl:1: has neither \"input\" nor a \"question\" in \"doc\""},
        {"{\"doc_id\": 0, \"input\": \"a\", \"target\": {}}",
         "log.jsonl:1: \"target\" holds no accepted answer"},
        {"{\"doc_id\": 0, \"input\": \"a\"}",
         "log.jsonl:1: \"target\" holds no accepted answer"},
        {"{\"doc_id\": 0, \"input\": \"\", \"target\": \"b\"}",
         "log.jsonl:1: it has neither text nor media"},
        {"{\"doc_id\": 0, \"input\": \""
         "\xff\xfe"
         "\", \"target\": \"b\"}",
         "log.jsonl:1: invalid UTF-8"},
        {"{\"doc_id\": 0, \"input\": \"a\", \"target\": \"b\"}\n"
         "{\"doc_id\": 0, \"input\": \"a\", \"target\": \"b\"}",
         "log.jsonl:2: its id \"0\" is that of an earlier one"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(lmms_eval, a_line_beyond_the_bound_is_refused)
{
    g_auto(Import) import;
    begin(&import);
    import_write_zeros(&import, import.source, (gint64)PS_IMPORT_RECORD_MOST + 1);
    import_expect_refused(&import, "log.jsonl:1: is longer than 268435456 bytes");
}

Test(lmms_eval, what_the_system_answered_is_kept_filtered_first)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "{\"doc_id\": 0, \"input\": \"a\", \"target\": \"4\", \"filtered_resps\": [\"4\"], "
        "\"resps\": [[\"4.\"]]}\n"
        "{\"doc_id\": 1, \"input\": \"b\", \"target\": \"5\", \"resps\": [[\"six\"]]}\n"
        "{\"doc_id\": 2, \"input\": \"c\", \"target\": \"5\"}\n",
        -1);
    g_autofree char *rows = import_run(&import, NULL), *answers = NULL;
    g_autofree char *path = fixture_path(&import.files, "out/predictions.jsonl");
    cr_assert(rows && g_file_get_contents(path, &answers, NULL, NULL));
    cr_expect_str_eq(answers,
                     "{\"id\":\"0\",\"answer\":\"4\"}\n{\"id\":\"1\",\"answer\":\"six\"}\n");
}
