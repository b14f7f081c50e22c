#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "coco_instances", "instances.json");
}

Test(coco_instances, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
        "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
        "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}, {\"image_id\": 7, "
        "\"category_id\": 18, \"bbox\": [0, 0, 32, 32], \"area\": 900, \"iscrowd\": 1}]}",
        -1);
    import_expect(
        &import,
        "{\"id\":\"7\",\"parts\":[" A_PART
        "],\"references\":[\"{\\\"label\\\":\\\"dog\\\",\\\"box\\\":[1,2,10.5,9],\\\"area\\\":"
        "80.5}\",\"{\\\"label\\\":\\\"dog\\\",\\\"box\\\":[0,0,32,32],\\\"area\\\":900,"
        "\\\"crowd\\\":true}\"],\"attributes\":{\"objects\":\"dog\"}}\n");
}

Test(coco_instances, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 8",
         "instances.json: "},
        {"{\"images\": [], \"annotations\": []}", "instances.json: categories: is not a list"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}, {\"category_id\": 18, "
         "\"bbox\": [1, 2, 3, 4]}]}",
         "instances.json: annotations[1]: has no \"image_id\""},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"name\": "
         "\"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, \"bbox\": [1, 2, "
         "10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: categories[0]: has no \"id\""},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": "
         "18}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, \"bbox\": [1, 2, "
         "10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: category 18 has no name"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 19, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: category 19 has no name"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: a bbox is not four numbers"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, \"9\"], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: a bbox is not four numbers"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": {\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4}, \"area\": 80.5, \"iscrowd\": "
         "0}]}",
         "instances.json: images[0]: a bbox is not four numbers"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
         "\"name\": \""
         "\xff\xfe"
         "\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, \"bbox\": [1, 2, "
         "10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "UTF-8"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"../a.png\"}], \"categories\": [{\"id\": "
         "18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: \"../a.png\" is not a path below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"/etc/hostname\"}], \"categories\": "
         "[{\"id\": 18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, "
         "\"category_id\": 18, \"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: \"/etc/hostname\" is not a path below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"https://example.org/a.png\"}], "
         "\"categories\": [{\"id\": 18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": "
         "7, \"category_id\": 18, \"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "https://example.org/a.png: is no file below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"none.png\"}], \"categories\": [{\"id\": "
         "18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "none.png: is no file below"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"page.html\"}], \"categories\": [{\"id\": "
         "18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: page.html: is no kind of medium"},
        {"{\"images\": [{\"id\": 7, \"file_name\": \"huge.png\"}], \"categories\": [{\"id\": "
         "18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
         "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
         "instances.json: images[0]: huge.png: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(coco_instances, a_record_that_belongs_to_none_is_told)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": "
                 "[{\"id\": 18, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, "
                 "\"category_id\": 18, \"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": "
                 "0}, {\"image_id\": 9, \"category_id\": 18, \"bbox\": [1, 2, 10.5, 9], "
                 "\"area\": 80.5, \"iscrowd\": 0}, {\"image_id\": 1, \"category_id\": 18, "
                 "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}]}",
                 -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    g_autofree char *wanted = g_strdup_printf("2 records belong to none that was imported, the "
                                              "first is %s/instances.json: annotations[1]\n",
                                              import.files.dir);
    cr_expect_str_eq(import.notes, wanted);
}

Test(coco_instances, a_record_without_its_key_is_left_out_only_if_asked)
{
    g_auto(Import) import;
    begin(&import);
    import.with_unknown = true;
    import_write(
        &import, import.source,
        "{\"images\": [{\"id\": 7, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 18, "
        "\"name\": \"dog\"}], \"annotations\": [{\"image_id\": 7, \"category_id\": 18, "
        "\"bbox\": [1, 2, 10.5, 9], \"area\": 80.5, \"iscrowd\": 0}, {\"category_id\": 18}]}",
        -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect_eq(import.n_unknown, 1);
    cr_expect_str_eq(import.notes, "");
}
