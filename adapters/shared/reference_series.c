#include "adapters/shared/reference_series.h"

#include "adapters/shared/reference_text.h"

#include <math.h>

static const char *const greatest_words[] = {"highest", "maximum",  "max",  "peak",
                                             "largest", "greatest", "most", NULL};
static const char *const least_words[] = {"lowest",   "minimum", "min",
                                          "smallest", "least",   NULL};
static const char *const mean_words[] = {"average", "mean", NULL};
static const char *const rows_words[] = {"how many row",     "how many sample",
                                         "how many reading", "how many measurement",
                                         "how many line",    NULL};
static const char *const channel_words[] = {"how many channel", "how many sensor",
                                            "how many column", NULL};
static const char *const missing_words[] = {"missing", "dropout", "gap", NULL};
static const char *const rate_words[] = {"sampling rate", "sample rate", "rate in hz",
                                         "how often", NULL};
static const char *const length_words[] = {"how long", "duration", NULL};
static const char *const when_words[] = {"when", "at what time", "at which time", NULL};

static char *print(double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(digits, sizeof digits, "%.6g", value));
}

static bool find(PsFinding *finding, const char *rule, double value)
{
    if (isnan(value)) return false;
    *finding = (PsFinding){print(value), NAN, rule};
    return true;
}

// The channel that the question names, or the only one; NULL if it is not clear which.
static const PsChannel *find_channel(const PsSeries *series, const PsTokens *question)
{
    const PsChannel *found = NULL;
    if (series->n_channels == 1)
        return series->channels[0].values != NULL ? &series->channels[0] : NULL;
    for (size_t i = 0; i < series->n_channels; i++) {
        g_auto(PsTokens) name = {0};
        ps_tokens_init(&name, series->channels[i].name);
        if (name.n == 0 || ps_tokens_find(question, &name) < 0) continue;
        if (found != NULL || series->channels[i].values == NULL) return NULL;
        found = &series->channels[i];
    }
    return found;
}

typedef struct {
    size_t n, least_row, greatest_row, first_row, last_row;
    double sum;
} Summary;

static Summary summarise(const PsChannel *channel, size_t n_rows)
{
    Summary summary = {0};
    for (size_t row = 0; row < n_rows; row++) {
        double value = channel->values[row];
        if (isnan(value)) continue;
        if (summary.n++ == 0)
            summary.least_row = summary.greatest_row = summary.first_row = row;
        if (value < channel->values[summary.least_row]) summary.least_row = row;
        if (value > channel->values[summary.greatest_row]) summary.greatest_row = row;
        summary.last_row = row;
        summary.sum += value;
    }
    return summary;
}

static double time_of(const PsSeries *series, size_t row)
{
    return series->rate_hz > 0 ? series->start_s + (double)row / series->rate_hz : NAN;
}

static bool answer_of_channel(const PsSeries *series,
                              const PsChannel *channel,
                              const PsTokens *question,
                              PsFinding *finding)
{
    const double *values = channel->values;
    Summary summary = summarise(channel, series->n_rows);
    bool is_when = ps_tokens_contain_any(question, when_words);
    if (ps_tokens_contain_any(question, missing_words))
        return find(finding, "missing values", (double)(series->n_rows - summary.n));
    if (summary.n == 0) return false;
    if (ps_tokens_contain_any(question, mean_words))
        return find(finding, "mean", summary.sum / (double)summary.n);
    if (ps_tokens_contain_any(question, greatest_words))
        return is_when
                   ? find(finding, "time of greatest", time_of(series, summary.greatest_row))
                   : find(finding, "greatest", values[summary.greatest_row]);
    if (ps_tokens_contain_any(question, least_words))
        return is_when ? find(finding, "time of least", time_of(series, summary.least_row))
                       : find(finding, "least", values[summary.least_row]);
    if (ps_tokens_contain(question, "range"))
        return find(finding, "range", values[summary.greatest_row] - values[summary.least_row]);
    if (ps_tokens_contain(question, "first"))
        return find(finding, "first", values[summary.first_row]);
    return ps_tokens_contain(question, "last")
           && find(finding, "last", values[summary.last_row]);
}

bool ps_reference_answer_series(const PsSeries *series,
                                const char *question,
                                PsFinding *finding)
{
    g_auto(PsTokens) tokens = {0};
    ps_tokens_init(&tokens, question);
    if (ps_tokens_contain_any(&tokens, rows_words))
        return find(finding, "rows", (double)series->n_rows);
    if (ps_tokens_contain_any(&tokens, channel_words))
        return find(finding, "channels", (double)series->n_channels);
    if (ps_tokens_contain_any(&tokens, rate_words))
        return find(finding, "rate", series->rate_hz > 0 ? series->rate_hz : (double)NAN);
    if (ps_tokens_contain_any(&tokens, length_words))
        return find(finding, "duration",
                    series->rate_hz > 0 ? (double)series->n_rows / series->rate_hz
                                        : (double)NAN);
    const PsChannel *channel = find_channel(series, &tokens);
    return channel != NULL && answer_of_channel(series, channel, &tokens, finding);
}
