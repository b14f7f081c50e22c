#include "harness/error.h"
#include "harness/sample.h"

#include <criterion/criterion.h>
#include <string.h>

#define PARTS "\"parts\":[{\"text\":\"t\"}]"
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static PsSample *parse(const char *json)
{
    g_autoptr(GError) error = NULL;
    PsSample *sample = ps_sample_from_json(json, strlen(json), &error);
    cr_assert(sample, "%s: %s", json, error ? error->message : "no error");
    return sample;
}

// The row is refused as data, with a message that contains wanted.
static void expect_refused(const char *json, size_t length, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSample) sample = ps_sample_from_json(json, length, &error);
    cr_expect(!sample, "accepted: %.100s", json);
    cr_assert(error, "no error: %.100s", json);
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%.100s", json);
    cr_expect(strstr(error->message, wanted), "%.100s: %s", json, error->message);
}

Test(sample, every_member_of_a_row_is_read)
{
    g_autoptr(PsSample) sample = parse(
        "{\"id\":\"receipt-017-total\",\"parts\":[{\"image\":\"media/r.png\",\"sha256\":\"" HASH
        "\",\"media_type\":\"image/png\"},{\"text\":\"What is the total?\"}],"
        "\"references\":[\"12.40\",\"\xe2\x82\xac"
        "12.40\"],\"cluster\":\"receipt-017\","
        "\"attributes\":{\"page\":3,\"document\":\"receipt\"},\"source\":{\"x\":[1,null]}}");
    cr_expect_str_eq(sample->id, "receipt-017-total");
    cr_expect_str_eq(sample->cluster, "receipt-017");
    cr_assert_eq(sample->n_parts, 2);
    cr_expect(sample->parts[0].kind == PS_PART_IMAGE);
    cr_expect_str_eq(sample->parts[0].path, "media/r.png");
    cr_expect_str_eq(sample->parts[0].sha256, HASH);
    cr_expect_str_eq(sample->parts[0].media_type, "image/png");
    cr_expect(sample->parts[0].text == NULL);
    cr_expect(sample->parts[1].kind == PS_PART_TEXT && sample->parts[1].path == NULL);
    cr_expect_str_eq(sample->parts[1].text, "What is the total?");
    cr_assert_eq(sample->n_references, 2);
    cr_expect_str_eq(sample->references[1], "\xe2\x82\xac"
                                            "12.40");
    cr_expect_str_eq(ps_sample_attribute(sample, "document"), "receipt");
    cr_expect(ps_sample_attribute(sample, "doc") == NULL);
}

Test(sample, every_kind_of_part_is_known_by_its_name)
{
    for (int i = 0; i < PS_N_PART_KINDS; i++) {
        PsPartKind kind;
        const char *name = ps_part_kind_name((PsPartKind)i);
        cr_assert(ps_part_kind_find(name, &kind) && kind == (PsPartKind)i, "%s", name);
        g_autofree char *json =
            g_strdup_printf("{\"id\":\"a\",\"parts\":[{\"%s\":\"x\"}]}", name);
        g_autoptr(PsSample) sample = parse(json);
        cr_expect(sample->parts[0].kind == kind, "%s", name);
    }
    PsPartKind kind;
    cr_expect(!ps_part_kind_find("Image", &kind));
}

Test(sample, cluster_is_the_id_and_references_are_none_if_unstated)
{
    g_autoptr(PsSample) sample = parse(" {\t\"id\" : \"a\" , " PARTS " }\r\n");
    cr_expect_str_eq(sample->cluster, "a");
    cr_expect_eq(sample->n_references, 0);
    cr_expect_eq(sample->n_attributes, 0);
    g_autoptr(PsSample) made = ps_sample_new("b");
    cr_expect_str_eq(made->cluster, "b");
}

