#include "harness/verdict/audit/bootstrap.h"

#include "harness/rng.h"
#include "harness/stats/parallel.h"

#include <string.h>

#define DRAWS_MOST 2000
#define DRAWS_LEAST 400
#define CELLS_MOST 400000000 // added in all draws together

static size_t count_clusters(const PsTaskRows *rows)
{
    return rows->n_rows > 0 ? (size_t)rows->clusters[rows->n_rows - 1] + 1 : 0;
}

PsBlocks ps_blocks_new(const PsTaskRows *rows,
                       const uint32_t *of_rows,
                       size_t n_groups,
                       const double *stats,
                       const bool *is_defined)
{
    // Clusters are numbered in the order of a hash of their names: any block is a random one.
    size_t n_clusters = count_clusters(rows);
    PsBlocks blocks = {MIN(n_clusters, PS_BLOCKS_MOST), n_groups, NULL};
    blocks.sums = g_new0(double, blocks.n_blocks *n_groups * 2 + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (of_rows[row] == PS_NO_KEY || !is_defined[row]) continue;
        size_t block = rows->clusters[row] % blocks.n_blocks;
        double *sums = blocks.sums + (block * n_groups + of_rows[row]) * 2;
        sums[0] += stats[2 * row];
        sums[1] += stats[2 * row + 1];
    }
    return blocks;
}

void ps_blocks_clear(PsBlocks *blocks)
{
    g_free(blocks->sums);
}

size_t ps_blocks_n_draws(const PsBlocks *blocks)
{
    return CLAMP(CELLS_MOST / MAX(blocks->n_blocks * blocks->n_groups, 1), DRAWS_LEAST,
                 DRAWS_MOST);
}

typedef struct {
    const PsBlocks *blocks;
    uint64_t seed;
    double *totals;
} Drawing;

static void draw(size_t i, void *data)
{
    const Drawing *drawing = data;
    const PsBlocks *blocks = drawing->blocks;
    size_t width = blocks->n_groups * 2;
    double *totals = drawing->totals + i * width;
    g_autofree uint32_t *counts = g_new0(uint32_t, blocks->n_blocks + 1);
    PsRng rng;
    ps_rng_init(&rng, drawing->seed, i);
    for (size_t b = 0; b < blocks->n_blocks; b++)
        counts[ps_rng_below(&rng, blocks->n_blocks)]++;
    for (size_t b = 0; b < blocks->n_blocks; b++) {
        if (counts[b] == 0) continue;
        const double *sums = blocks->sums + b * width;
        for (size_t c = 0; c < width; c++)
            totals[c] += counts[b] * sums[c];
    }
}

double *ps_blocks_draw(const PsBlocks *blocks, size_t n_draws, uint64_t seed)
{
    Drawing drawing = {blocks, seed, g_new0(double, n_draws * blocks->n_groups * 2 + 1)};
    ps_parallel(n_draws, 0, draw, &drawing);
    return drawing.totals;
}
