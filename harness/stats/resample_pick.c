#include "harness/stats/resample_private.h"
#include "harness/stats/wide.h"

#include <glib.h>
#include <string.h>

enum { LANE_BYTES = sizeof(PsPickLanes), LANE_WORDS = LANE_BYTES / sizeof(uint64_t) };

typedef uint16_t Index __attribute__((may_alias)); // reads lanes

void ps_picker_init(PsPicker *picker, uint64_t seed, uint64_t stream)
{
    PsRng rng;
    uint64_t words[8];
    ps_rng_init(&rng, seed, stream);
    for (int i = 0; i < 4; i++) {
        for (int lane = 0; lane < 8; lane++)
            words[lane] = ps_rng_next(&rng);
        memcpy(&picker->state[i], words, sizeof words);
    }
}

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

// n_lanes lanes of random bits, with `mask` over each word.
PS_WIDE static void
lanes_fill(PsPicker *picker, PsPickLanes *out, size_t n_lanes, uint64_t mask)
{
    PsPickLanes a = picker->state[0], b = picker->state[1], c = picker->state[2],
                d = picker->state[3];
    for (size_t i = 0; i < n_lanes; i++) {
        const PsPickLanes sum = a + d;
        out[i] = (ROTATE(sum, 23) + a) & mask;
        const PsPickLanes shifted = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = ROTATE(d, 45);
    }
    picker->state[0] = a;
    picker->state[1] = b;
    picker->state[2] = c;
    picker->state[3] = d;
}

void ps_picker_bits(PsPicker *picker, uint64_t *words, size_t n)
{
    lanes_fill(picker, (PsPickLanes *)words, n / LANE_WORDS, UINT64_MAX);
}

PS_WIDE static size_t count_below(const Index *indices, size_t n, Index n_rows)
{
    Index count = 0;
    for (size_t i = 0; i < n; i++)
        count = (Index)(count + (indices[i] < n_rows));
    return count;
}

// Eight sums, so that additions need not wait for each other.
static double sum_one(const double *table, const Index *indices, size_t n)
{
    double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        a += table[indices[i]];
        b += table[indices[i + 1]];
        c += table[indices[i + 2]];
        d += table[indices[i + 3]];
        e += table[indices[i + 4]];
        f += table[indices[i + 5]];
        g += table[indices[i + 6]];
        h += table[indices[i + 7]];
    }
    for (; i < n; i++)
        a += table[indices[i]];
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
}

typedef double Two __attribute__((vector_size(16)));

static Two two_at(const double *values)
{
    Two two;
    memcpy(&two, values, sizeof two);
    return two;
}

static void sum_two(const double *table, const Index *indices, size_t n, double *sums)
{
    Two parts[4] = {{0}};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (size_t k = 0; k < 4; k++)
            parts[k] += two_at(table + 2 * indices[i + k]);
    }
    for (; i < n; i++)
        parts[i % 4] += two_at(table + 2 * indices[i]);
    const Two sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    sums[0] += sum[0];
    sums[1] += sum[1];
}

static void sum_four(const double *table, const Index *indices, size_t n, double *sums)
{
    Two parts[4] = {{0}};
    for (size_t i = 0; i < n; i++) {
        const double *row = table + 4 * indices[i];
        parts[i % 2 * 2] += two_at(row);
        parts[i % 2 * 2 + 1] += two_at(row + 2);
    }
    const Two first = parts[0] + parts[2], second = parts[1] + parts[3];
    sums[0] += first[0];
    sums[1] += first[1];
    sums[2] += second[0];
    sums[3] += second[1];
}

static void
rows_add(const double *block, size_t width, const Index *indices, size_t n, double *sums)
{
    if (width == 1)
        sums[0] += sum_one(block, indices, n);
    else if (width == 2)
        sum_two(block, indices, n, sums);
    else
        sum_four(block, indices, n, sums);
}

void ps_picker_add(PsPicker *picker,
                   const double *block,
                   size_t n_block_rows,
                   size_t n_rows,
                   size_t width,
                   size_t n,
                   double *sums)
{
    const Index *indices = (const Index *)picker->indices;
    const size_t a_lane = LANE_BYTES / sizeof(Index);
    const uint64_t mask = (n_block_rows - 1) * 0x0001000100010001;
    while (n > 0) {
        const size_t n_tried = MIN(PS_PICK_CHUNK, n);
        lanes_fill(picker, picker->indices, (n_tried + a_lane - 1) / a_lane, mask);
        rows_add(block, width, indices, n_tried, sums);
        n -= n_rows < n_block_rows ? count_below(indices, n_tried, (Index)n_rows) : n_tried;
    }
}
