#include "engine/image.h"
#include "engine/senses_cache.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The noise of which Pillow 9.4 made the sums below.
static PeImage noise(size_t width_px, size_t height_px)
{
    PeImage image = {width_px, height_px, malloc(width_px * height_px * 3)};
    uint32_t state = 12345;
    for (size_t i = 0; i < width_px * height_px * 3; i++) {
        state = state * 1103515245 + 12345;
        image.pixels[i] = (uint8_t)(state >> 16);
    }
    return image;
}

static void has_sum(const PeImage *image, const char *sum)
{
    const PeHash hash = pe_hash("", image->pixels, image->width_px * image->height_px * 3);
    char text[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", hash.bytes[i]);
    cr_assert_str_eq(text, sum, "%zu×%zu", image->width_px, image->height_px);
}

Test(image, resizes_bit_by_bit_as_pillow)
{
    static const struct {
        size_t width_px, height_px, new_width_px, new_height_px;
        const char *sum; // SHA-256 of image.resize((…), Image.LANCZOS).tobytes()
    } cases[] = {
        {7, 5, 16, 16, "558072e3a2dbdc6d0b74ed41d32f1b04781956a43600cbb8355753184205c0d0"},
        {64, 48, 32, 24, "dfa91cf6a70133555196b9b676c27d1f22af2e222f24029631ee842a32162add"},
        {100, 3, 33, 32, "be3a6c8b35c848c4ac592a42c8bda6fd9bfff2cf1835f3b8b070a2b763c2599b"},
        {5, 200, 5, 64, "ce182b51bde8a0ff9faf1974f95d29a1154677703340e7b5bf7ca124b6d2e207"},
        {13, 17, 13, 17, "508edcd6d9a71f7be3be0cca6caecc061f06c533f4bfbe846ed1fc07b11652c6"},
        {31, 1, 8, 1, "56030061b20a0c1ad74702bd4eae6410c84254c21f4867c6671080f7c8e7079c"},
        {300, 200, 64, 64, "94dd1d9edc67f8474313c35719a9bde0c5bad343817f4d0b57db34634f004034"},
    };
    PeError error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PeImage image = noise(cases[i].width_px, cases[i].height_px), resized;
        const PePicture picture = pe_image_picture(&image);
        cr_assert(pe_image_resize(&picture, cases[i].new_width_px, cases[i].new_height_px,
                                  &resized, &error));
        has_sum(&resized, cases[i].sum);
        pe_image_clear(&image);
        pe_image_clear(&resized);
    }
}

Test(image, tiles_are_those_of_idefics3)
{
    static const struct {
        size_t width_px, height_px, longest_px, fitted_width, fitted_height, n_rows, n_columns;
        const char *grid, *overview; // sums; tiles of 32
    } cases[] = {
        {32, 32, 32, 32, 32, 1, 1,
         "32a6949fba42a8c14160d7ccd65298b762024f58264875c6aee0168621e54460",
         "32a6949fba42a8c14160d7ccd65298b762024f58264875c6aee0168621e54460"},
        {50, 37, 64, 64, 48, 2, 2,
         "837eeefad60fa71610fb06864e368c34cc842502b0d0bb193f9d8b3ec95d526c",
         "cb317839f1694eeca82b46f2f654fd657a2d764414810424e61c0b74560077a1"},
        {37, 50, 64, 48, 64, 2, 2,
         "9afd20db0d191b60385e84e00348befcc36de6123f680541c73af7deacf6656b",
         "822fe0c2b8666994815f352921f76812d6d45a23bf4ad1e468724d9cde3a8f0d"},
        {200, 3, 128, 128, 2, 1, 4,
         "67a5f57013423618a6b192cdb4e604645a3240df2527726042d78f807f066099",
         "0391fbeade7f5c17ffb3191b580791f6a98d03767af4133eb56404bdc6b3a268"},
        {90, 70, 0, 90, 70, 3, 3,
         "026c49e683e7c1079089fa25967dd761ae33e77c9b9511121d8a4aab7b5b5b46",
         "e7ce1a89ccbeb2f80bd18d90fcfcf93b605fa234854d6dabf9b64df26cec8b7a"},
    };
    PeError error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PeTiling tiling;
        PeImage image = noise(cases[i].width_px, cases[i].height_px), grid, overview;
        cr_assert(pe_tiling_plan(cases[i].width_px, cases[i].height_px, 32, cases[i].longest_px,
                                 &tiling, &error));
        cr_assert_eq(tiling.width_px, cases[i].fitted_width);
        cr_assert_eq(tiling.height_px, cases[i].fitted_height);
        cr_assert_eq(tiling.n_rows, cases[i].n_rows);
        cr_assert_eq(tiling.n_columns, cases[i].n_columns);
        const PePicture picture = pe_image_picture(&image);
        cr_assert(pe_tiling_make(&tiling, 32, &picture, &grid, &overview, &error));
        has_sum(&grid, cases[i].grid);
        has_sum(&overview, cases[i].overview);
        pe_image_clear(&image);
        pe_image_clear(&grid);
        pe_image_clear(&overview);
    }
}

Test(image, sizes_that_cannot_be_are_refused)
{
    PeTiling tiling;
    PeError error;
    cr_assert_not(pe_tiling_plan(0, 9, 32, 64, &tiling, &error));
    cr_assert_not(pe_tiling_plan(9, 65536, 32, 64, &tiling, &error));
    cr_assert_not(pe_tiling_plan(65535, 65535, 32, 0, &tiling, &error));
    cr_assert_not_null(strstr(error.message, "4194304 tiles"));
    cr_assert(pe_tiling_plan(1, 65535, 32, 64, &tiling, &error));
    cr_assert_eq(tiling.width_px, 1);
}
