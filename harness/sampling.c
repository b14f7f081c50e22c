#include "harness/sampling.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[PS_N_SAMPLINGS] = {"uniform", "keyframe", "hierarchical"};

const char *ps_sampling_name(PsSampling sampling)
{
    return names[sampling];
}

bool ps_sampling_find(const char *name, PsSampling *sampling)
{
    for (int i = 0; i < PS_N_SAMPLINGS; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        *sampling = (PsSampling)i;
        return true;
    }
    return false;
}

bool ps_sampling_needs_changes(PsSampling sampling)
{
    return sampling != PS_SAMPLING_UNIFORM;
}

// What is picked, as one flag a frame.
typedef struct {
    const double *times_s, *changes;
    size_t n_frames, n_picked;
    bool *is_picked; // [n_frames]
} Picking;

static void pick(Picking *picking, size_t frame)
{
    picking->n_picked += !picking->is_picked[frame];
    picking->is_picked[frame] = true;
}

// The last frame at or before time_s.
static size_t frame_at(const Picking *picking, double time_s)
{
    size_t low = 0, high = picking->n_frames;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (picking->times_s[middle] <= time_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// Rule 1.
static void pick_uniform(Picking *picking, double duration_s, size_t n_wanted)
{
    for (size_t i = 0; i < n_wanted; i++)
        pick(picking, frame_at(picking, ((double)i + 0.5) * duration_s / (double)n_wanted));
}

typedef struct {
    size_t frame;
    double change;
} Change;

static int compare_changes(const void *a, const void *b)
{
    const Change *first = a, *second = b;
    if (first->change != second->change) return first->change < second->change ? 1 : -1;
    return (first->frame > second->frame) - (first->frame < second->frame);
}

// Changes of scene, the largest first; the caller's.
static Change *scene_changes(const Picking *picking, size_t *n_changes)
{
    Change *changes = g_new(Change, picking->n_frames);
    *n_changes = 0;
    for (size_t i = 1; i < picking->n_frames; i++)
        if (picking->changes[i] >= PS_SAMPLING_SCENE_CHANGE)
            changes[(*n_changes)++] = (Change){i, picking->changes[i]};
    qsort(changes, *n_changes, sizeof *changes, compare_changes);
    return changes;
}

static bool is_near_picked(const Picking *picking, size_t frame, double gap_s)
{
    double time_s = picking->times_s[frame];
    for (size_t i = frame; i-- > 0 && time_s - picking->times_s[i] < gap_s;)
        if (picking->is_picked[i]) return true;
    for (size_t i = frame; i < picking->n_frames && picking->times_s[i] - time_s < gap_s; i++)
        if (picking->is_picked[i]) return true;
    return false;
}

// A stretch between two picked frames; end is n_frames for the last one.
typedef struct {
    size_t first, end;
    double weight;
} Stretch;

// The change within a stretch: from its first frame to the last before the end.
static double change_within(const Picking *picking, size_t first, size_t end)
{
    double sum = 0;
    for (size_t i = first + 1; i < end; i++)
        sum += picking->changes[i];
    return sum;
}

static double length_of(const Picking *picking, double duration_s, size_t first, size_t end)
{
    double end_s = end < picking->n_frames ? picking->times_s[end] : duration_s;
    return end_s - picking->times_s[first];
}

// The stretch that has the most change (or, without by_change, time) and a frame to spare.
static Stretch heaviest(const Picking *picking, double duration_s, bool by_change)
{
    Stretch best = {0, 0, -1};
    size_t first = 0;
    while (first < picking->n_frames && !picking->is_picked[first])
        first++;
    if (first > 0) best = (Stretch){0, first, 0}; // frames before the first picked one
    while (first < picking->n_frames) {
        size_t end = first + 1;
        while (end < picking->n_frames && !picking->is_picked[end])
            end++;
        double weight = by_change ? change_within(picking, first, end)
                                  : length_of(picking, duration_s, first, end);
        if (end - first > 1 && weight > best.weight) best = (Stretch){first, end, weight};
        first = end;
    }
    return best;
}

// The frame in the middle of a stretch, by time or by change; not a picked one.
static size_t divide(const Picking *picking, Stretch stretch, bool by_change)
{
    size_t first = stretch.first + picking->is_picked[stretch.first];
    double sum = 0;
    if (by_change && stretch.weight > 0)
        for (size_t i = first; i < stretch.end; i++) {
            sum += picking->changes[i];
            if (2 * sum >= stretch.weight) return i;
        }
    return first + (stretch.end - first) / 2;
}

static void fill(Picking *picking, double duration_s, size_t n_wanted, bool by_change)
{
    while (picking->n_picked < n_wanted) {
        Stretch stretch = heaviest(picking, duration_s, by_change);
        pick(picking, divide(picking, stretch, by_change));
    }
}

// Rule 2.
static void pick_keyframes(Picking *picking, double duration_s, size_t n_wanted)
{
    size_t n_changes;
    g_autofree Change *changes = scene_changes(picking, &n_changes);
    double gap_s = 0.25 * duration_s / (double)n_wanted;
    pick(picking, 0);
    for (size_t i = 0; i < n_changes && picking->n_picked < n_wanted; i++)
        if (!is_near_picked(picking, changes[i].frame, gap_s)) pick(picking, changes[i].frame);
    fill(picking, duration_s, n_wanted, false);
}

// Rule 3.
static void pick_hierarchical(Picking *picking, double duration_s, size_t n_wanted)
{
    pick_uniform(picking, duration_s, (n_wanted + 1) / 2);
    fill(picking, duration_s, n_wanted, true);
}

size_t ps_sampling_pick(PsSampling sampling,
                        const double *times_s,
                        const double *changes,
                        size_t n_frames,
                        double duration_s,
                        size_t n_wanted,
                        size_t *picked)
{
    g_autofree bool *is_picked = g_new0(bool, n_frames + 1);
    Picking picking = {times_s, changes, n_frames, 0, is_picked};
    if (n_wanted >= n_frames)
        memset(is_picked, true, n_frames);
    else if (sampling == PS_SAMPLING_UNIFORM)
        pick_uniform(&picking, duration_s, n_wanted);
    else if (sampling == PS_SAMPLING_KEYFRAME)
        pick_keyframes(&picking, duration_s, n_wanted);
    else
        pick_hierarchical(&picking, duration_s, n_wanted);
    size_t n_picked = 0;
    for (size_t i = 0; i < n_frames && n_picked < n_wanted; i++)
        if (is_picked[i]) picked[n_picked++] = i;
    return n_picked;
}