Test(sample, numbers_and_bools_keep_their_json_text_and_keys_are_sorted)
{
    g_autoptr(PsSample) sample =
        parse("{\"id\":\"a\"," PARTS ",\"attributes\":{\"z\":true,\"m\":1.50,\"b\":-2e+03,"
              "\"a\":12345678901234567890,\"c\":false,\"d\":\"1\"}}");
    const char *const wanted[][2] = {{"a", "12345678901234567890"},
                                     {"b", "-2e+03"},
                                     {"c", "false"},
                                     {"d", "1"},
                                     {"m", "1.50"},
                                     {"z", "true"}};
    cr_assert_eq(sample->n_attributes, G_N_ELEMENTS(wanted));
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        cr_expect_str_eq(sample->attributes[i].key, wanted[i][0]);
        cr_expect_str_eq(sample->attributes[i].value, wanted[i][1]);
    }
}

Test(sample, escapes_are_decoded_in_keys_and_values)
{
    g_autoptr(PsSample) sample =
        parse("{\"\\u0069d\":\"a\\/b\",\"parts\":[{\"te\\u0078t\":\"\\\"\\\\\\b\\f\\n\\r\\t"
              "\\u00e9\\ud83d\\ude00\\u20AC\"}],\"attributes\":{\"gr\\u00f6\\u00dfe\":\"L\"}}");
    cr_expect_str_eq(sample->id, "a/b");
    cr_expect_str_eq(sample->parts[0].text,
                     "\"\\\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac");
    cr_expect_str_eq(sample->attributes[0].key, "gr\xc3\xb6\xc3\x9f"
                                                "e");
}

Test(sample, a_hash_is_compared_in_lower_case)
{
    g_autofree char *upper = g_ascii_strup(HASH, -1);
    g_autofree char *json = g_strdup_printf(
        "{\"id\":\"a\",\"parts\":[{\"audio\":\"x\",\"sha256\":\"%s\"}]}", upper);
    g_autoptr(PsSample) sample = parse(json);
    cr_expect_str_eq(sample->parts[0].sha256, HASH);
}

Test(sample, a_row_that_is_not_as_documented_is_refused_by_field)
{
    static const struct {
        const char *json, *wanted;
    } cases[] = {
        {"", "must be a JSON object"},
        {"null", "must be a JSON object"},
        {"[]", "must be a JSON object"},
        {"{}", "\"id\" is missing"},
        {"{\"id\":\"a\"}", "\"parts\" is missing"},
        {"{" PARTS "}", "\"id\" is missing"},
        {"{\"id\":\"\"," PARTS "}", "\"id\" is empty"},
        {"{\"id\":7," PARTS "}", "\"id\" must be a string"},
        {"{\"id\":null," PARTS "}", "\"id\" must be a string"},
        {"{\"id\":\"a\\u001bb\"," PARTS "}", "\"id\" has a control character"},
        {"{\"id\":\"a\",\"id\":\"b\"," PARTS "}", "\"id\" is there twice"},
        {"{\"id\":\"a\"," PARTS "," PARTS "}", "\"parts\" is there twice"},
        {"{\"id\":\"a\",\"cluster\":\"\"," PARTS "}", "\"cluster\" is empty"},
        {"{\"id\":\"a\",\"cluster\":[]," PARTS "}", "\"cluster\" must be a string"},
        {"{\"id\":\"a\",\"parts\":{}}", "\"parts\" must be an array"},
        {"{\"id\":\"a\",\"parts\":[]}", "\"parts\" is empty"},
        {"{\"id\":\"a\",\"parts\":[\"t\"]}", "parts[0]"},
        {"{\"id\":\"a\",\"parts\":[{}]}", "parts[0]: has none of"},
        {"{\"id\":\"a\",\"parts\":[{\"Image\":\"x\"}]}", "parts[0]: has none of"},
        {"{\"id\":\"a\",\"parts\":[{\"text\":\"t\"},{\"text\":\"t\",\"image\":\"i\"}]}",
         "parts[1]: has both \"text\" and \"image\""},
        {"{\"id\":\"a\",\"parts\":[{\"image\":\"i\",\"image\":\"j\"}]}", "has both"},
        {"{\"id\":\"a\",\"parts\":[{\"image\":3}]}", "\"image\" must be a string"},
        {"{\"id\":\"a\",\"parts\":[{\"image\":\"\"}]}", "\"image\" is empty"},
        {"{\"id\":\"a\",\"parts\":[{\"image\":\"a\\nb\"}]}", "control character"},
        {"{\"id\":\"a\",\"parts\":[{\"image\":\"i\",\"sha256\":\"12\"}]}", "64 hexadecimal"},
        {"{\"id\":\"a\",\"parts\":[{\"image\":\"i\",\"sha256\":\"" HASH "0\"}]}",
         "64 hexadecimal"},
        {"{\"id\":\"a\",\"parts\":[{\"text\":\"i\",\"sha256\":\"" HASH "\"}]}",
         "a text has no"},
        {"{\"id\":\"a\"," PARTS ",\"references\":\"12\"}", "\"references\" must be an array"},
        {"{\"id\":\"a\"," PARTS ",\"references\":[\"a\",12]}", "references[1]"},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":[]}", "\"attributes\" must be an object"},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":{\"k\":null}}", "attribute \"k\""},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":{\"k\":{}}}", "attribute \"k\""},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":{\"\":1}}", "no name"},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":{\"k\":1,\"j\":2,\"k\":3}}",
         "attribute \"k\" is there twice"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_refused(cases[i].json, strlen(cases[i].json), cases[i].wanted);
}

