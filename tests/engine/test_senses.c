#include "tests/engine/file.h"
#include "tests/engine/model_fixture.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The mmproj of mini-q8 with tiles of 32 out of pictures of longest_px.
static Senses senses_of_tiles(uint32_t longest_px)
{
    static const char key[] = "clip.vision.preproc_image_size";
    Senses senses = {.model = fixture_open(FIXTURE_Q8)};
    size_t n_bytes;
    PeError error;
    senses.bytes = fixture_read("mini-q8/mmproj-q8_0-idefics3-qwen3a.gguf", &n_bytes);
    unsigned char *at = memmem(senses.bytes, n_bytes, key, strlen(key));
    memcpy(at + strlen(key) + 4, &longest_px, sizeof longest_px);
    senses.senses =
        pe_senses_new(pe_gguf_parse(senses.bytes, n_bytes, &error), senses.model, &error);
    cr_assert_not_null(senses.senses, "%s", error.message);
    senses.work = senses_work(senses.senses, 1, NULL);
    return senses;
}

static PePrompt prompt_of(const Senses *senses)
{
    return (PePrompt){.n_embedding = senses->model->decoder.n_embedding};
}

static PePicture gradient(size_t width_px, size_t height_px)
{
    uint8_t *pixels = malloc(width_px * height_px * 3);
    for (size_t i = 0; i < width_px * height_px; i++) {
        pixels[3 * i] = (uint8_t)(i % width_px);
        pixels[3 * i + 1] = (uint8_t)(i / width_px);
        pixels[3 * i + 2] = 77;
    }
    return (PePicture){width_px, height_px, pixels};
}

// ---- What it says

Test(senses, say_what_they_can)
{
    Senses senses = senses_open("mini-f32");
    const PeSensesInfo info = pe_senses_info(senses.senses);
    cr_assert_str_eq(info.vision, "idefics3");
    cr_assert_eq(info.image_size_px, 32);
    cr_assert_eq(info.longest_edge_px, 32);
    cr_assert_eq(info.tile_positions, 4);
    cr_assert_str_eq(info.audio, "qwen3a");
    cr_assert_eq(info.window_frames, 800);
    cr_assert_eq(info.window_positions, 104);
    senses_close(&senses);
}

