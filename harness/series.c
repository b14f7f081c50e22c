#include "harness/series.h"

#include "harness/error.h"
#include "harness/media_codec.h"

#include <math.h>
#include <string.h>

#define TYPE_CSV "text/csv"
#define TYPE_HDF5 "application/x-hdf5"
#define HDF5_MAGIC "\x89HDF\r\n\x1a\n"

PsSeries *ps_series_new(size_t n_rows, size_t n_channels)
{
    PsSeries *series = g_new0(PsSeries, 1);
    series->n_rows = n_rows;
    series->n_channels = n_channels;
    series->channels = g_new0(PsChannel, n_channels);
    for (size_t i = 0; i < n_channels; i++) {
        series->channels[i].values = g_try_new(double, n_rows);
        if (series->channels[i].values == NULL && n_rows > 0)
            return ps_series_free(series), NULL;
    }
    return series;
}

void ps_series_free(PsSeries *series)
{
    if (series == NULL) return;
    for (size_t i = 0; i < series->n_channels; i++) {
        g_free(series->channels[i].name);
        g_free(series->channels[i].unit);
        g_free(series->channels[i].values);
        for (size_t row = 0; series->channels[i].words != NULL && row < series->n_rows; row++)
            g_free(series->channels[i].words[row]);
        g_free(series->channels[i].words);
    }
    g_free(series->channels);
    g_free(series->time_column);
    g_free(series);
}

GRecMutexLocker *ps_hdf5_lock(void)
{
    static GRecMutex mutex;
    return g_rec_mutex_locker_new(&mutex);
}

static bool is_hdf5(const PsMedia *media)
{
    size_t length;
    const void *bytes = g_bytes_get_data(media->bytes, &length);
    return length >= 8 && memcmp(bytes, HDF5_MAGIC, 8) == 0;
}

const char *ps_series_type(const PsMedia *media)
{
    return is_hdf5(media) ? TYPE_HDF5 : TYPE_CSV;
}

PsSeries *ps_series_decode(const PsMedia *media, GError **error)
{
    size_t length;
    const char *text = g_bytes_get_data(media->bytes, &length);
    if (length == 0 || length > PS_MEDIA_MAX_BYTES)
        return ps_fail_null(error, PS_ERROR_DATA, "a series of %zu bytes is not read", length);
    if (!is_hdf5(media)) return ps_series_from_csv(text, length, error);
    const PsMediaCodec *codec = ps_media_codec(error);
    if (codec == NULL) return NULL;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_lock();
    return codec->series_decode(media, error);
}

PsMedia *ps_series_encode(const PsSeries *series, const char *type, GError **error)
{
    if (strcmp(type, TYPE_CSV) == 0) {
        GString *text = g_string_new(NULL);
        ps_series_append_csv(text, series);
        g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
        return ps_media_new(bytes, TYPE_CSV, NULL);
    }
    const PsMediaCodec *codec = ps_media_codec(error);
    if (codec == NULL) return NULL;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_lock();
    return codec->series_encode(series, error);
}

// ---- as text

static void append_number(GString *out, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isnan(value))
        g_string_append(out, g_ascii_formatd(digits, sizeof digits, "%.6g", value));
}

static void
append_title(GString *out, const PsChannel *channel, size_t number, const char *suffix)
{
    if (out->str[out->len - 1] != '\n') g_string_append_c(out, ',');
    if (channel->name[0] == '\0')
        g_string_append_printf(out, "channel %zu", number + 1);
    else
        g_string_append(out, channel->name);
    g_string_append(out, suffix);
    if (channel->unit[0] != '\0') g_string_append_printf(out, " [%s]", channel->unit);
}

// Mean, least and greatest of the rows from first to end that are there.
static void append_stretch(GString *out, const PsChannel *channel, size_t first, size_t end)
{
    double sum = 0, least = NAN, greatest = NAN;
    size_t n = 0;
    for (size_t row = first; row < end; row++) {
        double value = channel->values[row];
        if (isnan(value)) continue;
        sum += value;
        least = fmin(least, value);
        greatest = fmax(greatest, value);
        n++;
    }
    append_number(out, n > 0 ? sum / (double)n : NAN);
    g_string_append_c(out, ',');
    append_number(out, least);
    g_string_append_c(out, ',');
    append_number(out, greatest);
}

static void append_head(GString *out, const PsSeries *series, size_t n_lines)
{
    g_string_append_printf(out, "Series: %zu rows, %zu channels", series->n_rows,
                           series->n_channels);
    if (series->rate_hz > 0) {
        g_string_append(out, ", ");
        append_number(out, series->rate_hz);
        g_string_append(out, " Hz");
    }
    if (n_lines < series->n_rows)
        g_string_append_printf(out, "; %zu lines, each of about %.3g rows: mean, min, max",
                               n_lines, (double)series->n_rows / (double)n_lines);
    g_string_append_c(out, '\n');
}

static void append_titles(GString *out, const PsSeries *series, bool is_reduced)
{
    static const char *const suffixes[] = {" mean", " min", " max"};
    if (series->rate_hz > 0) g_string_append(out, "time [s]");
    for (size_t i = 0; i < series->n_channels; i++) {
        const PsChannel *channel = &series->channels[i];
        bool has_three = is_reduced && channel->words == NULL;
        for (size_t s = 0; s < (has_three ? G_N_ELEMENTS(suffixes) : 1); s++)
            append_title(out, channel, i, has_three ? suffixes[s] : "");
    }
    g_string_append_c(out, '\n');
}

static void
append_cell(GString *out, const PsChannel *channel, size_t first, size_t end, bool is_reduced)
{
    if (channel->words != NULL)
        ps_series_append_word(out, channel->words[first]);
    else if (is_reduced)
        append_stretch(out, channel, first, end);
    else
        append_number(out, channel->values[first]);
}

static void
append_line(GString *out, const PsSeries *series, size_t first, size_t end, bool is_reduced)
{
    bool has_time = series->rate_hz > 0;
    if (has_time) append_number(out, (double)first / series->rate_hz);
    for (size_t i = 0; i < series->n_channels; i++) {
        if (i > 0 || has_time) g_string_append_c(out, ',');
        append_cell(out, &series->channels[i], first, end, is_reduced);
    }
    g_string_append_c(out, '\n');
}

char *ps_series_text(const PsSeries *series, size_t rows_most)
{
    GString *out = g_string_new(NULL);
    size_t n_lines = MIN(series->n_rows, MAX(rows_most, 1));
    bool is_reduced = n_lines < series->n_rows;
    append_head(out, series, n_lines);
    append_titles(out, series, is_reduced);
    for (size_t i = 0; i < n_lines; i++)
        append_line(out, series, i * series->n_rows / n_lines,
                    (i + 1) * series->n_rows / n_lines, is_reduced);
    return g_string_free(out, false);
}
