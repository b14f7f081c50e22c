#include "reports/shared/text.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct {
    PsTextFormat format;
    const char *text, *expected;
} Case;

static void check(const Case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        ps_text_append(out, cases[i].format, cases[i].text, PS_TEXT_MAX_CHARS);
        cr_expect_str_eq(out->str, cases[i].expected);
    }
}

Test(text, markup_characters_are_escaped_in_html_and_xml)
{
    static const Case cases[] = {
        {PS_TEXT_HTML, "<b a=\"1\" c='2'>&", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;"},
        {PS_TEXT_XML, "]]><!--", "]]&gt;&lt;!--"},
        {PS_TEXT_XML, "a\n\tb", "a&#10;&#9;b"},
        {PS_TEXT_HTML, "a\n\tb", "a\n\tb"},
        {PS_TEXT_HTML, "&lt;", "&amp;lt;"},
        {PS_TEXT_HTML, "naïve 数字 👩\u200D💻", "naïve 数字 👩\u200D💻"},
        {PS_TEXT_HTML, NULL, ""},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, what_cannot_be_seen_is_written_out)
{
    static const Case cases[] = {
        {PS_TEXT_HTML, "a\x1B[31m", "a[U+001B][31m"},
        {PS_TEXT_HTML, "\x7F\xC2\x85", "[U+007F][U+0085]"},
        {PS_TEXT_HTML, "\u202Egpj.exe\u202C", "[U+202E]gpj.exe[U+202C]"},
        {PS_TEXT_HTML, "\u2066x\u2069", "[U+2066]x[U+2069]"},
        {PS_TEXT_HTML, "\uFEFF\u200B", "[U+FEFF][U+200B]"},
        {PS_TEXT_HTML, "\U000E0041", "[U+E0041]"},
        {PS_TEXT_XML, "\uFFFE\uFFFF\x01", "[U+FFFE][U+FFFF][U+0001]"},
        {PS_TEXT_HTML, "a\r\nb\rc", "a\nb[U+000D]c"},
        {PS_TEXT_MARKDOWN, "\u202E", "\\[U+202E\\]"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, bad_bytes_become_replacement_characters)
{
    static const Case cases[] = {
        {PS_TEXT_HTML, "\xFF<", "\uFFFD&lt;"},
        {PS_TEXT_HTML, "\xC3<", "\uFFFD&lt;"},                          // cut short
        {PS_TEXT_HTML, "\xE0\x80\xBC", "\uFFFD\uFFFD\uFFFD"},           // overlong '<'
        {PS_TEXT_HTML, "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},           // lone surrogate
        {PS_TEXT_HTML, "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, // beyond U+10FFFF
        {PS_TEXT_HTML, "a\xE2\x82", "a\uFFFD\uFFFD"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, markdown_stays_in_its_cell)
{
    static const Case cases[] = {
        {PS_TEXT_MARKDOWN, "a|b\nc", "a\\|b c"},
        {PS_TEXT_MARKDOWN, "<img>&", "&lt;img&gt;&amp;"},
        {PS_TEXT_MARKDOWN, "[x](https://e.org)", "\\[x\\]\\(https\\://e.org\\)"},
        {PS_TEXT_MARKDOWN, "`*_~$", "\\`\\*\\_\\~\\$"},
        {PS_TEXT_MARKDOWN, "@team #12", "\\@team \\#12"},
        {PS_TEXT_MARKDOWN, "www.e.org a.b", "www\\.e.org a.b"},
        {PS_TEXT_MARKDOWN, "\\|", "\\\\\\|"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, csv_fields_are_quoted_and_never_formulas)
{
    static const Case cases[] = {
        {PS_TEXT_CSV, "a,\"b\"\n", "\"a,\"\"b\"\"\n\""},
        {PS_TEXT_CSV, "=1+1", "\"'=1+1\""},
        {PS_TEXT_CSV, "-1", "\"'-1\""},
        {PS_TEXT_CSV, "+1", "\"'+1\""},
        {PS_TEXT_CSV, "@SUM(A1)", "\"'@SUM(A1)\""},
        {PS_TEXT_CSV, "\t=1", "\"'\t=1\""},
        {PS_TEXT_CSV, "\uFF1D1", "\"'\uFF1D1\""},
        {PS_TEXT_CSV, "a=1", "\"a=1\""},
        {PS_TEXT_CSV, NULL, "\"\""},
        {PS_TEXT_CSV, "", "\"\""},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, github_commands_stay_one_line)
{
    static const Case cases[] = {
        {PS_TEXT_GITHUB, "93%: a, b\r\nc\n::error::d", "93%25: a, b%0Ac%0A::error::d"},
        {PS_TEXT_GITHUB, "a\rb%0A", "a[U+000D]b%250A"},
        {PS_TEXT_GITHUB_PROPERTY, "a:b,c%\n\u202E", "a%3Ab%2Cc%25%0A[U+202E]"},
        {PS_TEXT_GITHUB_PROPERTY, NULL, ""},
    };
    check(cases, G_N_ELEMENTS(cases));
}

Test(text, long_texts_are_cut_and_say_so)
{
    g_autoptr(GString) out = g_string_new(NULL);
    ps_text_append(out, PS_TEXT_HTML, "äöü<>x", 3);
    cr_expect_str_eq(out->str, "äöü [… 3 more characters left out]");
    g_string_truncate(out, 0);
    ps_text_append(out, PS_TEXT_HTML, "äöü", 3);
    cr_expect_str_eq(out->str, "äöü");
}

// Whatever the bytes, the output is UTF-8 and holds no character that means something.
Test(text, any_bytes_give_harmless_utf8)
{
    guint32 state = 1;
    for (int round = 0; round < 2000; round++) {
        char text[33] = "";
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = (char)(state >> 24);
        }
        g_autoptr(GString) out = g_string_new(NULL);
        ps_text_append(out, PS_TEXT_HTML, text, PS_TEXT_MAX_CHARS);
        cr_assert(g_utf8_validate(out->str, (gssize)out->len, NULL));
        cr_assert_null(strpbrk(out->str, "<>\"'\r\x1B\x7F"));
    }
}