// What pe_senses_new says to the mmproj of mini-q8 with n bytes behind a key replaced.
static void says(const char *key, size_t skip, const void *to, size_t n, const char *message)
{
    size_t n_bytes;
    PeError error = {0};
    PeModel *model = fixture_open(FIXTURE_Q8);
    unsigned char *bytes = fixture_read("mini-q8/mmproj-q8_0-idefics3-qwen3a.gguf", &n_bytes);
    memcpy((unsigned char *)memmem(bytes, n_bytes, key, strlen(key)) + strlen(key) + skip, to,
           n);
    PeGguf *gguf = pe_gguf_parse(bytes, n_bytes, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    cr_assert_null(pe_senses_new(gguf, model, &error));
    cr_assert_str_eq(error.message, message);
    pe_model_free(model);
    free(bytes);
}

Test(senses, files_that_do_not_fit_are_refused)
{
    const uint32_t width = 64;
    says("general.architecture", 12, "clap", 4,
         "key general.architecture: clap is not an encoder; clip is");
    says("clip.vision.projector_type", 12, "idefics9", 8,
         "a vision encoder of the kind idefics9 is not known; idefics3 is");
    says("clip.audio.projector_type", 12, "qwen9a", 6,
         "an audio encoder of the kind qwen9a is not known; qwen3a and ultravox are");
    says("clip.vision.projection_dim", 4, &width, sizeof width,
         "key clip.vision.projection_dim: is 64, the model's is 96");
    says("clip.has_audio_encoder", 4, "", 1,
         "tensor a.conv2d.1.weight: is no part of the encoders that are known");
    says("a.blk.1.ffn_d", 0, "x", 1, "tensor a.blk.1.ffn_down.weight: is not there");
}

Test(senses, a_language_model_is_no_encoder)
{
    Senses senses = senses_open("mini-q8");
    PeError error;
    cr_assert_null(
        pe_senses_open(PS_TESTS_DIR "/engine/fixtures/" FIXTURE_Q8, senses.model, &error));
    cr_assert_not_null(strstr(error.message, "llama is not an encoder"), "%s", error.message);
    senses_close(&senses);
}

// ---- Layout

static const char *text_of(const Senses *senses, int32_t token)
{
    static char text[64];
    const PeString string = senses->model->vocabulary->tokens[token].text;
    memcpy(text, string.bytes, string.n_bytes);
    text[string.n_bytes] = '\0';
    return text;
}

Test(senses, tiles_stand_row_by_row_and_the_overview_last)
{
    static const char *const texts[] = {"<fake_token_around_image>",
                                        "<row_1_col_1>",
                                        NULL,
                                        "<fake_token_around_image>",
                                        "<row_1_col_2>",
                                        NULL,
                                        "Ċ",
                                        "<fake_token_around_image>",
                                        "<row_2_col_1>",
                                        NULL,
                                        "<fake_token_around_image>",
                                        "<row_2_col_2>",
                                        NULL,
                                        "ĊĊ",
                                        "<fake_token_around_image>",
                                        "<global-img>",
                                        NULL,
                                        "<fake_token_around_image>"};
    Senses senses = senses_of_tiles(64);
    PePicture picture = gradient(50, 40);
    PePrompt prompt = prompt_of(&senses);
    PeSensesPlan plan;
    PeError error;
    size_t at = 0;
    cr_assert(pe_senses_plan_picture(senses.senses, 50, 40, &plan, &error));
    cr_assert(pe_senses_add_picture(senses.work, &picture, &prompt, &error), "%s",
              error.message);
    for (size_t i = 0; i < prompt.n_items; i++) {
        if (prompt.items[i].kind != PE_ITEM_TOKENS) cr_assert_null(texts[at++]);
        for (size_t k = 0; prompt.items[i].kind == PE_ITEM_TOKENS && k < prompt.items[i].n; k++)
            cr_assert_str_eq(text_of(&senses, prompt.items[i].tokens[k]), texts[at++]);
    }
    cr_assert_eq(at, sizeof texts / sizeof *texts);
    cr_assert_eq(plan.n_encodes, 5);
    cr_assert_eq(plan.n_rows, 20);
    cr_assert_eq(plan.n_positions, prompt.n_positions);
    cr_assert_eq(pe_senses_cost(senses.work)->n_encoded, 5);
    pe_prompt_clear(&prompt);
    free((void *)picture.pixels);
    senses_close(&senses);
}

Test(senses, a_tile_is_what_the_crop_alone_would_be)
{
    Senses tiled = senses_of_tiles(64), plain = senses_open("mini-q8");
    PePicture picture = gradient(64, 64), crop = gradient(32, 32);
    PePrompt whole = prompt_of(&tiled), part = prompt_of(&plain);
    PeError error;
    // Of tile (2, 2) of the gradient.
    for (size_t i = 0; i < 32 * 32; i++) {
        ((uint8_t *)crop.pixels)[3 * i] += 32;
        ((uint8_t *)crop.pixels)[3 * i + 1] += 32;
    }
    cr_assert(pe_senses_add_picture(tiled.work, &picture, &whole, &error));
    cr_assert(pe_senses_add_picture(plain.work, &crop, &part, &error));
    cr_assert_eq(whole.items[7].kind, PE_ITEM_IMAGE);
    cr_assert_arr_eq(whole.items[7].rows, part.items[1].rows, 4 * 96 * sizeof(float));
    cr_assert_arr_neq(whole.items[5].rows, part.items[1].rows, 4 * 96 * sizeof(float));
    pe_prompt_clear(&whole);
    pe_prompt_clear(&part);
    free((void *)picture.pixels);
    free((void *)crop.pixels);
    senses_close(&tiled);
    senses_close(&plain);
}

Test(senses, a_tile_without_a_token_is_refused_before_work)
{
    Senses senses = senses_of_tiles(256);
    PePicture picture = gradient(8, 8);
    PePrompt prompt = prompt_of(&senses);
    PeError error;
    cr_assert_not(pe_senses_add_picture(senses.work, &picture, &prompt, &error));
    cr_assert_str_eq(error.message,
                     "the model has no token <row_8_col_8>, which pictures need");
    cr_assert_eq(prompt.n_items, 0);
    free((void *)picture.pixels);
    senses_close(&senses);
}

Test(senses, video_is_times_and_pictures)
{
    Senses senses = senses_open("mini-q8");
    PePicture picture = fixture_picture();
    const PeFrame frames[] = {{picture, 0.04}, {picture, 75.25}};
    PePrompt video = prompt_of(&senses), one = prompt_of(&senses);
    PeSensesPlan plan;
    PeTokens tokens = {0};
    PeError error;
    cr_assert(pe_senses_plan_video(senses.senses, frames, 2, &plan, &error));
    cr_assert(pe_senses_add_video(senses.work, frames, 2, &video, &error));
    cr_assert(pe_senses_add_picture(senses.work, &picture, &one, &error));
    cr_assert(pe_tokenize(senses.model->vocabulary, "[00:00.0] ", 10, true, &tokens, &error));
    cr_assert_eq(plan.n_positions, video.n_positions);
    cr_assert_eq(plan.n_pixels, 2 * 32 * 32);
    cr_assert_arr_eq(video.items[0].tokens, tokens.ids, tokens.n * sizeof *tokens.ids);
    cr_assert_eq(video.items[0].n, tokens.n + 2);
    cr_assert_arr_eq(video.items[1].rows, one.items[1].rows, 4 * 96 * sizeof(float));
    cr_assert_not(pe_senses_add_video(senses.work, frames, 0, &video, &error));
    const PeFrame back[] = {frames[1], frames[0]};
    cr_assert_not(pe_senses_add_video(senses.work, back, 2, &video, &error));
    cr_assert_str_eq(error.message, "frame 1 comes before the one before it");
    const PeFrame never = {picture, NAN};
    cr_assert_not(pe_senses_add_video(senses.work, &never, 1, &video, &error));
    pe_tokens_clear(&tokens);
    pe_prompt_clear(&video);
    pe_prompt_clear(&one);
    free((void *)picture.pixels);
    senses_close(&senses);
}

Test(senses, time_is_written_to_the_tenth)
{
    static const struct {
        double time_s;
        const char *text;
    } cases[] = {
        {0, "[00:00.0] "},     {7.46, "[00:07.5] "},   {59.96, "[01:00.0] "},
        {6000, "[100:00.0] "}, {1e6, "[16666:40.0] "},
    };
    char text[PE_VIDEO_TIME_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(pe_video_time_print(cases[i].time_s, text), strlen(cases[i].text));
        cr_assert_str_eq(text, cases[i].text);
    }
}

// ---- Ultravox

// fixtures/make computes the rows in f64 by itself; the kernels are exact to 2^-14.
Test(senses, ultravox_agrees_with_numpy)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeError error;
    PePrompt prompt = {.n_embedding = 96};
    PeSenses *senses =
        pe_senses_open(PS_TESTS_DIR "/engine/fixtures/ultravox.gguf", model, &error);
    cr_assert_not_null(senses, "%s", error.message);
    PeSensesWork *work = senses_work(senses, 1, NULL);
    size_t n_bytes;
    float *expected = (float *)fixture_read("ultravox-tone2s.f32", &n_bytes);
    cr_assert(fixture_add_media(work, "tone2s.wav", &prompt, &error));
    cr_assert_eq(prompt.n_items, 1);
    cr_assert_eq(prompt.items[0].n, 30);
    cr_assert_eq(n_bytes, 30 * 96 * sizeof(float));
    for (size_t i = 0; i < 30 * 96; i++)
        cr_assert_float_eq(prompt.items[0].rows[i], expected[i], 5e-4, "value %zu: %g, %g", i,
                           prompt.items[0].rows[i], expected[i]);
    PePicture picture = fixture_picture();
    cr_assert_not(pe_senses_add_picture(work, &picture, &prompt, &error));
    cr_assert_str_eq(error.message, "the model has no eyes for a picture");
    free((void *)picture.pixels);
    free(expected);
    pe_prompt_clear(&prompt);
    pe_senses_work_free(work);
    pe_senses_free(senses);
    pe_model_free(model);
}

