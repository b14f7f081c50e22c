#include "harness/error.h"
#include "video_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static PsClip *sample(const PsMedia *media, PsSampling sampling, size_t n)
{
    g_autoptr(GError) error = NULL;
    PsClip *clip = ps_video_sample(media, sampling, n, 0, &error);
    cr_assert(clip != NULL, "%s", error != NULL ? error->message : "");
    return clip;
}

static void expect_colours(const PsClip *clip, const char *colours)
{
    cr_assert_eq(clip->n_frames, strlen(colours));
    for (size_t i = 0; i < clip->n_frames; i++)
        cr_expect_eq(middle_colour(clip->frames[i].image), colours[i], "frame %zu at %g s", i,
                     clip->frames[i].time_s);
}

Test(media_video, uniform_frames_in_every_container)
{
    static const char *const extensions[] = {"mp4", "webm", "avi", "mkv"};
    for (size_t i = 0; i < 4; i++) {
        g_autoptr(PsMedia) media = video_fixture(extensions[i], false);
        g_autoptr(PsClip) clip = sample(media, PS_SAMPLING_UNIFORM, 6);
        expect_colours(clip, "rrbggg");
        cr_expect_eq(clip->n_all, 60, "%s: %zu", extensions[i], clip->n_all);
        cr_expect_float_eq(clip->duration_s, 6, 0.15, "%s: %g", extensions[i],
                           clip->duration_s);
        cr_expect_float_eq(clip->frames[2].time_s, 2.5, 0.06);
        cr_expect_eq(clip->frames[0].image->width_px, 160);
    }
}

Test(media_video, keyframes_are_where_the_scene_changes)
{
    g_autoptr(PsMedia) media = video_fixture("mp4", true);
    g_autoptr(PsClip) clip = sample(media, PS_SAMPLING_KEYFRAME, 3);
    expect_colours(clip, "rbg");
    cr_expect_float_eq(clip->frames[1].time_s, 2, 0.01);
    cr_expect_float_eq(clip->frames[2].time_s, 3, 0.01);
}

Test(media_video, frames_are_reduced_to_the_pixels_that_are_allowed)
{
    g_autoptr(PsMedia) media = video_fixture("mp4", false);
    g_autoptr(PsClip) clip = ps_video_sample(media, PS_SAMPLING_UNIFORM, 2, 4800, NULL);
    cr_assert(clip != NULL);
    cr_expect_eq(clip->frames[0].image->width_px, 80);
    cr_expect_eq(clip->frames[0].image->height_px, 60);
}

// Whether the pixel at (x, y), as shares of the sides, is more red than blue.
static bool is_red(const PsImage *image, double x, double y)
{
    size_t column = (size_t)(x * image->width_px), row = (size_t)(y * image->height_px);
    const uint8_t *pixel = image->pixels + 3 * (row * (size_t)image->width_px + column);
    return pixel[0] > pixel[2];
}

Test(media_video, frames_are_upright)
{
    static const struct {
        int degrees, width_px;
        double red_x, red_y; // where the red half is shown
    } cases[] = {
        {0, 160, 0.1, 0.5}, {90, 120, 0.5, 0.9}, {180, 160, 0.9, 0.5}, {270, 120, 0.5, 0.1}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PsMedia) media = turned_video_fixture(cases[i].degrees);
        g_autoptr(PsClip) clip = sample(media, PS_SAMPLING_UNIFORM, 1);
        const PsImage *image = clip->frames[0].image;
        cr_expect_eq(image->width_px, cases[i].width_px, "%d", cases[i].degrees);
        cr_expect(is_red(image, cases[i].red_x, cases[i].red_y), "%d", cases[i].degrees);
        cr_expect_not(is_red(image, 1 - cases[i].red_x, 1 - cases[i].red_y), "%d",
                      cases[i].degrees);
    }
}

