// CSV as series_csv.c reads it.
#include "harness/series.h"

#include <math.h>
#include <string.h>

void ps_series_append_word(GString *out, const char *word)
{
    if (word == NULL) return;
    bool needs_quotes = strpbrk(word, ",;\t\"\n#") != NULL;
    if (!needs_quotes) {
        g_string_append(out, word);
        return;
    }
    g_autoptr(GString) quoted = g_string_new(word);
    g_string_replace(quoted, "\"", "\"\"", 0);
    g_string_append_printf(out, "\"%s\"", quoted->str);
}

static void append_title(GString *out, const PsChannel *channel, size_t number)
{
    g_autoptr(GString) title = g_string_new(channel->name);
    if (title->len == 0) g_string_printf(title, "channel %zu", number + 1);
    if (channel->unit[0] != '\0') g_string_append_printf(title, " [%s]", channel->unit);
    ps_series_append_word(out, title->str);
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
        const PsChannel *channel = &series->channels[i];
        if (i > 0) g_string_append_c(out, ',');
        bool is_missing =
            channel->words != NULL ? channel->words[row] == NULL : isnan(channel->values[row]);
        if (!is_missing && channel->words != NULL)
            ps_series_append_word(out, channel->words[row]);
        else if (!is_missing)
            append_double(out, channel->values[row]);
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
