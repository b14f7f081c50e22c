// Drift: a sensor that ages or warms up. Each channel is shifted by a ramp from 0 at the first
// row to `amount` of its own standard deviations at the last, up or down as the seed says. A
// channel that never changes stays as it is.
#include "harness/condition.h"
#include "harness/rng.h"
#include "harness/series.h"

#include <math.h>

static double deviation_of(const PsChannel *channel, size_t n_rows)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t row = 0; row < n_rows; row++) {
        if (isnan(channel->values[row])) continue;
        sum += channel->values[row];
        n++;
    }
    for (size_t row = 0; row < n_rows; row++) {
        double distance = channel->values[row] - sum / n;
        if (!isnan(distance)) squares += distance * distance;
    }
    return n > 1 ? sqrt(squares / (n - 1)) : 0;
}

static void shift(PsChannel *channel, size_t n_rows, double by)
{
    for (size_t row = 0; row < n_rows; row++)
        channel->values[row] += by * (double)row / (double)MAX(n_rows - 1, 1);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsSeries) series = ps_series_decode(media, error);
    if (series == NULL) return NULL;
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    for (size_t c = 0; c < series->n_channels; c++) {
        PsChannel *channel = &series->channels[c];
        double sign = ps_rng_uniform(&rng) < 0.5 ? -1 : 1;
        if (channel->values == NULL) continue;
        shift(channel, series->n_rows, sign * amount * deviation_of(channel, series->n_rows));
    }
    return ps_series_encode(series, ps_series_type(media), error);
}

const PsCondition ps_condition_drift = {
    .name = "drift",
    .summary =
        "a sensor's zero wanders: a ramp that ends at this many of the channel's standard "
        "deviations, up or down; delivered as CSV or HDF5, as it was",
    .unit = "σ",
    .kind = PS_PART_SERIES,
    .least = 0,
    .most = 100,
    .severities = {0.25, 0.5, 1, 2, 4},
    .apply = apply,
};
