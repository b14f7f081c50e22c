// The grammar is RFC 8259. Departures: \u0000 and lone surrogates are refused (see the header).
#include "harness/json_scan.h"

#include <stdint.h>
#include <string.h>

static bool scan_fail(PsJsonScan *scan, const char *problem)
{
    if (!scan->problem) scan->problem = problem;
    return false;
}

// Most rows are ASCII, and eight bytes at a time say so faster than a decoder does.
static const char *find_bad_utf8(const char *text, size_t length)
{
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, text + i, sizeof bytes);
        if (bytes & UINT64_C(0x8080808080808080)) break;
    }
    const char *end;
    return g_utf8_validate_len(text + i, length - i, &end) ? NULL : end;
}

void ps_json_scan_init(PsJsonScan *scan, const char *text, size_t length)
{
    *scan = (PsJsonScan){.text = text, .at = text, .end = text + length};
    const char *bad = find_bad_utf8(text, length);
    if (!bad) return;
    scan->at = bad;
    scan_fail(scan, *bad ? "not valid UTF-8" : "a zero byte");
}

char ps_json_scan_peek(PsJsonScan *scan)
{
    if (scan->problem) return '\0';
    while (scan->at < scan->end
           && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
    return scan->at < scan->end ? *scan->at : '\0';
}

// Steps over open and what follows the n-th item; false at close.
static bool scan_step(PsJsonScan *scan, size_t n, char open, char close)
{
    char next = ps_json_scan_peek(scan);
    if (n == 0) {
        if (next != open) return scan_fail(scan, open == '{' ? "expected '{'" : "expected '['");
        scan->at++;
        next = ps_json_scan_peek(scan);
    }
    if (next == close) {
        scan->at++;
        return false;
    }
    if (n > 0) {
        if (next != ',') return scan_fail(scan, "expected ',' or the closing bracket");
        scan->at++;
    }
    return true;
}

bool ps_json_scan_element(PsJsonScan *scan, size_t n)
{
    return scan_step(scan, n, '[', ']');
}

bool ps_json_scan_member(PsJsonScan *scan, size_t n, PsJsonSpan *key)
{
    if (!scan_step(scan, n, '{', '}') || !ps_json_scan_string(scan, key)) return false;
    if (ps_json_scan_peek(scan) != ':') return scan_fail(scan, "expected ':'");
    scan->at++;
    return true;
}

// The four hexadecimal digits at text, or -1.
static int hex4(const char *text)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(text[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

// The code point of the escape `\uXXXX` or `\uXXXX\uXXXX` at text, its length in *length; -1 if
// it is not one that UTF-8 in a C string can hold.
static int32_t escaped_code_point(const char *text, const char *end, size_t *length)
{
    int first = end - text >= 6 ? hex4(text + 2) : -1;
    *length = 6;
    if (first <= 0 || (first & 0xfc00) == 0xdc00) return -1;
    if ((first & 0xfc00) != 0xd800) return first;
    bool has_second = end - text >= 12 && text[6] == '\\' && text[7] == 'u';
    int second = has_second ? hex4(text + 8) : -1;
    *length = 12;
    if (second < 0 || (second & 0xfc00) != 0xdc00) return -1;
    return 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
}

static bool scan_escape(PsJsonScan *scan)
{
    char kind = scan->at + 1 < scan->end ? scan->at[1] : '\0';
    if (kind == 'u') {
        size_t length;
        if (escaped_code_point(scan->at, scan->end, &length) < 0)
            return scan_fail(scan, "bad \\u escape");
        scan->at += length;
        return true;
    }
    if (kind == '\0' || !strchr("\"\\/bfnrt", kind)) return scan_fail(scan, "bad escape");
    scan->at += 2;
    return true;
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

// The bits 0x80 of the bytes that are zero, and maybe of some after the first that is.
static uint64_t zero_bytes(uint64_t bytes)
{
    return (bytes - EACH_BYTE) & ~bytes & (0x80 * EACH_BYTE);
}

// Past the bytes that mean nothing in a string, eight at a time, and perhaps not all of them.
static const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        uint64_t controls = zero_bytes(bytes & (0xe0 * EACH_BYTE)); // below 0x20
        if (controls | zero_bytes(bytes ^ ('"' * EACH_BYTE))
            | zero_bytes(bytes ^ ('\\' * EACH_BYTE)))
            break;
    }
    return at;
}

bool ps_json_scan_string(PsJsonScan *scan, PsJsonSpan *span)
{
    if (ps_json_scan_peek(scan) != '"') return scan_fail(scan, "expected a string");
    *span = (PsJsonSpan){.text = ++scan->at};
    scan->at = skip_plain(scan->at, scan->end);
    while (scan->at < scan->end && *scan->at != '"') {
        if (*scan->at == '\\') {
            span->is_escaped = true;
            if (!scan_escape(scan)) return false;
            scan->at = skip_plain(scan->at, scan->end);
        } else if ((unsigned char)*scan->at < 0x20) {
            return scan_fail(scan, "control character in a string");
        } else {
            scan->at++;
        }
    }
    if (scan->at >= scan->end) return scan_fail(scan, "a string does not end");
    span->length = (size_t)(scan->at++ - span->text);
    return true;
}

static bool scan_digits(PsJsonScan *scan)
{
    const char *start = scan->at;
    while (scan->at < scan->end && g_ascii_isdigit(*scan->at))
        scan->at++;
    return scan->at > start;
}

static bool scan_is(const PsJsonScan *scan, const char *set)
{
    return scan->at < scan->end && *scan->at && strchr(set, *scan->at);
}

static bool scan_number(PsJsonScan *scan)
{
    if (scan_is(scan, "-")) scan->at++;
    bool has_zero = scan_is(scan, "0");
    const char *start = scan->at;
    bool is_good = scan_digits(scan) && !(has_zero && scan->at - start > 1);
    if (is_good && scan_is(scan, ".")) {
        scan->at++;
        is_good = scan_digits(scan);
    }
    if (is_good && scan_is(scan, "eE")) {
        scan->at++;
        if (scan_is(scan, "+-")) scan->at++;
        is_good = scan_digits(scan);
    }
    return is_good || scan_fail(scan, "bad number");
}

static bool scan_word(PsJsonScan *scan, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return scan_fail(scan, "expected a value");
    scan->at += length;
    return true;
}

static bool scan_any(PsJsonScan *scan, int depth)
{
    PsJsonSpan ignored;
    if (depth > PS_JSON_SCAN_MAX_DEPTH) return scan_fail(scan, "nested too deep");
    switch (ps_json_scan_peek(scan)) {
    case '{':
        for (size_t n = 0; ps_json_scan_member(scan, n, &ignored); n++)
            if (!scan_any(scan, depth + 1)) return false;
        return !scan->problem;
    case '[':
        for (size_t n = 0; ps_json_scan_element(scan, n); n++)
            if (!scan_any(scan, depth + 1)) return false;
        return !scan->problem;
    case '"':
        return ps_json_scan_string(scan, &ignored);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    case '\0':
        return scan_fail(scan, "the text ends early");
    default:
        return scan_number(scan);
    }
}

bool ps_json_scan_value(PsJsonScan *scan, PsJsonSpan *span)
{
    ps_json_scan_peek(scan);
    *span = (PsJsonSpan){.text = scan->at};
    if (!scan_any(scan, 1)) return false;
    span->length = (size_t)(scan->at - span->text);
    return true;
}

bool ps_json_scan_finish(PsJsonScan *scan, bool is_whole, GError **error)
{
    if (is_whole && ps_json_scan_peek(scan) != '\0')
        scan_fail(scan, "more text after the end of the value");
    if (!scan->problem) return true;
    return ps_fail(error, PS_ERROR_DATA, "byte %zu: %s", (size_t)(scan->at - scan->text) + 1,
                   scan->problem);
}

// Writes the escape at text to out; returns what was read and moves *out past what was written.
static size_t decode_escape(const char *text, const char *end, char **out)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    size_t length = 2;
    if (text[1] == 'u') {
        int32_t code_point = escaped_code_point(text, end, &length);
        *out += g_unichar_to_utf8((gunichar)code_point, *out);
        return length;
    }
    const char *letter = strchr(letters, text[1]);
    *(*out)++ = letter ? meanings[letter - letters] : text[1];
    return length;
}

// Writes the text of span and a zero byte to out; returns what is behind them.
static char *decode(const PsJsonSpan *span, char *out)
{
    const char *at = span->text, *end = span->text + span->length;
    if (!span->is_escaped) {
        memcpy(out, at, span->length);
        out += span->length;
        at = end;
    }
    while (at < end) {
        if (*at == '\\')
            at += decode_escape(at, end, &out);
        else
            *out++ = *at++;
    }
    *out = '\0';
    return out + 1;
}

char *ps_json_scan_keep(PsJsonScan *scan, const PsJsonSpan *span)
{
    char *start = scan->kept;
    scan->kept = decode(span, start);
    return start;
}

char *ps_json_span_dup(const PsJsonSpan *span)
{
    // No escape is shorter than what it stands for.
    char *copy = g_malloc(span->length + 1);
    decode(span, copy);
    return copy;
}

bool ps_json_span_equal(const PsJsonSpan *span, const char *text)
{
    if (!span->is_escaped)
        return strlen(text) == span->length && memcmp(span->text, text, span->length) == 0;
    g_autofree char *decoded = ps_json_span_dup(span);
    return strcmp(decoded, text) == 0;
}
