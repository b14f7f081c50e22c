// Too many different sums to list. The sums S of the largest values are listed all the same,
// and P(T ≥ t) is the mean of P(R ≥ t - S) over them, where R is the sum of the rest. The
// largest are what makes T unlike a normal variable, so the approximation need only be good for
// the rest.
//
// For R the r* formula (Barndorff-Nielsen 1986) is used: with K(s) = Σ ln cosh(s v), the
// saddlepoint K'(s) = x, w = √(2 (s x - K)) and u = s √K'',
//     P(R ≥ x) ≈ Φ(-r), r = w + ln(u/w) / w,
// and u = (1 - exp(-s h)) / h · √K'' where R moves in steps of h (Daniels 1987, first
// correction). Walking s instead of solving for it gives r at as many x as are needed; between
// them r is nearly straight and is interpolated.
#include "harness/stats/distributions.h"
#include "harness/stats/sign_flip_private.h"

#include <math.h>
#include <string.h>

enum {
    MAX_SUMS = 1 << 12,        // of the largest values
    MAX_SUMS_UNEVEN = 1 << 16, // if one value makes up much of the rest's variance
    MAX_NODES = 256,
    MAX_DISTINCT = 2048, // beyond, values within 1/128 of an octave are put together
    MAX_GROUPS = 4096,
};

// Values put together: their root mean square keeps K up to its fourth-order term.
typedef struct {
    double value, count;
} Group;

// The rest: r at nodes x, ascending from 0.
typedef struct {
    size_t n_groups, n_nodes;
    Group *groups; // [n_groups]
    double n_clusters, least_value, total, slack;
    double step; // h, or 0
    double x[MAX_NODES], r[MAX_NODES], slope[MAX_NODES];
} Rest;

// ---- The largest values

static bool is_uneven(const PsSignFlips *flips, size_t n_values)
{
    if (n_values == 0) return false;
    double variance = 0;
    for (size_t i = 0; i < n_values; i++) {
        const PsMagnitude *magnitude = &flips->values[i];
        variance += magnitude->value * magnitude->value * magnitude->count;
    }
    const double most = flips->values[n_values - 1].value;
    return 20 * most * most > variance;
}

// Lists the sums of the largest values; returns how many values are left.
static size_t largest_take(const PsSignFlips *flips, PsSignedSums *sums)
{
    size_t n_left = flips->n_values;
    ps_signed_sums_init(sums);
    while (n_left > 0) {
        const PsMagnitude *largest = &flips->values[n_left - 1];
        const size_t n_sums = sums->n * ((size_t)largest->count + 1);
        if (n_sums > MAX_SUMS_UNEVEN) break;
        if (n_sums > MAX_SUMS && !is_uneven(flips, n_left)) break;
        ps_signed_sums_add(sums, largest->value, largest->count);
        n_left--;
    }
    return n_left;
}

// ---- The cumulants of the rest

static void groups_add(Rest *rest, double squares, double count)
{
    if (count > 0) rest->groups[rest->n_groups++] = (Group){sqrt(squares / count), count};
}

// 128 groups an octave, down to 2^-24 of the largest; what is smaller is one group.
static int64_t group_of(double value, double most)
{
    const double least = ldexp(most, -24);
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value < least ? -1 : bits >> (52 - 7);
}

static void groups_fill(Rest *rest, const PsMagnitude *values, size_t n_values)
{
    const bool each = n_values <= MAX_DISTINCT;
    double squares = 0, count = 0;
    rest->groups = g_new(Group, each ? n_values + 1 : MAX_GROUPS);
    for (size_t i = 0; i < n_values; i++) {
        const double most = values[n_values - 1].value;
        const bool is_new =
            i > 0
            && (each || group_of(values[i].value, most) != group_of(values[i - 1].value, most));
        if (is_new) {
            groups_add(rest, squares, count);
            squares = count = 0;
        }
        squares += values[i].value * values[i].value * values[i].count;
        count += values[i].count;
    }
    groups_add(rest, squares, count);
}

typedef struct {
    double k, k1, k2; // K(s), K'(s), K''(s)
} Cumulants;

static Cumulants cumulants_at(const Rest *rest, double s)
{
    Cumulants at = {0};
    for (size_t i = 0; i < rest->n_groups; i++) {
        const double value = rest->groups[i].value, count = rest->groups[i].count;
        const double less = -expm1(-2 * s * value), e = 1 - less; // e = exp(-2 s value)
        at.k += count * (s * value + log1p(-less / 2));
        at.k1 += count * value * less / (1 + e);
        at.k2 += count * value * value * 4 * e / ((1 + e) * (1 + e));
    }
    return at;
}

// ---- The nodes

static void node_add(Rest *rest, double x, double r)
{
    const size_t n = rest->n_nodes;
    if (n > 0 && !(x > rest->x[n - 1] && r > rest->r[n - 1])) return;
    rest->x[n] = x;
    rest->r[n] = r;
    rest->n_nodes++;
}

