#include "harness/rows.h"

#include <criterion/criterion.h>

enum { ROWS = 4 };

static double stats[2 * ROWS] = {1, 2, 3, 4, 5, 6, 7, 8};
static bool is_defined[ROWS];
static uint32_t clusters[ROWS] = {0, 0, 1, 2};
static const PsMetric metric = {.name = "ratio", .n_stats = 2};
static GBytes *records[ROWS] = {(GBytes *)&stats[0], (GBytes *)&stats[2], (GBytes *)&stats[4],
                                (GBytes *)&stats[6]}; // only their addresses are looked at
static const PsStatColumn column = {
    .metric = &metric, .stats = stats, .is_defined = is_defined, .records = records};
static const PsTaskRows table = {.n_rows = ROWS, .clusters = clusters};

static void define_all(void)
{
    for (size_t i = 0; i < ROWS; i++)
        is_defined[i] = true;
}

static void expect_gathered(const uint32_t *rows, size_t n_rows, bool is_borrowed)
{
    PsRows gathered = ps_task_rows_gather(&table, &column, rows, n_rows);
    size_t n = 0;
    cr_expect_eq(gathered.is_borrowed, is_borrowed);
    cr_expect_eq(gathered.records[0], column.records[rows[0]]);
    for (size_t i = 0; i < n_rows; i++) {
        if (!is_defined[rows[i]]) continue;
        cr_expect_eq(gathered.stats[2 * n], stats[2 * rows[i]]);
        cr_expect_eq(gathered.stats[2 * n + 1], stats[2 * rows[i] + 1]);
        cr_expect_eq(gathered.clusters[n++], clusters[rows[i]]);
    }
    cr_expect_eq(gathered.n_rows, n);
    ps_rows_clear(&gathered);
    cr_expect_null(gathered.stats);
}

Test(rows, a_whole_column_is_borrowed, .init = define_all)
{
    expect_gathered((uint32_t[]){0, 1, 2, 3}, ROWS, true);
}

Test(rows, everything_else_is_copied, .init = define_all)
{
    expect_gathered((uint32_t[]){0, 2, 3}, 3, false);
    expect_gathered((uint32_t[]){3, 2, 1, 0}, ROWS, false);
    expect_gathered((uint32_t[]){0, 1, 1, 3}, ROWS, false);
    is_defined[1] = false;
    expect_gathered((uint32_t[]){0, 1, 2, 3}, ROWS, false);
}

Test(rows, a_table_may_be_empty)
{
    const PsTaskRows empty = {0};
    const PsStatColumn nothing = {.metric = &metric};
    PsRows gathered = ps_task_rows_gather(&empty, &nothing, NULL, 0);
    cr_expect_eq(gathered.n_rows, 0);
    ps_rows_clear(&gathered);
}
