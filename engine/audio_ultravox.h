// Whisper's encoder (Radford et al. 2022) with the projector of Ultravox (Fixie 2024): from
// 30 s of mel frames to rows of the language model.
//
//     M mels, d embedding, k stack, h hidden, D of the language model, t = 1500/k rows
//
//     x[3000, d]     = gelu(conv of 3 frames[3000, M])
//     x[1500, d]     = gelu(conv of 3, stride 2) + position[1500, d]
//     x              = layers and last norm of senses_layers.h
//     y[t, k·d]      = rms_norm(k rows one after another) · norm_before
//     y[t, 2·h]      = y · firstᵀ
//     y[t, h]        = rms_norm(left half · silu(right half)) · norm_between
//     rows[t, D]     = y · secondᵀ
//
// gelu is the exact one; zeros around what a conv sees.
//
// Whisper large v3: M 128, d 1280, 32 layers.
#pragma once

#include "engine/senses_layers.h"

#define PE_ULTRAVOX_POSITIONS 1500

typedef struct {
    size_t n_mels;     // M
    size_t stack;      // k, divides 1500
    size_t n_hidden;   // h
    size_t n_model;    // D
    size_t n_rows;     // t
    PeLinear convs[2]; // [d, M·3], [d, d·3]
    PeMatrix position; // [≥ 1500, d]
    PeSensesLayers layers;
    const float *norm_before;  // [k·d]
    PeMatrix first;            // [2·h, k·d]
    const float *norm_between; // [h]
    PeMatrix second;           // [D, h]
} PeUltravox;

// Reads clip.audio.*, a.* and mm.a.* for a model of n_model.
bool pe_ultravox_init(PeUltravox *audio, PeSensesReader *reader, size_t n_model);
void pe_ultravox_clear(PeUltravox *audio);

typedef struct {
    PeSensesRows rows; // [1500]
    float *columns;    // [3000, M·3], then [1500, d·3]
    float *convolved;  // [3000, d]
    float *projected;  // [t, 2·h]
    float *gate, *up;  // [t, h]
} PeUltravoxWork;

size_t pe_ultravox_work_bytes(const PeUltravox *audio);
size_t pe_ultravox_scratch_bytes(const PeUltravox *audio, unsigned n_threads);
bool pe_ultravox_work_init(PeUltravoxWork *work, const PeUltravox *audio, PeError *error);
void pe_ultravox_work_clear(PeUltravoxWork *work);

// Encodes frames[3000, M] to rows[t, D]. False if stopped.
bool pe_ultravox_run(const PeUltravox *audio,
                     PeUltravoxWork *work,
                     PeCompute *compute,
                     const float *frames,
                     const PeStop *stop,
                     float *rows);