// Steps of about a quarter in w, until the tail underflows or hardly a cluster has still its
// sign free; the last node is the largest sum itself, which one arrangement reaches.
static void nodes_walk(Rest *rest)
{
    const double w_step = 0.25, w_most = 38;
    double s = 0, ds = w_step / sqrt(cumulants_at(rest, 0).k2);
    // At 0 half of the sums are above, and of a sum that is 0 half.
    node_add(rest, 0, -0.5 * rest->step / sqrt(cumulants_at(rest, 0).k2));
    while (rest->n_nodes < MAX_NODES - 1) {
        s += ds;
        const Cumulants at = cumulants_at(rest, s);
        const double w = sqrt(2 * fmax(0, s * at.k1 - at.k)), free = s * sqrt(at.k2);
        const double sine = rest->step > 0 ? -expm1(-s * rest->step) / rest->step : s;
        if (w > w_most || (w > 1 && free < 0.5)) break;
        node_add(rest, at.k1, w + log(sine * sqrt(at.k2) / w) / w);
        ds = fmin(w_step * w / (s * at.k2), s);
    }
    const double least = ldexp(1, -(int)fmin(rest->n_clusters, 1022));
    if (rest->n_clusters < 1022) node_add(rest, rest->total, -ps_normal_quantile(least));
}

static double secant(const Rest *rest, size_t i)
{
    return (rest->r[i + 1] - rest->r[i]) / (rest->x[i + 1] - rest->x[i]);
}

// The slope of the parabola through three nodes, cut so that r keeps rising (Fritsch and
// Carlson 1980).
static void slopes_fill(Rest *rest)
{
    const size_t last = rest->n_nodes - 1;
    for (size_t i = 0; i <= last && last > 0; i++) {
        if (i == 0 || i == last) {
            rest->slope[i] = secant(rest, i == 0 ? 0 : last - 1);
            continue;
        }
        const double before = rest->x[i] - rest->x[i - 1], after = rest->x[i + 1] - rest->x[i];
        const double low = secant(rest, i - 1), high = secant(rest, i);
        const double parabola = (low * after + high * before) / (before + after);
        rest->slope[i] = fmin(parabola, 3 * fmin(low, high));
    }
}

static void rest_init(Rest *rest, const PsSignFlips *flips, size_t n_values)
{
    rest->n_groups = rest->n_nodes = 0;
    rest->n_clusters = rest->total = 0;
    rest->least_value = n_values > 0 ? flips->values[0].value : INFINITY;
    rest->slack = flips->slack;
    rest->step = 2 * fmax(flips->unit, flips->near_unit);
    for (size_t i = 0; i < n_values; i++) {
        rest->n_clusters += flips->values[i].count;
        rest->total += flips->values[i].value * flips->values[i].count;
    }
    groups_fill(rest, flips->values, n_values);
    if (n_values == 0) return;
    nodes_walk(rest);
    slopes_fill(rest);
}

// ---- Tails

static double r_at(const Rest *rest, double x)
{
    size_t low = 0, high = rest->n_nodes - 1;
    if (high == 0 || x >= rest->x[high]) {
        return rest->r[high] + rest->slope[high] * (x - rest->x[high]);
    }
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (rest->x[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    const double width = rest->x[high] - rest->x[low], t = (x - rest->x[low]) / width;
    const double rise = rest->r[high] - rest->r[low];
    const double from = rest->slope[low] * width - rise, to = rise - rest->slope[high] * width;
    return rest->r[low] + t * rise + t * (1 - t) * ((1 - t) * from + t * to);
}

// P(R ≥ x), x ≥ 0.
static double upper_tail(const Rest *rest, double x)
{
    if (x > rest->total + rest->slack) return 0;
    const double one = exp2(-rest->n_clusters); // a single arrangement
    if (x > rest->total - 2 * rest->least_value + rest->slack) return one;
    return fmax(one, ps_normal_cdf(-r_at(rest, x)));
}

// P(R ≥ x) = 1 - P(R > -x), for R is symmetric; the next sum above -x is a step away.
static double tail(const Rest *rest, double x)
{
    return x >= 0 ? upper_tail(rest, x) : 1 - upper_tail(rest, rest->step - x);
}

static double mean_tail(const PsSignedSums *largest, const Rest *rest, double least)
{
    double chance = 0;
    for (size_t i = 0; i < largest->n; i++)
        chance += largest->sums[i].weight * tail(rest, least - largest->sums[i].sum);
    return fmin(1, chance);
}

void ps_sign_flip_saddlepoint(const PsSignFlips *flips, PsSignFlip *result)
{
    PsSignedSums largest;
    g_autofree Rest *rest = g_new0(Rest, 1);
    rest_init(rest, flips, largest_take(flips, &largest));
    result->greater = mean_tail(&largest, rest, flips->observed);
    result->less = mean_tail(&largest, rest, -flips->observed);
    g_free(rest->groups);
    ps_signed_sums_clear(&largest);
}