Test(sample, damaged_json_is_refused_with_the_byte_position)
{
    static const struct {
        const char *json, *wanted;
    } cases[] = {
        {"{\"id\":\"a\"", "byte 10"},
        {"{\"id\":\"a", "byte 9: a string does not end"},
        {"{\"id\":\"a\"," PARTS "}x", "more text after the end"},
        {"{\"id\":\"a\"," PARTS "},{}", "more text after the end"},
        {"{\"id\":\"a\"," PARTS ",}", "expected a string"},
        {"{\"id\" \"a\"}", "expected ':'"},
        {"{\"id\":\"a\" \"b\":1}", "expected ','"},
        {"{\"id\":\"\\x\"}", "bad escape"},
        {"{\"id\":\"\\u12g4\"}", "bad \\u escape"},
        {"{\"id\":\"\\u0000\"}", "bad \\u escape"},
        {"{\"id\":\"\\ud800\"}", "bad \\u escape"},
        {"{\"id\":\"\\udc00\"}", "bad \\u escape"},
        {"{\"id\":\"\\ud800\\u0041\"}", "bad \\u escape"},
        {"{\"id\":\"a\tb\"}", "control character in a string"},
        {"{\"id\":\"\xff\"}", "byte 8: not valid UTF-8"},
        {"{\"id\":\"\xc0\x80\"}", "not valid UTF-8"},
        {"{\"x\":tru}", "expected a value"},
        {"{\"x\":01}", "bad number"},
        {"{\"x\":1.}", "bad number"},
        {"{\"x\":-}", "bad number"},
        {"{\"x\":.5}", "bad number"},
        {"{\"x\":1e}", "bad number"},
        {"{\"x\":NaN}", "bad number"},
        {"{\"x\":'a'}", "bad number"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_refused(cases[i].json, strlen(cases[i].json), cases[i].wanted);
    expect_refused("{\"id\":\"a\0b\"," PARTS "}", 12, "byte 9: a zero byte");
}

Test(sample, every_cut_of_a_row_is_refused_and_reads_nothing_behind_it)
{
    const char row[] = "{\"id\":\"a\\u00e9\",\"parts\":[{\"image\":\"i\",\"sha256\":\"" HASH
                       "\"}],\"references\":[\"r\"],\"attributes\":{\"k\":-1.5e3,\"l\":true}}";
    for (size_t length = 0; length < sizeof row - 1; length++) {
        g_autofree char *cut = g_memdup2(row, MAX(length, 1)); // no byte behind: ASan would see
        expect_refused(cut, length, "");
    }
}

// head, then n items made of before, a running number and after, then tail.
static char *
repeat(const char *head, const char *before, const char *after, size_t n, const char *tail)
{
    GString *text = g_string_new(head);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s%zu%s", i > 0 ? "," : "", before, i, after);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

Test(sample, lists_are_bounded_at_a_thousand)
{
    static const struct {
        const char *head, *before, *after, *tail, *wanted;
    } cases[] = {
        {"{\"id\":\"a\",\"parts\":[", "{\"text\":\"", "\"}", "]}", "\"parts\" has more"},
        {"{\"id\":\"a\"," PARTS ",\"references\":[", "\"", "\"", "]}",
         "\"references\" has more"},
        {"{\"id\":\"a\"," PARTS ",\"attributes\":{", "\"k", "\":1", "}}", "\"attributes\" has"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *most =
            repeat(cases[i].head, cases[i].before, cases[i].after, 1000, cases[i].tail);
        g_autofree char *more =
            repeat(cases[i].head, cases[i].before, cases[i].after, 1001, cases[i].tail);
        g_autoptr(PsSample) sample = parse(most);
        expect_refused(more, strlen(more), cases[i].wanted);
    }
}

Test(sample, ids_are_bounded_at_1024_bytes)
{
    g_autofree char *id = g_strnfill(1025, 'x');
    g_autofree char *more = g_strdup_printf("{\"id\":\"%s\"," PARTS "}", id);
    expect_refused(more, strlen(more), "\"id\" is longer than 1024 bytes");
    id[1024] = '\0';
    g_autofree char *most = g_strdup_printf("{\"id\":\"%s\"," PARTS "}", id);
    g_autoptr(PsSample) sample = parse(most);
}

Test(sample, nesting_is_bounded_at_200)
{
    g_autofree char *open = g_strnfill(200, '['), *close = g_strnfill(200, ']');
    g_autofree char *most = g_strdup_printf("{\"id\":\"a\"," PARTS ",\"x\":%s%s}", open, close);
    g_autoptr(PsSample) sample = parse(most);
    g_autofree char *million = g_strnfill(1000000, '[');
    g_autofree char *more = g_strdup_printf("{\"x\":%s", million);
    expect_refused(more, strlen(more), "nested too deep");
}

static const char contradicted[] =
    "{\"id\":\"s\",\"contradictions\":[{\"references\":[\"dog\"],\"modality\":\"image\","
    "\"parts\":[{\"image\":\"d.png\"}]},{\"modality\":\"audio\",\"references\":[\"cow\"]}],"
    "\"twin\":\"a "
    "cat\",\"parts\":[{\"text\":\"?\"},{\"image\":\"c.png\"}],\"references\":[\"cat\"]}";

Test(sample, contradictions_stand_behind_its_own_parts)
{
    g_autoptr(PsSample) sample =
        ps_sample_from_json(contradicted, sizeof contradicted - 1, NULL);
    cr_assert(sample != NULL);
    cr_expect_eq(sample->n_parts, 2);
    cr_expect_eq(sample->n_more_parts, 1);
    cr_expect_str_eq(sample->parts[2].path, "d.png");
    cr_expect_str_eq(sample->twin, "a cat");
    cr_assert_eq(sample->n_contradictions, 2);
    cr_expect_eq(sample->contradictions[0].modality, PS_PART_IMAGE);
    cr_expect_eq(sample->contradictions[0].first_part, 2);
    cr_expect_eq(sample->contradictions[1].n_parts, 0);
    cr_expect_str_eq(sample->contradictions[1].references[0], "cow");
}

Test(sample, a_contradiction_that_says_nothing_is_an_error)
{
    static const char *const wrong[][2] = {
        {"{}", "no \"modality\""},
        {"{\"modality\":\"smell\",\"references\":[\"a\"]}", "no modality \"smell\""},
        {"{\"modality\":\"image\"}", "no \"references\""},
        {"{\"modality\":\"image\",\"references\":[]}", "no \"references\""},
        {"{\"modality\":\"image\",\"references\":[\"a\"],\"parts\":[{\"audio\":\"a\"}]}",
         "is no image"},
        {"{\"modality\":\"image\",\"references\":[\"a\"]},{\"modality\":\"image\","
         "\"references\":[\"b\"]}",
         "second one"},
        {"3", "must be objects"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *json = g_strdup_printf(
            "{\"id\":\"s\",\"parts\":[{\"text\":\"a\"}],\"contradictions\":[%s]}", wrong[i][0]);
        g_autoptr(GError) error = NULL;
        cr_expect_null(ps_sample_from_json(json, strlen(json), &error));
        cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", json);
        cr_expect(strstr(error->message, wrong[i][1]) != NULL, "%s", error->message);
    }
}
