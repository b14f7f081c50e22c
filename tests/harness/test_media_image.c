#include "harness/error.h"
#include "harness/media.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A picture of n_bands whose value rises along the diagonal.
static PsImage *ramp(int width_px, int height_px, int n_bands)
{
    PsImage *image = ps_image_new(width_px, height_px, n_bands);
    for (int i = 0; i < width_px * height_px * n_bands; i++) {
        int pixel = i / n_bands;
        image->pixels[i] = (uint8_t)(pixel % width_px + pixel / width_px + 20 * (i % n_bands));
    }
    return image;
}

static PsMedia *encode(const PsImage *image, const char *type, int quality)
{
    g_autoptr(GError) error = NULL;
    PsMedia *media = ps_image_encode(image, type, quality, &error);
    cr_assert(media != NULL, "%s", error ? error->message : "");
    return media;
}

static PsImage *decode(const PsMedia *media)
{
    g_autoptr(GError) error = NULL;
    PsImage *image = ps_image_decode(media, &error);
    cr_assert(image != NULL, "%s", error ? error->message : "");
    return image;
}

static PsMedia *media_of_text(const char *text, const char *type)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return ps_media_new(bytes, type, NULL);
}

static void expect_data_error(const PsMedia *media, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsImage) image = ps_image_decode(media, &error);
    cr_assert(image == NULL);
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect(strstr(error->message, words) != NULL, "%s", error->message);
}

Test(image, png_round_trip_is_exact)
{
    for (int n_bands = 1; n_bands <= 3; n_bands += 2) {
        g_autoptr(PsImage) image = ramp(50, 31, n_bands);
        g_autoptr(PsMedia) media = encode(image, "image/png", 0);
        cr_expect_str_eq(media->type, "image/png");
        g_autoptr(PsImage) back = decode(media);
        cr_expect_eq(back->width_px, 50);
        cr_expect_eq(back->height_px, 31);
        cr_expect_eq(back->n_bands, n_bands);
        cr_expect_arr_eq(back->pixels, image->pixels, (size_t)(50 * 31 * n_bands));
    }
}

Test(image, jpeg_and_webp_come_back_alike)
{
    static const char *const types[] = {"image/jpeg", "image/webp"};
    g_autoptr(PsImage) image = ramp(64, 64, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(PsMedia) media = encode(image, types[i], 95);
        g_autoptr(PsImage) back = decode(media);
        cr_assert_eq(back->n_bands, 3);
        for (size_t k = 0; k < 64 * 64 * 3; k++)
            cr_assert(abs(back->pixels[k] - image->pixels[k]) <= 12, "%s value %zu", types[i],
                      k);
    }
}

Test(image, same_picture_gives_same_bytes)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/webp"};
    g_autoptr(PsImage) image = ramp(40, 40, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(PsMedia) one = encode(image, types[i], 80);
        g_autoptr(PsMedia) two = encode(image, types[i], 80);
        cr_expect(g_bytes_equal(one->bytes, two->bytes), "%s", types[i]);
    }
}

Test(image, lower_quality_is_smaller)
{
    g_autoptr(PsImage) image = ramp(128, 128, 3);
    g_autoptr(PsMedia) good = encode(image, "image/jpeg", 95);
    g_autoptr(PsMedia) poor = encode(image, "image/jpeg", 20);
    cr_expect(g_bytes_get_size(poor->bytes) < g_bytes_get_size(good->bytes));
}

Test(image, alpha_lies_on_white)
{
    g_autoptr(PsMedia) svg =
        media_of_text("<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'>"
                      "<rect width='10' height='10' fill='#102030'/></svg>",
                      NULL);
    g_autoptr(PsImage) image = decode(svg);
    cr_assert_eq(image->width_px, 20);
    cr_assert_eq(image->n_bands, 3);
    const uint8_t ink[] = {0x10, 0x20, 0x30}, paper[] = {255, 255, 255};
    cr_expect_arr_eq(image->pixels + 3 * (5 * 20 + 4), ink, 3);
    cr_expect_arr_eq(image->pixels + 3 * (5 * 20 + 15), paper, 3);
}

