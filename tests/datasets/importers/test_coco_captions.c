#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "coco_captions", "captions.json");
}

Test(coco_captions, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "{\"annotations\": [{\"image_id\": 7, \"caption\": \"A dog.\"}, {\"image_id\": \"8\", "
        "\"caption\": \"B.\"}, {\"image_id\": 7, \"caption\": \"Dogs.\"}], \"images\": "
        "[{\"id\": 7, \"file_name\": \"a.png\"}, {\"id\": 8, \"file_name\": \"b c.png\"}]}",
        -1);
    import_expect(&import, "{\"id\":\"7\",\"parts\":[" A_PART
                           "],\"references\":[\"A dog.\",\"Dogs.\"]}\n"
                           "{\"id\":\"8\",\"parts\":[" B_PART "],\"references\":[\"B.\"]}\n");
}

Test(coco_captions, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
         "[{\"image_id\": 7",
         "captions.json: "},
        {"{\"images\": []}", "captions.json: annotations: is not a list"},
        {"{\"images\": {}, \"annotations\": [{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images: is not a list"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A.\"}, {\"caption\": \"B.\"}]}",
         "captions.json: annotations[1]: has no \"image_id\""},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": [3]}",
         "captions.json: annotations[0]: has no \"image_id\""},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": null}]}",
         "captions.json: images[0]: has no \"caption\""},
        {"{\"images\": [{\"id\": 9, \"file_name\": \"a.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: picture 9 has no caption"},
        {"{\"images\": [{\"file_name\": \"a.png\"}], \"annotations\": [{\"image_id\": 7, "
         "\"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: has no \"id\""},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \""
         "\xff\xfe"
         "\"}]}",
         "UTF-8"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"../a.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: \"../a.png\" is not a path below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"/etc/hostname\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: \"/etc/hostname\" is not a path below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"https://example.org/a.png\"}], "
         "\"annotations\": [{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "https://example.org/a.png: is no file below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"none.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "none.png: is no file below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"page.html\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: page.html: is no kind of medium"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"huge.png\"}], \"annotations\": "
         "[{\"image_id\": 7, \"caption\": \"A dog.\"}]}",
         "captions.json: images[0]: huge.png: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(coco_captions, a_record_that_belongs_to_none_is_told)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
                 "[{\"image_id\": 7, \"caption\": \"A.\"}, {\"image_id\": 9, \"caption\": "
                 "\"B.\"}, {\"image_id\": 1, \"caption\": \"C.\"}]}",
                 -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    g_autofree char *wanted = g_strdup_printf("2 records belong to none that was imported, the "
                                              "first is %s/captions.json: annotations[1]\n",
                                              import.files.dir);
    cr_expect_str_eq(import.notes, wanted);
}

Test(coco_captions, a_record_without_its_key_is_left_out_only_if_asked)
{
    g_auto(Import) import;
    begin(&import);
    import.with_unknown = true;
    import_write(&import, import.source,
                 "{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"annotations\": "
                 "[{\"image_id\": 7, \"caption\": \"A.\"}, {\"caption\": \"B.\"}]}",
                 -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect_eq(import.n_unknown, 1);
    cr_expect_str_eq(import.notes, "");
}
