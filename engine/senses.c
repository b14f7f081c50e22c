// Opens the encoders, and says what they can and what they cost.
#include "engine/senses_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- The tokens around media

static bool token_get(const PeSenses *senses, const char *text, int32_t *token, PeError *error)
{
    *token = pe_token_find_text(senses->model->vocabulary, text);
    return *token != PE_NO_TOKEN
           || pe_fail(error, "the model has no token %s, which pictures need", text);
}

// A line's end is "Ċ" in the alphabet of the vocabulary.
static bool read_picture_tokens(PeSenses *senses, PeError *error)
{
    return token_get(senses, "<fake_token_around_image>", &senses->fake, error)
           && token_get(senses, "<global-img>", &senses->global, error)
           && token_get(senses, "\xc4\x8a", &senses->line, error)
           && token_get(senses, "\xc4\x8a\xc4\x8a", &senses->blank_line, error);
}

bool pe_senses_tile_token(
    const PeSenses *senses, size_t row, size_t column, int32_t *token, PeError *error)
{
    char text[64];
    snprintf(text, sizeof text, "<row_%zu_col_%zu>", row + 1, column + 1);
    return token_get(senses, text, token, error);
}

static bool
tokens_of(const PeSenses *senses, const char *text, PeTokens *tokens, PeError *error)
{
    return pe_tokenize(senses->model->vocabulary, text, strlen(text), true, tokens, error);
}

static bool read_sound_tokens(PeSenses *senses, PeError *error)
{
    return senses->audio.kind == PE_AUDIO_ULTRAVOX
           || (tokens_of(senses, "<|audio_start|>", &senses->audio_start, error)
               && tokens_of(senses, "<|audio_end|>", &senses->audio_end, error));
}

bool pe_senses_time_tokens(const PeSenses *senses,
                           double time_s,
                           PeTokens *tokens,
                           PeError *error)
{
    char text[PE_VIDEO_TIME_BYTES];
    if (!(time_s >= 0 && time_s <= PE_VIDEO_SECONDS_MOST))
        return pe_fail(error, "a frame at %g s is not within 0 and %g", time_s,
                       PE_VIDEO_SECONDS_MOST);
    pe_video_time_print(time_s, text);
    return tokens_of(senses, text, tokens, error);
}

// ---- Opening

// clip.projector_type, if it is there, holds for all.
static bool read_kind(const PeGguf *gguf, const char *key, PeString *kind, PeError *error)
{
    if (pe_gguf_find(gguf, "clip.projector_type") != NULL) key = "clip.projector_type";
    return pe_gguf_string(gguf, key, kind, error);
}

static bool check_width(PeSenses *senses, PeSensesReader *reader, const char *kind)
{
    size_t n;
    if (!pe_reader_size(reader, kind, "projection_dim", SIZE_MAX, &n)) return false;
    return n == senses->model->decoder.n_embedding
           || pe_fail(reader->error, "key clip.%s.projection_dim: is %zu, the model's is %zu",
                      kind, n, senses->model->decoder.n_embedding);
}

static bool read_vision(PeSenses *senses, PeSensesReader *reader)
{
    PeString kind;
    if (!read_kind(senses->gguf, "clip.vision.projector_type", &kind, reader->error))
        return false;
    if (!pe_string_is(kind, "idefics3"))
        return pe_fail(reader->error,
                       "a vision encoder of the kind %.*s is not known; idefics3 is",
                       kind.n_bytes < 64 ? (int)kind.n_bytes : 64, kind.bytes);
    return check_width(senses, reader, "vision")
           && pe_vision_init(&senses->vision, reader, senses->model->decoder.n_embedding)
           && read_picture_tokens(senses, reader->error);
}

static bool read_audio(PeSenses *senses, PeSensesReader *reader)
{
    PeString kind;
    return read_kind(senses->gguf, "clip.audio.projector_type", &kind, reader->error)
           && check_width(senses, reader, "audio")
           && pe_audio_init(&senses->audio, reader, kind, senses->model->decoder.n_embedding)
           && read_sound_tokens(senses, reader->error);
}

