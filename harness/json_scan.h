// A JSON scanner for the hot path: reads a text once, left to right, and builds no tree. What
// is skipped costs no memory; numbers keep the text they were written with. Everywhere else,
// use harness/json.h.
//
//     ps_json_scan_init(&scan, text, length);
//     for (size_t n = 0; ps_json_scan_member(&scan, n, &key); n++)
//         … exactly one of ps_json_scan_string, _number, _value, or a nested loop
//     if (!ps_json_scan_finish(&scan, error)) return false;
//
// After the first problem every function returns false (or '\0') and ps_json_scan_finish says
// what it was, so a caller checks once, at the end.
#pragma once

#include "harness/error.h"

#include <stddef.h>

#define PS_JSON_SCAN_MAX_DEPTH 200

typedef struct {
    const char *text, *at, *end;
    const char *problem; // NULL while all is well; static storage
    char *kept;          // the caller's, if ps_json_scan_keep is used: where it writes next
} PsJsonScan;

// A piece of the scanned text; lives as long as that.
typedef struct {
    const char *text; // a string's is without its quotes, as it was written
    size_t length;
    bool is_escaped; // a string with at least one backslash
} PsJsonSpan;

// Begins. The text must be UTF-8; it need not end in a zero byte, and may not contain one.
void ps_json_scan_init(PsJsonScan *scan, const char *text, size_t length);

// The first character of what comes next ('{', '[', '"', 't', '-', …), '\0' at the end.
char ps_json_scan_peek(PsJsonScan *scan);

// Steps to member n (counted from 0 by the caller) of an object, or to element n of an array.
// n = 0 also consumes the opening bracket; false after the closing one is consumed.
bool ps_json_scan_member(PsJsonScan *scan, size_t n, PsJsonSpan *key);
bool ps_json_scan_element(PsJsonScan *scan, size_t n);

// Consumes one value. A string's escapes are checked (\u0000 and lone surrogates are refused,
// as no C string and no UTF-8 can hold them), so decoding it cannot fail.
bool ps_json_scan_string(PsJsonScan *scan, PsJsonSpan *span);
bool ps_json_scan_value(PsJsonScan *scan,
                        PsJsonSpan *span); // any kind; span: as it was written

// True if nothing but white space is left and there was no problem; otherwise PS_ERROR_DATA
// with the byte position. To be called in the middle when a loop ended early, with is_whole =
// false.
bool ps_json_scan_finish(PsJsonScan *scan, bool is_whole, GError **error);

// Writes the text of span, escapes decoded, at scan->kept, which moves on; returns where. A
// block as long as the scanned text has room for all its strings, numbers and words, each once.
char *ps_json_scan_keep(PsJsonScan *scan, const PsJsonSpan *span);

// The text of a string span, escapes decoded; the caller's. Whether it equals text.
char *ps_json_span_dup(const PsJsonSpan *span);
bool ps_json_span_equal(const PsJsonSpan *span, const char *text);
