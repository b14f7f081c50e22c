// CSV (RFC 4180) with these conventions: commas, or semicolons or tabs where the first line has
// more of these; a first line of names, each with its unit behind it in brackets or parentheses
// ("pressure [kPa]"); lines that begin with '#' are comments, of which "# rate_hz: 100" states
// the rate; an empty cell, "nan", "na" and "null" are missing; cells hold no line breaks. A
// column with a cell that is no number holds words. A first column called "time", "time_s" or
// "t" in seconds (unit "s" or none), whose steps are all alike within 1 %, is the rate and not
// a channel; so that rate and values are read back as they were written.
#include "harness/error.h"
#include "harness/series.h"

#include <math.h>
#include <string.h>

#define CELL_MOST 4096 // bytes; the rest of a longer one is left out

typedef struct {
    const char *at, *end;
    size_t line; // of what is at hand, from 1
    char separator;
    double rate_hz;
    PsSeries *series; // names and units; rows when all lines were looked at
    bool *is_words;   // [n_channels]
    size_t n_rows;
} Csv;

static void csv_clear(Csv *csv)
{
    ps_series_free(csv->series);
    g_free(csv->is_words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Csv, csv_clear)

static void read_comment(Csv *csv, const char *line, size_t length)
{
    g_autofree char *text = g_strndup(line, length);
    char *key = g_strstrip(text + 1);
    if (!g_str_has_prefix(key, "rate_hz")) return;
    key += strcspn(key, ":=");
    double rate_hz = *key != '\0' ? g_ascii_strtod(key + 1, NULL) : 0;
    if (rate_hz > 0 && rate_hz <= 1e9) csv->rate_hz = rate_hz;
}

// The next line that holds something; false at the end. Its length is without the line end.
static bool next_line(Csv *csv, const char **line, size_t *length)
{
    while (csv->at < csv->end) {
        const char *start = csv->at;
        const char *newline = memchr(start, '\n', (size_t)(csv->end - start));
        const char *stop = newline != NULL ? newline : csv->end;
        csv->at = newline != NULL ? newline + 1 : csv->end;
        csv->line++;
        if (stop > start && stop[-1] == '\r') stop--;
        if (stop > start && *start == '#') read_comment(csv, start, (size_t)(stop - start));
        if (stop == start || *start == '#') continue;
        *line = start;
        *length = (size_t)(stop - start);
        return true;
    }
    return false;
}

// Copies the next cell of a line into cell; false if there is none. Quotes are taken off.
static bool next_cell(const Csv *csv, const char **at, const char *stop, char cell[CELL_MOST])
{
    if (*at > stop) return false;
    size_t n = 0;
    bool is_quoted = false;
    const char *c = *at;
    for (; c < stop && (is_quoted || *c != csv->separator); c++) {
        if (*c == '"') {
            bool is_escaped = is_quoted && c + 1 < stop && c[1] == '"';
            if (!is_escaped) {
                is_quoted = !is_quoted;
                continue;
            }
            c++;
        }
        if (n + 1 < CELL_MOST) cell[n++] = *c;
    }
    cell[n] = '\0';
    g_strstrip(cell);
    *at = c + 1;
    return true;
}

static char find_separator(const char *line, size_t length)
{
    static const char separators[] = {',', ';', '\t'};
    size_t counts[G_N_ELEMENTS(separators)] = {0}, best = 0;
    for (size_t i = 0; i < length; i++)
        for (size_t s = 0; s < G_N_ELEMENTS(separators); s++)
            counts[s] += line[i] == separators[s];
    for (size_t s = 1; s < G_N_ELEMENTS(separators); s++)
        if (counts[s] > counts[best]) best = s;
    return separators[best];
}

static bool is_missing(const char *cell)
{
    return *cell == '\0' || g_ascii_strcasecmp(cell, "nan") == 0
           || g_ascii_strcasecmp(cell, "na") == 0 || g_ascii_strcasecmp(cell, "null") == 0;
}

static bool read_number(const char *cell, double *value)
{
    char *end;
    *value = NAN;
    if (is_missing(cell)) return true;
    *value = g_ascii_strtod(cell, &end);
    return end != cell && *end == '\0' && isfinite(*value);
}

// "pressure [kPa]" → "pressure" and "kPa".
static void split_unit(const char *title, PsChannel *channel)
{
    size_t length = strlen(title);
    const char *open = NULL;
    if (length > 0 && title[length - 1] == ']') open = strrchr(title, '[');
    if (length > 0 && title[length - 1] == ')') open = strrchr(title, '(');
    if (open == NULL || open == title) {
        channel->name = g_utf8_make_valid(title, -1);
        channel->unit = g_strdup("");
        return;
    }
    g_autofree char *name = g_strndup(title, (size_t)(open - title));
    g_autofree char *unit = g_strndup(open + 1, length - (size_t)(open - title) - 2);
    channel->name = g_utf8_make_valid(g_strchomp(name), -1);
    channel->unit = g_utf8_make_valid(g_strstrip(unit), -1);
}

// Whether the first line is data already.
static bool is_numeric(const Csv *csv, const char *line, size_t length)
{
    char cell[CELL_MOST];
    double value;
    const char *at = line;
    while (next_cell(csv, &at, line + length, cell))
        if (!read_number(cell, &value)) return false;
    return true;
}

// Counts a row, and notes which columns hold words.
static bool look_at_row(Csv *csv, const char *line, size_t length, GError **error)
{
    char cell[CELL_MOST];
    const char *at = line;
    size_t n = 0, n_channels = csv->series->n_channels;
    for (; next_cell(csv, &at, line + length, cell); n++) {
        double value;
        if (n == n_channels)
            return ps_fail(error, PS_ERROR_DATA, "line %zu has more than %zu cells", csv->line,
                           n_channels);
        csv->is_words[n] |= !read_number(cell, &value);
    }
    if (n < n_channels)
        return ps_fail(error, PS_ERROR_DATA, "line %zu has %zu cells of %zu", csv->line, n,
                       n_channels);
    return ++csv->n_rows * n_channels <= PS_SERIES_MAX_VALUES
           || ps_fail(error, PS_ERROR_DATA, "the series holds more than %u values",
                      PS_SERIES_MAX_VALUES);
}

static void fill_row(Csv *csv, const char *line, size_t length, size_t row)
{
    char cell[CELL_MOST];
    const char *at = line;
    for (size_t n = 0; next_cell(csv, &at, line + length, cell); n++) {
        PsChannel *channel = &csv->series->channels[n];
        if (channel->values != NULL)
            read_number(cell, &channel->values[row]);
        else if (!is_missing(cell))
            channel->words[row] = g_utf8_make_valid(cell, -1);
    }
}

// The first line: names, or the first row of channels that have none (*is_data).
static bool read_head(Csv *csv, const char *line, size_t length, bool *is_data, GError **error)
{
    char cell[CELL_MOST];
    const char *at = line;
    csv->separator = find_separator(line, length);
    *is_data = is_numeric(csv, line, length);
    g_autoptr(GArray) channels = g_array_new(false, true, sizeof(PsChannel));
    while (next_cell(csv, &at, line + length, cell)) {
        PsChannel channel = {0};
        split_unit(*is_data ? "" : cell, &channel);
        g_array_append_val(channels, channel);
    }
    csv->series = g_new0(PsSeries, 1);
    csv->series->n_channels = channels->len;
    csv->series->channels = g_array_steal(channels, NULL);
    csv->is_words = g_new0(bool, csv->series->n_channels);
    return csv->series->n_channels <= PS_SERIES_MAX_CHANNELS
           || ps_fail(error, PS_ERROR_DATA, "the series has more than %d channels",
                      PS_SERIES_MAX_CHANNELS);
}

static bool make_room(Csv *csv, GError **error)
{
    PsSeries *series = csv->series;
    if (csv->n_rows == 0)
        return ps_fail(error, PS_ERROR_DATA, "the series has names and no rows");
    series->n_rows = csv->n_rows;
    for (size_t i = 0; i < series->n_channels; i++) {
        PsChannel *channel = &series->channels[i];
        if (csv->is_words[i])
            channel->words = g_try_new0(char *, csv->n_rows);
        else
            channel->values = g_try_new(double, csv->n_rows);
        if (channel->words == NULL && channel->values == NULL)
            return ps_fail(error, PS_ERROR_DATA, "the series is too long for the memory");
    }
    return true;
}

static bool is_time(const PsChannel *channel)
{
    static const char *const names[] = {"time", "time_s", "t", NULL};
    bool is_named = false;
    for (size_t i = 0; names[i] != NULL; i++)
        is_named |= g_ascii_strcasecmp(channel->name, names[i]) == 0;
    return is_named && (channel->unit[0] == '\0' || strcmp(channel->unit, "s") == 0);
}

// The rate of evenly spaced times, or 0.
static double rate_of(const double *times_s, size_t n_rows)
{
    if (n_rows < 2) return 0;
    double step_s = (times_s[n_rows - 1] - times_s[0]) / (double)(n_rows - 1);
    if (!(step_s > 0)) return 0;
    for (size_t i = 1; i < n_rows; i++)
        if (!(fabs(times_s[i] - times_s[i - 1] - step_s) <= 0.01 * step_s)) return 0;
    return 1 / step_s;
}

static PsSeries *take_series(Csv *csv)
{
    PsSeries *series = g_steal_pointer(&csv->series);
    PsChannel *first = &series->channels[0];
    series->rate_hz = csv->rate_hz;
    if (!is_time(first) || first->values == NULL || series->n_channels == 1) return series;
    double rate_hz = rate_of(first->values, series->n_rows);
    if (rate_hz == 0) return series;
    series->rate_hz = rate_hz;
    series->start_s = first->values[0];
    series->time_column = *first->unit != '\0'
                              ? g_strdup_printf("%s [%s]", first->name, first->unit)
                              : g_strdup(first->name);
    g_free(first->name);
    g_free(first->unit);
    g_free(first->values);
    memmove(first, first + 1, --series->n_channels * sizeof *first);
    return series;
}

// All lines are looked at before there is room for any, and then read again.
static bool read_rows(Csv *csv, GError **error)
{
    const char *line;
    size_t n;
    bool is_data;
    if (!next_line(csv, &line, &n)) return ps_fail(error, PS_ERROR_DATA, "the series is empty");
    if (!read_head(csv, line, n, &is_data, error)) return false;
    const char *rows = is_data ? line : csv->at;
    if (is_data) csv->at = line, csv->line--;
    while (next_line(csv, &line, &n))
        if (!look_at_row(csv, line, n, error)) return false;
    if (!make_room(csv, error)) return false;
    csv->at = rows;
    for (size_t row = 0; next_line(csv, &line, &n); row++)
        fill_row(csv, line, n, row);
    return true;
}

PsSeries *ps_series_from_csv(const char *text, size_t length, GError **error)
{
    g_auto(Csv) csv = {.at = text, .end = text + length};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) csv.at += 3;
    if (memchr(text, '\0', length) != NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "the series is neither text nor HDF5");
    return read_rows(&csv, error) ? take_series(&csv) : NULL;
}
