// The parts of the sign-flip test (sign_flip.h); its tests compare them with each other. All is
// deterministic and safe from any thread.
#pragma once

#include "harness/stats/sign_flip.h"

#include <glib.h>
#include <stdint.h>

// Differences of one absolute value.
typedef struct {
    double value;   // > 0
    uint32_t count; // how many
    int32_t net;    // how many more are positive than negative
} PsMagnitude;

// The differences that are not 0, scaled by a power of two so that the largest is in [½, 1).
// Absolute values within 4e-13 of each other are one.
typedef struct {
    size_t n_clusters; // Σ count
    size_t n_values;
    PsMagnitude *values; // [n_values], ascending
    double observed;     // Σ value · net
    double total;        // Σ value · count
    double slack;        // sums within this of each other tie
    double unit;      // every value is a whole multiple of it, at most 2^20; 0: there is none
    double near_unit; // T gathers around every other multiple of it; 0: around none
} PsSignFlips;

// False if a difference is not finite, or there are more than 2^30.
bool ps_sign_flips_init(PsSignFlips *flips, const double *differences, size_t n);
void ps_sign_flips_clear(PsSignFlips *flips);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsSignFlips, ps_sign_flips_clear)

// Each sets greater and less. The exact ones return false where they would take too long.
bool ps_sign_flip_lattice(const PsSignFlips *flips, PsSignFlip *result); // whole multiples
bool ps_sign_flip_meet(const PsSignFlips *flips, PsSignFlip *result);    // meet in the middle
// Approximate. The grid is for what gathers around a unit, and returns false for what does not,
// or is too large; the saddlepoint is for everything else; ps_sign_flip_approximate chooses.
bool ps_sign_flip_grid(const PsSignFlips *flips, PsSignFlip *result);
void ps_sign_flip_saddlepoint(const PsSignFlips *flips, PsSignFlip *result);
void ps_sign_flip_approximate(const PsSignFlips *flips, PsSignFlip *result);

// All sums of signed values, ascending, with their probabilities.
typedef struct {
    double sum, weight;
} PsSignedSum;

typedef struct {
    size_t n;
    PsSignedSum *sums; // [n]
} PsSignedSums;

void ps_signed_sums_init(PsSignedSums *list); // the sum of nothing: 0, certain
void ps_signed_sums_clear(PsSignedSums *list);

// Adds count differences of one absolute value: count + 1 times as many sums.
void ps_signed_sums_add(PsSignedSums *list, double value, uint32_t count);
