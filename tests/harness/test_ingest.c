#include "harness/ingest.h"

#include "harness/error.h"
#include "harness/rng.h"
#include "video_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define NOTHING (1u << PS_PART_VIDEO | 1u << PS_PART_PAGE | 1u << PS_PART_SERIES)

static PsMedia *picture(int width_px, int height_px, const char *type)
{
    g_autoptr(PsImage) image = ps_image_new(width_px, height_px, 3);
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < 3 * (size_t)width_px * (size_t)height_px; i++)
        image->pixels[i] = (uint8_t)ps_rng_next(&rng); // cannot be compressed
    PsMedia *media = ps_image_encode(image, type, 90, NULL);
    cr_assert(media != NULL);
    return media;
}

// Ingests one part behind a text.
static bool ingest(const PsIngest *options,
                   unsigned cannot_take,
                   PsPartKind kind,
                   const PsMedia *media,
                   PsIngested *ingested,
                   GError **error)
{
    static PsPart parts[2];
    parts[0] = (PsPart){.kind = PS_PART_TEXT, .text = (char *)"What?"};
    parts[1] = (PsPart){.kind = kind, .path = (char *)"media"};
    const PsMedia *all[] = {NULL, media};
    *ingested = (PsIngested){0};
    return ps_ingest(options, cannot_take, "prompt", parts, all, 2, ingested, error);
}

static void expect_done(const PsIngest *options,
                        unsigned cannot_take,
                        PsPartKind kind,
                        const PsMedia *media,
                        PsIngested *ingested)
{
    g_autoptr(GError) error = NULL;
    cr_assert(ingest(options, cannot_take, kind, media, ingested, &error), "%s",
              error != NULL ? error->message : "");
}

Test(ingest, what_a_system_takes_goes_as_it_is)
{
    g_autoptr(PsMedia) video = video_fixture("mp4", false);
    PsIngest none = {0};
    PsIngested ingested;
    expect_done(&none, 0, PS_PART_VIDEO, video, &ingested);
    cr_expect_eq(ingested.n_parts, 0);
    cr_expect_null(ingested.trace);
    expect_done(&none, NOTHING, PS_PART_IMAGE, video, &ingested);
    cr_expect_eq(ingested.n_parts, 0);
}

Test(ingest, a_video_becomes_frames_with_times)
{
    g_autoptr(PsMedia) video = video_fixture("mp4", true);
    PsIngest options = {.frames = 3,
                        .sampling = PS_SAMPLING_KEYFRAME,
                        .has_sampling = true,
                        .video_sound = true};
    PsIngested ingested;
    expect_done(&options, 0, PS_PART_VIDEO, video, &ingested);
    cr_assert_eq(ingested.n_parts, 5);
    cr_expect_eq(ingested.parts[0].kind, PS_PART_TEXT);
    cr_expect_null(ingested.notes[0].caption);
    cr_expect(isnan(ingested.notes[0].time_s));
    cr_expect_eq(ingested.parts[2].kind, PS_PART_IMAGE);
    cr_expect_str_eq(ingested.media[2]->type, "image/jpeg");
    cr_expect_str_eq(ingested.notes[2].caption, "video 1, frame 2 of 3, at 2.00 s");
    cr_expect_eq(ingested.notes[2].time_s, 2);
    cr_expect_eq(ingested.parts[4].kind, PS_PART_AUDIO);
    cr_expect_str_eq(ingested.notes[4].caption, "sound of video 1");
    cr_expect(strstr(ingested.trace,
                     "\"sampling\":\"keyframe\",\"frames_s\":[0.000,2.000,3.000],"
                     "\"of_frames\":60")
                  != NULL,
              "%s", ingested.trace);
    ps_ingested_clear(&ingested);
}

Test(ingest, a_system_without_video_gets_eight_frames)
{
    g_autoptr(PsMedia) video = video_fixture("mp4", false);
    PsIngest none = {0};
    PsIngested ingested;
    expect_done(&none, NOTHING, PS_PART_VIDEO, video, &ingested);
    cr_expect_eq(ingested.n_parts, 1 + PS_INGEST_FRAMES);
    ps_ingested_clear(&ingested);
}

Test(ingest, a_document_becomes_pages)
{
    g_autoptr(PsMedia) document = document_fixture(3);
    PsIngest options = {.pages = 2};
    PsIngested ingested;
    expect_done(&options, 0, PS_PART_PAGE, document, &ingested);
    cr_assert_eq(ingested.n_parts, 3);
    cr_expect_eq(ingested.parts[2].kind, PS_PART_PAGE);
    cr_expect_str_eq(ingested.media[2]->type, "image/png");
    cr_expect_str_eq(ingested.notes[2].caption, "document 1, page 2 of 3");
    cr_expect(strstr(ingested.trace, "\"pages\":2,\"of_pages\":3") != NULL);
    ps_ingested_clear(&ingested);
}

