#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "docvqa", "docvqa.json");
}

Test(docvqa, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "{\"info\": 1, \"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": "
        "\"a.png\", \"ucsf_document_id\": \"d1\", \"answers\": [\"1/8/93\", \"1/8/93\", 7], "
        "\"question_types\": [\"form\"]}, {\"questionId\": \"x\", \"question\": \"Who?\", "
        "\"image\": \"a.png\", \"answers\": [\"me\"]}]}",
        -1);
    import_expect(
        &import,
        "{\"id\":\"49\",\"parts\":[" A_PART ",{\"text\":\"Date?\"}],\"references\":[\"1/8/"
        "93\",\"7\"],\"cluster\":\"d1\",\"attributes\":{\"question_type\":\"form\"}}\n"
        "{\"id\":\"x\",\"parts\":[" A_PART
        ",{\"text\":\"Who?\"}],\"references\":[\"me\"],\"cluster\":\"a.png\"}\n");
}

Test(docvqa, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"data\": [{\"questionId\": 1, ", "docvqa.json: "},
        {"[]", "docvqa.json: data: is not a list"},
        {"{\"data\": {}}", "docvqa.json: data: is not a list"},
        {"{\"data\": [1]}", "docvqa.json: data[0]: has no \"questionId\""},
        {"{\"data\": [{\"questionId\": 1, \"image\": \"a.png\", \"question\": \"?\", "
         "\"answers\": []}]}",
         "docvqa.json: data[0]: \"answers\" holds no accepted answer"},
        {"{\"data\": [{\"questionId\": 1, \"image\": \"a.png\", \"question\": \"?\", "
         "\"answers\": [\"a\", {}]}]}",
         "docvqa.json: data[0]: \"answers\" holds no accepted answer"},
        {"{\"data\": [{\"questionId\": 1, \"image\": \"a.png\", \"question\": true, "
         "\"answers\": [\"a\"]}]}",
         "docvqa.json: data[0]: has no \"question\""},
        {"{\"data\": [{\"questionId\": 1, \"image\": \"a.png\", \"question\": \""
         "\xff\xfe"
         "\", \"answers\": [\"a\"]}]}",
         "UTF-8"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": \"../a.png\", "
         "\"answers\": [\"x\"]}]}",
         "docvqa.json: data[0]: \"../a.png\" is not a path below"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": "
         "\"/etc/hostname\", \"answers\": [\"x\"]}]}",
         "docvqa.json: data[0]: \"/etc/hostname\" is not a path below"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": "
         "\"https://example.org/a.png\", \"answers\": [\"x\"]}]}",
         "https://example.org/a.png: is no file below"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": \"none.png\", "
         "\"answers\": [\"x\"]}]}",
         "none.png: is no file below"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": \"page.html\", "
         "\"answers\": [\"x\"]}]}",
         "docvqa.json: data[0]: page.html: is no kind of medium"},
        {"{\"data\": [{\"questionId\": 49, \"question\": \"Date?\", \"image\": \"huge.png\", "
         "\"answers\": [\"x\"]}]}",
         "docvqa.json: data[0]: huge.png: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(docvqa, more_answers_than_a_row_may_have_are_refused)
{
    g_auto(Import) import;
    g_autoptr(GString) text =
        g_string_new("{\"data\": [{\"questionId\": 1, \"image\": \"a.png\", "
                     "\"question\": \"?\", \"answers\": [0");
    begin(&import);
    for (int i = 1; i < 20000; i++)
        g_string_append_printf(text, ",%d", i);
    g_string_append(text, "]}]}");
    import_expect_text_refused(
        &import, text->str,
        "docvqa.json: data[0]: sample \"1\": \"references\" has more than 1000 entries");
}