// ---- Same bits

static void is_same(const PePrompt *a, const PePrompt *b)
{
    cr_assert_eq(a->n_items, b->n_items);
    for (size_t i = 0; i < a->n_items; i++)
        if (a->items[i].kind != PE_ITEM_TOKENS)
            cr_assert_arr_eq(a->items[i].rows, b->items[i].rows,
                             a->items[i].n * a->n_embedding * sizeof(float));
}

Test(senses, threads_and_the_cache_change_no_bit)
{
    Senses senses = senses_open("mini-f32");
    PeSensesCache *cache = pe_senses_cache_new(1 << 20);
    PeSensesWork *two = senses_work(senses.senses, 2, cache);
    PePrompt plain = prompt_of(&senses), first = prompt_of(&senses), again = prompt_of(&senses);
    static const char *const media[] = {"scene32.png", "tone9s.wav"};
    PeError error;
    for (size_t i = 0; i < 2; i++) {
        cr_assert(fixture_add_media(senses.work, media[i], &plain, &error));
        cr_assert(fixture_add_media(two, media[i], &first, &error));
    }
    // The only tile is the overview too.
    cr_assert_eq(pe_senses_cost(two)->n_cached, 1);
    cr_assert_eq(pe_senses_cost(two)->n_encoded, 3);
    for (size_t i = 0; i < 2; i++)
        cr_assert(fixture_add_media(two, media[i], &again, &error));
    cr_assert_eq(pe_senses_cost(two)->n_cached, 5);
    cr_assert_eq(pe_senses_cost(two)->n_encoded, 3);
    cr_assert_gt(pe_senses_cost(two)->vision_ns, 0);
    cr_assert_gt(pe_senses_cost(two)->audio_ns, 0);
    cr_assert_gt(pe_senses_cost(two)->spectrum_ns, 0);
    cr_assert_gt(pe_senses_cost(two)->resize_ns, 0);
    is_same(&plain, &first);
    is_same(&plain, &again);
    pe_prompt_clear(&plain);
    pe_prompt_clear(&first);
    pe_prompt_clear(&again);
    pe_senses_work_free(two);
    pe_senses_cache_free(cache);
    senses_close(&senses);
}

