#include "reports/shared/number.h"

#include <math.h>
#include <string.h>

#define NS_PER_S 1000000000
#define MOST_DECIMALS 12

void ps_number_append_count(GString *out, size_t count)
{
    char digits[24];
    size_t n_digits = (size_t)g_snprintf(digits, sizeof digits, "%zu", count);
    for (size_t i = 0; i < n_digits; i++) {
        if (i > 0 && (n_digits - i) % 3 == 0) g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
}

// Appends |value| with n_decimals, thousands grouped.
static void append_grouped(GString *out, double value, int n_decimals)
{
    char format[8], text[64];
    g_snprintf(format, sizeof format, "%%.%df", n_decimals);
    g_ascii_formatd(text, sizeof text, format, fabs(value));
    size_t n_digits = strcspn(text, ".");
    for (size_t i = 0; i < n_digits; i++) {
        if (i > 0 && (n_digits - i) % 3 == 0) g_string_append_c(out, ',');
        g_string_append_c(out, text[i]);
    }
    g_string_append(out, text + n_digits);
}

static bool rounds_to_zero(double value, int n_decimals)
{
    return fabs(value) < 0.5 * pow(10, -n_decimals);
}

// Appends value in fixed point; "+" before a positive one if is_signed. Beyond 1e15, where
// fixed point would state digits that a double does not hold, in scientific notation.
static void append_fixed(GString *out, double value, int n_decimals, bool is_signed)
{
    if (!isfinite(value)) {
        g_string_append(out, "n/a");
        return;
    }
    bool is_zero = rounds_to_zero(value, n_decimals);
    if (value < 0 && !is_zero)
        g_string_append(out, PS_MINUS);
    else if (is_signed && !is_zero)
        g_string_append_c(out, '+');
    if (fabs(value) < 1e15) {
        append_grouped(out, value, n_decimals);
        return;
    }
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.3g", fabs(value)));
}

static bool is_percent(const PsMetric *metric)
{
    return strcmp(metric->unit, "%") == 0;
}

// Percent have one decimal; other units three significant digits, at most three decimals. Small
// sums of money are no less money: they keep their three digits.
static int count_decimals(const PsMetric *metric, double printed)
{
    if (is_percent(metric)) return 1;
    double size = fabs(printed);
    if (size >= 100) return 0;
    if (size >= 10) return 1;
    if (size >= 1) return 2;
    bool is_small_money = strcmp(metric->unit, "$") == 0 && size > 0;
    return is_small_money ? MIN(2 - (int)floor(log10(size)), MOST_DECIMALS) : 3;
}

static void append_unit(GString *out, const PsMetric *metric, const char *percent)
{
    if (is_percent(metric)) {
        g_string_append(out, percent);
    } else if (*metric->unit) {
        g_string_append_c(out, ' ');
        g_string_append(out, metric->unit);
    }
}

void ps_number_append_value(GString *out, const PsMetric *metric, double value)
{
    double printed = value * metric->unit_scale;
    append_fixed(out, printed, count_decimals(metric, printed), false);
    append_unit(out, metric, "%");
}

// Both ends get the decimals of the end that is further from zero.
static void
append_ends(GString *out, const PsMetric *metric, double low, double high, bool is_signed)
{
    low *= metric->unit_scale;
    high *= metric->unit_scale;
    int n_decimals = count_decimals(metric, MAX(fabs(low), fabs(high)));
    g_string_append_c(out, '[');
    append_fixed(out, low, n_decimals, is_signed);
    g_string_append(out, ", ");
    append_fixed(out, high, n_decimals, is_signed);
    g_string_append_c(out, ']');
}

void ps_number_append_interval(GString *out, const PsMetric *metric, double low, double high)
{
    append_ends(out, metric, low, high, false);
}

void ps_number_append_difference(GString *out, const PsMetric *metric, double difference)
{
    double printed = difference * metric->unit_scale;
    append_fixed(out, printed, count_decimals(metric, printed), true);
    append_unit(out, metric, " pp");
}

void ps_number_append_difference_interval(GString *out,
                                          const PsMetric *metric,
                                          double low,
                                          double high)
{
    append_ends(out, metric, low, high, true);
}

void ps_number_append_ms(GString *out, double ms)
{
    if (!isfinite(ms)) {
        g_string_append(out, "n/a");
    } else if (fabs(ms) >= 1000) {
        append_fixed(out, ms / 1000, 2, false);
        g_string_append(out, " s");
    } else {
        append_fixed(out, ms, fabs(ms) < 10 ? 2 : 0, false);
        g_string_append(out, " ms");
    }
}

void ps_number_append_bytes(GString *out, size_t n_bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double size = (double)n_bytes;
    size_t unit = 0;
    for (; size >= 1000 && unit + 1 < G_N_ELEMENTS(units); unit++)
        size /= 1000;
    append_fixed(out, size, unit == 0 || size >= 100 ? 0 : 1, false);
    g_string_append_c(out, ' ');
    g_string_append(out, units[unit]);
}

static bool append_calendar(GString *out, int64_t unix_ns, const char *format)
{
    if (unix_ns <= 0) return false;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(unix_ns / NS_PER_S);
    if (time == NULL) return false;
    g_autofree char *text = g_date_time_format(time, format);
    g_string_append(out, text);
    return true;
}

void ps_number_append_time(GString *out, int64_t unix_ns)
{
    if (!append_calendar(out, unix_ns, "%Y-%m-%d %H:%M:%S UTC"))
        g_string_append(out, "unknown");
}

void ps_number_append_time_rfc3339(GString *out, int64_t unix_ns)
{
    append_calendar(out, unix_ns, "%Y-%m-%dT%H:%M:%SZ");
}

void ps_number_append_duration(GString *out, int64_t duration_ns)
{
    if (duration_ns < 60 * (int64_t)NS_PER_S) {
        append_fixed(out, (double)MAX(duration_ns, 0) / NS_PER_S, 1, false);
        g_string_append(out, " s");
        return;
    }
    int64_t seconds = duration_ns / NS_PER_S;
    int minute = (int)(seconds / 60 % 60), second = (int)(seconds % 60);
    if (seconds >= 3600)
        g_string_append_printf(out, "%" G_GINT64_FORMAT " h %02d min ", seconds / 3600, minute);
    else
        g_string_append_printf(out, "%d min ", minute);
    g_string_append_printf(out, "%02d s", second);
}