static bool check_architecture(const PeGguf *gguf, PeError *error)
{
    PeString name;
    if (!pe_gguf_string(gguf, "general.architecture", &name, error)) return false;
    return pe_string_is(name, "clip")
           || pe_fail(error, "key general.architecture: %.*s is not an encoder; clip is",
                      name.n_bytes < 64 ? (int)name.n_bytes : 64, name.bytes);
}

// An encoder with something more would give other rows without it.
static bool check_nothing_else(const PeSensesReader *reader)
{
    for (size_t i = 0; i < pe_gguf_n_tensors(reader->gguf); i++)
        if (!reader->is_used[i])
            return pe_fail(reader->error,
                           "tensor %s: is no part of the encoders that are known",
                           pe_gguf_tensor(reader->gguf, i)->name);
    return true;
}

static bool read_senses(PeSenses *senses, PeSensesReader *reader)
{
    if (!check_architecture(senses->gguf, reader->error)
        || !pe_gguf_bool_or(senses->gguf, "clip.has_vision_encoder", false, &senses->has_vision,
                            reader->error)
        || !pe_gguf_bool_or(senses->gguf, "clip.has_audio_encoder", false, &senses->has_audio,
                            reader->error))
        return false;
    if (!senses->has_vision && !senses->has_audio)
        return pe_fail(reader->error, "there is neither a vision nor an audio encoder");
    return (!senses->has_vision || read_vision(senses, reader))
           && (!senses->has_audio || read_audio(senses, reader)) && check_nothing_else(reader);
}

static bool senses_init(PeSenses *senses, PeError *error)
{
    PeSensesReader reader = {
        .gguf = senses->gguf,
        .is_used = calloc(pe_gguf_n_tensors(senses->gguf) + 1, sizeof *reader.is_used),
        .error = error,
    };
    const bool ok =
        reader.is_used != NULL ? read_senses(senses, &reader) : pe_fail_memory(error);
    free(reader.is_used);
    return ok;
}

PeSenses *pe_senses_new(PeGguf *gguf, const PeModel *model, PeError *error)
{
    PeSenses *senses = calloc(1, sizeof *senses);
    if (senses == NULL) {
        pe_gguf_free(gguf);
        return pe_fail_null(error, "no memory left");
    }
    senses->gguf = gguf;
    senses->model = model;
    if (senses_init(senses, error)) return senses;
    pe_senses_free(senses);
    return NULL;
}

PeSenses *pe_senses_open(const char *path, const PeModel *model, PeError *error)
{
    PeGguf *gguf = pe_gguf_open(path, error);
    if (gguf == NULL) return NULL;
    PeSenses *senses = pe_senses_new(gguf, model, error);
    if (senses == NULL) pe_fail_prefix(error, path);
    return senses;
}

void pe_senses_free(PeSenses *senses)
{
    if (senses == NULL) return;
    pe_vision_clear(&senses->vision);
    pe_audio_clear(&senses->audio);
    pe_tokens_clear(&senses->audio_start);
    pe_tokens_clear(&senses->audio_end);
    pe_gguf_free(senses->gguf);
    free(senses);
}

PeSensesInfo pe_senses_info(const PeSenses *senses)
{
    PeSensesInfo info = {0};
    if (senses->has_vision) {
        info.vision = "idefics3";
        info.image_size_px = senses->vision.tile_px;
        info.longest_edge_px = senses->vision.longest_edge_px;
        info.tile_positions = senses->vision.n_rows;
    }
    if (senses->has_audio) {
        info.audio = pe_audio_kind_name(senses->audio.kind);
        info.window_frames = senses->audio.window_frames;
        info.window_positions = senses->audio.window_rows;
    }
    return info;
}

// ---- Plans

