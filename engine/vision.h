// The vision encoder: SigLIP (Zhai et al. 2023) with the projector of Idefics 3 (Laurençon et
// al. 2024), from a tile of pixels to rows of the language model.
//
//     S edge of a tile, P of a patch, m = S/P patches a side, n = m² patches, s shuffle, d
//     embedding, D of the language model, t = (m/s)² rows
//
//     p[n, 3·P·P]    = (pixel / 255 - mean) / deviation          channel by channel, row by row
//     x[n, d]        = p · patchᵀ + bias + position[n, d]
//     x              = layers and last norm of senses_layers.h
//     y[t, s·s·d]    = pixel shuffle: row (Y, X) is patches (Y·s + dy, X·s + dx), dy before dx
//     rows[t, D]     = y · projectorᵀ
//
// SmolVLM-256M: S 512, P 16, n 1024, s 4, d 768, D 576, t 64.
#pragma once

#include "engine/senses_layers.h"

#include <stdint.h>

typedef struct {
    size_t tile_px, patch_px;    // S, P
    size_t side;                 // m, patches
    size_t n_patches;            // n
    size_t shuffle;              // s, divides m
    size_t n_rows;               // t
    size_t n_model;              // D
    size_t longest_edge_px;      // of image.h, or 0
    float mean[3], deviation[3]; // of a channel, in 0 … 1
    PeMatrix patch;              // [d, 3·P·P]
    const float *patch_bias;     // [d]
    PeMatrix position;           // [n, d]
    PeSensesLayers layers;
    PeMatrix projector; // [D, s·s·d]
} PeVision;

// Reads clip.vision.*, v.* and mm.model.fc for a model of n_model.
bool pe_vision_init(PeVision *vision, PeSensesReader *reader, size_t n_model);
void pe_vision_clear(PeVision *vision);

typedef struct {
    PeSensesRows rows;
    float *patches;  // [n, 3·P·P]
    float *shuffled; // [t, s·s·d]
} PeVisionWork;

size_t pe_vision_work_bytes(const PeVision *vision);
size_t pe_vision_scratch_bytes(const PeVision *vision, unsigned n_threads);
bool pe_vision_work_init(PeVisionWork *work, const PeVision *vision, PeError *error);
void pe_vision_work_clear(PeVisionWork *work);

// Encodes the pixels [S, S, 3] of a tile to rows[t, D]. False if stopped.
bool pe_vision_run(const PeVision *vision,
                   PeVisionWork *work,
                   PeCompute *compute,
                   const uint8_t *pixels,
                   const PeStop *stop,
                   float *rows);
