// Capture conditions of videos: the amount is measured in what comes out.
#include "../harness/video_fixture.h"
#include "datasets/datasets.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const PsCondition *find(const char *name)
{
    size_t i = 0;
    while (ps_conditions[i] != NULL && strcmp(ps_conditions[i]->name, name) != 0)
        i++;
    cr_assert_not_null(ps_conditions[i], "no condition %s", name);
    return ps_conditions[i];
}

static PsMedia *apply(const char *name, const PsMedia *media, double amount, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    PsMedia *changed = find(name)->apply(media, amount, seed, &error);
    cr_assert(changed != NULL, "%s", error != NULL ? error->message : "");
    return changed;
}

static PsClip *all_frames(const PsMedia *media)
{
    PsClip *clip = ps_video_sample(media, PS_SAMPLING_UNIFORM, 256, 0, NULL);
    cr_assert(clip != NULL);
    return clip;
}

// Something that moves all the time.
static PsMedia *moving(void)
{
    return video_fixture_of("testsrc=s=160x120:r=25:d=8,hue=H=t");
}

// The share of frames that equal the one before but for what encoding changes.
static double share_frozen(const PsMedia *media)
{
    g_autoptr(PsClip) clip = all_frames(media);
    size_t n_frozen = 0;
    for (size_t i = 1; i < clip->n_frames; i++) {
        const PsImage *a = clip->frames[i - 1].image, *b = clip->frames[i].image;
        size_t n = 3 * (size_t)a->width_px * (size_t)a->height_px;
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += abs(a->pixels[k] - b->pixels[k]);
        n_frozen += sum / (double)n < 0.25;
    }
    return (double)n_frozen / (double)(clip->n_frames - 1);
}

Test(conditions_video, frame_drop_freezes_that_share_of_the_frames)
{
    g_autoptr(PsMedia) media = moving();
    static const double amounts[] = {0, 20, 60};
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(PsMedia) changed = apply("frame_drop", media, amounts[i], 3);
        double share = share_frozen(changed);
        cr_expect_float_eq(share, amounts[i] / 100, 0.09, "%g: %g", amounts[i], share);
    }
}

Test(conditions_video, bitrate_is_kept)
{
    g_autoptr(PsMedia) media = moving();
    static const double amounts[] = {30, 100, 300};
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(PsMedia) changed = apply("bitrate", media, amounts[i], 3);
        double kbit_per_s = 8e-3 * (double)g_bytes_get_size(changed->bytes) / 8;
        cr_expect(kbit_per_s < 1.25 * amounts[i] + 5 && kbit_per_s > 0.5 * amounts[i], "%g: %g",
                  amounts[i], kbit_per_s);
    }
}

// The squared differences of neighbouring pixels: edges.
static double detail(const PsMedia *media)
{
    g_autoptr(PsClip) clip = ps_video_sample(media, PS_SAMPLING_UNIFORM, 1, 0, NULL);
    const PsImage *image = clip->frames[0].image;
    double sum = 0;
    for (int y = 0; y < image->height_px; y++)
        for (int x = 1; x < image->width_px; x++) {
            const uint8_t *pixel = image->pixels + 3 * (y * image->width_px + x);
            sum += (pixel[0] - pixel[-3]) * (pixel[0] - pixel[-3]);
        }
    return sum;
}

Test(conditions_video, blur_takes_detail_away)
{
    g_autoptr(PsMedia) media = moving();
    g_autoptr(PsMedia) little = apply("video_blur", media, 1, 0),
                       much = apply("video_blur", media, 4, 0);
    cr_expect(detail(little) < 0.9 * detail(media));
    cr_expect(detail(much) < 0.6 * detail(little));
}

Test(conditions_video, frame_rate_is_what_was_asked_for)
{
    g_autoptr(PsMedia) media = moving();
    g_autoptr(PsMedia) slow = apply("frame_rate", media, 4, 0);
    g_autoptr(PsClip) clip = all_frames(slow);
    cr_expect_eq(clip->n_frames, 32);
    cr_expect_float_eq(clip->duration_s, 8, 0.05);
    for (size_t i = 0; i < clip->n_frames; i++)
        cr_expect_float_eq(clip->frames[i].time_s, (double)i / 4, 1e-3);
}

Test(conditions_video, the_same_seed_gives_the_same_bytes)
{
    static const struct {
        const char *name;
        double amount;
    } cases[] = {{"frame_drop", 50}, {"bitrate", 50}, {"video_blur", 2}, {"frame_rate", 3}};
    g_autoptr(PsMedia) media = video_fixture("mp4", true);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PsMedia) once = apply(cases[i].name, media, cases[i].amount, 5);
        g_autoptr(PsMedia) again = apply(cases[i].name, media, cases[i].amount, 5);
        cr_expect(g_bytes_equal(once->bytes, again->bytes), "%s", cases[i].name);
    }
    g_autoptr(PsMedia) moved = moving();
    g_autoptr(PsMedia) one = apply("frame_drop", moved, 50, 5);
    g_autoptr(PsMedia) other = apply("frame_drop", moved, 50, 6);
    cr_expect_not(g_bytes_equal(one->bytes, other->bytes));
}

Test(conditions_video, damaged_videos_are_an_error)
{
    static const char *const names[] = {"frame_drop", "bitrate", "video_blur", "frame_rate"};
    g_autoptr(PsMedia) whole = video_fixture("mp4", false);
    g_autoptr(PsMedia) half = truncated(whole);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(find(names[i])->apply(half, 10, 0, &error));
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    }
}
