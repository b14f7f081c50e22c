// SNR: how far the speech lies above the steady noise, blind, from the recording alone.
//
// Noise: its power in each bin of the spectrogram (slicers/shared/spectrogram.c). Speech: what
// each frame has above that noise; its level is the mean over active frames, those less
// than 15.9 dB below it (the margin of ITU-T P.56), so that pauses do not count. This is the
// definition by which the capture condition `snr` adds noise. What it cannot see: noise that
// comes and goes as speech does (babble, a codec's own), and noise below the quietest quarter
// of a recording without pauses.
#include "harness/slicer.h"
#include "slicers/shared/bounds.h"
#include "slicers/shared/spectrogram.h"

#include <math.h>
#include <stdlib.h>

#define MARGIN_DB 15.9
#define LEAST_DB (-20.0)
#define MOST_DB 80.0

static const PsBound bounds[] = {{10, "noisy"}, {20, "moderate"}, {INFINITY, "clean"}};

static int compare_descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// The mean of the largest values[n], taken until the next lies more than the margin below it.
static double active_mean(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_descending);
    double least = pow(10, -MARGIN_DB / 10), sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && values[i] < least * sum / (double)i) return sum / (double)i;
        sum += values[i];
    }
    return sum / (double)n;
}

static double total(const float *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[i];
    return sum;
}

static double snr_db(const PsSpectrogram *spectrogram)
{
    size_t n = spectrogram->n_frames, n_bins = spectrogram->n_bins;
    double noise = total(spectrogram->noise, n_bins);
    g_autofree double *speech = g_new(double, n);
    for (size_t t = 0; t < n; t++) {
        double above = total(spectrogram->power + t * n_bins, n_bins) - noise;
        speech[t] = MAX(above, 0);
    }
    double level = active_mean(speech, n);
    if (!(level > 0)) return LEAST_DB;
    return noise > 0 ? CLAMP(10 * log10(level / noise), LEAST_DB, MOST_DB) : MOST_DB;
}

static bool key(const PsSlicerInput *input, PsSliceKey *key)
{
    g_autoptr(PsSpectrogram) spectrogram =
        input->audio != NULL ? ps_spectrogram_new(input->audio) : NULL;
    if (spectrogram == NULL) return false;
    key->value = snr_db(spectrogram);
    key->key = ps_bound_key(bounds, key->value);
    return true;
}

const PsSlicer ps_slicer_snr = {
    .name = "snr",
    .title = "Signal to noise",
    .summary = "active speech level above the steady noise, both from the recording alone "
               "(quantile noise estimation, Stahl et al. 2000); noisy below 10 dB, moderate "
               "below 20 dB, else clean",
    .unit = "dB",
    .reads = PS_SLICER_READS_AUDIO,
    .key = key,
};
