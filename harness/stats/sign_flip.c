#include "harness/stats/sign_flip.h"

#include "harness/stats/sign_flip_private.h"
#include "harness/stats/sort.h"

#include <math.h>
#include <string.h>

// Values this close, relatively, are one; ties are wider than what that moves a sum by.
static const double same = 4e-13, tie = 1e-12;

enum { MAX_CLUSTERS = 1 << 30, MAX_MULTIPLE = 1 << 20 };

// ---- The values

// Sorts by absolute value, then by sign: the bits of a positive double are ordered as it is,
// and the sign takes the place that shifting frees.
static uint64_t *keys_of(const double *differences, size_t n, size_t *n_keys)
{
    g_autofree uint64_t *keys = g_new(uint64_t, n + 1);
    *n_keys = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(differences[i])) return NULL;
        if (differences[i] == 0) continue;
        uint64_t bits;
        memcpy(&bits, &differences[i], sizeof bits);
        keys[(*n_keys)++] = bits << 1 | bits >> 63;
    }
    ps_sort_words(keys, *n_keys);
    return g_steal_pointer(&keys);
}

static double key_value(uint64_t key)
{
    const uint64_t bits = key >> 1;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void values_group(PsSignFlips *flips, const uint64_t *keys, size_t n)
{
    int exponent;
    frexp(key_value(keys[n - 1]), &exponent);
    for (size_t i = 0; i < n; i++) {
        const double value = ldexp(key_value(keys[i]), -exponent);
        PsMagnitude *last = flips->n_values ? &flips->values[flips->n_values - 1] : NULL;
        if (!last || value > last->value * (1 + same)) {
            last = &flips->values[flips->n_values++];
            *last = (PsMagnitude){.value = value};
        }
        last->count++;
        last->net += keys[i] & 1 ? -1 : 1;
    }
}

// ---- The unit

// Euclid's algorithm. A remainder below `least`, or that much short of the divisor, is
// rounding.
static double common_divisor(double a, double b, double least)
{
    while (b >= least) {
        double rest = fmod(a, b);
        if (b - rest < least) rest = 0;
        a = b;
        b = rest;
    }
    return a;
}

static bool is_multiple(double value, double unit)
{
    return fabs(value - round(value / unit) * unit) <= same * value;
}

// The unit that Euclid's algorithm suggests, made sharp by the largest value, if all the values
// are in fact multiples of it. A unit that only seems one moves no sum by more than a tie.
static double unit_find(const PsSignFlips *flips)
{
    const double most = flips->values[flips->n_values - 1].value;
    const double least = most / MAX_MULTIPLE / 2;
    double unit = most;
    for (size_t i = 0; i < flips->n_values; i++) {
        unit = common_divisor(unit, flips->values[i].value, least);
        if (unit < 2 * least) return 0;
    }
    unit = most / round(most / unit);
    for (size_t i = 0; i < flips->n_values; i++) {
        if (!is_multiple(flips->values[i].value, unit)) return 0;
    }
    return unit;
}

// The root mean square of the values in the fullest 1/128 of an octave; 0 if they are few.
static double common_value(const PsSignFlips *flips)
{
    double common = 0, squares = 0;
    uint64_t count = 0, most = 0;
    int64_t group = -1;
    for (size_t i = 0; i < flips->n_values; i++) {
        const double value = flips->values[i].value;
        int64_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (bits >> 45 != group) squares = (double)(count = 0);
        group = bits >> 45;
        count += flips->values[i].count;
        squares += value * value * flips->values[i].count;
        if (count > most) common = sqrt(squares / (double)count);
        most = MAX(most, count);
    }
    return 8 * most < flips->n_clusters ? 0 : common;
}

// T gathers around every other multiple of a unit as far as its characteristic function,
// Π cos(θ v), is still large at θ = π / unit. Tried: the commonest value and whole parts of it.
static double near_unit_find(const PsSignFlips *flips)
{
    const double common = common_value(flips), negligible = -10;
    for (int parts = 1; parts <= 16 && common > 0; parts++) {
        const double unit = common / parts;
        double log_wave = 0;
        for (size_t i = 0; i < flips->n_values && log_wave > negligible; i++) {
            log_wave +=
                flips->values[i].count * log(fabs(cos(M_PI * flips->values[i].value / unit)));
        }
        if (log_wave > negligible) return unit;
    }
    return 0;
}

bool ps_sign_flips_init(PsSignFlips *flips, const double *differences, size_t n)
{
    *flips = (PsSignFlips){0};
    if (n > MAX_CLUSTERS) return false;
    size_t n_keys;
    g_autofree uint64_t *keys = keys_of(differences, n, &n_keys);
    if (!keys) return false;
    flips->n_clusters = n_keys;
    flips->values = g_new(PsMagnitude, n_keys + 1);
    if (n_keys == 0) return true;
    values_group(flips, keys, n_keys);
    for (size_t i = 0; i < flips->n_values; i++) {
        const PsMagnitude *magnitude = &flips->values[i];
        flips->observed += magnitude->value * magnitude->net;
        flips->total += magnitude->value * magnitude->count;
    }
    flips->slack = tie * flips->total;
    flips->unit = unit_find(flips);
    flips->near_unit = near_unit_find(flips);
    return true;
}

void ps_sign_flips_clear(PsSignFlips *flips)
{
    g_free(flips->values);
}

// ---- The test

void ps_sign_flip_approximate(const PsSignFlips *flips, PsSignFlip *result)
{
    if (!ps_sign_flip_grid(flips, result)) ps_sign_flip_saddlepoint(flips, result);
}

// All of one sign: no other arrangement reaches that.
static bool flip_one_sided(const PsSignFlips *flips, PsSignFlip *result)
{
    if (fabs(flips->observed) < flips->total - flips->slack) return false;
    const double one = exp2(-(double)flips->n_clusters);
    result->greater = flips->observed > 0 ? one : 1;
    result->less = flips->observed > 0 ? 1 : one;
    return true;
}

PsSignFlip ps_sign_flip(const double *differences, size_t n)
{
    g_auto(PsSignFlips) flips = {0};
    if (!ps_sign_flips_init(&flips, differences, n)) {
        return (PsSignFlip){.greater = NAN, .less = NAN, .two_sided = NAN};
    }
    PsSignFlip result = {.greater = 1, .less = 1, .two_sided = 1, .is_exact = true};
    if (flips.n_clusters == 0) return result;
    result.is_exact = flip_one_sided(&flips, &result) || ps_sign_flip_lattice(&flips, &result)
                      || ps_sign_flip_meet(&flips, &result);
    if (!result.is_exact) ps_sign_flip_approximate(&flips, &result);
    result.two_sided = fmin(1, 2 * fmin(result.greater, result.less));
    return result;
}
