#include "metrics/shared/temporal.h"

#include <math.h>
#include <string.h>

enum { MAX_DIGITS = 30 }; // of a number, its point included

// ---- Times (rule 3) -------------------------------------------------------------------------

// A time in a text: bytes start … end-1.
typedef struct {
    double seconds;
    const char *start, *end;
} Time;

// Digits, with a fraction if there is one. More of them than a time has are infinite.
static double read_number(const char **at)
{
    const char *start = *at;
    while (g_ascii_isdigit(**at))
        ++*at;
    if (**at == '.' && g_ascii_isdigit((*at)[1]))
        for (++*at; g_ascii_isdigit(**at);)
            ++*at;
    char digits[MAX_DIGITS + 1];
    const size_t length = (size_t)(*at - start);
    if (length > MAX_DIGITS) return INFINITY;
    memcpy(digits, start, length);
    digits[length] = '\0';
    return g_ascii_strtod(digits, NULL);
}

// Behind ":" just two digits stand, and perhaps a fraction.
static bool is_clock_field(const char *at)
{
    return at[0] == ':' && g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2])
           && !g_ascii_isdigit(at[3]);
}

static double read_seconds(const char **at)
{
    double seconds = read_number(at);
    for (int i = 0; i < 2 && is_clock_field(*at); i++) {
        ++*at;
        seconds = 60 * seconds + read_number(at);
    }
    return seconds;
}

static const char *skip_spaces(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

static const char *skip_unit(const char *at)
{
    static const char *const units[] = {"seconds", "second", "secs", "sec", "s"};
    const char *unit = skip_spaces(at);
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        const size_t length = strlen(units[i]);
        if (g_ascii_strncasecmp(unit, units[i], length) == 0 && !g_ascii_isalnum(unit[length]))
            return unit + length;
    }
    return at;
}

// The first time at or after text; it must not begin inside a word or a number.
static bool find_time(const char *text, const char *at, Time *time)
{
    for (; *at; at++) {
        if (!g_ascii_isdigit(*at)) continue;
        if (at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '.' || at[-1] == ':')) continue;
        const char *start = at;
        const double seconds = read_seconds(&at);
        *time = (Time){seconds, start, skip_unit(at)};
        return true;
    }
    return false;
}

// ---- Spans ----------------------------------------------------------------------------------

// Whether nothing but one connecting word stands between two times (rule 4).
static bool is_connection(const char *start, const char *end)
{
    static const char *const connections[] = {"-", "–", "—", "to", "and", "until", "till", ","};
    start = skip_spaces(start);
    while (end > start && g_ascii_isspace(end[-1]))
        end--;
    const size_t length = (size_t)(end - start);
    for (size_t i = 0; i < G_N_ELEMENTS(connections); i++) {
        if (length == strlen(connections[i])
            && g_ascii_strncasecmp(start, connections[i], length) == 0)
            return true;
    }
    return false;
}

// Rule 5.
static PsTimeSpan span_of(Time first, Time second)
{
    return (PsTimeSpan){.start_s = MIN(first.seconds, second.seconds),
                        .end_s = MAX(first.seconds, second.seconds)};
}

bool ps_time_span_read(const char *text, PsTimeSpan *span)
{
    Time first, second;
    if (!find_time(text, text, &first) || !find_time(text, first.end, &second)) return false;
    *span = span_of(first, second);
    do {
        if (is_connection(first.end, second.start)) {
            *span = span_of(first, second);
            break;
        }
        first = second;
    } while (find_time(text, first.end, &second));
    return isfinite(span->end_s);
}

double ps_time_span_iou(PsTimeSpan first, PsTimeSpan second)
{
    const double hull = MAX(first.end_s, second.end_s) - MIN(first.start_s, second.start_s);
    const double overlap = MIN(first.end_s, second.end_s) - MAX(first.start_s, second.start_s);
    return hull > 0 ? MAX(overlap, 0) / hull : 0;
}

// ---- Scores ---------------------------------------------------------------------------------

bool ps_temporal_score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsTimeSpan answer, truth;
    const bool has_span = ps_time_span_read(response->answer, &answer);
    bool has_truth = false;
    stats[0] = 0;
    stats[1] = 1;
    for (size_t i = 0; i < sample->n_references; i++) {
        if (!ps_time_span_read(sample->references[i], &truth)) continue;
        has_truth = true;
        const double iou = has_span ? ps_time_span_iou(answer, truth) : 0;
        stats[0] = MAX(stats[0], iou);
    }
    return has_truth;
}

bool ps_temporal_score_hit(const PsSample *sample,
                           const PsResponse *response,
                           double least,
                           double *stats)
{
    if (!ps_temporal_score(sample, response, stats)) return false;
    stats[0] = stats[0] >= least ? 1 : 0;
    return true;
}
