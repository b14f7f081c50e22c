#include "serve/content.h"

#include "tests/serve/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

// Adds content to a draft; what it cost, or the message of why not.
static PsDraftCost added(const char *text, char **problem)
{
    Serving serving;
    g_autoptr(GError) error = NULL;
    const PsIngest ingest = {.max_image_side = 32};
    serving_open(&serving, 1);
    PsDraft *draft = serving_draft(&serving, NULL, NULL);
    cJSON *content = json_of(text);
    const bool is_ok = ps_content_add(draft, &ingest, content, &error);
    const PsDraftCost cost = *ps_draft_cost(draft);
    *problem = is_ok ? NULL : g_strdup(error->message);
    cJSON_Delete(content);
    ps_draft_free(draft);
    serving_close(&serving);
    return cost;
}

static char *part_of(const char *format, const char *file)
{
    g_autofree char *path = g_strconcat(FIXTURES, file, NULL), *contents = NULL;
    gsize length = 0;
    cr_assert(g_file_get_contents(path, &contents, &length, NULL));
    g_autofree char *encoded = g_base64_encode((const guchar *)contents, length);
    GString *part = g_string_new(format);
    g_string_replace(part, "$", encoded, 0);
    return g_string_free(part, false);
}

Test(serve_content, pictures_and_sounds_are_named_in_several_ways)
{
    static const char *const ways[][2] = {
        {"[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,$\"}}]",
         "scene32.png"},
        {"[{\"type\":\"image_url\",\"image_url\":\"data:image/png;base64,$\"}]", "scene32.png"},
        {"[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"$\",\"format\":\"wav\"}}]",
         "tone2s.wav"},
        {"[{\"type\":\"audio_url\",\"audio_url\":{\"url\":\"data:audio/wav;base64,$\"}}]",
         "tone2s.wav"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *text = part_of(ways[i][0], ways[i][1]), *problem = NULL;
        const PsDraftCost cost = added(text, &problem);
        cr_assert_null(problem, "%s", problem);
        cr_expect_eq(cost.planned.n_pixels, i < 2 ? 1024 : 0);
        cr_expect_eq(cost.planned.n_seconds, i < 2 ? 0 : 2);
    }
}

Test(serve_content, a_text_and_a_list_of_texts_are_the_same)
{
    g_autofree char *first = NULL, *second = NULL;
    const PsDraftCost text = added("\"see this\"", &first);
    const PsDraftCost list = added("[{\"type\":\"text\",\"text\":\"see this\"}]", &second);
    cr_expect_null(first);
    cr_expect_null(second);
    cr_expect_gt(text.n_positions, 0);
    cr_expect_eq(text.n_positions, list.n_positions);
}

Test(serve_content, what_cannot_be_is_said)
{
    static const char *const wrong[][2] = {
        {"5", "neither text nor a list"},
        {"[{\"type\":\"smell\"}]", "neither text"},
        {"[{\"type\":\"text\"}]", "neither text"},
        {"[5]", "neither text"},
        {"[{\"type\":\"image_url\"}]", "image_url has no url"},
        {"[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x/a.png\"}}]", "data URL"},
        {"[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png,raw\"}}]",
         "data URL"},
        {"[{\"type\":\"image_url\",\"image_url\":{\"url\":\"iVBORw0KGgo\"}}]", "data URL"},
        {"[{\"type\":\"video_url\",\"video_url\":{\"url\":\"data:video/mp4;base64,AAAA\"}}]",
         "not a video"},
        {"[{\"type\":\"file\",\"file\":{\"file_id\":\"x\"}}]", "file has no file_data"},
        {"[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\"}}]", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *problem = NULL;
        added(wrong[i][0], &problem);
        cr_assert_not_null(problem, "%s", wrong[i][0]);
        cr_expect_not_null(strstr(problem, wrong[i][1]), "%s: %s", wrong[i][0], problem);
    }
}
