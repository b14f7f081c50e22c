#include "harness/stats/group_means.h"

#include "harness/stats/parallel.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Large enough that a block's table of groups costs little beside its rows.
enum { BLOCK_ROWS = 1 << 17 };

// n, Σ, Σ² of the distances to the centre, and nothing; counts are exact up to 2^53.
typedef double Sums __attribute__((vector_size(32)));

typedef struct {
    const double *values;
    const uint32_t *keys; // or
    const uint8_t *keys_8;
    size_t n_rows, n_groups, n_blocks;
    double centre;
    Sums *sums; // [n_blocks][2][n_groups + 1]; the last is of rows in no group
} Work;

// The mean of some rows all over.
static double centre_find(const double *values, size_t n_rows)
{
    enum { SOME_ROWS = 512 };
    const size_t step = n_rows / SOME_ROWS + 1;
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i += step, n++)
        sum += values[i];
    return n > 0 ? sum / (double)n : 0;
}

static inline void row_add(Sums *sums, size_t n_groups, size_t key, double distance)
{
    sums[MIN(key, n_groups)] += (Sums){1, distance, distance * distance, 0};
}

// Even and odd rows have tables of their own, so that rows of one group that follow each other
// do not wait for each other.
static inline __attribute__((always_inline)) void
block_group(const Work *work, const uint32_t *keys, const uint8_t *keys_8, size_t block)
{
    const size_t first = block * BLOCK_ROWS, end = MIN(first + BLOCK_ROWS, work->n_rows);
    const size_t n_groups = work->n_groups;
    const double *values = work->values, centre = work->centre;
    Sums *even = work->sums + 2 * block * (n_groups + 1), *odd = even + n_groups + 1;
    size_t i = first;
    for (; i + 2 <= end; i += 2) {
        row_add(even, n_groups, keys ? keys[i] : keys_8[i], values[i] - centre);
        row_add(odd, n_groups, keys ? keys[i + 1] : keys_8[i + 1], values[i + 1] - centre);
    }
    if (i < end) row_add(even, n_groups, keys ? keys[i] : keys_8[i], values[i] - centre);
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
        const Sums sums = work->sums[table * (work->n_groups + 1) + group];
        n += sums[0];
        sum += sums[1];
        squares += sums[2];
    }
    PsGroupMean mean = {(uint64_t)n, NAN, NAN};
    if (n >= 1) mean.mean = work->centre + sum / n;
    if (n >= 2) mean.standard_error = sqrt(fmax(0, squares - sum * sum / n) / (n - 1) / n);
    return mean;
}

static void means_find(Work *work, unsigned n_threads, PsGroupMean *groups)
{
    work->n_blocks = (work->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    work->centre = centre_find(work->values, work->n_rows);
    // Aligned as vectors must be.
    const size_t n_sums = 2 * work->n_blocks * (work->n_groups + 1);
    work->sums = aligned_alloc(sizeof(Sums), (n_sums + 1) * sizeof(Sums));
    g_assert(work->sums);
    memset(work->sums, 0, n_sums * sizeof(Sums));
    ps_parallel(work->n_blocks, n_threads, block_work, work);
    for (size_t group = 0; group < work->n_groups; group++)
        groups[group] = group_finish(work, group);
    free(work->sums);
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
