#include "reports/shared/text.h"

#include <stdbool.h>
#include <string.h>

// One character of text: its code point (U+FFFD for a bad byte) and how many bytes it takes.
static gunichar text_decode(const char *text, size_t length, size_t *n_bytes)
{
    gunichar c = g_utf8_get_char_validated(text, (gssize)length);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        *n_bytes = 1;
        return 0xFFFD;
    }
    *n_bytes = (size_t)(g_utf8_next_char(text) - text);
    return c;
}

static bool in_range(gunichar c, gunichar first, gunichar last)
{
    return c >= first && c <= last;
}

// Bidirectional controls: Unicode 15, UAX #9, table 1 ("Trojan Source", CVE-2021-42574).
static bool is_bidi_control(gunichar c)
{
    return in_range(c, 0x202A, 0x202E) || in_range(c, 0x2066, 0x2069) || c == 0x200E
           || c == 0x200F || c == 0x061C;
}

// Not seen when shown. U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
static bool is_invisible(gunichar c)
{
    return c == 0x00AD || c == 0x180E || c == 0x200B || in_range(c, 0x2028, 0x2029)
           || in_range(c, 0x2060, 0x2065) || in_range(c, 0x206A, 0x206F) || c == 0xFEFF
           || in_range(c, 0xFFF9, 0xFFFB) || in_range(c, 0xE0000, 0xE0FFF);
}

// A code point that no XML 1.0 document may hold, or HTML counts as a parse error.
static bool is_noncharacter(gunichar c)
{
    return in_range(c, 0xFDD0, 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

static bool is_control(gunichar c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || in_range(c, 0x7F, 0x9F);
}

static bool needs_writing_out(gunichar c)
{
    if (c >= 0x20 && c < 0x7F) return false;
    return is_control(c) || is_bidi_control(c) || is_invisible(c) || is_noncharacter(c);
}

// The reference for a character that HTML or XML gives a meaning to, or NULL.
static const char *markup_reference(gunichar c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_html(GString *out, gunichar c)
{
    const char *reference = markup_reference(c);
    if (reference)
        g_string_append(out, reference);
    else
        g_string_append_unichar(out, c);
}

// An XML parser turns a bare newline or tab in an attribute into a space (XML 1.0, 3.3.3).
static void put_xml(GString *out, gunichar c)
{
    if (c == '\n' || c == '\t')
        g_string_append(out, c == '\n' ? "&#10;" : "&#9;");
    else
        put_html(out, c);
}

// CommonMark 0.31, 2.4: a backslash before ASCII punctuation makes it literal. ':' and '@' and
// the dot of "www." would become links on GitHub, '$' mathematics, '#1' an issue.
static void put_markdown(GString *out, gunichar c)
{
    bool ends_www = out->len >= 3 && strcmp(out->str + out->len - 3, "www") == 0;
    if (c == '\n' || c == '\t')
        g_string_append_c(out, ' ');
    else if (c == '<' || c == '>' || c == '&')
        g_string_append(out, markup_reference(c));
    else if ((c < 0x80 && c && strchr("\\`*_{}[]()#!|~$:@", (int)c)) || (c == '.' && ends_www))
        g_string_append_printf(out, "\\%c", (char)c);
    else
        g_string_append_unichar(out, c);
}

static void put_csv(GString *out, gunichar c)
{
    if (c == '"') g_string_append_c(out, '"');
    g_string_append_unichar(out, c);
}

// github.com/actions/toolkit, packages/core/src/command.ts: escapeData and escapeProperty. '\r'
// is written out before it comes here.
static void put_github(GString *out, gunichar c, bool is_property)
{
    bool is_special = c == '%' || c == '\n' || (is_property && (c == ':' || c == ','));
    if (is_special)
        g_string_append_printf(out, "%%%02X", c);
    else
        g_string_append_unichar(out, c);
}

static void put(GString *out, PsTextFormat format, gunichar c)
{
    switch (format) {
    case PS_TEXT_HTML:
        put_html(out, c);
        break;
    case PS_TEXT_XML:
        put_xml(out, c);
        break;
    case PS_TEXT_MARKDOWN:
        put_markdown(out, c);
        break;
    case PS_TEXT_CSV:
        put_csv(out, c);
        break;
    case PS_TEXT_PLAIN:
        g_string_append_unichar(out, c == '\n' || c == '\t' ? ' ' : c);
        break;
    case PS_TEXT_GITHUB:
    case PS_TEXT_GITHUB_PROPERTY:
        put_github(out, c, format == PS_TEXT_GITHUB_PROPERTY);
        break;
    }
}

static void put_words(GString *out, PsTextFormat format, const char *words)
{
    for (const char *p = words; *p; p++)
        put(out, format, (guchar)*p);
}

static void put_code_point(GString *out, PsTextFormat format, gunichar c)
{
    char words[16];
    g_snprintf(words, sizeof words, "[U+%04X]", c);
    put_words(out, format, words);
}

static size_t count_chars(const char *text, size_t length)
{
    size_t n_chars = 0;
    for (size_t at = 0, n_bytes; at < length; at += n_bytes, n_chars++)
        text_decode(text + at, length - at, &n_bytes);
    return n_chars;
}

static void put_rest(GString *out, PsTextFormat format, size_t n_left_out)
{
    char words[64];
    g_snprintf(words, sizeof words, " [… %zu more characters left out]", n_left_out);
    for (const char *p = words; *p; p = g_utf8_next_char(p))
        put(out, format, g_utf8_get_char(p));
}

// A spreadsheet takes a field that begins like this for a formula (OWASP, "CSV Injection"); the
// full-width forms are what Excel accepts in East Asian locales.
static bool starts_formula(const char *text)
{
    static const char *const starts[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
        if (g_str_has_prefix(text, starts[i])) return true;
    return false;
}

static void append_body(GString *out, PsTextFormat format, const char *text, size_t max_chars)
{
    size_t length = strlen(text), n_chars = 0, n_bytes;
    for (size_t at = 0; at < length; at += n_bytes) {
        if (n_chars++ == max_chars) {
            put_rest(out, format, count_chars(text + at, length - at));
            return;
        }
        gunichar c = text_decode(text + at, length - at, &n_bytes);
        if (c == '\r' && text[at + 1] == '\n') continue;
        if (needs_writing_out(c))
            put_code_point(out, format, c);
        else
            put(out, format, c);
    }
}

void ps_text_append(GString *out, PsTextFormat format, const char *text, size_t max_chars)
{
    if (format == PS_TEXT_CSV) g_string_append_c(out, '"');
    if (text && format == PS_TEXT_CSV && starts_formula(text)) g_string_append_c(out, '\'');
    if (text) append_body(out, format, text, max_chars);
    if (format == PS_TEXT_CSV) g_string_append_c(out, '"');
}
