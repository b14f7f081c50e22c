#include "harness/stats/group_means.h"

#include "harness/stats/parallel.h"

#include <glib.h>
#include <math.h>

// Large enough that a block's table of groups costs little beside its rows.
enum { BLOCK_ROWS = 1 << 17 };

typedef struct {
    double n, sum, squares, unused; // of a cache line's half; counts are exact up to 2^53
} Sums;

typedef struct {
    const double *values;
    const uint32_t *keys; // or
    const uint8_t *keys_8;
    size_t n_rows, n_groups, n_blocks;
    double centre;
    double *block_sums; // [n_blocks]
    Sums *sums;         // [n_blocks][2][n_groups + 1]; the last is of rows in no group
} Work;

// ---- The centre

static void block_add_up(size_t block, void *data)
{
    const Work *work = data;
    const size_t first = block * BLOCK_ROWS, end = MIN(first + BLOCK_ROWS, work->n_rows);
    double parts[8] = {0}, sum = 0;
    for (size_t i = first; i < end; i++)
        parts[i % 8] += work->values[i];
    for (int k = 0; k < 8; k++)
        sum += parts[k];
    work->block_sums[block] = sum;
}

// ---- The groups

static inline void row_add(Sums *sums, size_t n_groups, size_t key, double value)
{
    Sums *group = &sums[MIN(key, n_groups)];
    group->n += 1;
    group->sum += value;
    group->squares += value * value;
}

// Even and odd rows have tables of their own, so that rows of one group that follow each other
// do not wait for each other.
static inline __attribute__((always_inline)) void
block_group(const Work *work, const uint32_t *keys, const uint8_t *keys_8, size_t block)
{
    const size_t first = block * BLOCK_ROWS, end = MIN(first + BLOCK_ROWS, work->n_rows);
    const size_t n_groups = work->n_groups;
    Sums *even = work->sums + 2 * block * (n_groups + 1), *odd = even + n_groups + 1;
    size_t i = first;
    for (; i + 2 <= end; i += 2) {
        row_add(even, n_groups, keys ? keys[i] : keys_8[i], work->values[i] - work->centre);
        row_add(odd, n_groups, keys ? keys[i + 1] : keys_8[i + 1],
                work->values[i + 1] - work->centre);
    }
    if (i < end)
        row_add(even, n_groups, keys ? keys[i] : keys_8[i], work->values[i] - work->centre);
}

static void block_work(size_t block, void *data)
{
    const Work *work = data;
    if (work->keys)
        block_group(work, work->keys, NULL, block);
    else
        block_group(work, NULL, work->keys_8, block);
}

static PsGroupMean group_finish(const Work *work, size_t group)
{
    double n = 0, sum = 0, squares = 0;
    for (size_t table = 0; table < 2 * work->n_blocks; table++) {
        const Sums *sums = &work->sums[table * (work->n_groups + 1) + group];
        n += sums->n;
        sum += sums->sum;
        squares += sums->squares;
    }
    PsGroupMean mean = {(uint64_t)n, NAN, NAN};
    if (n >= 1) mean.mean = work->centre + sum / n;
    if (n >= 2) mean.standard_error = sqrt(fmax(0, squares - sum * sum / n) / (n - 1) / n);
    return mean;
}

static void means_find(Work *work, unsigned n_threads, PsGroupMean *groups)
{
    work->n_blocks = (work->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    g_autofree double *block_sums = g_new(double, work->n_blocks + 1);
    g_autofree Sums *sums = g_new0(Sums, 2 * work->n_blocks * (work->n_groups + 1) + 1);
    work->block_sums = block_sums;
    work->sums = sums;
    ps_parallel(work->n_blocks, n_threads, block_add_up, work);
    double total = 0;
    for (size_t block = 0; block < work->n_blocks; block++)
        total += block_sums[block];
    work->centre = work->n_rows > 0 ? total / (double)work->n_rows : 0;
    ps_parallel(work->n_blocks, n_threads, block_work, work);
    for (size_t group = 0; group < work->n_groups; group++)
        groups[group] = group_finish(work, group);
}

void ps_group_means(const double *values,
                    const uint32_t *keys,
                    size_t n_rows,
                    size_t n_groups,
                    unsigned n_threads,
                    PsGroupMean *groups)
{
    Work work = {.values = values, .keys = keys, .n_rows = n_rows, .n_groups = n_groups};
    means_find(&work, n_threads, groups);
}

void ps_group_means_8(const double *values,
                      const uint8_t *keys,
                      size_t n_rows,
                      size_t n_groups,
                      unsigned n_threads,
                      PsGroupMean *groups)
{
    Work work = {.values = values, .keys_8 = keys, .n_rows = n_rows, .n_groups = n_groups};
    means_find(&work, n_threads, groups);
}