Test(media_video, half_a_video_gives_what_is_there_or_says_why_not)
{
    g_autoptr(PsMedia) whole = video_fixture("mkv", false);
    g_autoptr(PsMedia) half = truncated(whole);
    g_autoptr(GError) error = NULL;
    g_autoptr(PsClip) clip = ps_video_sample(half, PS_SAMPLING_HIERARCHICAL, 4, 0, &error);
    cr_assert(clip != NULL || g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}

static void expect_no_video(PsMedia *media)
{
    for (int sampling = 0; sampling < PS_N_SAMPLINGS; sampling++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(ps_video_sample(media, (PsSampling)sampling, 4, 0, &error));
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    }
    const PsVideoRecode how = {.rate_hz = 2};
    g_autoptr(GError) error = NULL;
    cr_expect_null(ps_video_recode(media, &how, &error));
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    ps_media_free(media);
}

Test(media_video, what_is_no_video_is_an_error)
{
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    expect_no_video(ps_media_new(nothing, "video/mp4", NULL));
    expect_no_video(series_fixture("a,b\n1,2\n"));
    g_autoptr(PsAudio) audio = ps_audio_new(8000, 8000);
    memset(audio->frames, 0, 8000 * sizeof *audio->frames);
    expect_no_video(ps_audio_encode(audio, "audio/wav", NULL));
    g_autoptr(PsMedia) whole = video_fixture("mp4", false); // its index is at its end
    expect_no_video(truncated(whole));
}

static PsMedia *recode(const PsMedia *media, const PsVideoRecode *how)
{
    g_autoptr(GError) error = NULL;
    PsMedia *changed = ps_video_recode(media, how, &error);
    cr_assert(changed != NULL, "%s", error != NULL ? error->message : "");
    cr_expect_str_eq(changed->type, "video/mp4");
    return changed;
}

Test(media_video, encoding_again_keeps_pictures_times_and_sound)
{
    const PsVideoRecode how = {0};
    g_autoptr(PsMedia) media = video_fixture("mp4", true);
    g_autoptr(PsMedia) again = recode(media, &how);
    g_autoptr(PsMedia) twice = recode(media, &how);
    cr_expect(g_bytes_equal(again->bytes, twice->bytes), "not the same bytes");
    g_autoptr(PsClip) clip = sample(again, PS_SAMPLING_UNIFORM, 6);
    expect_colours(clip, "rrbggg");
    cr_expect_eq(clip->n_all, 60);
    g_autoptr(PsAudio) before = ps_audio_decode(media, 0, NULL);
    g_autoptr(PsAudio) after = ps_audio_decode(again, 0, NULL);
    cr_assert(before != NULL && after != NULL);
    cr_expect_float_eq((double)after->n_frames / after->rate_hz,
                       (double)before->n_frames / before->rate_hz, 0.05);
}

Test(media_video, a_fixed_rate_makes_as_many_frames)
{
    const PsVideoRecode how = {.rate_hz = 2};
    g_autoptr(PsMedia) media = video_fixture("webm", false);
    g_autoptr(PsMedia) slow = recode(media, &how);
    g_autoptr(PsClip) clip = sample(slow, PS_SAMPLING_UNIFORM, 100);
    expect_colours(clip, "rrrrbbgggggg");
}

// Everything but the first frame is lost: it stays on.
static bool lose(size_t index, void *user_data)
{
    (void)index, (void)user_data;
    return true;
}

Test(media_video, a_lost_frame_is_the_one_before_it)
{
    const PsVideoRecode how = {.is_lost = lose};
    g_autoptr(PsMedia) media = video_fixture("mp4", false);
    g_autoptr(PsMedia) frozen = recode(media, &how);
    g_autoptr(PsClip) clip = sample(frozen, PS_SAMPLING_UNIFORM, 6);
    expect_colours(clip, "rrrrrr");
    cr_expect_eq(clip->n_all, 60);
}

static PsImage *refuse(PsImage *image, void *user_data, GError **error)
{
    (void)user_data;
    ps_image_free(image);
    return ps_fail_null(error, PS_ERROR_DATA, "not this one");
}

Test(media_video, a_picture_that_cannot_be_changed_is_an_error)
{
    g_autoptr(PsMedia) media = video_fixture("mp4", false);
    g_autoptr(GError) error = NULL;
    const PsVideoRecode how = {.change = refuse};
    cr_expect_null(ps_video_recode(media, &how, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect_str_eq(error->message, "not this one");
}

Test(media_video, pages_of_a_document_are_counted_and_decoded)
{
    g_autoptr(PsMedia) document = document_fixture(3);
    cr_expect_eq(ps_image_n_pages(document, NULL), 3);
    g_autoptr(PsImage) first = ps_image_decode_page(document, 0, NULL);
    g_autoptr(PsImage) last = ps_image_decode_page(document, 2, NULL);
    cr_assert(first != NULL && last != NULL);
    int width_px, height_px;
    cr_assert(ps_image_size(document, &width_px, &height_px, NULL));
    cr_expect_eq(width_px, first->width_px);
    cr_expect_eq(height_px, first->height_px);
    cr_expect_float_eq(first->width_px, 300 * 200 / 72.0, 1);
    size_t n_bytes =
        (size_t)first->width_px * (size_t)first->height_px * (size_t)first->n_bands;
    cr_expect(memcmp(first->pixels, last->pixels, n_bytes) != 0, "the same page twice");
    g_autoptr(GError) error = NULL;
    cr_expect_null(ps_image_decode_page(document, 3, &error));
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect(strstr(error->message, "no page 4") != NULL, "%s", error->message);
}
