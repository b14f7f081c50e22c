// Measured slicers on the project's own photographs and recordings, under the conditions that
// change what they measure, at their five severities: the measure must follow the severity.
// PROOFSHEET_TABLE=1 prints the table of docs/slicers.md:
//     PROOFSHEET_TABLE=1 build/release/test_slicers --jobs 1 --filter 'real_media/*'
//     2>/dev/null | grep '^|'
#include "tests/slicers/fixtures.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LEAST_SPEARMAN 0.9
#define N_SEVERITIES 5

extern const PsSlicer ps_slicer_sharpness, ps_slicer_image_noise, ps_slicer_jpeg_quality,
    ps_slicer_resolution, ps_slicer_exposure, ps_slicer_snr, ps_slicer_bandwidth,
    ps_slicer_clipping;
extern const PsCondition ps_condition_blur, ps_condition_defocus, ps_condition_noise,
    ps_condition_jpeg, ps_condition_downscale, ps_condition_low_light, ps_condition_snr,
    ps_condition_band_limit, ps_condition_clipping;

// Of all media together, and of each.
typedef struct {
    size_t n_media, n_unmeasured; // amounts at which a medium has no key
    double pooled, least, middle;
} Result;

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Severities against what is measured; sign -1 where the measure falls as the severity rises.
static Result follow(const PsSlicer *slicer,
                     const PsCondition *condition,
                     double sign,
                     const GPtrArray *media)
{
    Result result = {.n_media = media->len, .pooled = NAN};
    g_autoptr(GArray) x = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) y = g_array_new(FALSE, FALSE, sizeof(double));
    g_autofree double *own = g_new(double, media->len);
    size_t n_own = 0;
    for (guint i = 0; i < media->len; i++) {
        const guint first = x->len;
        for (int s = 0; s < N_SEVERITIES; s++) {
            g_autoptr(PsMedia) changed =
                fixture_apply(condition, g_ptr_array_index(media, i), condition->severities[s]);
            const double severity = s + 1, measured = fixture_measure(slicer, changed);
            result.n_unmeasured += isnan(measured);
            if (isnan(measured)) continue;
            g_array_append_val(x, severity);
            g_array_append_val(y, measured);
        }
        if (x->len - first > 2)
            own[n_own++] =
                sign
                * fixture_spearman((double *)(void *)x->data + first,
                                   (double *)(void *)y->data + first, x->len - first);
    }
    result.pooled =
        sign * fixture_spearman((double *)(void *)x->data, (double *)(void *)y->data, x->len);
    qsort(own, n_own, sizeof *own, compare_doubles);
    result.least = n_own > 0 ? own[0] : NAN;
    result.middle = n_own > 0 ? own[n_own / 2] : NAN;
    return result;
}

static GPtrArray *media_of(const char *const *folders, size_t n_each)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)ps_media_free);
    for (; *folders != NULL; folders++) {
        g_autoptr(GPtrArray) some = fixture_real_media(*folders, n_each);
        while (some->len > 0)
            g_ptr_array_add(all, g_ptr_array_steal_index(some, 0));
    }
    cr_assert(all->len > 0, "the dataset is not there");
    return all;
}

static Result
measure(const PsSlicer *slicer, const PsCondition *condition, double sign, bool is_sound)
{
    static const char *const photographs[] = {"photographs/media", NULL};
    static const char *const speech[] = {"speech/media/asterisk",
                                         "speech/media/pocketsphinx/cards",
                                         "speech/media/pocketsphinx/librivox", NULL};
    g_autoptr(GPtrArray) media = is_sound ? media_of(speech, 4) : media_of(photographs, 10);
    const Result result = follow(slicer, condition, sign, media);
    if (getenv("PROOFSHEET_TABLE") != NULL)
        printf("| `%s` | `%s` | %zu %s | %.2f | %.2f | %.2f | %zu |\n", slicer->name,
               condition->name, result.n_media, is_sound ? "recordings" : "photographs",
               result.pooled, result.middle, result.least, result.n_unmeasured);
    return result;
}

static void expect_followed(const Result *result)
{
    cr_expect(result->pooled >= LEAST_SPEARMAN, "all: %g", result->pooled);
    cr_expect(result->least >= LEAST_SPEARMAN, "one of the media: %g", result->least);
}

Test(real_media, sharpness_follows_blur, .timeout = 300)
{
    const Result result = measure(&ps_slicer_sharpness, &ps_condition_blur, 1, false);
    expect_followed(&result);
}

Test(real_media, sharpness_follows_defocus, .timeout = 300)
{
    const Result result = measure(&ps_slicer_sharpness, &ps_condition_defocus, 1, false);
    expect_followed(&result);
}

Test(real_media, image_noise_follows_noise, .timeout = 300)
{
    const Result result = measure(&ps_slicer_image_noise, &ps_condition_noise, 1, false);
    expect_followed(&result);
}

Test(real_media, jpeg_quality_follows_jpeg, .timeout = 300)
{
    const Result result = measure(&ps_slicer_jpeg_quality, &ps_condition_jpeg, -1, false);
    expect_followed(&result);
}

Test(real_media, resolution_follows_downscale, .timeout = 300)
{
    const Result result = measure(&ps_slicer_resolution, &ps_condition_downscale, -1, false);
    cr_expect(result.least >= LEAST_SPEARMAN); // together the photographs differ in size
}

Test(real_media, exposure_follows_low_light, .timeout = 300)
{
    const Result result = measure(&ps_slicer_exposure, &ps_condition_low_light, -1, false);
    cr_expect(result.least >= LEAST_SPEARMAN); // together they differ in brightness
}

Test(real_media, snr_follows_snr, .timeout = 300)
{
    const Result result = measure(&ps_slicer_snr, &ps_condition_snr, -1, true);
    expect_followed(&result);
}

Test(real_media, bandwidth_follows_band_limit, .timeout = 300)
{
    const Result result = measure(&ps_slicer_bandwidth, &ps_condition_band_limit, -1, true);
    expect_followed(&result);
}

Test(real_media, clipping_follows_clipping, .timeout = 300)
{
    const Result result = measure(&ps_slicer_clipping, &ps_condition_clipping, 1, true);
    expect_followed(&result);
}
