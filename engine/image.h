// A picture for the vision encoder: tiles of S×S pixels and an overview.
//
//     picture [h, w]
//       → longest edge L, the other int(L / aspect), one more if odd     (L = 0: as it is)
//       → each edge to the next multiple of S: the grid [rows·S, columns·S]
//       → tiles: its crops of S×S, row by row; overview: all of it at S×S
//
// as Hugging Face's Idefics3ImageProcessor and llama.cpp after its pull request 27594 do it,
// except that a picture of one tile is a tile too. Each arrow resizes as Pillow's LANCZOS does;
// an arrow between equal sizes does nothing.
#pragma once

#include "engine/error.h"

#include <stddef.h>
#include <stdint.h>

// A picture as it comes: 8 bits, sRGB, turned as it is seen.
typedef struct {
    size_t width_px, height_px; // 1 … PE_IMAGE_EDGE_MOST_PX
    const uint8_t *pixels;      // [height, width, 3], borrowed
} PePicture;

// One of our own; zero is empty.
typedef struct {
    size_t width_px, height_px;
    uint8_t *pixels; // [height, width, 3]
} PeImage;

void pe_image_clear(PeImage *image);
PePicture pe_image_picture(const PeImage *image); // borrowed

// What a picture is cut into.
typedef struct {
    size_t width_px, height_px; // after the first arrow
    size_t n_rows, n_columns;   // of tiles
    size_t n_bytes;             // the most that is held at once, the given picture not counted
} PeTiling;

// tile_px = S ≤ 4096, longest_edge_px = L ≤ 65536 or 0. False if an edge is 0 or above
// PE_IMAGE_EDGE_MOST_PX, or there would be more than PE_TILES_MOST tiles.
bool pe_tiling_plan(size_t width_px,
                    size_t height_px,
                    size_t tile_px,
                    size_t longest_edge_px,
                    PeTiling *tiling,
                    PeError *error);

#define PE_IMAGE_EDGE_MOST_PX 65535
#define PE_TILES_MOST 4096

// The grid [n_rows·S, n_columns·S] of the tiles, and the overview [S, S].
bool pe_tiling_make(const PeTiling *tiling,
                    size_t tile_px,
                    const PePicture *picture,
                    PeImage *grid,
                    PeImage *overview,
                    PeError *error);

// Lanczos with 3 lobes, widened when the picture shrinks; across, then down; weights of 22 bits
// after the point, rounded to 8 bits after each (Pillow, src/libImaging/Resample.c).
bool pe_image_resize(const PePicture *image,
                     size_t width_px,
                     size_t height_px,
                     PeImage *resized,
                     PeError *error);
