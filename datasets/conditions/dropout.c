// Drop-out: a sensor whose link breaks off. `amount` % of the rows are missing in all channels
// at once, in gaps whose lengths are geometric with a mean of GAP_ROWS: a Markov chain of two
// states (Gilbert 1960), begun in its stationary state.
#include "harness/condition.h"
#include "harness/rng.h"
#include "harness/series.h"

#include <math.h>

#define GAP_ROWS 5.0

static void lose_row(PsSeries *series, size_t row)
{
    for (size_t c = 0; c < series->n_channels; c++) {
        PsChannel *channel = &series->channels[c];
        if (channel->values != NULL)
            channel->values[row] = NAN;
        else
            g_clear_pointer(&channel->words[row], g_free);
    }
}

static void lose_rows(PsSeries *series, double share, PsRng *rng)
{
    // So that the stationary share of lost rows is what was asked for.
    double begins = share < 1 ? fmin(share / (GAP_ROWS * (1 - share)), 1) : 1;
    double ends = share < 1 ? begins * (1 - share) / fmax(share, 1e-9) : 0;
    bool is_lost = ps_rng_uniform(rng) < share;
    for (size_t row = 0; row < series->n_rows; row++) {
        if (is_lost) lose_row(series, row);
        is_lost = ps_rng_uniform(rng) < (is_lost ? 1 - ends : begins);
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsSeries) series = ps_series_decode(media, error);
    if (series == NULL) return NULL;
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    lose_rows(series, amount / 100, &rng);
    return ps_series_encode(series, ps_series_type(media), error);
}

const PsCondition ps_condition_dropout = {
    .name = "dropout",
    .summary =
        "a sensor's link breaks off: this share of the rows is missing, in gaps of 5 rows "
        "on average; delivered as CSV or HDF5, as it was",
    .unit = "%",
    .kind = PS_PART_SERIES,
    .least = 0,
    .most = 95,
    .severities = {2, 5, 10, 25, 50},
    .apply = apply,
};
