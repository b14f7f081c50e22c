#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "pope", "coco_pope_popular.json");
}

Test(pope, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"question_id\": 1, \"image\": \"a.png\", \"text\": \"Is there a dog?\", "
                 "\"label\": \"yes\"}\n"
                 "\n"
                 "{\"question_id\": 2, \"image\": \"b c.png\", \"text\": \"A car?\", "
                 "\"label\": \"no\"}\n",
                 -1);
    import_expect(&import,
                  "{\"id\":\"1\",\"parts\":[" A_PART ",{\"text\":\"Is there a "
                  "dog?\"}],\"references\":[\"yes\"],\"cluster\":\"a.png\",\"attributes\":{"
                  "\"sampling\":\"popular\",\"present\":\"yes\"}}\n"
                  "{\"id\":\"2\",\"parts\":[" B_PART
                  ",{\"text\":\"A car?\"}],\"references\":[\"no\"],\"cluster\":\"b "
                  "c.png\",\"attributes\":{\"sampling\":\"popular\",\"present\":\"no\"}}\n");
}

Test(pope, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"question_id\": 1, \"image\": \"a.png\"",
         "coco_pope_popular.json:1: malformed JSON"},
        {"[1]\n", "coco_pope_popular.json:1: has no \"question_id\""},
        {"{\"question_id\": [1], \"image\": \"a.png\", \"text\": \"Dog?\", \"label\": \"yes\"}",
         "coco_pope_popular.json:1: has no \"question_id\""},
        {"{\"question_id\": 1, \"image\": \"a.png\", \"text\": \"Dog?\", \"label\": \"maybe\"}",
         "coco_pope_popular.json:1: its label is \"maybe\", not yes or no"},
        {"{\"question_id\": 1, \"image\": \"a.png\", \"text\": \""
         "\xff\xfe"
         "\", \"label\": \"yes\"}",
         "coco_pope_popular.json:1: invalid UTF-8"},
        {"{\"question_id\": 1, \"image\": \"a.png\", \"text\": \"Dog?\", \"label\": \"yes\"}\n"
         "{\"question_id\": 1, \"image\": \"a.png\", \"text\": \"Dog?\", \"label\": \"yes\"}\n",
         "coco_pope_popular.json:2: its id \"1\" is that of an earlier one"},
        {"\n", "nothing in it could be imported"},
        {"{\"question_id\": 1, \"image\": \"../a.png\", \"text\": \"Dog?\", \"label\": "
         "\"yes\"}\n",
         "coco_pope_popular.json:1: \"../a.png\" is not a path below"},
        {"{\"question_id\": 1, \"image\": \"/etc/hostname\", \"text\": \"Dog?\", \"label\": "
         "\"yes\"}\n",
         "coco_pope_popular.json:1: \"/etc/hostname\" is not a path below"},
        {"{\"question_id\": 1, \"image\": \"https://example.org/a.png\", \"text\": \"Dog?\", "
         "\"label\": \"yes\"}\n",
         "https://example.org/a.png: is no file below"},
        {"{\"question_id\": 1, \"image\": \"none.png\", \"text\": \"Dog?\", \"label\": "
         "\"yes\"}\n",
         "none.png: is no file below"},
        {"{\"question_id\": 1, \"image\": \"page.html\", \"text\": \"Dog?\", \"label\": "
         "\"yes\"}\n",
         "coco_pope_popular.json:1: page.html: is no kind of medium"},
        {"{\"question_id\": 1, \"image\": \"huge.png\", \"text\": \"Dog?\", \"label\": "
         "\"yes\"}\n",
         "coco_pope_popular.json:1: huge.png: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(pope, a_line_beyond_the_bound_is_refused)
{
    g_auto(Import) import;
    begin(&import);
    import_write_zeros(&import, import.source, (gint64)PS_IMPORT_RECORD_MOST + 1);
    import_expect_refused(&import, "coco_pope_popular.json:1: is longer than 268435456 bytes");
}

Test(pope, asked_to_the_rest_is_imported_and_what_is_left_out_is_counted)
{
    g_auto(Import) import;
    begin(&import);
    import.with_unknown = true;
    import_write(
        &import, import.source,
        "{\"question_id\": 1}\n{\"question_id\": 2, \"image\": \"a.png\", \"text\": \"T\", "
        "\"label\": \"no\"}\nnot JSON\n",
        -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect(g_str_has_prefix(rows, "{\"id\":\"2\""));
    cr_expect_eq(import.n_unknown, 2);
}
