// Quantisation: a converter of few bits. Every value of a channel becomes the nearest of
// 2^amount levels that divide the channel's own range evenly, its least and greatest value
// among them.
#include "harness/condition.h"
#include "harness/series.h"

#include <math.h>

static void quantise(PsChannel *channel, size_t n_rows, double n_steps)
{
    double least = NAN, greatest = NAN;
    for (size_t row = 0; row < n_rows; row++) {
        least = fmin(least, channel->values[row]);
        greatest = fmax(greatest, channel->values[row]);
    }
    if (!(greatest > least)) return;
    double step = (greatest - least) / n_steps;
    for (size_t row = 0; row < n_rows; row++)
        channel->values[row] = least + step * round((channel->values[row] - least) / step);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed;
    g_autoptr(PsSeries) series = ps_series_decode(media, error);
    if (series == NULL) return NULL;
    for (size_t c = 0; c < series->n_channels; c++)
        if (series->channels[c].values != NULL)
            quantise(&series->channels[c], series->n_rows, exp2(floor(amount)) - 1);
    return ps_series_encode(series, ps_series_type(media), error);
}

const PsCondition ps_condition_quantise = {
    .name = "quantise",
    .summary =
        "a converter of this many bits over each channel's range; delivered as CSV or HDF5, "
        "as it was",
    .unit = "bits",
    .kind = PS_PART_SERIES,
    .least = 1,
    .most = 24,
    .severities = {10, 8, 6, 4, 3},
    .apply = apply,
};
