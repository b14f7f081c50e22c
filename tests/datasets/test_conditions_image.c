#include "harness/condition.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const PsCondition ps_condition_blur, ps_condition_noise, ps_condition_jpeg,
    ps_condition_downscale;

static const PsCondition *const all[] = {&ps_condition_blur, &ps_condition_noise,
                                         &ps_condition_jpeg, &ps_condition_downscale};

// Half black, half level; one band.
static PsMedia *two_halves(int side_px, uint8_t level)
{
    g_autoptr(PsImage) image = ps_image_new(side_px, side_px, 1);
    for (int i = 0; i < side_px * side_px; i++)
        image->pixels[i] = i % side_px < side_px / 2 ? 0 : level;
    g_autoptr(GError) error = NULL;
    PsMedia *media = ps_image_encode(image, "image/png", 0, &error);
    cr_assert(media != NULL, "%s", error ? error->message : "");
    return media;
}

static PsMedia *apply(const PsCondition *condition, const PsMedia *media, double amount)
{
    g_autoptr(GError) error = NULL;
    PsMedia *changed = condition->apply(media, amount, 5, &error);
    cr_assert(changed != NULL && ps_media_encode(changed, &error), "%s: %s", condition->name,
              error ? error->message : "");
    return changed;
}

static PsImage *applied(const PsCondition *condition, const PsMedia *media, double amount)
{
    g_autoptr(PsMedia) changed = apply(condition, media, amount);
    PsImage *image = ps_image_decode(changed, NULL);
    cr_assert(image != NULL);
    return image;
}

Test(conditions_image, same_seed_gives_same_bytes)
{
    g_autoptr(PsMedia) media = two_halves(64, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(PsMedia) one = apply(all[i], media, 3);
        g_autoptr(PsMedia) two = apply(all[i], media, 3);
        cr_expect(g_bytes_equal(one->bytes, two->bytes), "%s", all[i]->name);
    }
}

Test(conditions_image, other_seed_gives_other_noise)
{
    g_autoptr(PsMedia) media = two_halves(64, 200);
    g_autoptr(PsMedia) one = ps_condition_noise.apply(media, 10, 1, NULL);
    g_autoptr(PsMedia) two = ps_condition_noise.apply(media, 10, 2, NULL);
    cr_assert(ps_media_encode(one, NULL) && ps_media_encode(two, NULL));
    cr_expect(!g_bytes_equal(one->bytes, two->bytes));
}

Test(conditions_image, damaged_media_are_a_data_error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("no picture", 10);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "image/png", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect(all[i]->apply(media, 3, 1, &error) == NULL);
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", all[i]->name);
    }
}

Test(conditions_image, every_accepted_amount_works)
{
    g_autoptr(PsMedia) media = two_halves(64, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        cr_expect_eq(all[i]->kind, PS_PART_IMAGE);
        g_autoptr(PsMedia) least = apply(all[i], media, all[i]->least);
        g_autoptr(PsMedia) most = apply(all[i], media, all[i]->most);
        cr_expect_str_eq(most->type, i == 2 ? "image/jpeg" : "image/png");
    }
}

// Mean and standard deviation of the half that is not black, 4 pixels from its borders.
static void measure_right(const PsImage *image, double *mean, double *sd)
{
    double n = 0, sum = 0, squares = 0;
    for (int y = 4; y < image->height_px - 4; y++)
        for (int x = image->width_px / 2 + 4; x < image->width_px - 4; x++) {
            double value = image->pixels[y * image->width_px + x];
            n++;
            sum += value;
            squares += value * value;
        }
    *mean = sum / n;
    *sd = sqrt(squares / n - sum / n * (sum / n));
}

Test(conditions_image, noise_has_the_sigma_that_was_asked)
{
    static const double sigmas[] = {1, 5, 20};
    g_autoptr(PsMedia) media = two_halves(256, 128);
    for (size_t i = 0; i < G_N_ELEMENTS(sigmas); i++) {
        g_autoptr(PsImage) noisy = applied(&ps_condition_noise, media, sigmas[i]);
        double mean, sd;
        measure_right(noisy, &mean, &sd);
        // 29,760 pixels: the mean is known to σ/173, σ to 0.4 %; rounding adds 1/12 of
        // variance.
        cr_expect_float_eq(mean, 128, 4 * sigmas[i] / 173, "%g: mean %g", sigmas[i], mean);
        cr_expect_float_eq(sd, sqrt(sigmas[i] * sigmas[i] + 1.0 / 12), 0.02 * sigmas[i],
                           "%g: %g", sigmas[i], sd);
    }
}

Test(conditions_image, noise_of_zero_changes_nothing)
{
    g_autoptr(PsMedia) media = two_halves(32, 77);
    g_autoptr(PsImage) before = ps_image_decode(media, NULL);
    g_autoptr(PsImage) after = applied(&ps_condition_noise, media, 0);
    cr_expect_arr_eq(after->pixels, before->pixels, 32 * 32);
}

Test(conditions_image, noise_is_independent_in_every_band)
{
    g_autoptr(PsImage) grey = ps_image_new(128, 128, 3);
    memset(grey->pixels, 128, 128 * 128 * 3);
    g_autoptr(PsMedia) media = ps_image_encode(grey, "image/png", 0, NULL);
    g_autoptr(PsImage) noisy = applied(&ps_condition_noise, media, 10);
    double product = 0;
    for (int i = 0; i < 128 * 128; i++)
        product += (noisy->pixels[3 * i] - 128.0) * (noisy->pixels[3 * i + 1] - 128.0);
    cr_expect_float_eq(product / (128 * 128) / 100, 0, 0.04); // 5 standard errors
}

// The steepest step between neighbours in the middle row.
static int steepest(const PsImage *image)
{
    const uint8_t *row = image->pixels + (image->height_px / 2) * image->width_px;
    int most = 0;
    for (int x = 1; x < image->width_px; x++)
        most = MAX(most, abs(row[x] - row[x - 1]));
    return most;
}

Test(conditions_image, blur_makes_a_step_as_wide_as_asked)
{
    static const double sigmas[] = {1, 2, 5};
    g_autoptr(PsMedia) media = two_halves(128, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(sigmas); i++) {
        g_autoptr(PsImage) blurred = applied(&ps_condition_blur, media, sigmas[i]);
        double expected = 200 * erf(0.5 / (sigmas[i] * M_SQRT2)); // the middle pixel's share
        cr_expect_float_eq(steepest(blurred), expected, 0.1 * expected + 1, "%g: %d", sigmas[i],
                           steepest(blurred));
    }
}

Test(conditions_image, downscale_delivers_the_smaller_picture)
{
    g_autoptr(PsMedia) media = two_halves(120, 200);
    g_autoptr(PsImage) small = applied(&ps_condition_downscale, media, 2.5);
    cr_expect_eq(small->width_px, 48);
    cr_expect_eq(small->height_px, 48);
}

Test(conditions_image, lower_jpeg_quality_is_smaller)
{
    g_autoptr(PsMedia) media = two_halves(128, 200);
    g_autoptr(PsMedia) noisy = apply(&ps_condition_noise, media, 10);
    g_autoptr(PsMedia) good = apply(&ps_condition_jpeg, noisy, 90);
    g_autoptr(PsMedia) poor = apply(&ps_condition_jpeg, noisy, 10);
    cr_expect(g_bytes_get_size(poor->bytes) < g_bytes_get_size(good->bytes) / 2);
}
