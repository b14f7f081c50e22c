// Runs the encoders and writes what they make into a prompt.
#include "engine/senses_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct PeSensesWork {
    const PeSenses *senses;
    PeSensesCache *cache; // borrowed, or NULL
    char label[64];       // how it is encoded, for the cache
    PeCompute *compute;
    PeVisionWork vision;
    PeAudioWork audio;
    uint8_t *tile; // [S, S, 3]
    float *rows;   // of a tile or a window

    PeSensesBudget budget;
    PeStop stop;
    bool was_stopped;
    PeSensesCost cost;
};

// ---- Memory

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t tile_bytes(const PeSenses *senses)
{
    return senses->vision.tile_px * senses->vision.tile_px * 3;
}

static size_t rows_values(const PeSenses *senses)
{
    return larger(senses->vision.n_rows, senses->audio.window_rows)
           * senses->model->decoder.n_embedding;
}

static size_t scratch_bytes(const PeSenses *senses, unsigned n_threads)
{
    size_t n = 0;
    if (senses->has_vision) n = pe_vision_scratch_bytes(&senses->vision, n_threads);
    if (senses->has_audio) n = larger(n, pe_audio_scratch_bytes(&senses->audio, n_threads));
    return n;
}

size_t pe_senses_work_bytes(const PeSenses *senses, const PeSensesOptions *options)
{
    size_t n = sizeof(PeSensesWork) + rows_values(senses) * sizeof(float)
               + scratch_bytes(senses, options->n_threads);
    if (senses->has_vision) n += tile_bytes(senses) + pe_vision_work_bytes(&senses->vision);
    if (senses->has_audio) n += pe_audio_work_bytes(&senses->audio);
    return n;
}

static bool work_init(PeSensesWork *work, const PeSensesOptions *options, PeError *error)
{
    const PeSenses *senses = work->senses;
    work->rows = calloc(rows_values(senses), sizeof *work->rows);
    work->compute = pe_compute_new(options->level, options->precision, options->n_threads,
                                   scratch_bytes(senses, options->n_threads));
    if (work->rows == NULL || work->compute == NULL)
        return pe_fail(error, "no memory or threads for the encoders");
    if (senses->has_vision) {
        work->tile = calloc(1, tile_bytes(senses));
        if (work->tile == NULL) return pe_fail_memory(error);
        if (!pe_vision_work_init(&work->vision, &senses->vision, error)) return false;
    }
    return !senses->has_audio || pe_audio_work_init(&work->audio, &senses->audio, error);
}

PeSensesWork *
pe_senses_work_new(const PeSenses *senses, const PeSensesOptions *options, PeError *error)
{
    PeSensesWork *work = calloc(1, sizeof *work);
    if (work == NULL) return pe_fail_null(error, "no memory left");
    work->senses = senses;
    work->cache = options->cache;
    snprintf(work->label, sizeof work->label, "%s %d ", pe_level_name(options->level),
             (int)options->precision);
    if (work_init(work, options, error)) return work;
    pe_senses_work_free(work);
    return NULL;
}

void pe_senses_work_free(PeSensesWork *work)
{
    if (work == NULL) return;
    pe_vision_work_clear(&work->vision);
    pe_audio_work_clear(&work->audio);
    pe_compute_free(work->compute);
    free(work->tile);
    free(work->rows);
    free(work);
}

// ---- A request

void pe_senses_begin(PeSensesWork *work,
                     const PeSensesBudget *budget,
                     bool (*should_stop)(void *data),
                     void *data)
{
    work->budget = *budget;
    work->stop = (PeStop){should_stop, data};
    work->was_stopped = false;
    work->cost = (PeSensesCost){0};
}

const PeSensesCost *pe_senses_cost(const PeSensesWork *work)
{
    return &work->cost;
}

bool pe_senses_was_stopped(const PeSensesWork *work)
{
    return work->was_stopped;
}

static bool within(const char *what, size_t n, size_t most, PeError *error)
{
    return most == 0 || n <= most
           || pe_fail(error, "the media have %zu %s, the budget is %zu", n, what, most);
}