// A JPEG with an EXIF segment that says orientation 6: the camera was turned by 90°.
static PsMedia *turned_jpeg(const PsImage *image)
{
    static const uint8_t exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                   0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                   0,    0,    0, 1,  0,   6,   0,   0,   0, 0,    0,   0};
    g_autoptr(PsMedia) plain = encode(image, "image/jpeg", 95);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(plain->bytes, &length);
    GByteArray *turned = g_byte_array_new();
    g_byte_array_append(turned, bytes, 2);
    g_byte_array_append(turned, exif, sizeof exif);
    g_byte_array_append(turned, bytes + 2, (guint)length - 2);
    g_autoptr(GBytes) whole = g_byte_array_free_to_bytes(turned);
    return ps_media_new(whole, "image/jpeg", NULL);
}

Test(image, exif_orientation_is_done)
{
    g_autoptr(PsImage) image = ramp(80, 40, 1);
    g_autoptr(PsMedia) media = turned_jpeg(image);
    g_autoptr(PsImage) upright = decode(media);
    cr_assert_eq(upright->width_px, 40);
    cr_assert_eq(upright->height_px, 80);
    // What was lower left is upper left now.
    cr_expect(abs(upright->pixels[0] - image->pixels[39 * 80]) < 8, "%d", upright->pixels[0]);
}

Test(image, too_many_pixels_are_refused_by_the_header)
{
    g_autoptr(PsMedia) svg = media_of_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='30000' height='30000'/>", NULL);
    expect_data_error(svg, "too large");
}

Test(image, other_bytes_are_a_data_error)
{
    g_autoptr(PsMedia) text = media_of_text("no picture at all", "image/png");
    expect_data_error(text, "image/png");
    g_autoptr(PsMedia) nothing = media_of_text("", "image/png");
    expect_data_error(nothing, "0 bytes");
}

Test(image, formats_outside_the_list_are_refused)
{
    g_autoptr(PsMedia) ppm = media_of_text("P3 1 1 255 1 2 3\n", "image/x-portable-pixmap");
    expect_data_error(ppm, "not a picture");
}

Test(image, cut_short_is_a_data_error)
{
    g_autoptr(PsImage) image = ramp(200, 200, 3);
    g_autoptr(PsMedia) media = encode(image, "image/jpeg", 90);
    g_autoptr(GBytes) half =
        g_bytes_new_from_bytes(media->bytes, 0, g_bytes_get_size(media->bytes) / 2);
    g_autoptr(PsMedia) cut = ps_media_new(half, "image/jpeg", NULL);
    expect_data_error(cut, "damaged");
    cr_expect_null(ps_image_decode_for(cut, 0.1, NULL));
}

// The standard deviation of the profile that a step edge has after the blur.
static double step_spread_px(double sigma_px)
{
    g_autoptr(PsImage) step = ps_image_new(121, 121, 1);
    for (int i = 0; i < 121 * 121; i++)
        step->pixels[i] = i % 121 >= 60 ? 255 : 0;
    g_autoptr(PsImage) blurred = ps_image_blur(step, sigma_px, NULL);
    const uint8_t *row = blurred->pixels + 60 * 121;
    double weight = 0, first = 0, second = 0;
    for (int x = 1; x < 121; x++) {
        double rise = row[x] - row[x - 1];
        weight += rise;
        first += rise * x;
        second += rise * x * x;
    }
    return sqrt(second / weight - first / weight * (first / weight));
}

Test(image, blur_has_the_sigma_that_was_asked)
{
    static const double sigmas[] = {0.5, 1, 2, 4, 8};
    // It reaches to 3 σ, and pixels are whole levels; below one pixel a Gaussian that is looked
    // at once a pixel is narrower than it is.
    for (size_t i = 0; i < G_N_ELEMENTS(sigmas); i++)
        cr_expect_float_eq(step_spread_px(sigmas[i]) / sigmas[i], 1,
                           sigmas[i] < 1 ? 0.08 : 0.02, "%g: %g", sigmas[i],
                           step_spread_px(sigmas[i]));
}

// In the middle and at the edges, for one band and three, wider than the blur and narrower.
Test(image, blur_leaves_an_even_picture_as_it_is)
{
    for (int n_bands = 1; n_bands <= 3; n_bands += 2) {
        g_autoptr(PsImage) even = ps_image_new(7, 30, n_bands);
        for (int i = 0; i < 7 * 30 * n_bands; i++)
            even->pixels[i] = (uint8_t)(40 + 90 * (i % n_bands));
        g_autoptr(PsImage) blurred = ps_image_blur(even, 5, NULL);
        cr_expect_arr_eq(blurred->pixels, even->pixels, (size_t)(7 * 30 * n_bands));
    }
}

