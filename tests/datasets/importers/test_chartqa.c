#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "chartqa", "test_human.json");
    import_write(import, "png/a.png", PNG_BYTES, -1);
    import_write(import, "png/b.png", PNG_BYTES "!", -1);
    import_write(import, "png/page.html", "<p>", -1);
    import_write_zeros(import, "png/huge.png", (gint64)(256u << 20) + 1);
}

Test(chartqa, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "[{\"imgname\": \"a.png\", \"query\": \"Largest?\", \"label\": \"14\"}, "
                 "{\"imgname\": \"b.png\", \"query\": \"Least?\", \"label\": 3}]",
                 -1);
    import_expect(&import, "{\"id\":\"human-0\",\"parts\":[" A_PART
                           ",{\"text\":\"Largest?\"}],\"references\":[\"14\"],\"cluster\":\"a."
                           "png\",\"attributes\":{\"written_by\":\"human\"}}\n"
                           "{\"id\":\"human-1\",\"parts\":[" B_PART
                           ",{\"text\":\"Least?\"}],\"references\":[\"3\"],\"cluster\":\"b."
                           "png\",\"attributes\":{\"written_by\":\"human\"}}\n");
}

Test(chartqa, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"[{\"imgname\": \"a.png\", \"query\"", "test_human.json: "},
        {"{\"a\": []}", "test_human.json: is not a list"},
        {"[{\"imgname\": 1, \"query\": \"?\"}]", "test_human.json[0]: has no \"label\""},
        {"[{\"query\": \"?\", \"label\": \"1\"}]", "test_human.json[0]: has no \"imgname\""},
        {"[{\"imgname\": \"a.png\", \"query\": \"?\", \"label\": [\"1\"]}]",
         "test_human.json[0]: has no \"label\""},
        {"[{\"imgname\": \"a.png\", \"query\": \""
         "\xff\xfe"
         "\", \"label\": \"1\"}]",
         "UTF-8"},
        {"[{\"imgname\": \"../a.png\", \"query\": \"Largest?\", \"label\": \"14\"}]",
         "test_human.json[0]: \"../a.png\" is not a path below"},
        {"[{\"imgname\": \"/etc/hostname\", \"query\": \"Largest?\", \"label\": \"14\"}]",
         "test_human.json[0]: \"/etc/hostname\" is not a path below"},
        {"[{\"imgname\": \"https://example.org/a.png\", \"query\": \"Largest?\", \"label\": "
         "\"14\"}]",
         "https://example.org/a.png: is no file below"},
        {"[{\"imgname\": \"none.png\", \"query\": \"Largest?\", \"label\": \"14\"}]",
         "none.png: is no file below"},
        {"[{\"imgname\": \"page.html\", \"query\": \"Largest?\", \"label\": \"14\"}]",
         "test_human.json[0]: page.html: is no kind of medium"},
        {"[{\"imgname\": \"huge.png\", \"query\": \"Largest?\", \"label\": \"14\"}]",
         "test_human.json[0]: huge.png: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}
