// Sampling: which frames of a video stand for it. Pure functions on the frames' times and on
// how much the picture changed from each to the next.
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    PS_SAMPLING_UNIFORM,
    PS_SAMPLING_KEYFRAME,
    PS_SAMPLING_HIERARCHICAL,
} PsSampling;

#define PS_N_SAMPLINGS 3

// "uniform", …; static storage.
const char *ps_sampling_name(PsSampling sampling);
bool ps_sampling_find(const char *name, PsSampling *sampling);

// Whether it looks at the pictures, and not at the times alone.
bool ps_sampling_needs_changes(PsSampling sampling);

// Picks at most n_wanted of n_frames frames, and all of them if there are no more. times_s
// [n_frames] ascend from about 0; changes[n_frames], 0 to 1, say how much frame i differs from
// frame i-1 (changes[0] = 0); they may be NULL for PS_SAMPLING_UNIFORM. picked[n_wanted] gets
// the numbers of the frames, ascending. Returns how many.
//
// 1. uniform: the video is divided into n_wanted equal pieces; of each, the frame that is shown
//    in its middle.
// 2. keyframe: the first frame, and those behind the largest changes, of at least
//    PS_SAMPLING_SCENE_CHANGE and at least a quarter of a piece apart; if these are fewer, the
//    longest stretch without a picked frame is halved until there are enough.
// 3. hierarchical: half of the frames (rounded up) are uniform; then, one by one, the stretch
//    between two picked frames over which the picture changed most is divided where half of
//    that change had happened.
size_t ps_sampling_pick(PsSampling sampling,
                        const double *times_s,
                        const double *changes,
                        size_t n_frames,
                        double duration_s,
                        size_t n_wanted,
                        size_t *picked);

// The mean difference of grey values, as a share of full scale, from which on a change counts
// as a change of scene.
#define PS_SAMPLING_SCENE_CHANGE 0.05
