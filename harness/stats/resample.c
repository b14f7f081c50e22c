#include "harness/stats/resample.h"

#include "harness/stats/binomial.h"
#include "harness/stats/parallel.h"
#include "harness/stats/resample_private.h"
#include "harness/stats/sort.h"
#include "harness/stats/sum_table.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    DRAWS_A_PIECE = 256, // draws that share a generator, and are one piece of work
    MAX_DISTINCT = 1024, // of the clusters that are counted instead of picked
    MOST_VAIN = 16,      // of so many picks one
    WORTH = 100,         // a binomial costs as much as about so many picks
};

// A job's clusters in an order of their own: rows [n_rows][width] of numerator, denominator,
// other numerator, other denominator, ascending.
typedef struct {
    const PsResample *job;
    size_t n_rows, width;
    double *rows;
    size_t n_distinct; // 0: the rows are picked, from whole blocks and what remains
    double *rest;      // [n_rest_block_rows][width]: copies of the remaining rows, as fit
    size_t n_rest_rows, n_rest_block_rows;
    double *distinct; // [n_distinct][width]
    uint32_t counts[MAX_DISTINCT];
    bool has_sums; // of a mean of graded scores
    PsSumTable sums;
    uint64_t key;
} Table;

typedef struct {
    Table *tables;
    size_t n_pieces_a_job, n_draws;
    double *replicates;
} Work;

// ---- Tables

#define COMPARE(name, width)                                                                   \
    static int name(const void *a, const void *b)                                              \
    {                                                                                          \
        const double *first = a, *second = b;                                                  \
        for (int i = 0; i < (width); i++) {                                                    \
            if (first[i] != second[i]) return first[i] < second[i] ? -1 : 1;                   \
        }                                                                                      \
        return 0;                                                                              \
    }
COMPARE(compare_two, 2)
COMPARE(compare_four, 4)

static void rows_sort(Table *table)
{
    const size_t n = table->n_rows;
    if (table->width == 1)
        ps_sort(table->rows, n);
    else if (table->width == 2)
        qsort(table->rows, n, 2 * sizeof(double), compare_two);
    else
        qsort(table->rows, n, 4 * sizeof(double), compare_four);
}

static double at_or_one(const double *values, size_t i)
{
    return values ? values[i] : 1;
}

// One column if all denominators are 1: a mean, or the mean of paired differences.
static void rows_fill(Table *table)
{
    const PsResample *job = table->job;
    const bool is_mean = !job->denominator && !job->other_denominator;
    table->width = is_mean ? 1 : job->other_numerator ? 4 : 2;
    table->rows = g_new(double, job->n_clusters * table->width + 1);
    for (size_t i = 0; i < job->n_clusters; i++) {
        double *row = table->rows + i * table->width;
        row[0] = job->numerator[i];
        if (is_mean && job->other_numerator) row[0] -= job->other_numerator[i];
        if (table->width >= 2) row[1] = at_or_one(job->denominator, i);
        if (table->width < 4) continue;
        row[2] = job->other_numerator[i];
        row[3] = at_or_one(job->other_denominator, i);
    }
}

// Lists the distinct rows unless they are many.
static void distinct_find(Table *table)
{
    const size_t most = MIN(MAX_DISTINCT, table->n_rows), width = table->width;
    size_t n = 0;
    table->distinct = g_new(double, (most + 1) * width);
    for (size_t i = 0; i < table->n_rows; i++) {
        const double *row = table->rows + i * width, *last = table->distinct + (n - 1) * width;
        if (n > 0 && memcmp(row, last, width * sizeof *row) == 0) {
            table->counts[n - 1]++;
            continue;
        }
        if (n == most) return;
        memcpy(table->distinct + n * width, row, width * sizeof *row);
        table->counts[n++] = 1;
    }
    table->n_distinct = n;
}

// A small block is quicker to pick from; few of the picks should be in vain.
static void rest_fill(Table *table)
{
    const size_t width = table->width, n_rows = table->n_rows % (PS_PICK_BLOCK / width);
    if (n_rows == 0) return;
    const double *rows = table->rows + (table->n_rows - n_rows) * width;
    size_t size = 1;
    while (size < PS_PICK_BLOCK / width && size % n_rows > size / MOST_VAIN)
        size *= 2;
    table->n_rest_block_rows = size;
    table->n_rest_rows = size / n_rows * n_rows;
    table->rest = g_new0(double, size *width);
    for (size_t start = 0; start < table->n_rest_rows; start += n_rows)
        memcpy(table->rest + start * width, rows, n_rows * width * sizeof *rows);
}

static void table_init(size_t job, void *data)
{
    Table *table = &((Work *)data)->tables[job];
    rows_fill(table);
    rows_sort(table);
    distinct_find(table);
    table->has_sums = table->width == 1
                      && ps_sum_table_init(&table->sums, table->distinct, table->counts,
                                           table->n_distinct, table->n_rows);
    if (table->n_distinct > table->n_rows / WORTH) table->n_distinct = 0;
    if (!table->has_sums && table->n_distinct == 0) rest_fill(table);
}

