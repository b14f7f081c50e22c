// CSV (RFC 4180) with these conventions: commas, or semicolons or tabs where the first line has
// more of these; a first line of names, each with its unit behind it in brackets or parentheses
// ("pressure [kPa]"); lines that begin with '#' are comments, of which "# rate_hz: 100" states
// the rate; an empty cell, "nan", "na" and "null" are missing. A first column called "time",
// "time_s" or "t" in seconds (unit "s" or none), whose steps are all alike within 1 %, is the
// rate and not a channel; so that rate and values are read back as they were written.
#include "harness/error.h"
#include "harness/series.h"

#include <math.h>
#include <string.h>

#define CELL_MOST 256

typedef struct {
    const char *at, *end;
    size_t line; // of what is at hand, from 1
    char separator;
    double rate_hz;
    PsSeries *series;   // names and units; values lie in columns until the end
    GPtrArray *columns; // GArray * of double
} Csv;

static void csv_clear(Csv *csv)
{
    ps_series_free(csv->series);
    if (csv->columns != NULL) g_ptr_array_unref(csv->columns);
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

static bool add_row(Csv *csv, const char *line, size_t length, GError **error)
{
    char cell[CELL_MOST];
    const char *at = line;
    size_t n = 0;
    for (; next_cell(csv, &at, line + length, cell); n++) {
        double value;
        if (n == csv->columns->len)
            return ps_fail(error, PS_ERROR_DATA, "line %zu has more than %u cells", csv->line,
                           csv->columns->len);
        if (!read_number(cell, &value))
            return ps_fail(error, PS_ERROR_DATA, "line %zu: \"%.40s\" is not a number",
                           csv->line, cell);
        g_array_append_val((GArray *)csv->columns->pdata[n], value);
    }
    if (n < csv->columns->len)
        return ps_fail(error, PS_ERROR_DATA, "line %zu has %zu cells of %u", csv->line, n,
                       csv->columns->len);
    size_t n_rows = ((GArray *)csv->columns->pdata[0])->len;
    return n_rows * csv->columns->len <= PS_SERIES_MAX_VALUES
           || ps_fail(error, PS_ERROR_DATA, "the series holds more than %u values",
                      PS_SERIES_MAX_VALUES);
}

static void free_column(void *column)
{
    g_array_unref(column);
}

// The first line: names, or the first row of channels that have none.
static bool read_head(Csv *csv, const char *line, size_t length, GError **error)
{
    char cell[CELL_MOST];
    const char *at = line;
    csv->separator = find_separator(line, length);
    bool is_data = is_numeric(csv, line, length);
    g_autoptr(GArray) channels = g_array_new(false, true, sizeof(PsChannel));
    while (next_cell(csv, &at, line + length, cell)) {
        PsChannel channel = {0};
        split_unit(is_data ? "" : cell, &channel);
        g_array_append_val(channels, channel);
        g_ptr_array_add(csv->columns, g_array_new(false, false, sizeof(double)));
    }
    csv->series = g_new0(PsSeries, 1);
    csv->series->n_channels = channels->len;
    csv->series->channels = g_array_steal(channels, NULL);
    if (csv->columns->len > PS_SERIES_MAX_CHANNELS)
        return ps_fail(error, PS_ERROR_DATA, "the series has more than %d channels",
                       PS_SERIES_MAX_CHANNELS);
    return !is_data || add_row(csv, line, length, error);
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
    series->n_rows = ((GArray *)csv->columns->pdata[0])->len;
    for (size_t i = 0; i < series->n_channels; i++)
        series->channels[i].values = g_array_steal(csv->columns->pdata[i], NULL);
    series->rate_hz = csv->rate_hz;
    PsChannel *first = &series->channels[0];
    double rate_hz =
        is_time(first) && series->n_channels > 1 ? rate_of(first->values, series->n_rows) : 0;
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

PsSeries *ps_series_from_csv(const char *text, size_t length, GError **error)
{
    g_auto(Csv) csv = {.at = text, .end = text + length};
    csv.columns = g_ptr_array_new_with_free_func(free_column);
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) csv.at += 3;
    if (memchr(text, '\0', length) != NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "the series is neither text nor HDF5");
    const char *line;
    size_t n;
    if (!next_line(&csv, &line, &n))
        return ps_fail_null(error, PS_ERROR_DATA, "the series is empty");
    if (!read_head(&csv, line, n, error)) return NULL;
    while (next_line(&csv, &line, &n))
        if (!add_row(&csv, line, n, error)) return NULL;
    if (((GArray *)csv.columns->pdata[0])->len == 0)
        return ps_fail_null(error, PS_ERROR_DATA, "the series has names and no rows");
    return take_series(&csv);
}

// ---- writing

static void append_title(GString *out, const PsChannel *channel, size_t number)
{
    g_autoptr(GString) title = g_string_new(channel->name);
    if (title->len == 0) g_string_printf(title, "channel %zu", number + 1);
    if (channel->unit[0] != '\0') g_string_append_printf(title, " [%s]", channel->unit);
    bool needs_quotes = strpbrk(title->str, ",;\t\"\n#") != NULL;
    if (needs_quotes) {
        g_string_replace(title, "\"", "\"\"", 0);
        g_string_prepend_c(title, '"');
        g_string_append_c(title, '"');
    }
    g_string_append(out, title->str);
}

static void append_double(GString *out, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_dtostr(digits, sizeof digits, value));
}

static void append_titles(GString *out, const PsSeries *series)
{
    if (series->time_column != NULL) g_string_append_printf(out, "%s,", series->time_column);
    for (size_t i = 0; i < series->n_channels; i++) {
        if (i > 0) g_string_append_c(out, ',');
        append_title(out, &series->channels[i], i);
    }
    g_string_append_c(out, '\n');
}

static void append_row(GString *out, const PsSeries *series, size_t row)
{
    if (series->time_column != NULL) {
        append_double(out, series->start_s + (double)row / series->rate_hz);
        g_string_append_c(out, ',');
    }
    for (size_t i = 0; i < series->n_channels; i++) {
        double value = series->channels[i].values[row];
        if (i > 0) g_string_append_c(out, ',');
        if (!isnan(value))
            append_double(out, value);
        else if (series->n_channels == 1) // an empty line would be no row
            g_string_append(out, "nan");
    }
    g_string_append_c(out, '\n');
}

void ps_series_append_csv(GString *out, const PsSeries *series)
{
    if (series->rate_hz > 0 && series->time_column == NULL) {
        g_string_append(out, "# rate_hz: ");
        append_double(out, series->rate_hz);
        g_string_append_c(out, '\n');
    }
    append_titles(out, series);
    for (size_t row = 0; row < series->n_rows; row++)
        append_row(out, series, row);
}