// Counts plan as spent if the budget allows it.
static bool spend(PeSensesWork *work, const PeSensesPlan *plan, PeError *error)
{
    const PeSensesBudget *budget = &work->budget;
    PeSensesPlan sum = work->cost.planned;
    sum.n_pixels += plan->n_pixels;
    sum.n_seconds += plan->n_seconds;
    sum.n_encodes += plan->n_encodes;
    sum.n_rows += plan->n_rows;
    sum.n_positions += plan->n_positions;
    sum.n_bytes = larger(sum.n_bytes, plan->n_bytes);
    if (!within("pixels", sum.n_pixels, budget->n_pixels, error)
        || !within("positions", sum.n_positions, budget->n_positions, error)
        || !within("bytes of memory", sum.n_bytes, budget->n_bytes, error))
        return false;
    if (budget->n_seconds != 0 && sum.n_seconds > budget->n_seconds)
        return pe_fail(error, "the recordings have %g s, the budget is %g", sum.n_seconds,
                       budget->n_seconds);
    work->cost.planned = sum;
    return true;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// ---- Encoding

// What is encoded: a tile, or a window of frames.
typedef struct {
    PeItemKind kind;
    const void *content;
    size_t n_bytes;
    size_t n_frames; // of a window
    size_t n_rows;   // that come of it
} Piece;

static bool run_encoder(PeSensesWork *work, const Piece *piece)
{
    const PeSenses *senses = work->senses;
    if (piece->kind == PE_ITEM_IMAGE)
        return pe_vision_run(&senses->vision, &work->vision, work->compute, piece->content,
                             &work->stop, work->rows);
    return pe_audio_run(&senses->audio, &work->audio, work->compute, piece->content,
                        piece->n_frames, &work->stop, work->rows);
}

static bool fail_stopped(PeSensesWork *work, PeError *error)
{
    work->was_stopped = true;
    return pe_fail(error, "stopped while encoding");
}

static bool encode(PeSensesWork *work, const Piece *piece, PeError *error)
{
    const uint64_t start_ns = now_ns();
    const bool ok = run_encoder(work, piece);
    *(piece->kind == PE_ITEM_IMAGE ? &work->cost.vision_ns : &work->cost.audio_ns) +=
        now_ns() - start_ns;
    work->cost.n_encoded += ok;
    return ok || fail_stopped(work, error);
}

static PeHash hash_of(const PeSensesWork *work, const Piece *piece)
{
    char label[96];
    snprintf(label, sizeof label, "%s%s ", work->label,
             piece->kind == PE_ITEM_IMAGE ? "picture" : "sound");
    return pe_hash(label, piece->content, piece->n_bytes);
}

// Encodes the piece, or finds it in the cache, and adds its rows.
static bool add_piece(PeSensesWork *work, const Piece *piece, PePrompt *prompt, PeError *error)
{
    const size_t n_values = piece->n_rows * prompt->n_embedding;
    PeHash hash = {0};
    bool is_cached = false;
    if (work->cache != NULL) {
        hash = hash_of(work, piece);
        is_cached = pe_senses_cache_find(work->cache, &hash, work->rows, n_values);
    }
    work->cost.n_cached += is_cached;
    if (!is_cached && !encode(work, piece, error)) return false;
    if (!is_cached && work->cache != NULL)
        pe_senses_cache_add(work->cache, &hash, work->rows, n_values);
    return pe_prompt_add_rows(prompt, piece->kind, work->rows, piece->n_rows, error);
}

// ---- Pictures

static bool
add_tile_rows(PeSensesWork *work, const uint8_t *pixels, PePrompt *prompt, PeError *error)
{
    const Piece piece = {.kind = PE_ITEM_IMAGE,
                         .content = pixels,
                         .n_bytes = tile_bytes(work->senses),
                         .n_rows = work->senses->vision.n_rows};
    return add_piece(work, &piece, prompt, error);
}

static void crop(PeSensesWork *work, const PeImage *grid, size_t row, size_t column)
{
    const size_t s = work->senses->vision.tile_px, n = s * 3;
    for (size_t y = 0; y < s; y++)
        memcpy(work->tile + y * n,
               grid->pixels + ((row * s + y) * grid->width_px + column * s) * 3, n);
}

static bool add_tile(PeSensesWork *work,
                     const PeImage *grid,
                     size_t row,
                     size_t column,
                     PePrompt *prompt,
                     PeError *error)
{
    int32_t tokens[2] = {work->senses->fake};
    if (!pe_senses_tile_token(work->senses, row, column, &tokens[1], error)
        || !pe_prompt_add_tokens(prompt, tokens, 2, error))
        return false;
    crop(work, grid, row, column);
    return add_tile_rows(work, work->tile, prompt, error);
}

static bool
add_overview(PeSensesWork *work, const PeImage *overview, PePrompt *prompt, PeError *error)
{
    const PeSenses *senses = work->senses;
    const int32_t before[] = {senses->blank_line, senses->fake, senses->global};
    return pe_prompt_add_tokens(prompt, before, 3, error)
           && add_tile_rows(work, overview->pixels, prompt, error)
           && pe_prompt_add_tokens(prompt, &senses->fake, 1, error);
}

static bool add_tiles(PeSensesWork *work,
                      const PeTiling *tiling,
                      const PeImage *grid,
                      PePrompt *prompt,
                      PeError *error)
{
    for (size_t row = 0; row < tiling->n_rows; row++) {
        if (row > 0 && !pe_prompt_add_tokens(prompt, &work->senses->line, 1, error))
            return false;
        for (size_t column = 0; column < tiling->n_columns; column++)
            if (!add_tile(work, grid, row, column, prompt, error)) return false;
    }
    return true;
}

// Within the budget already.
static bool
add_picture(PeSensesWork *work, const PePicture *picture, PePrompt *prompt, PeError *error)
{
    const PeVision *vision = &work->senses->vision;
    const uint64_t start_ns = now_ns();
    PeTiling tiling;
    PeImage grid, overview;
    if (pe_stop_is(&work->stop)) return fail_stopped(work, error);
    if (!pe_tiling_plan(picture->width_px, picture->height_px, vision->tile_px,
                        vision->longest_edge_px, &tiling, error)
        || !pe_tiling_make(&tiling, vision->tile_px, picture, &grid, &overview, error))
        return false;
    work->cost.resize_ns += now_ns() - start_ns;
    const bool ok = add_tiles(work, &tiling, &grid, prompt, error)
                    && add_overview(work, &overview, prompt, error);
    pe_image_clear(&grid);
    pe_image_clear(&overview);
    return ok;
}

bool pe_senses_add_picture(PeSensesWork *work,
                           const PePicture *picture,
                           PePrompt *prompt,
                           PeError *error)
{
    PeSensesPlan plan;
    return pe_senses_plan_picture(work->senses, picture->width_px, picture->height_px, &plan,
                                  error)
           && spend(work, &plan, error) && add_picture(work, picture, prompt, error);
}

// ---- Video

static bool
add_frame(PeSensesWork *work, const PeFrame *frame, PePrompt *prompt, PeError *error)
{
    PeTokens tokens = {0};
    const bool ok = pe_senses_time_tokens(work->senses, frame->time_s, &tokens, error)
                    && pe_prompt_add_tokens(prompt, tokens.ids, tokens.n, error)
                    && add_picture(work, &frame->picture, prompt, error);
    pe_tokens_clear(&tokens);
    return ok;
}

bool pe_senses_add_video(PeSensesWork *work,
                         const PeFrame *frames,
                         size_t n_frames,
                         PePrompt *prompt,
                         PeError *error)
{
    PeSensesPlan plan;
    if (!pe_senses_plan_video(work->senses, frames, n_frames, &plan, error)
        || !spend(work, &plan, error))
        return false;
    for (size_t i = 0; i < n_frames; i++)
        if (!add_frame(work, &frames[i], prompt, error)) return false;
    return true;
}

// ---- Sound

static bool check_samples(const PeSound *sound, PeError *error)
{
    for (size_t i = 0; i < sound->n_samples; i++)
        if (!(fabsf(sound->samples[i]) <= 1))
            return pe_fail(error, "sample %zu of the recording is not within -1 and 1", i);
    return true;
}

static float *spectrum_new(PeSensesWork *work, const PeSound *sound, size_t n_frames)
{
    const PeAudio *audio = &work->senses->audio;
    const uint64_t start_ns = now_ns();
    float *frames = calloc(n_frames, audio->n_mels * sizeof *frames);
    if (frames == NULL) return NULL;
    pe_mel_run(audio->mel, audio->end, sound->samples, sound->n_samples, work->compute, frames);
    work->cost.spectrum_ns += now_ns() - start_ns;
    return frames;
}

static bool add_windows(
    PeSensesWork *work, const float *frames, size_t n_frames, PePrompt *prompt, PeError *error)
{
    const PeAudio *audio = &work->senses->audio;
    for (size_t first = 0; first < n_frames; first += audio->window_frames) {
        const size_t rest = n_frames - first,
                     n = rest < audio->window_frames ? rest : audio->window_frames;
        const Piece piece = {.kind = PE_ITEM_AUDIO,
                             .content = frames + first * audio->n_mels,
                             .n_bytes = n * audio->n_mels * sizeof *frames,
                             .n_frames = n,
                             .n_rows = pe_audio_n_rows(audio, n)};
        if (!add_piece(work, &piece, prompt, error)) return false;
    }
    return true;
}

static bool
add_sound(PeSensesWork *work, const PeSound *sound, PePrompt *prompt, PeError *error)
{
    const PeSenses *senses = work->senses;
    const size_t n_frames = pe_mel_n_frames(senses->audio.end, sound->n_samples);
    if (pe_stop_is(&work->stop)) return fail_stopped(work, error);
    float *frames = spectrum_new(work, sound, n_frames);
    if (frames == NULL) return pe_fail_memory(error);
    const bool ok =
        pe_prompt_add_tokens(prompt, senses->audio_start.ids, senses->audio_start.n, error)
        && add_windows(work, frames, n_frames, prompt, error)
        && pe_prompt_add_tokens(prompt, senses->audio_end.ids, senses->audio_end.n, error);
    free(frames);
    return ok;
}

bool pe_senses_add_sound(PeSensesWork *work,
                         const PeSound *sound,
                         PePrompt *prompt,
                         PeError *error)
{
    PeSensesPlan plan;
    return pe_senses_plan_sound(work->senses, sound->n_samples, &plan, error)
           && spend(work, &plan, error) && check_samples(sound, error)
           && add_sound(work, sound, prompt, error);
}
