// Fuzzes the reader of series in CSV. A corpus: any CSV files.
#include "harness/error.h"
#include "harness/series.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_series(const PsSeries *series)
{
    g_assert(series->n_rows > 0 && series->n_channels > 0 && series->rate_hz >= 0);
    for (size_t c = 0; c < series->n_channels; c++) {
        g_assert(g_utf8_validate(series->channels[c].name, -1, NULL));
        g_assert(g_utf8_validate(series->channels[c].unit, -1, NULL));
        const PsChannel *channel = &series->channels[c];
        g_assert((channel->values != NULL) != (channel->words != NULL));
        for (size_t row = 0; row < series->n_rows; row++) {
            g_assert(channel->values == NULL || !isinf(channel->values[row]));
            g_assert(channel->words == NULL || channel->words[row] == NULL
                     || g_utf8_validate(channel->words[row], -1, NULL));
        }
    }
    g_autofree char *text = ps_series_text(series, 3);
    g_assert(g_utf8_validate(text, -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSeries) series = ps_series_from_csv((const char *)data, size, &error);
    g_assert((series != NULL) == (error == NULL));
    if (series) check_series(series);
    if (error) g_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    return 0;
}
