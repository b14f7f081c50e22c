#include "harness/condition.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

extern const PsCondition ps_condition_defocus, ps_condition_motion_blur, ps_condition_low_light,
    ps_condition_glare, ps_condition_rotate, ps_condition_perspective, ps_condition_moire,
    ps_condition_occlusion;

static const PsCondition *const all[] = {
    &ps_condition_defocus, &ps_condition_motion_blur, &ps_condition_low_light,
    &ps_condition_glare,   &ps_condition_rotate,      &ps_condition_perspective,
    &ps_condition_moire,   &ps_condition_occlusion,
};

// Bands of one level; level_at says which, by pixel.
static PsMedia *picture(int side_px, int n_bands, uint8_t (*level_at)(int x, int y, int side))
{
    g_autoptr(PsImage) image = ps_image_new(side_px, side_px, n_bands);
    for (int i = 0; i < side_px * side_px * n_bands; i++) {
        const int pixel = i / n_bands;
        image->pixels[i] = level_at(pixel % side_px, pixel / side_px, side_px);
    }
    PsMedia *media = ps_image_encode(image, "image/png", 0, NULL);
    cr_assert(media != NULL);
    return media;
}

static uint8_t white(int x, int y, int side)
{
    (void)x, (void)y, (void)side;
    return 255;
}

static uint8_t dot(int x, int y, int side)
{
    return x == side / 2 && y == side / 2 ? 255 : 0;
}

static uint8_t right_half(int x, int y, int side)
{
    (void)y;
    return x < side / 2 ? 0 : 255;
}

static uint8_t inner_square(int x, int y, int side)
{
    return MAX(abs(2 * x - side), abs(2 * y - side)) < side / 2 ? 255 : 0;
}

static uint8_t every_level(int x, int y, int side)
{
    return (uint8_t)(y * side + x);
}

static PsImage *
applied_with(const PsCondition *condition, const PsMedia *media, double amount, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsMedia) changed = condition->apply(media, amount, seed, &error);
    cr_assert(changed != NULL, "%s: %s", condition->name, error ? error->message : "");
    cr_assert_str_eq(changed->type, "image/png");
    PsImage *image = ps_image_decode(changed, NULL);
    cr_assert(image != NULL);
    return image;
}

static PsImage *applied(const PsCondition *condition, const PsMedia *media, double amount)
{
    return applied_with(condition, media, amount, 5);
}

Test(conditions_light, same_seed_gives_same_bytes)
{
    g_autoptr(PsMedia) media = picture(48, 3, inner_square);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(PsMedia) one = all[i]->apply(media, 3, 9, NULL);
        g_autoptr(PsMedia) two = all[i]->apply(media, 3, 9, NULL);
        cr_assert(ps_media_encode(one, NULL) && ps_media_encode(two, NULL));
        cr_expect(g_bytes_equal(one->bytes, two->bytes), "%s", all[i]->name);
    }
}

Test(conditions_light, every_accepted_amount_works_on_small_and_large)
{
    static const int sides[] = {1, 2, 33};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        cr_expect_eq(all[i]->kind, PS_PART_IMAGE);
        for (size_t side = 0; side < G_N_ELEMENTS(sides); side++) {
            g_autoptr(PsMedia) media = picture(sides[side], 1 + 2 * (side % 2), right_half);
            g_autoptr(PsImage) least = applied(all[i], media, all[i]->least);
            g_autoptr(PsImage) most = applied(all[i], media, all[i]->most);
            cr_expect_eq(most->width_px, sides[side]);
        }
    }
}

Test(conditions_light, damaged_media_are_a_data_error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("no picture", 10);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "image/png", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect(all[i]->apply(media, 3, 1, &error) == NULL);
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", all[i]->name);
    }
}

Test(conditions_light, nothing_of_it_gives_every_level_back)
{
    static const PsCondition *const from_zero[] = {
        &ps_condition_glare, &ps_condition_rotate, &ps_condition_perspective,
        &ps_condition_moire, &ps_condition_occlusion};
    g_autoptr(PsMedia) media = picture(16, 1, every_level);
    g_autoptr(PsImage) before = ps_image_decode(media, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(from_zero); i++) {
        g_autoptr(PsImage) after = applied(from_zero[i], media, 0);
        cr_expect_arr_eq(after->pixels, before->pixels, 256, "%s", from_zero[i]->name);
    }
}

// A disc of radius 3 on the raster: rows of 1, 5, 5, 7, 5, 5 and 1 pixels.
Test(conditions_light, defocus_makes_a_dot_an_evenly_lit_disc)
{
    g_autoptr(PsMedia) media = picture(21, 1, dot);
    g_autoptr(PsImage) image = applied(&ps_condition_defocus, media, 3);
    int n_lit = 0;
    for (int i = 0; i < 21 * 21; i++) {
        if (image->pixels[i] == 0) continue;
        n_lit++;
        // 1/29 of the light is level 52 (IEC 61966-2-1).
        cr_expect_eq(image->pixels[i], 52, "%d", image->pixels[i]);
    }
    cr_expect_eq(n_lit, 29);
}