// The overview is the only tile again, which is all that may come from the cache.
Test(senses, ways_to_encode_do_not_share_rows)
{
    Senses senses = senses_open("mini-f32");
    PeSensesCache *cache = pe_senses_cache_new(1 << 20);
    PeError error;
    for (int level = PE_LEVEL_PLAIN; level <= (int)pe_level_of_machine(); level++)
        for (int precision = PE_PRECISION_EXACT; precision <= PE_PRECISION_FAST; precision++) {
            const PeSensesOptions options = {(PeLevel)level, (PePrecision)precision, 1, cache};
            PeSensesWork *work = senses_work_of(senses.senses, &options);
            PePrompt prompt = prompt_of(&senses);
            cr_assert(fixture_add_media(work, "scene32.png", &prompt, &error));
            cr_assert_eq(pe_senses_cost(work)->n_encoded, 1);
            cr_assert_eq(pe_senses_cost(work)->n_cached, 1);
            pe_prompt_clear(&prompt);
            pe_senses_work_free(work);
        }
    pe_senses_cache_free(cache);
    senses_close(&senses);
}

// bf16 has 8 bits: a part of a hundred or so in a value.
Test(senses, fast_is_near_exact)
{
    Senses senses = senses_open("mini-f32");
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_FAST, 1, NULL};
    PeSensesWork *fast = senses_work_of(senses.senses, &options);
    PePrompt exact = prompt_of(&senses), near = prompt_of(&senses);
    PeError error;
    double errors = 0, squares = 0;
    cr_assert(fixture_add_media(senses.work, "tone9s.wav", &exact, &error));
    cr_assert(fixture_add_media(fast, "tone9s.wav", &near, &error));
    for (size_t i = 0; i < 104 * 96; i++) {
        errors += pow(exact.items[1].rows[i] - near.items[1].rows[i], 2);
        squares += pow(exact.items[1].rows[i], 2);
    }
    cr_assert_lt(sqrt(errors / squares), 0.03, "%g", sqrt(errors / squares));
    pe_prompt_clear(&exact);
    pe_prompt_clear(&near);
    pe_senses_work_free(fast);
    senses_close(&senses);
}

