#include "harness/stats/resample_private.h"

#include <glib.h>
#include <string.h>

// Compiled for the wider vectors too; which is run is decided when the program starts. No
// result depends on it: nothing is rounded here, and sums keep their order. Sanitizers are not
// ready when that decision is made.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)               \
    && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

// Some are rejected in few of the short chunks.
enum { CHUNK = 1024, SHORT_CHUNK = 128, LANE_BYTES = sizeof(PsPickLanes) };

typedef uint16_t Index;

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

// n_bytes of random bits, rounded up to whole lanes, with `mask` over each word.
WIDE static void bits_fill(PsPicker *picker, void *out, size_t n_bytes, uint64_t mask)
{
    PsPickLanes a = picker->state[0], b = picker->state[1], c = picker->state[2],
                d = picker->state[3];
    for (size_t done = 0; done < n_bytes; done += LANE_BYTES) {
        const PsPickLanes sum = a + d;
        const PsPickLanes word = (ROTATE(sum, 23) + a) & mask;
        memcpy((char *)out + done, &word, LANE_BYTES);
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

// Lemire (2019): the high half of random · n_rows is uniform if the few products are rejected
// whose low half is below 2^16 mod n_rows. Returns how many are.
WIDE static size_t products_split(const Index *random, Index *indices, size_t n, Index n_rows)
{
    const Index least = (Index)(0x10000 % n_rows);
    Index n_rejected = 0;
    for (size_t i = 0; i < n; i++) {
        indices[i] = (Index)((uint32_t)random[i] * n_rows >> 16);
        n_rejected = (Index)(n_rejected + ((Index)(random[i] * n_rows) < least));
    }
    return n_rejected;
}

// Moves the numbers that are not rejected to the front.
static void indices_compact(const Index *random, Index *indices, size_t n, Index n_rows)
{
    const uint32_t least = 0x10000 % n_rows;
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        indices[n_kept] = indices[i];
        n_kept += (Index)(random[i] * n_rows) >= least;
    }
}

// Rows are numbered by random bits if their number is a power of two, as whole blocks' is.
static void indices_fill(PsPicker *picker, Index *indices, size_t n, size_t n_rows)
{
    if ((n_rows & (n_rows - 1)) == 0) {
        bits_fill(picker, indices, n * sizeof *indices, (n_rows - 1) * 0x0001000100010001);
        return;
    }
    Index random[SHORT_CHUNK + LANE_BYTES / sizeof(Index)] = {0};
    for (size_t done = 0; done < n;) {
        const size_t n_tried = MIN(SHORT_CHUNK, n - done);
        bits_fill(picker, random, n_tried * sizeof *random, UINT64_MAX);
        const size_t n_rejected =
            products_split(random, indices + done, n_tried, (Index)n_rows);
        if (n_rejected > 0) indices_compact(random, indices + done, n_tried, (Index)n_rows);
        done += n_tried - n_rejected;
    }
}

// Eight sums, so that additions need not wait for each other.
WIDE static double sum_one(const double *table, const Index *indices, size_t n)
{
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t k = 0; k < 8; k++)
            sums[k] += table[indices[i + k]];
    }
    for (; i < n; i++)
        sums[i % 8] += table[indices[i]];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3]))
           + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
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

void ps_picker_add(PsPicker *picker,
                   const double *table,
                   size_t n_rows,
                   size_t width,
                   size_t n_picks,
                   double *sums)
{
    Index indices[CHUNK + LANE_BYTES / 2] = {0};
    for (size_t done = 0; done < n_picks; done += CHUNK) {
        const size_t n = MIN(CHUNK, n_picks - done);
        indices_fill(picker, indices, n, n_rows);
        switch (width) {
        case 1:
            sums[0] += sum_one(table, indices, n);
            break;
        case 2:
            sum_two(table, indices, n, sums);
            break;
        default:
            sum_four(table, indices, n, sums);
            break;
        }
    }
}
