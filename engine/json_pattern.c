#include "engine/json_pattern.h"

// ---- separators

static void separate(PePattern *pattern, uint32_t from, uint32_t to, char separator)
{
    const unsigned char byte = (unsigned char)separator;
    const uint32_t after = pe_pattern_state(pattern);
    pe_pattern_edge(pattern, from, after, byte, byte);
    pe_pattern_edge(pattern, after, to, ' ', ' ');
    pe_pattern_skip(pattern, after, to);
}

void pe_json_comma(PePattern *pattern, uint32_t from, uint32_t to)
{
    separate(pattern, from, to, ',');
}

void pe_json_colon(PePattern *pattern, uint32_t from, uint32_t to)
{
    separate(pattern, from, to, ':');
}

// ---- strings

// UTF-8 without surrogates and what is too long or too large (Unicode, table 3-7).
static void add_characters(PePattern *pattern, uint32_t from, uint32_t to)
{
    const struct {
        unsigned char low, high, next_low, next_high;
        unsigned n_more; // bytes 80 … BF after the second one
    } rows[] = {{0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1},
                {0xe1, 0xec, 0x80, 0xbf, 1}, {0xed, 0xed, 0x80, 0x9f, 1},
                {0xee, 0xef, 0x80, 0xbf, 1}, {0xf0, 0xf0, 0x90, 0xbf, 2},
                {0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2}};
    // last[n]: n bytes more lead to to.
    const uint32_t last[] = {to, pe_pattern_state(pattern), pe_pattern_state(pattern)};
    pe_pattern_edge(pattern, last[2], last[1], 0x80, 0xbf);
    pe_pattern_edge(pattern, last[1], last[0], 0x80, 0xbf);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint32_t second = pe_pattern_state(pattern);
        pe_pattern_edge(pattern, from, second, rows[i].low, rows[i].high);
        pe_pattern_edge(pattern, second, last[rows[i].n_more], rows[i].next_low,
                        rows[i].next_high);
    }
    pe_pattern_edge(pattern, from, to, ' ', '!');
    pe_pattern_edge(pattern, from, to, '#', '[');
    pe_pattern_edge(pattern, from, to, ']', 0x7f);
}

static void add_digit_16(PePattern *pattern, uint32_t from, uint32_t to)
{
    pe_pattern_edge(pattern, from, to, '0', '9');
    pe_pattern_edge(pattern, from, to, 'A', 'F');
    pe_pattern_edge(pattern, from, to, 'a', 'f');
}

// \uXXXX but for D800 … DFFF.
static void add_code(PePattern *pattern, uint32_t from, uint32_t to)
{
    uint32_t states[4];
    for (size_t i = 0; i < 4; i++)
        states[i] = pe_pattern_state(pattern);
    const uint32_t after_d = pe_pattern_state(pattern);
    pe_pattern_edge(pattern, from, states[0], 'u', 'u');
    pe_pattern_edge(pattern, states[0], states[1], '0', '9');
    pe_pattern_edge(pattern, states[0], states[1], 'A', 'C');
    pe_pattern_edge(pattern, states[0], states[1], 'E', 'F');
    pe_pattern_edge(pattern, states[0], states[1], 'a', 'c');
    pe_pattern_edge(pattern, states[0], states[1], 'e', 'f');
    pe_pattern_edge(pattern, states[0], after_d, 'D', 'D');
    pe_pattern_edge(pattern, states[0], after_d, 'd', 'd');
    pe_pattern_edge(pattern, after_d, states[2], '0', '7');
    add_digit_16(pattern, states[1], states[2]);
    add_digit_16(pattern, states[2], states[3]);
    add_digit_16(pattern, states[3], to);
}

// One character, or one escape.
static void add_character(PePattern *pattern, uint32_t from, uint32_t to)
{
    const uint32_t escape = pe_pattern_state(pattern);
    add_characters(pattern, from, to);
    pe_pattern_edge(pattern, from, escape, '\\', '\\');
    for (const char *c = "\"\\/bfnrt"; *c != '\0'; c++)
        pe_pattern_edge(pattern, escape, to, (unsigned char)*c, (unsigned char)*c);
    add_code(pattern, escape, to);
}

PePiece pe_json_string(PePattern *pattern, size_t n_least, size_t n_most)
{
    const PePiece string = {pe_pattern_state(pattern), pe_pattern_state(pattern)};
    uint32_t at = pe_pattern_state(pattern);
    pe_pattern_edge(pattern, string.start, at, '"', '"');
    for (size_t n = 0;; n++) {
        if (n >= n_least) pe_pattern_edge(pattern, at, string.end, '"', '"');
        if (n == n_most || pattern->is_full) return string;
        const bool is_last = n_most == PE_JSON_NO_LIMIT && n >= n_least;
        const uint32_t next = is_last ? at : pe_pattern_state(pattern);
        add_character(pattern, at, next);
        if (is_last) return string;
        at = next;
    }
}

