#include "tests/datasets/importers/import_fixture.h"

#include <string.h>

static void begin(Import *import)
{
    import_init(import, "vlmevalkit", "kit.tsv");
}

Test(vlmevalkit, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-category\thint\tsplit\n"
        "1\tWhich?\tA\t" PNG_BASE64 "\t\tx\ty\tcolours\tsight\tLook.\tdev\n"
        "2\t\"Two \"\"quoted\"\"\n"
        "lines?\"\tB\t1\t\tx\ty\t\t\t\t\n"
        "3\tCompare.\tsame\t['" PNG_BASE64 "', '" PNG_BASE64 "']\t\t\t\t\t\t\t\n"
        "4\tRead.\tA\t\t[\"b c.png\",\"a.png\"]\t\t\t\t\t\t\n"
        "5\tThird.\t\t\ta.png\tx\ty\t\t\t\t\n",
        -1);
    import_expect(
        &import,
        "{\"id\":\"1\",\"parts\":[" A_PART
        ",{\"text\":\"Look.\\nWhich?\\nA. x\\nB. y\\nAnswer with the letter of the right "
        "option.\"}],\"references\":[\"A\"],\"attributes\":{\"category\":\"colours\",\"l2-"
        "category\":\"sight\",\"split\":\"dev\",\"options\":\"yes\"}}\n"
        "{\"id\":\"2\",\"parts\":[" A_PART
        ",{\"text\":\"Two \\\"quoted\\\"\\nlines?\\nA. x\\nB. y\\nAnswer with the letter of "
        "the right option.\"}],\"references\":[\"B\"],\"attributes\":{\"options\":\"yes\"}}\n"
        "{\"id\":\"3\",\"parts\":[" A_PART "," A_PART
        ",{\"text\":\"Compare.\"}],\"references\":[\"same\"],\"attributes\":{\"options\":"
        "\"no\"}}\n"
        "{\"id\":\"4\",\"parts\":[" B_PART "," A_PART
        ",{\"text\":\"Read.\"}],\"references\":[\"A\"],\"attributes\":{\"options\":\"no\"}}\n"
        "{\"id\":\"5\",\"parts\":[" A_PART
        ",{\"text\":\"Third.\\nA. x\\nB. y\\nAnswer with the letter of the right "
        "option.\"}],\"references\":[],\"attributes\":{\"options\":\"yes\"}}\n");
}

Test(vlmevalkit, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tC\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its answer \"C\" is none of its options"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tB\t\t\tx\t\t\t\t\t\n",
         "kit.tsv:2: its answer \"B\" is none of its options"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\ta\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its answer \"a\" is none of its options"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tAB\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its answer \"AB\" is none of its options"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\t\tx\ty\t\t\t\t\n"
         "1\tWhich?\tA\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:3: its id \"1\" is that of an earlier one"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "\tWhich?\tA\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: it has no id"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t7\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its image is that of row \"7\", which is not before it"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t" PNG_BASE64 "!" PNG_BASE64 "\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its image is not one in base64: it goes wrong after 68 characters"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t" PNG_BASE64 "A" PNG_BASE64 "\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its image is not one in base64: it goes wrong after 137 characters"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?"
         "\tA\tnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
         "nnnnnnnnnnnnnnnnnnnn\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its image is not one in base64: media: is no kind of medium"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t['" PNG_BASE64 "'\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its list of pictures breaks off"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t['" PNG_BASE64
         "' 3                                                 ]\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its list of pictures breaks off"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t['" PNG_BASE64 "'] and more\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its list of pictures goes on after its end"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\t[]\tx\ty\t\t\t\t\n",
         "kit.tsv:2: its list of pictures breaks off"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\t../a.png\tx\ty\t\t\t\t\n",
         "kit.tsv:2: \"../a.png\" is not a path below"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\t['a.png', '../a.png']\tx\ty\t\t\t\t\n",
         "kit.tsv:2: \"../a.png\" is not a path below"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\t/etc/hostname\tx\ty\t\t\t\t\n",
         "kit.tsv:2: \"/etc/hostname\" is not a path below"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\thttps://example.org/a.png\tx\ty\t\t\t\t\n",
         "https://example.org/a.png: is no file below"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\t\thuge.png\tx\ty\t\t\t\t\n",
         "kit.tsv:2: huge.png: 268435457 bytes are no medium"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\t"
         "\xff\xfe"
         "\tA\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: is not UTF-8"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\tWhich?\tA\n",
         "kit.tsv:2: has 3 cells, the first line 11"},
        {"index\tquestion\tanswer\timage\timage_path\tA\tB\tcategory\tL2-"
         "category\thint\tsplit\n"
         "1\t\"never closed\tA\t\t\tx\ty\t\t\t\t\n",
         "kit.tsv:2: a quote in this row never closes"},
        {"id\tq\n"
         "1\t2\n",
         "kit.tsv:2: there are no columns index and question"},
        {"index\tindex\n"
         "1\t2\n",
         "kit.tsv:1: two columns are called \"index\""},
        {"", "kit.tsv: is not a table"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(vlmevalkit, too_many_columns_are_refused)
{
    g_auto(Import) import;
    g_autoptr(GString) text = g_string_new("index\tquestion");
    begin(&import);
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "\tc%d", i);
    import_expect_text_refused(&import, text->str, "kit.tsv:1: has more than 1000 columns");
}

// A cell of more than a record may have, all of it spaces.
Test(vlmevalkit, a_row_beyond_the_bound_is_refused)
{
    g_auto(Import) import;
    begin(&import);
    const size_t n_bytes = (size_t)PS_IMPORT_RECORD_MOST + 100;
    g_autofree char *text = g_malloc(n_bytes);
    memset(text, ' ', n_bytes);
    memcpy(text, "index\tquestion\n1\t", 17);
    import_write(&import, import.source, text, (gssize)n_bytes);
    import_expect_refused(&import, "kit.tsv:2: is longer than 268435456 bytes");
}
