#include "harness/json_scan.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LONGEST = 40 };

// A string of n bytes 'a' with piece put in at place, in quotes, and more text behind.
static char *quoted(size_t n, size_t place, const char *piece)
{
    g_autofree char *plain = g_strnfill(n, 'a');
    return g_strdup_printf("\"%.*s%s%s\", \"b\"", (int)place, plain, piece, plain + place);
}

static bool scan(const char *text, PsJsonSpan *span)
{
    PsJsonScan state;
    ps_json_scan_init(&state, text, strlen(text));
    return ps_json_scan_string(&state, span);
}

// Eight bytes are looked at in one go: what ends or breaks a string is seen wherever it stands.
Test(json_scan, a_string_ends_at_its_first_quote)
{
    for (size_t n = 0; n < LONGEST; n++)
        for (size_t place = 0; place <= n; place++) {
            g_autofree char *text = quoted(n, place, "\" \"");
            PsJsonSpan span;
            cr_assert(scan(text, &span));
            cr_assert_eq(span.length, place);
            cr_assert_not(span.is_escaped);
        }
}

Test(json_scan, an_escape_is_seen_wherever_it_stands)
{
    static const char *const escapes[] = {"\\\"", "\\\\", "\\u00e9", "\\\\\\\""};
    for (size_t e = 0; e < G_N_ELEMENTS(escapes); e++)
        for (size_t n = 0; n < LONGEST; n++)
            for (size_t place = 0; place <= n; place++) {
                g_autofree char *text = quoted(n, place, escapes[e]);
                PsJsonSpan span;
                cr_assert(scan(text, &span));
                cr_assert_eq(span.length, n + strlen(escapes[e]));
                cr_assert(span.is_escaped);
            }
}

Test(json_scan, a_control_character_is_refused_wherever_it_stands)
{
    for (char control = 1; control < 0x20; control++)
        for (size_t place = 0; place <= LONGEST; place++) {
            char piece[] = {control, '\0'};
            g_autofree char *text = quoted(LONGEST, place, piece);
            PsJsonSpan span;
            cr_assert_not(scan(text, &span));
        }
}

Test(json_scan, any_other_byte_is_part_of_the_string)
{
    static const char *const pieces[] = {" ",    "!",      "#",      "[",         "]",
                                         "\x7f", "\u00a2", "\u20ac", "\U0001f600"};
    for (size_t p = 0; p < G_N_ELEMENTS(pieces); p++)
        for (size_t place = 0; place <= LONGEST; place++) {
            g_autofree char *text = quoted(LONGEST, place, pieces[p]);
            PsJsonSpan span;
            cr_assert(scan(text, &span));
            cr_assert_eq(span.length, LONGEST + strlen(pieces[p]));
        }
}

Test(json_scan, what_is_kept_fits_in_a_block_as_long_as_the_text)
{
    static const char text[] = "{\"a\":\"\\u00e9\\n\",\"\":\"\",\"c\":12}";
    g_autofree char *block = g_malloc(sizeof text - 1);
    PsJsonScan state;
    PsJsonSpan span;
    g_autoptr(GString) all = g_string_new(NULL);
    ps_json_scan_init(&state, text, sizeof text - 1);
    state.kept = block;
    for (size_t n = 0; ps_json_scan_member(&state, n, &span); n++) {
        g_string_append_printf(all, "%s=", ps_json_scan_keep(&state, &span));
        cr_assert(n < 2 ? ps_json_scan_string(&state, &span)
                        : ps_json_scan_value(&state, &span));
        g_string_append_printf(all, "%s;", ps_json_scan_keep(&state, &span));
    }
    cr_assert(ps_json_scan_finish(&state, true, NULL));
    cr_assert_str_eq(all->str, "a=\u00e9\n;=;c=12;");
    cr_assert_leq(state.kept, block + sizeof text - 1);
}
