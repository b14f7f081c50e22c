#include "harness/rng.h"
#include "harness/stats/group_means.h"
#include "harness/stats/means.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>
#include <string.h>

enum { N_ROWS = 300001, N_GROUPS = 7 };

typedef struct {
    double values[N_ROWS], group_values[N_ROWS];
    uint32_t keys[N_ROWS];
    uint8_t keys_8[N_ROWS];
} Rows;

static Rows *rows_make(double offset)
{
    Rows *rows = g_new(Rows, 1);
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    for (int i = 0; i < N_ROWS; i++) {
        rows->keys_8[i] = (uint8_t)ps_rng_below(&rng, N_GROUPS + 1);
        rows->keys[i] = rows->keys_8[i] == N_GROUPS ? UINT32_MAX : rows->keys_8[i];
        rows->values[i] = offset + ps_rng_normal(&rng) + rows->keys_8[i];
    }
    return rows;
}

static void expect_group(Rows *rows, const PsGroupMean *groups, uint32_t key)
{
    size_t n = 0;
    for (int i = 0; i < N_ROWS; i++) {
        if (rows->keys[i] == key) rows->group_values[n++] = rows->values[i];
    }
    const double mean = ps_mean(rows->group_values, n);
    const double error = ps_standard_error(rows->group_values, n);
    cr_expect_eq(groups[key].n, n);
    cr_expect(fabs(groups[key].mean - mean) <= 1e-14 * (1 + fabs(mean)));
    cr_expect(fabs(groups[key].standard_error - error) <= 1e-10 * error);
}

Test(group_means, agree_with_each_group_alone_beside_an_offset)
{
    static const double offsets[] = {0, 1e7};
    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        g_autofree Rows *rows = rows_make(offsets[i]);
        PsGroupMean groups[N_GROUPS], groups_8[N_GROUPS];
        ps_group_means(rows->values, rows->keys, N_ROWS, N_GROUPS, 2, groups);
        ps_group_means_8(rows->values, rows->keys_8, N_ROWS, N_GROUPS, 2, groups_8);
        for (uint32_t key = 0; key < N_GROUPS; key++)
            expect_group(rows, groups, key);
        cr_expect_eq(memcmp(groups, groups_8, sizeof groups), 0);
    }
}

Test(group_means, threads_do_not_change_a_bit)
{
    g_autofree Rows *rows = rows_make(0.1);
    PsGroupMean one[N_GROUPS], more[N_GROUPS];
    ps_group_means(rows->values, rows->keys, N_ROWS, N_GROUPS, 1, one);
    for (unsigned n_threads = 2; n_threads <= 5; n_threads++) {
        ps_group_means(rows->values, rows->keys, N_ROWS, N_GROUPS, n_threads, more);
        cr_expect_eq(memcmp(one, more, sizeof one), 0);
    }
}

Test(group_means, groups_too_small_have_none)
{
    const double values[] = {3, 4, 6};
    const uint32_t keys[] = {1, 2, 2};
    PsGroupMean groups[3];
    ps_group_means(values, keys, 3, 3, 4, groups);
    cr_expect_eq(groups[0].n, 0);
    cr_expect(isnan(groups[0].mean) && isnan(groups[0].standard_error));
    cr_expect_float_eq(groups[1].mean, 3, 1e-15);
    cr_expect(isnan(groups[1].standard_error));
    cr_expect_float_eq(groups[2].mean, 5, 1e-15);
    cr_expect_float_eq(groups[2].standard_error, 1, 1e-14);
    ps_group_means(values, keys, 0, 3, 1, groups);
    cr_expect_eq(groups[2].n, 0);
}