Test(ingest, a_series_becomes_text)
{
    g_autoptr(PsMedia) series = series_fixture("a\n1\n2\n3\n");
    PsIngest none = {0};
    PsIngested ingested;
    expect_done(&none, NOTHING, PS_PART_SERIES, series, &ingested);
    cr_assert_eq(ingested.n_parts, 2);
    cr_expect_eq(ingested.parts[1].kind, PS_PART_TEXT);
    cr_expect_null(ingested.media[1]);
    cr_expect_str_eq(ingested.parts[1].text, "Series: 3 rows, 1 channels\na\n1\n2\n3\n");
    ps_ingested_clear(&ingested);
}

static void expect_size(const PsMedia *media, int width_px, int height_px)
{
    g_autoptr(PsImage) image = ps_image_decode(media, NULL);
    cr_assert(image != NULL);
    cr_expect(abs(image->width_px - width_px) <= 1, "%d", image->width_px);
    cr_expect(abs(image->height_px - height_px) <= 1, "%d", image->height_px);
}

Test(ingest, pictures_are_reduced_to_a_cap_and_keep_their_kind)
{
    g_autoptr(PsMedia) large = picture(400, 200, "image/jpeg"),
                       small = picture(40, 20, "image/png");
    PsIngest pixels = {.max_image_pixels = 20000}, side = {.max_image_side = 100};
    PsIngested ingested;
    expect_done(&pixels, 0, PS_PART_IMAGE, large, &ingested);
    cr_expect_str_eq(ingested.media[1]->type, "image/jpeg");
    expect_size(ingested.media[1], 200, 100);
    cr_expect(strstr(ingested.trace, "\"was_px\":[400,200]") != NULL, "%s", ingested.trace);
    ps_ingested_clear(&ingested);
    expect_done(&side, 0, PS_PART_IMAGE, large, &ingested);
    expect_size(ingested.media[1], 100, 50);
    ps_ingested_clear(&ingested);
    expect_done(&side, 0, PS_PART_IMAGE, small, &ingested);
    cr_expect(g_bytes_equal(ingested.media[1]->bytes, small->bytes), "a small one stays");
    ps_ingested_clear(&ingested);
}

Test(ingest, a_request_is_reduced_to_its_budget)
{
    g_autoptr(PsMedia) large = picture(400, 300, "image/png");
    PsIngest bytes = {.max_request_bytes = 60000}, tokens = {.max_request_tokens = 50};
    PsIngested ingested;
    cr_assert(g_bytes_get_size(large->bytes) > 200000);
    expect_done(&bytes, 0, PS_PART_IMAGE, large, &ingested);
    size_t n_bytes = g_bytes_get_size(ingested.media[1]->bytes);
    cr_expect(n_bytes < 60000 && n_bytes > 20000, "%zu", n_bytes);
    cr_expect(strstr(ingested.trace, "\"reduced_to\":0.") != NULL, "%s", ingested.trace);
    ps_ingested_clear(&ingested);
    expect_done(&tokens, 0, PS_PART_IMAGE, large, &ingested);
    g_autoptr(PsImage) image = ps_image_decode(ingested.media[1], NULL);
    cr_expect(image->width_px * image->height_px <= 50 * 750);
    ps_ingested_clear(&ingested);
}

Test(ingest, what_cannot_be_made_to_fit_is_an_error)
{
    g_autoptr(PsMedia) video = video_fixture("mp4", false);
    PsIngest bytes = {.max_request_bytes = 100};
    PsIngested ingested;
    g_autoptr(GError) error = NULL;
    cr_expect_not(ingest(&bytes, 0, PS_PART_VIDEO, video, &ingested, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect(strstr(error->message, "does not fit its budget") != NULL, "%s", error->message);
}

Test(ingest, damaged_media_are_an_error_that_names_the_part)
{
    static const PsPartKind kinds[] = {PS_PART_VIDEO, PS_PART_PAGE, PS_PART_SERIES};
    static const char *const types[] = {"video/mp4", "application/pdf", "application/x-hdf5"};
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static("\x89HDF\r\n\x1a\nnothing", 15);
        g_autoptr(PsMedia) damaged = ps_media_new(bytes, types[i], NULL);
        PsIngest none = {0};
        PsIngested ingested;
        g_autoptr(GError) error = NULL;
        cr_expect_not(ingest(&none, NOTHING, kinds[i], damaged, &ingested, &error));
        cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
        cr_expect(g_str_has_prefix(error->message, "part 2 ("), "%s", error->message);
    }
}

Test(ingest, the_command_line_goes_before_the_suite)
{
    const PsIngest suite = {
        .frames = 4, .pages = 3, .has_sampling = true, .sampling = PS_SAMPLING_KEYFRAME};
    const PsIngest flags = {.frames = 16};
    PsIngest both = ps_ingest_merge(&suite, &flags);
    cr_expect_eq(both.frames, 16);
    cr_expect_eq(both.pages, 3);
    cr_expect_eq(both.sampling, PS_SAMPLING_KEYFRAME);
    g_autoptr(GString) json = g_string_new("{");
    ps_ingest_append_json(json, &both);
    cr_expect_str_eq(json->str, "{\"frames\":16,\"pages\":3,\"sampling\":\"keyframe\"");
}

Test(ingest, numbers_out_of_range_are_refused)
{
    const PsIngest cases[] = {
        {.frames = 257}, {.frames = -1}, {.pages = 101}, {.max_image_side = -5}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_not(ps_ingest_check(&cases[i], NULL));
}