Test(image, blur_is_the_same_along_and_down)
{
    g_autoptr(PsImage) point = ps_image_new(41, 41, 1);
    memset(point->pixels, 0, 41 * 41);
    point->pixels[20 * 41 + 20] = 255;
    g_autoptr(PsImage) blurred = ps_image_blur(point, 1, NULL);
    // 255 / 2π, and what is left of it one, two pixels away.
    cr_expect_eq(blurred->pixels[20 * 41 + 20], 41);
    for (int i = 1; i <= 4; i++)
        cr_expect_eq(blurred->pixels[(20 + i) * 41 + 20], blurred->pixels[20 * 41 + 20 - i]);
    cr_expect_eq(blurred->pixels[20 * 41 + 21], 25);
    cr_expect_eq(blurred->pixels[21 * 41 + 21], 15);
}

Test(image, resize_scales_both_sides)
{
    g_autoptr(PsImage) image = ramp(100, 60, 3);
    g_autoptr(PsImage) half = ps_image_resize(image, 0.5, NULL);
    cr_assert_eq(half->width_px, 50);
    cr_assert_eq(half->height_px, 30);
    cr_expect(abs(half->pixels[3 * (15 * 50 + 25)] - image->pixels[3 * (30 * 100 + 50)]) <= 2);
    g_autoptr(PsImage) narrow = ps_image_resize_to(image, 7, 60, NULL);
    cr_expect(narrow->width_px == 7 && narrow->height_px == 60);
    g_autoptr(GError) error = NULL;
    g_autoptr(PsImage) vast = ps_image_resize(image, 1e6, &error);
    cr_expect(vast == NULL && g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}

// Stripes of one pixel are grey from afar, not stripes of another width.
Test(image, resize_makes_no_patterns)
{
    g_autoptr(PsImage) stripes = ps_image_new(400, 400, 1);
    for (int i = 0; i < 400 * 400; i++)
        stripes->pixels[i] = i % 2 == 0 ? 0 : 255;
    g_autoptr(PsImage) small = ps_image_resize_to(stripes, 130, 130, NULL);
    for (int x = 6; x < 124; x++)
        cr_expect(abs(small->pixels[60 * 130 + x] - 127) <= 4, "%d: %d", x,
                  small->pixels[60 * 130 + x]);
}

Test(image, resize_keeps_an_even_picture_and_a_ramp)
{
    g_autoptr(PsImage) ramps = ps_image_new(250, 40, 3);
    for (int i = 0; i < 250 * 40 * 3; i++)
        ramps->pixels[i] = i % 3 == 0 ? 77 : (uint8_t)(i / 3 % 250);
    for (int width_px = 60; width_px <= 900; width_px += 280) {
        g_autoptr(PsImage) other = ps_image_resize_to(ramps, width_px, 25, NULL);
        for (int x = width_px / 10; x < width_px * 9 / 10; x++) {
            const uint8_t *pixel = other->pixels + 3 * (12 * width_px + x);
            const double wanted = (x + 0.5) * 250 / width_px - 0.5;
            cr_expect_eq(pixel[0], 77);
            cr_expect_float_eq(pixel[1], wanted, 1.01, "%d of %d: %d", x, width_px, pixel[1]);
        }
    }
}

// A scene of soft blobs, as photographs are at these sizes.
static PsImage *blobs(int width_px, int height_px)
{
    PsImage *image = ps_image_new(width_px, height_px, 3);
    for (int y = 0; y < height_px; y++)
        for (int x = 0; x < width_px; x++)
            for (int band = 0; band < 3; band++)
                image->pixels[3 * (y * width_px + x) + band] =
                    (uint8_t)(128 + 60 * sin(0.05 * x + band) + 55 * cos(0.08 * y - band));
    return image;
}

static double psnr_db(const PsImage *one, const PsImage *other)
{
    const size_t n = (size_t)one->width_px * (size_t)one->height_px * (size_t)one->n_bands;
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (one->pixels[i] - other->pixels[i]) * (one->pixels[i] - other->pixels[i]);
    return 10 * log10(255.0 * 255.0 * (double)n / squares);
}

Test(image, reading_a_jpeg_reduced_and_reducing_it_is_one)
{
    g_autoptr(PsImage) scene = blobs(1008, 780);
    g_autoptr(PsMedia) jpeg = encode(scene, "image/jpeg", 90);
    g_autoptr(PsImage) whole = decode(jpeg);
    static const struct {
        double factor;
        int width_px; // of what is read; 780 has no whole eighth
    } cases[] = {{1, 1008}, {0.4, 1008}, {0.33, 504}, {0.2, 504}, {0.16, 252}, {0.08, 252}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int width_px = (int)(1008 * cases[i].factor),
                  height_px = (int)(780 * cases[i].factor);
        g_autoptr(PsImage) read = ps_image_decode_for(jpeg, cases[i].factor, NULL);
        cr_expect_eq(read->width_px, cases[i].width_px, "%g: %d", cases[i].factor,
                     read->width_px);
        g_autoptr(PsImage) one = ps_image_resize_to(read, width_px, height_px, NULL);
        g_autoptr(PsImage) other = ps_image_resize_to(whole, width_px, height_px, NULL);
        cr_expect_gt(psnr_db(one, other), 40, "%g: %g dB", cases[i].factor,
                     psnr_db(one, other));
    }
    g_autoptr(PsMedia) png = encode(scene, "image/png", 0);
    g_autoptr(PsImage) read = ps_image_decode_for(png, 0.1, NULL);
    cr_expect_eq(read->width_px, 1008);
}

Test(image, the_size_is_in_the_header)
{
    g_autoptr(PsImage) image = ramp(24, 16, 3);
    g_autoptr(PsMedia) turned = turned_jpeg(image);
    g_autoptr(PsImage) upright = decode(turned);
    int width_px, height_px;
    cr_assert(ps_image_size(turned, &width_px, &height_px, NULL));
    cr_expect(width_px == upright->width_px && height_px == upright->height_px);
    cr_expect(width_px == 16 && height_px == 24);
}

Test(image, pixels_become_a_png_when_that_is_asked)
{
    g_autoptr(PsImage) image = ramp(24, 16, 3);
    g_autoptr(PsMedia) media = ps_media_of_pixels(ramp(24, 16, 3));
    int width_px, height_px;
    g_autoptr(PsImage) before = decode(media);
    cr_assert(ps_image_size(media, &width_px, &height_px, NULL));
    cr_expect(media->bytes == NULL && width_px == 24 && height_px == 16);
    cr_assert(ps_media_encode(media, NULL) && ps_media_encode(media, NULL));
    g_autoptr(PsMedia) encoded = encode(image, "image/png", 0);
    cr_expect(g_bytes_equal(media->bytes, encoded->bytes));
    cr_expect_str_eq(media->type, "image/png");
    cr_expect_arr_eq(before->pixels, image->pixels, 24 * 16 * 3);
}

Test(image, unknown_encodings_are_refused)
{
    g_autoptr(PsImage) image = ramp(8, 8, 1);
    g_autoptr(GError) error = NULL;
    cr_expect(ps_image_encode(image, "image/bmp", 90, &error) == NULL);
    cr_expect(strstr(error->message, "image/bmp") != NULL);
}

// Pairs of right and wrong input on several threads: every result is its own.
static gpointer decode_often(gpointer data)
{
    const PsMedia *media = data;
    guint n_decoded = 0;
    for (int i = 0; i < 20; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PsImage) image = ps_image_decode(media, &error);
        n_decoded += image != NULL;
    }
    return GUINT_TO_POINTER(n_decoded);
}

Test(image, threads_do_not_disturb_each_other)
{
    g_autoptr(PsImage) image = ramp(64, 64, 3);
    g_autoptr(PsMedia) right = encode(image, "image/png", 0);
    g_autoptr(PsMedia) wrong = media_of_text("wrong", "image/png");
    GThread *threads[6];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("decode", decode_often, i % 2 ? wrong : right);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        cr_expect_eq(GPOINTER_TO_UINT(g_thread_join(threads[i])), i % 2 ? 0 : 20);
}
