#include "metrics/shared/python_float.h"

#include <string.h>
#include <utf8proc.h>

// Longer than this, digits are still read, into memory that is allocated.
enum { NUMBER_FIXED = 64 };

static bool is_float_space(uint32_t c)
{
    return c == ' ' || c - 0x09 < 5 || (c >= 0x80 && ps_is_space(c));
}

bool ps_is_digit(uint32_t c)
{
    return c - '0' < 10
           || (c >= 0x80 && utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ND);
}

// The value of a decimal digit: they come in runs of ten from zero to nine (a promise of the
// Unicode stability policy), and runs may follow each other.
static unsigned digit_value(uint32_t c)
{
    if (c < 0x80) return c - '0';
    uint32_t zero = c;
    while (utf8proc_category((utf8proc_int32_t)zero - 1) == UTF8PROC_CATEGORY_ND)
        zero--;
    return (c - zero) % 10;
}

// Rules 2 and 3: slice as ASCII, white space taken off, into out[slice.n + 1]. False if it
// holds anything that no number does.
static bool number_to_ascii(PsSlice slice, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < slice.n; i++) {
        const uint32_t c = slice.at[i];
        if (ps_is_digit(c)) {
            out[n++] = (char)('0' + digit_value(c));
        } else if (c == '_') {
            if (i == 0 || i + 1 == slice.n) return false;
            if (!ps_is_digit(slice.at[i - 1]) || !ps_is_digit(slice.at[i + 1])) return false;
        } else if (c < 0x80) {
            out[n++] = (char)c;
        } else {
            return false;
        }
    }
    out[n] = '\0';
    return true;
}

static size_t skip_digits(const char **at)
{
    const size_t n = strspn(*at, "0123456789");
    *at += n;
    return n;
}

// Rule 4. g_ascii_strtod alone would also take hexadecimal, "nan(1)" and a tail.
static bool is_number(const char *text)
{
    if (*text == '+' || *text == '-') text++;
    for (size_t i = 0; i < 3; i++) {
        static const char *const words[] = {"inf", "infinity", "nan"};
        if (g_ascii_strcasecmp(text, words[i]) == 0) return true;
    }
    size_t n_digits = skip_digits(&text);
    if (*text == '.') {
        text++;
        n_digits += skip_digits(&text);
    }
    if (n_digits == 0) return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        if (*text == '+' || *text == '-') text++;
        if (skip_digits(&text) == 0) return false;
    }
    return *text == '\0';
}

bool ps_python_float(PsSlice slice, double *value)
{
    while (slice.n > 0 && is_float_space(slice.at[0]))
        slice = (PsSlice){slice.at + 1, slice.n - 1};
    while (slice.n > 0 && is_float_space(slice.at[slice.n - 1]))
        slice.n--;
    if (slice.n == 0) return false;
    char fixed[NUMBER_FIXED];
    g_autofree char *grown = slice.n < NUMBER_FIXED ? NULL : g_malloc(slice.n + 1);
    char *ascii = grown ? grown : fixed;
    if (!number_to_ascii(slice, ascii) || !is_number(ascii)) return false;
    *value = g_ascii_strtod(ascii, NULL);
    return true;
}