// ---- Draws

static double replicate_of(const Table *table, const double *sums)
{
    if (table->width == 1) return sums[0] / (double)table->n_rows;
    const double first = sums[1] == 0 ? NAN : sums[0] / sums[1];
    if (table->width == 2) return first;
    return first - (sums[3] == 0 ? NAN : sums[2] / sums[3]);
}

// How often each distinct row is taken, given what those before it left.
static double draw_counted(const Table *table, PsRng *rng)
{
    double sums[PS_PICK_MAX_WIDTH] = {0};
    uint64_t n_left = table->n_rows, n_rows_left = table->n_rows;
    for (size_t i = 0; i < table->n_distinct && n_left > 0; i++) {
        const double share = (double)table->counts[i] / (double)n_rows_left;
        const uint64_t n = ps_binomial_draw(rng, n_left, share);
        for (size_t k = 0; k < table->width; k++)
            sums[k] += (double)n * table->distinct[i * table->width + k];
        n_left -= n;
        n_rows_left -= table->counts[i];
    }
    return replicate_of(table, sums);
}

// First how many are taken from each block, then which.
static double draw_picked(const Table *table, PsRng *rng, PsPicker *picker)
{
    const size_t width = table->width, block_rows = PS_PICK_BLOCK / width;
    double sums[PS_PICK_MAX_WIDTH] = {0};
    size_t n_left = table->n_rows, n_rows_left = table->n_rows;
    for (; n_rows_left >= block_rows; n_rows_left -= block_rows) {
        const double *block = table->rows + (table->n_rows - n_rows_left) * width;
        const double share = (double)block_rows / (double)n_rows_left;
        const size_t n = ps_binomial_draw(rng, n_left, share);
        ps_picker_add(picker, block, block_rows, block_rows, width, n, sums);
        n_left -= n;
    }
    ps_picker_add(picker, table->rest, table->n_rest_block_rows, table->n_rest_rows, width,
                  n_left, sums);
    return replicate_of(table, sums);
}

// The draws of a piece are n, to be put at replicates.
static void sums_draw(const Table *table, PsPicker *picker, size_t n, double *replicates)
{
    uint64_t random[DRAWS_A_PIECE] __attribute__((aligned(sizeof(PsPickLanes))));
    ps_picker_bits(picker, random, DRAWS_A_PIECE);
    ps_sum_table_draw(&table->sums, random, n, replicates);
    for (size_t i = 0; i < n; i++)
        replicates[i] /= (double)table->n_rows;
}

static void draws_make(size_t piece, void *data)
{
    const Work *work = data;
    const size_t job = piece / work->n_pieces_a_job, part = piece % work->n_pieces_a_job;
    const Table *table = &work->tables[job];
    const size_t first = part * DRAWS_A_PIECE, n = MIN(DRAWS_A_PIECE, work->n_draws - first);
    double *replicates = work->replicates + job * work->n_draws + first;
    PsRng rng;
    PsPicker picker;
    ps_rng_init(&rng, table->key, 2 * part);
    if (table->has_sums || table->n_distinct == 0)
        ps_picker_init(&picker, table->key, 2 * part + 1);
    if (table->has_sums) {
        sums_draw(table, &picker, n, replicates);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (table->n_rows == 0)
            replicates[i] = NAN;
        else if (table->n_distinct > 0)
            replicates[i] = draw_counted(table, &rng);
        else
            replicates[i] = draw_picked(table, &rng, &picker);
    }
}

void ps_resample(const PsResample *jobs,
                 size_t n_jobs,
                 uint64_t seed,
                 size_t n_draws,
                 unsigned n_threads,
                 double *replicates)
{
    Work work = {.tables = g_new0(Table, n_jobs),
                 .n_pieces_a_job = (n_draws + DRAWS_A_PIECE - 1) / DRAWS_A_PIECE,
                 .n_draws = n_draws,
                 .replicates = replicates};
    for (size_t i = 0; i < n_jobs; i++) {
        PsRng rng;
        ps_rng_init(&rng, seed, jobs[i].stream);
        work.tables[i].job = &jobs[i];
        work.tables[i].n_rows = jobs[i].n_clusters;
        work.tables[i].key = ps_rng_next(&rng);
    }
    ps_parallel(n_jobs, n_threads, table_init, &work);
    ps_parallel(n_jobs * work.n_pieces_a_job, n_threads, draws_make, &work);
    for (size_t i = 0; i < n_jobs; i++) {
        g_free(work.tables[i].rows);
        g_free(work.tables[i].distinct);
        g_free(work.tables[i].rest);
        ps_sum_table_clear(&work.tables[i].sums);
    }
    g_free(work.tables);
}
