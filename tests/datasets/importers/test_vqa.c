#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "vqa", "textvqa.json");
    import_write(import, "a.jpg", PNG_BYTES, -1);
    import_write_zeros(import, "huge.jpg", (gint64)(256u << 20) + 1);
}

Test(vqa, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "{\"data\": [{\"question_id\": 5, \"image_id\": \"a\", \"question\": \"Which "
                 "word?\", \"answers\": [\"stop\", \"stop\", \"STOP\"]}]}",
                 -1);
    import_expect(&import,
                  "{\"id\":\"5\",\"parts\":[" A_PART ",{\"text\":\"Which "
                  "word?\"}],\"references\":[\"stop\",\"stop\",\"STOP\"],\"cluster\":\"a\"}\n");
}

Test(vqa, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"{\"data\": [", "textvqa.json: "},
        {"{\"questions\": []}", "textvqa.json: data: is not a list"},
        {"{\"data\": [{\"image_id\": \"a\", \"question\": \"?\", \"answers\": [\"a\"]}]}",
         "textvqa.json: data[0]: has no \"question_id\""},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"a\", \"question\": \"?\"}]}",
         "textvqa.json: data[0]: has no list of answers"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"a\", \"question\": \"?\", "
         "\"answers\": []}]}",
         "textvqa.json: data[0]: has no list of answers"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"a\", \"question\": \"?\", "
         "\"answers\": [1]}]}",
         "textvqa.json: data[0]: an answer is no text"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"a\", \"question\": \""
         "\xff\xfe"
         "\", \"answers\": [\"a\"]}]}",
         "UTF-8"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"../a\", \"question\": \"?\", "
         "\"answers\": [\"a\"]}]}",
         "textvqa.json: data[0]: \"../a.jpg\" is not a path below"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"/a\", \"question\": \"?\", "
         "\"answers\": [\"a\"]}]}",
         "textvqa.json: data[0]: \"/a.jpg\" is not a path below"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"http://x/a\", \"question\": \"?\", "
         "\"answers\": [\"a\"]}]}",
         "a.jpg: is no file below"},
        {"{\"data\": [{\"question_id\": 5, \"image_id\": \"huge\", \"question\": \"?\", "
         "\"answers\": [\"a\"]}]}",
         "textvqa.json: data[0]: huge.jpg: 268435457 bytes are no medium"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

#define QUESTIONS(image)                                                                       \
    "{\"questions\": [{\"image_id\": " image                                                   \
    ", \"question\": \"How many?\", \"question_id\": 420}]}"
#define ANSWERS                                                                                \
    "{\"question_id\": 420, \"question_type\": \"how many\", \"answer_type\": \"number\", "    \
    "\"answers\": [{\"answer\": \"2\"}, {\"answer\": \"2\"}, {\"answer\": \"two\"}]}"

static void begin_second(Import *import, const char *questions, const char *annotations)
{
    import_init(import, "vqa", "v2_mscoco_train2014_questions.json");
    import->annotations = "annotations.json";
    import_write(import, import->source, questions, -1);
    import_write(import, import->annotations, annotations, -1);
    import_write(import, "COCO_train2014_000000000042.jpg", PNG_BYTES, -1);
}

Test(vqa, answers_of_another_file_are_joined_one_reference_a_person)
{
    g_auto(Import) import;
    begin_second(&import, QUESTIONS("42"), "{\"annotations\": [" ANSWERS "]}");
    import_expect(
        &import,
        "{\"id\":\"420\",\"parts\":[" A_PART ",{\"text\":\"How "
        "many?\"}],\"references\":[\"2\",\"2\",\"two\"],\"cluster\":\"42\",\"attributes\":{"
        "\"question_type\":\"how many\",\"answer_type\":\"number\"}}\n");
}

Test(vqa, a_second_annotation_of_a_question_is_told)
{
    g_auto(Import) import;
    begin_second(&import, QUESTIONS("42"), "{\"annotations\": [" ANSWERS "," ANSWERS "]}");
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect(g_str_has_prefix(import.notes, "1 records belong to none that was imported"));
    cr_expect(g_str_has_suffix(import.notes, "annotations[1]\n"));
}

static void
expect_second_refused(const char *questions, const char *annotations, const char *wanted)
{
    g_auto(Import) import;
    begin_second(&import, questions, annotations);
    import_expect_refused(&import, wanted);
}

Test(vqa, annotations_that_do_not_belong_are_refused)
{
    const char *good = "{\"annotations\": [" ANSWERS "]}";
    expect_second_refused(QUESTIONS("42"),
                          "{\"annotations\": [" ANSWERS ", {\"answers\": []}]}",
                          "annotations.json: annotations[1]: has no \"question_id\"");
    expect_second_refused(QUESTIONS("42"), "{\"annotations\": []}",
                          "questions[0]: question 420 has no annotation");
    expect_second_refused(QUESTIONS("42"), "{\"annotations\": [{\"question_id\": 420",
                          "annotations.json: ");
    expect_second_refused(QUESTIONS("\"42x\""), good, "its image_id is \"42x\", not a number");
    expect_second_refused(QUESTIONS("43"), good,
                          "COCO_train2014_000000000043.jpg: is no file below");
}