// ---- Budgets and stops

Test(senses, what_is_over_the_budget_is_refused_before_work)
{
    static const struct {
        PeSensesBudget budget;
        const char *message;
    } cases[] = {
        {{.n_pixels = 2047}, "the media have 2048 pixels, the budget is 2047"},
        {{.n_positions = 27}, "the media have 28 positions, the budget is 27"},
        {{.n_bytes = 100}, " bytes of memory, the budget is 100"},
        {{.n_seconds = 1.5}, "the recordings have 2 s, the budget is 1.5"},
    };
    Senses senses = senses_open("mini-f32");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const media[] = {"scene32.png", "scene32.png", "tone2s.wav"};
        PePrompt prompt = prompt_of(&senses);
        PeError error = {0};
        size_t n = 0;
        pe_senses_begin(senses.work, &cases[i].budget, NULL, NULL);
        while (n < 3 && fixture_add_media(senses.work, media[n], &prompt, &error))
            n++;
        cr_assert_lt(n, 3);
        cr_assert_not_null(strstr(error.message, cases[i].message), "%s", error.message);
        cr_assert_eq(pe_senses_cost(senses.work)->n_encoded, 2 * n);
        pe_prompt_clear(&prompt);
    }
    senses_close(&senses);
}

static bool count_down(void *data)
{
    return (*(int *)data)-- == 0;
}

Test(senses, a_stop_is_heard_before_every_layer)
{
    Senses senses = senses_open("mini-f32");
    const PeSensesBudget no_budget = {0};
    const char *const media[] = {"scene32.png", "tone2s.wav"};
    // Once; then a tile and an overview of two layers each, or three chunks and two layers.
    const int n_questions[] = {5, 6};
    for (size_t i = 0; i < 2; i++)
        for (int n = 0; n <= n_questions[i]; n++) {
            PePrompt prompt = prompt_of(&senses);
            PeError error;
            int left = n;
            pe_senses_begin(senses.work, &no_budget, count_down, &left);
            const bool ok = fixture_add_media(senses.work, media[i], &prompt, &error);
            cr_assert_eq(ok, n == n_questions[i]);
            cr_assert_eq(pe_senses_was_stopped(senses.work), !ok);
            if (!ok) cr_assert_str_eq(error.message, "stopped while encoding");
            pe_prompt_clear(&prompt);
        }
    senses_close(&senses);
}

// Bytes of the heap; a sanitizer's own heap says 0.
static size_t n_in_use(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

Test(senses, memory_is_known_before)
{
    PeError error;
    Senses senses = senses_open("mini-f32");
    const PeSensesOptions one = {PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 1, NULL},
                          two = {PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 2, NULL};
    const size_t n_stated = pe_senses_work_bytes(senses.senses, &one), n_before = n_in_use();
    PeSensesWork *work = pe_senses_work_new(senses.senses, &one, &error);
    const size_t n_taken = n_in_use() - n_before;
    cr_assert_leq(n_taken, n_stated + 16384, "%zu are taken, %zu stated", n_taken, n_stated);
    cr_assert_lt(n_stated, 8 << 20);
    pe_senses_work_free(work);
    cr_assert_geq(pe_senses_work_bytes(senses.senses, &two),
                  pe_senses_work_bytes(senses.senses, &one));
    senses_close(&senses);
}

Test(senses, samples_that_cannot_be_are_refused)
{
    Senses senses = senses_open("mini-f32");
    PePrompt prompt = prompt_of(&senses);
    float samples[400] = {[399] = NAN};
    PeError error;
    cr_assert_not(pe_senses_add_sound(senses.work, &(PeSound){200, samples}, &prompt, &error));
    cr_assert_str_eq(error.message,
                     "a recording of 200 samples is not within 201 and 268435456");
    cr_assert_not(pe_senses_add_sound(senses.work, &(PeSound){400, samples}, &prompt, &error));
    cr_assert_str_eq(error.message, "sample 399 of the recording is not within -1 and 1");
    senses_close(&senses);
}
