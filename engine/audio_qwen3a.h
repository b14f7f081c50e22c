// The audio encoder of Qwen 3 Omni (Qwen team 2025): from mel frames to rows of the language
// model, 13 a second, with attention within 8 s.
//
//     M mels, c channels, d embedding, D of the language model; a chunk is 100 frames (1 s),
//     filled up with zeros; a window is up to 8 chunks
//
//     for each chunk
//         map[1, M, 100]
//         map[c, M/2, 50]  = gelu(conv 3×3, stride 2, of zeros around it)
//         map[c, M/4, 25]  = gelu(conv)
//         map[c, M/8, 13]  = gelu(conv)
//         x[13, d]         = map at each time, (channel, mel), · outᵀ + position[13, d]
//     x[13·chunks, d] = layers and last norm of senses_layers.h
//     rows[13·chunks, D] = gelu(x · firstᵀ + bias) · secondᵀ + bias
//
// gelu is the exact one. Qwen 3 Omni: M 128, c 480, d 1280, 32 layers.
#pragma once

#include "engine/senses_layers.h"

#define PE_QWEN3A_CHUNK_FRAMES 100
#define PE_QWEN3A_CHUNK_ROWS 13
#define PE_QWEN3A_WINDOW_CHUNKS 8

typedef struct {
    size_t n_mels;     // M, a multiple of 8
    size_t n_channels; // c
    size_t n_model;    // D
    PeLinear convs[3]; // [c, 1·3·3], [c, c·3·3], [c, c·3·3]; a kernel's rows are mels
    PeLinear out;      // [d, c·M/8]
    PeMatrix position; // [≥ 13, d]
    PeSensesLayers layers;
    PeLinear first;  // [n_hidden, d]
    PeLinear second; // [D, n_hidden]
} PeQwen3a;

// Reads clip.audio.*, a.* and mm.a.* for a model of n_model.
bool pe_qwen3a_init(PeQwen3a *audio, PeSensesReader *reader, size_t n_model);
void pe_qwen3a_clear(PeQwen3a *audio);

typedef struct {
    PeSensesRows rows; // of a window
    float *maps[4];    // [M, 100, 1], [M/2, 50, c], [M/4, 25, c], [M/8, 13, c]
    float *columns;    // [positions of a map, 9 · its input's channels], of the largest
    float *features;   // [13, c·M/8]
    float *hidden;     // [104, n_hidden]
} PeQwen3aWork;

size_t pe_qwen3a_work_bytes(const PeQwen3a *audio);
size_t pe_qwen3a_scratch_bytes(const PeQwen3a *audio, unsigned n_threads);
bool pe_qwen3a_work_init(PeQwen3aWork *work, const PeQwen3a *audio, PeError *error);
void pe_qwen3a_work_clear(PeQwen3aWork *work);

// Encodes frames[n_frames, M], 1 … 800 of them, to rows[13 · ceil(n_frames / 100), D]. False if
// stopped.
bool pe_qwen3a_run(const PeQwen3a *audio,
                   PeQwen3aWork *work,
                   PeCompute *compute,
                   const float *frames,
                   size_t n_frames,
                   const PeStop *stop,
                   float *rows);