// ---- numbers

static void add_digits(PePattern *pattern, uint32_t from, uint32_t to)
{
    pe_pattern_edge(pattern, from, to, '0', '9');
    pe_pattern_edge(pattern, to, to, '0', '9');
}

PePiece pe_json_integer(PePattern *pattern)
{
    const uint32_t start = pe_pattern_state(pattern), first = pe_pattern_state(pattern),
                   digits = pe_pattern_state(pattern), end = pe_pattern_state(pattern);
    pe_pattern_edge(pattern, start, first, '-', '-');
    pe_pattern_skip(pattern, start, first);
    pe_pattern_edge(pattern, first, end, '0', '0');
    pe_pattern_edge(pattern, first, digits, '1', '9');
    pe_pattern_edge(pattern, digits, digits, '0', '9');
    pe_pattern_skip(pattern, digits, end);
    return (PePiece){start, end};
}

PePiece pe_json_number(PePattern *pattern)
{
    const PePiece whole = pe_json_integer(pattern);
    const uint32_t point = pe_pattern_state(pattern), fraction = pe_pattern_state(pattern),
                   e = pe_pattern_state(pattern), sign = pe_pattern_state(pattern),
                   exponent = pe_pattern_state(pattern), end = pe_pattern_state(pattern);
    pe_pattern_edge(pattern, whole.end, point, '.', '.');
    add_digits(pattern, point, fraction);
    for (size_t i = 0; i < 2; i++) {
        const uint32_t before = i == 0 ? whole.end : fraction;
        pe_pattern_edge(pattern, before, e, 'E', 'E');
        pe_pattern_edge(pattern, before, e, 'e', 'e');
        pe_pattern_skip(pattern, before, end);
    }
    pe_pattern_edge(pattern, e, sign, '+', '+');
    pe_pattern_edge(pattern, e, sign, '-', '-');
    pe_pattern_skip(pattern, e, sign);
    add_digits(pattern, sign, exponent);
    pe_pattern_skip(pattern, exponent, end);
    return (PePiece){whole.start, end};
}

// ---- anything

static void add_between(PePattern *pattern, PePiece whole, PePiece within)
{
    pe_pattern_skip(pattern, whole.start, within.start);
    pe_pattern_skip(pattern, within.end, whole.end);
}

static PePiece any_list(PePattern *pattern, unsigned depth)
{
    const PePiece list = {pe_pattern_state(pattern), pe_pattern_state(pattern)};
    const uint32_t opened = pe_pattern_state(pattern), closing = pe_pattern_state(pattern);
    const PePiece item = pe_json_value(pattern, depth - 1);
    pe_pattern_edge(pattern, list.start, opened, '[', '[');
    pe_pattern_skip(pattern, opened, item.start);
    pe_pattern_skip(pattern, opened, closing);
    pe_json_comma(pattern, item.end, item.start);
    pe_pattern_skip(pattern, item.end, closing);
    pe_pattern_edge(pattern, closing, list.end, ']', ']');
    return list;
}

PePiece pe_json_object(PePattern *pattern, unsigned depth)
{
    const PePiece object = {pe_pattern_state(pattern), pe_pattern_state(pattern)};
    const uint32_t opened = pe_pattern_state(pattern), closing = pe_pattern_state(pattern);
    const PePiece key = pe_json_string(pattern, 0, PE_JSON_NO_LIMIT);
    const PePiece value = pe_json_value(pattern, depth - 1);
    pe_pattern_edge(pattern, object.start, opened, '{', '{');
    pe_pattern_skip(pattern, opened, key.start);
    pe_pattern_skip(pattern, opened, closing);
    pe_json_colon(pattern, key.end, value.start);
    pe_json_comma(pattern, value.end, key.start);
    pe_pattern_skip(pattern, value.end, closing);
    pe_pattern_edge(pattern, closing, object.end, '}', '}');
    return object;
}

PePiece pe_json_value(PePattern *pattern, unsigned depth)
{
    const PePiece value = {pe_pattern_state(pattern), pe_pattern_state(pattern)};
    add_between(pattern, value, pe_json_string(pattern, 0, PE_JSON_NO_LIMIT));
    add_between(pattern, value, pe_json_number(pattern));
    add_between(pattern, value, pe_pattern_text(pattern, "true", 4));
    add_between(pattern, value, pe_pattern_text(pattern, "false", 5));
    add_between(pattern, value, pe_pattern_text(pattern, "null", 4));
    if (depth == 0 || pattern->is_full) return value;
    add_between(pattern, value, any_list(pattern, depth));
    add_between(pattern, value, pe_json_object(pattern, depth));
    return value;
}
