#include "harness/evidence_picture.h"

#include "video_fixture.h"

#include <criterion/criterion.h>

static uint8_t at(const PsImage *image, int x, int y, int band)
{
    return image
        ->pixels[(size_t)image->n_bands * ((size_t)y * (size_t)image->width_px + (size_t)x)
                 + (size_t)band];
}

Test(evidence_picture, frames_stand_beside_each_other)
{
    g_autoptr(PsMedia) video = video_fixture("mp4", false);
    g_autoptr(PsClip) clip = ps_video_sample(video, PS_SAMPLING_KEYFRAME, 3, 0, NULL);
    g_autoptr(PsImage) strip = ps_clip_picture(clip, 300, NULL);
    cr_assert(strip != NULL);
    cr_expect_eq(strip->width_px, 300);
    cr_expect_eq(strip->height_px, 75);
    cr_expect(at(strip, 50, 37, 0) > 200 && at(strip, 50, 37, 2) < 60, "red first");
    cr_expect(at(strip, 150, 37, 2) > 200 && at(strip, 150, 37, 0) < 60, "then blue");
    cr_expect(at(strip, 250, 37, 1) > 200 && at(strip, 250, 37, 0) < 60, "then green");
}

Test(evidence_picture, a_rising_series_rises)
{
    g_autoptr(PsMedia) media = series_fixture("a,b\n0,7\n1,7\n2,7\nnan,7\nnan,7\n5,7\n");
    g_autoptr(PsSeries) series = ps_series_decode(media, NULL);
    g_autoptr(PsImage) picture = ps_series_picture(series);
    cr_assert_eq(picture->height_px, 180);
    int first = 0, last = 0;
    while (first < 89 && at(picture, 0, first, 0) > 100)
        first++;
    while (last < 89 && at(picture, picture->width_px - 1, last, 0) > 100)
        last++;
    cr_expect(first > 60 && last < 20, "%d, %d", first, last);
    for (int y = 1; y < 89; y++)
        cr_expect(at(picture, 450, y, 0) > 100, "a gap is blank");
}

Test(evidence_picture, a_series_without_values_is_blank)
{
    g_autoptr(PsMedia) media = series_fixture("a\nnan\nnan\n");
    g_autoptr(PsSeries) series = ps_series_decode(media, NULL);
    g_autoptr(PsImage) picture = ps_series_picture(series);
    for (int y = 1; y < picture->height_px; y++)
        cr_expect_eq(at(picture, 100, y, 0), 255);
}