Test(conditions_light, motion_makes_a_dot_a_line_of_that_length)
{
    g_autoptr(PsMedia) media = picture(61, 1, dot);
    for (guint64 seed = 0; seed < 8; seed++) {
        g_autoptr(PsImage) image = applied_with(&ps_condition_motion_blur, media, 20, seed);
        double farthest = 0, n_lit = 0;
        for (int i = 0; i < 61 * 61; i++) {
            if (image->pixels[i] < 25) continue;
            n_lit++;
            farthest = fmax(farthest, hypot(i % 61 - 30, i / 61 - 30));
        }
        cr_expect(farthest > 8.5 && farthest < 11.5, "%g", farthest);
        cr_expect(n_lit < 3 * 21, "a line, not an area: %g", n_lit);
    }
}

// Two stops leave 2,500 of white's electrons: 0.25 of the light (level 137.0, where a level is
// 1/251.7 of light), and a standard deviation of √2509 electrons.
Test(conditions_light, low_light_has_the_noise_of_its_photons)
{
    g_autoptr(PsMedia) media = picture(256, 1, white);
    g_autoptr(PsImage) image = applied(&ps_condition_low_light, media, 2);
    double sum = 0, squares = 0;
    const double n = 256 * 256;
    for (int i = 0; i < 256 * 256; i++) {
        sum += image->pixels[i];
        squares += (double)image->pixels[i] * image->pixels[i];
    }
    const double sd = sqrt(squares / n - sum / n * (sum / n));
    cr_expect_float_eq(sum / n, 137.0, 0.1, "%g", sum / n);
    cr_expect_float_eq(sd, sqrt(pow(sqrt(2509) / 10000 * 251.7, 2) + 1.0 / 12), 0.03, "%g", sd);
}

Test(conditions_light, glare_adds_that_much_white_at_its_middle)
{
    g_autoptr(PsMedia) media = picture(101, 1, dot);
    g_autoptr(PsImage) image = applied(&ps_condition_glare, media, 50);
    int most = 0;
    for (int i = 0; i < 101 * 101; i++)
        if (i != 50 * 101 + 50) most = MAX(most, image->pixels[i]);
    // Half of the light is level 188; the middle lies between pixels.
    cr_expect(most == 187 || most == 188, "%d", most);
}

Test(conditions_light, a_quarter_turn_turns_a_side_to_the_top_or_bottom)
{
    g_autoptr(PsMedia) media = picture(40, 1, right_half);
    int n_up = 0;
    for (guint64 seed = 0; seed < 16; seed++) {
        g_autoptr(PsImage) image = applied_with(&ps_condition_rotate, media, 90, seed);
        const bool is_up = image->pixels[0] == 255;
        n_up += is_up;
        for (int i = 0; i < 40 * 40; i++) {
            const bool is_upper = i < 20 * 40;
            cr_assert_eq(image->pixels[i], is_upper == is_up ? 255 : 0);
        }
    }
    cr_expect(n_up > 0 && n_up < 16, "%d of 16", n_up);
}

// Corners of the view move out by 10 % of a side on average: the view grows by 1.2 each way.
Test(conditions_light, perspective_shrinks_what_is_seen)
{
    g_autoptr(PsMedia) media = picture(80, 1, inner_square);
    double n_lit = 0;
    for (guint64 seed = 0; seed < 40; seed++) {
        g_autoptr(PsImage) image = applied_with(&ps_condition_perspective, media, 20, seed);
        for (int i = 0; i < 80 * 80; i++)
            n_lit += image->pixels[i] >= 128;
    }
    const double share = n_lit / 40 / (39 * 39);
    cr_expect_float_eq(share, 1 / 1.44, 0.06, "%g", share);
}

Test(conditions_light, moire_dims_in_coloured_waves)
{
    g_autoptr(PsMedia) media = picture(64, 3, white);
    g_autoptr(PsImage) image = applied(&ps_condition_moire, media, 50);
    int least = 255, most = 0, widest = 0;
    for (int i = 0; i < 64 * 64; i++) {
        const uint8_t *pixel = image->pixels + 3 * i;
        least = MIN(least, pixel[0]);
        most = MAX(most, pixel[0]);
        widest = MAX(widest, abs(pixel[0] - pixel[1]));
    }
    cr_expect(most >= 254 && least >= 188 && least <= 190, "%d to %d", least, most);
    cr_expect(widest > 30, "%d", widest);
}

Test(conditions_light, occlusion_covers_that_share)
{
    g_autoptr(PsMedia) media = picture(100, 1, white);
    static const double shares[] = {5, 30, 90};
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        g_autoptr(PsImage) image = applied(&ps_condition_occlusion, media, shares[i]);
        double n_grey = 0;
        for (int pixel = 0; pixel < 100 * 100; pixel++)
            n_grey += image->pixels[pixel] == 128;
        cr_expect_float_eq(n_grey / 100, shares[i], 1, "%g: %g", shares[i], n_grey / 100);
    }
}
