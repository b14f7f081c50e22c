// Pictures in linear light, which is what lenses blur and sensors count: sRGB's curve undone.
#pragma once

#include "harness/media.h"
#include "harness/rng.h"

// 0 is black, 1 is white as delivered; brighter light is cut off only when it is delivered.
typedef struct {
    int width_px, height_px, n_bands;
    float *values; // [height_px, width_px, n_bands]
} PsLight;

// Changes light in place; draws what it needs from rng.
typedef void (*PsLightChange)(PsLight *light, double amount, PsRng *rng);

// Decodes media, changes it, and delivers it as PNG. Errors as PsCondition's apply.
PsMedia *ps_light_apply(
    const PsMedia *media, PsLightChange change, double amount, guint64 seed, GError **error);

// Gives light other values, of the same shape; takes them (g_new).
void ps_light_replace(PsLight *light, float *values);

// The value at row y, column x, both clamped to the picture.
const float *ps_light_at(const PsLight *light, int x, int y);

// Between pixels, bilinear: adds weight times the values at (x, y) to sums[n_bands]. Beyond the
// edge the edge goes on.
void ps_light_add(const PsLight *light, double x, double y, float weight, float *sums);

// Each pixel (x, y), the centre of the first being (0, 0), becomes what was at
// ((m0 x + m1 y + m2) / w, (m3 x + m4 y + m5) / w) with w = m6 x + m7 y + 1.
void ps_light_warp(PsLight *light, const double m[8]);