bool pe_senses_plan_picture(const PeSenses *senses,
                            size_t width_px,
                            size_t height_px,
                            PeSensesPlan *plan,
                            PeError *error)
{
    const PeVision *vision = &senses->vision;
    PeTiling tiling;
    int32_t token;
    if (!senses->has_vision) return pe_fail(error, "the model has no eyes for a picture");
    if (!pe_tiling_plan(width_px, height_px, vision->tile_px, vision->longest_edge_px, &tiling,
                        error)
        || !pe_senses_tile_token(senses, tiling.n_rows - 1, tiling.n_columns - 1, &token,
                                 error))
        return false;
    const size_t n_tiles = tiling.n_rows * tiling.n_columns;
    *plan = (PeSensesPlan){
        .n_pixels = width_px * height_px,
        .n_encodes = n_tiles + 1,
        .n_rows = (n_tiles + 1) * vision->n_rows,
        // Two tokens before each tile, a line's end after each row but the last; around the
        // overview a blank line and three.
        .n_positions = (n_tiles + 1) * vision->n_rows + 2 * n_tiles + tiling.n_rows - 1 + 4,
        .n_bytes = tiling.n_bytes,
    };
    return true;
}

// The rows of the windows: all but the last are whole.
static size_t sound_rows(const PeAudio *audio, size_t n_frames, size_t *n_windows)
{
    const size_t n_whole = (n_frames - 1) / audio->window_frames;
    *n_windows = n_whole + 1;
    return n_whole * audio->window_rows
           + pe_audio_n_rows(audio, n_frames - n_whole * audio->window_frames);
}

bool pe_senses_plan_sound(const PeSenses *senses,
                          size_t n_samples,
                          PeSensesPlan *plan,
                          PeError *error)
{
    if (!senses->has_audio) return pe_fail(error, "the model has no ears for a recording");
    if (n_samples < PE_MEL_SAMPLES_LEAST || n_samples > PE_MEL_SAMPLES_MOST)
        return pe_fail(error, "a recording of %zu samples is not within %d and %zu", n_samples,
                       PE_MEL_SAMPLES_LEAST, PE_MEL_SAMPLES_MOST);
    const size_t n_frames = pe_mel_n_frames(senses->audio.end, n_samples);
    *plan = (PeSensesPlan){
        .n_seconds = (double)n_samples / PE_SOUND_RATE_HZ,
        .n_bytes = n_frames * senses->audio.n_mels * sizeof(float),
    };
    plan->n_rows = sound_rows(&senses->audio, n_frames, &plan->n_encodes);
    plan->n_positions = plan->n_rows + senses->audio_start.n + senses->audio_end.n;
    return true;
}

static bool
plan_frame(const PeSenses *senses, const PeFrame *frame, PeSensesPlan *plan, PeError *error)
{
    PeTokens tokens = {0};
    if (!pe_senses_plan_picture(senses, frame->picture.width_px, frame->picture.height_px, plan,
                                error))
        return false;
    const bool ok = pe_senses_time_tokens(senses, frame->time_s, &tokens, error);
    plan->n_positions += tokens.n;
    pe_tokens_clear(&tokens);
    return ok;
}

bool pe_senses_plan_video(const PeSenses *senses,
                          const PeFrame *frames,
                          size_t n_frames,
                          PeSensesPlan *plan,
                          PeError *error)
{
    *plan = (PeSensesPlan){0};
    if (n_frames == 0) return pe_fail(error, "a video without frames");
    for (size_t i = 0; i < n_frames; i++) {
        PeSensesPlan frame = {0};
        if (i > 0 && !(frames[i].time_s >= frames[i - 1].time_s))
            return pe_fail(error, "frame %zu comes before the one before it", i);
        if (!plan_frame(senses, &frames[i], &frame, error)) return false;
        plan->n_pixels += frame.n_pixels;
        plan->n_encodes += frame.n_encodes;
        plan->n_rows += frame.n_rows;
        plan->n_positions += frame.n_positions;
        if (frame.n_bytes > plan->n_bytes) plan->n_bytes = frame.n_bytes;
    }
    return true;
}
