// The senses of a model: a picture, a recording or a video becomes positions of the prompt. The
// weights are the second file of llama.cpp's pairs ("mmproj"): an encoder for each sense that
// the file has, whose last step, the projector, ends in rows as wide as the language model's.
//
//     picture      → image.h  tiles of S×S pixels and an overview → vision.h → rows each
//     recording    → mel.h    100 frames of a spectrum a second   → audio.h  → rows each
//     video        → video.h  pictures with the times at which they are seen
//
// What is written around the rows is fixed by the encoder's kind (`^` is a token of the
// vocabulary, the rest is tokenised as text):
//
//     idefics3     tile by tile, row by row: ^<fake_token_around_image> ^<row_R_col_C> rows;
//                  after each row of tiles but the last ^"\n"; then ^"\n\n"
//                  ^<fake_token_around_image> ^<global-img> rows ^<fake_token_around_image>.
//                  At least one tile.
//     qwen3a       <|audio_start|> rows (8 s at most each) … <|audio_end|>, as text if the
//                  vocabulary has no such token
//     ultravox     rows, of 30 s each
//
// Same bits on every run, for any number of threads, and whether a cache is used or not.
#pragma once

#include "engine/image.h"
#include "engine/mel.h"
#include "engine/model.h"
#include "engine/prompt.h"
#include "engine/senses_cache.h"
#include "engine/video.h"

#include <stdint.h>

// ---- The file

// Opened weights. Immutable; threads share it without locks.
typedef struct PeSenses PeSenses;

// Opens the mmproj at path for model, which is borrowed. NULL with the error naming the file
// and the key or tensor: a kind of encoder that is not known, a shape, a width other than the
// model's, a missing token.
PeSenses *pe_senses_open(const char *path, const PeModel *model, PeError *error);

// The same for gguf, which is taken over, also when it fails.
PeSenses *pe_senses_new(PeGguf *gguf, const PeModel *model, PeError *error);
void pe_senses_free(PeSenses *senses);

// What it can. Fields of a sense that is absent are 0 or NULL.
typedef struct {
    const char *vision;     // "idefics3"; static storage
    size_t image_size_px;   // S, of a tile's edge
    size_t longest_edge_px; // to which a picture is brought first; 0: it keeps its size
    size_t tile_positions;  // rows of a tile

    const char *audio;       // "qwen3a", "ultravox"
    size_t window_frames;    // mel frames (10 ms) that are encoded together, at most
    size_t window_positions; // rows of so many
} PeSensesInfo;

PeSensesInfo pe_senses_info(const PeSenses *senses);

// ---- Media; a picture is a PePicture of image.h

typedef struct {
    size_t n_samples;     // PE_MEL_SAMPLES_LEAST … PE_MEL_SAMPLES_MOST
    const float *samples; // [n_samples] at PE_SOUND_RATE_HZ, mono, -1 … 1, all finite
} PeSound;

// A picture of a video and when it is seen. Which pictures are worth it is the caller's choice.
typedef struct {
    PePicture picture;
    double time_s; // from the start, 0 … PE_VIDEO_SECONDS_MOST; ascending
} PeFrame;

// ---- What it costs, before it is done

typedef struct {
    size_t n_pixels;    // of the pictures as they come
    double n_seconds;   // of sound
    size_t n_encodes;   // tiles, overviews, windows of sound
    size_t n_rows;      // of embeddings
    size_t n_positions; // rows and the tokens around them
    size_t n_bytes;     // taken while it is done, besides the PeSensesWork and the prompt
} PeSensesPlan;

// False if there is no such sense, or a size cannot be.
bool pe_senses_plan_picture(const PeSenses *senses,
                            size_t width_px,
                            size_t height_px,
                            PeSensesPlan *plan,
                            PeError *error);
bool pe_senses_plan_sound(const PeSenses *senses,
                          size_t n_samples,
                          PeSensesPlan *plan,
                          PeError *error);
bool pe_senses_plan_video(const PeSenses *senses,
                          const PeFrame *frames,
                          size_t n_frames,
                          PeSensesPlan *plan,
                          PeError *error);

// Of a request, over all its media; 0 is no limit.
typedef struct {
    size_t n_pixels, n_positions, n_bytes;
    double n_seconds;
} PeSensesBudget;

// ---- Doing it

typedef struct {
    PeLevel level;
    PePrecision precision;
    unsigned n_threads;
    PeSensesCache *cache; // borrowed, or NULL; of these weights only, may be shared by threads
} PeSensesOptions;

// What has been spent since pe_senses_begin.
typedef struct {
    uint64_t resize_ns;   // pixels brought to tiles
    uint64_t spectrum_ns; // samples to mel frames
    uint64_t vision_ns;   // encoder and projector of pictures
    uint64_t audio_ns;    // … of recordings
    size_t n_encoded;     // tiles, overviews, windows
    size_t n_cached;      // of them, what the cache had
    PeSensesPlan planned; // the sum of the plans, of n_bytes the largest
} PeSensesCost;

// Memory for one thread's work, and its compute threads.
typedef struct PeSensesWork PeSensesWork;

size_t pe_senses_work_bytes(const PeSenses *senses, const PeSensesOptions *options);
PeSensesWork *
pe_senses_work_new(const PeSenses *senses, const PeSensesOptions *options, PeError *error);
void pe_senses_work_free(PeSensesWork *work);

// A new request: costs are zero, budget holds for all that is added until the next. should_stop
// (or NULL) is asked before each picture and recording and each layer of an encoder: whether
// the caller is gone or late.
void pe_senses_begin(PeSensesWork *work,
                     const PeSensesBudget *budget,
                     bool (*should_stop)(void *data),
                     void *data);
const PeSensesCost *pe_senses_cost(const PeSensesWork *work);

// Whether should_stop has ended the last call.
bool pe_senses_was_stopped(const PeSensesWork *work);

// Adds what stands for the medium to the end of prompt, whose n_embedding is the model's.
// False, with prompt as it was: no such sense, a size or a sample that cannot be, over the
// budget (found before any work), stopped, no memory.
bool pe_senses_add_picture(PeSensesWork *work,
                           const PePicture *picture,
                           PePrompt *prompt,
                           PeError *error);
bool pe_senses_add_sound(PeSensesWork *work,
                         const PeSound *sound,
                         PePrompt *prompt,
                         PeError *error);

// Each frame as its time, "[MM:SS.s] ", and its picture. n_frames ≥ 1.
bool pe_senses_add_video(PeSensesWork *work,
                         const PeFrame *frames,
                         size_t n_frames,
                         PePrompt *prompt,
                         PeError *error);
