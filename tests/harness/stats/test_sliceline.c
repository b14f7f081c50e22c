// The search agrees with an enumeration of every slice that some row is in.
#include "harness/rng.h"
#include "harness/stats/sliceline.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 2000, MAX_FEATURES = 8 };

typedef struct {
    uint32_t keys[MAX_FEATURES][MAX_ROWS], n_keys[MAX_FEATURES];
    const uint32_t *columns[MAX_FEATURES];
    double errors[MAX_ROWS];
    PsSlicelineRows rows;
} Table;

typedef struct {
    size_t n_rows, n_features;
    uint32_t n_keys;      // 1 … n_keys a feature
    double missing_share; // of the keys
    bool is_graded;       // errors are k/8, else 0 or 1
    double error_rate;
} Shape;

static Table *table_new(const Shape *shape, uint64_t seed)
{
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    Table *table = g_new0(Table, 1);
    table->rows = (PsSlicelineRows){.n_rows = shape->n_rows,
                                    .n_features = shape->n_features,
                                    .keys = table->columns,
                                    .n_keys = table->n_keys,
                                    .errors = table->errors};
    for (size_t feature = 0; feature < shape->n_features; feature++) {
        table->columns[feature] = table->keys[feature];
        table->n_keys[feature] = 1 + (uint32_t)ps_rng_below(&rng, shape->n_keys);
        for (size_t row = 0; row < shape->n_rows; row++) {
            // The smaller of two draws, so that keys differ in frequency.
            const uint32_t a = (uint32_t)ps_rng_below(&rng, table->n_keys[feature]);
            const uint32_t b = (uint32_t)ps_rng_below(&rng, table->n_keys[feature]);
            const bool is_missing = ps_rng_uniform(&rng) < shape->missing_share;
            table->keys[feature][row] = is_missing ? PS_SLICELINE_NO_KEY : MIN(a, b);
        }
    }
    for (size_t row = 0; row < shape->n_rows; row++) {
        const bool is_wrong = ps_rng_uniform(&rng) < shape->error_rate;
        const double grade = (1 + (double)ps_rng_below(&rng, 12)) / 8;
        table->errors[row] = !is_wrong ? 0 : shape->is_graded ? grade : 1;
    }
    return table;
}

// ---- The enumeration

typedef struct {
    uint32_t keys[MAX_FEATURES]; // PS_SLICELINE_NO_KEY: no predicate
    size_t size;
    double error_sum, max_error, score;
} Slice;

typedef struct {
    const Table *table;
    const PsSlicelineOptions *options;
    double average;
    GArray *slices; // every valid one
} Enumeration;

static void slice_measure(const Table *table, Slice *slice)
{
    slice->size = 0;
    slice->error_sum = slice->max_error = 0;
    for (size_t row = 0; row < table->rows.n_rows; row++) {
        bool is_in = true;
        for (size_t feature = 0; feature < table->rows.n_features; feature++) {
            const uint32_t key = slice->keys[feature];
            if (key != PS_SLICELINE_NO_KEY && table->keys[feature][row] != key) is_in = false;
        }
        if (!is_in) continue;
        slice->size++;
        slice->error_sum += table->errors[row];
        slice->max_error = fmax(slice->max_error, table->errors[row]);
    }
}

static void enumerate(Enumeration *all, Slice slice, size_t feature, size_t n_left)
{
    if (feature == all->table->rows.n_features) {
        slice_measure(all->table, &slice);
        if (slice.size < MAX(all->options->min_support, 1) || slice.error_sum <= 0) return;
        // Written out on purpose: the formula is under test.
        const double n = (double)all->table->rows.n_rows, size = (double)slice.size;
        slice.score = all->options->alpha * ((slice.error_sum / size) / all->average - 1)
                      - (1 - all->options->alpha) * (n / size - 1);
        if (slice.score > 0) g_array_append_val(all->slices, slice);
        return;
    }
    slice.keys[feature] = PS_SLICELINE_NO_KEY;
    enumerate(all, slice, feature + 1, n_left);
    for (uint32_t key = 0; n_left > 0 && key < all->table->n_keys[feature]; key++) {
        slice.keys[feature] = key;
        enumerate(all, slice, feature + 1, n_left - 1);
    }
}

static int score_compare(const void *a, const void *b)
{
    const double first = ((const Slice *)a)->score, second = ((const Slice *)b)->score;
    return (first < second) - (first > second);
}

// Every slice that is to be found, descending. The slice without predicates is none of them:
// its score is 0.
static GArray *expected_new(const Table *table, const PsSlicelineOptions *options)
{
    Enumeration all = {.table = table, .options = options};
    all.slices = g_array_new(FALSE, FALSE, sizeof(Slice));
    for (size_t row = 0; row < table->rows.n_rows; row++)
        all.average += table->errors[row];
    all.average /= (double)table->rows.n_rows;
    enumerate(&all, (Slice){0}, 0, options->max_level);
    g_array_sort(all.slices, score_compare);
    size_t n = MIN(options->k, all.slices->len);
    while (n > 0 && n < all.slices->len
           && g_array_index(all.slices, Slice, n).score
                  == g_array_index(all.slices, Slice, n - 1).score)
        n++;
    g_array_set_size(all.slices, (guint)n);
    return all.slices;
}

// ---- Comparison

static bool is_same_slice(const PsSlicelineSlice *got, const Slice *expected)
{
    uint32_t keys[MAX_FEATURES];
    memset(keys, 0xff, sizeof keys);
    for (size_t i = 0; i < got->n_predicates; i++)
        keys[got->predicates[i].feature] = got->predicates[i].key;
    for (size_t feature = 0; feature < MAX_FEATURES; feature++) {
        if (keys[feature] != expected->keys[feature]) return false;
    }
    return got->score == expected->score && got->size == expected->size
           && got->error_sum == expected->error_sum && got->max_error == expected->max_error;
}

static void expect_agreement(const Table *table, const PsSlicelineOptions *options)
{
    g_autoptr(GArray) expected = expected_new(table, options);
    g_autoptr(PsSliceline) found = ps_sliceline_find(&table->rows, options, NULL);
    cr_assert_not_null(found);
    cr_expect_eq(found->n_slices, expected->len, "%zu slices, expected %u", found->n_slices,
                 expected->len);
    for (size_t i = 0; i < expected->len; i++) {
        const Slice *slice = &g_array_index(expected, Slice, i);
        // Beyond the features that there are, no predicate.
        for (size_t feature = table->rows.n_features; feature < MAX_FEATURES; feature++)
            ((Slice *)slice)->keys[feature] = PS_SLICELINE_NO_KEY;
        size_t n_same = 0;
        for (size_t j = 0; j < found->n_slices; j++)
            n_same += is_same_slice(&found->slices[j], slice);
        cr_expect_eq(n_same, 1, "slice %zu (score %.17g) is there %zu times", i, slice->score,
                     n_same);
    }
}

Test(sliceline, finds_what_an_enumeration_finds)
{
    static const Shape shapes[] = {
        {.n_rows = 40, .n_features = 4, .n_keys = 3, .error_rate = 0.3},
        {.n_rows = 60, .n_features = 5, .n_keys = 4, .missing_share = 0.2, .error_rate = 0.2},
        {.n_rows = 50, .n_features = 4, .n_keys = 5, .is_graded = true, .error_rate = 0.5},
        {.n_rows = 30, .n_features = 7, .n_keys = 2, .is_graded = true, .error_rate = 0.9},
        {.n_rows = 9, .n_features = 3, .n_keys = 9, .missing_share = 0.5, .error_rate = 0.4},
        {.n_rows = 1, .n_features = 2, .n_keys = 2, .error_rate = 1},
    };
    static const double alphas[] = {0.5, 0.8, 0.95, 0.99, 1};
    for (uint64_t seed = 0; seed < 240; seed++) {
        const Shape *shape = &shapes[seed % G_N_ELEMENTS(shapes)];
        PsRng rng;
        ps_rng_init(&rng, seed, 1);
        g_autofree Table *table = table_new(shape, seed);
        const PsSlicelineOptions options = {
            .alpha = alphas[ps_rng_below(&rng, G_N_ELEMENTS(alphas))],
            .k = 1 + ps_rng_below(&rng, 12),
            .max_level = 1 + ps_rng_below(&rng, 5),
            .min_support = ps_rng_below(&rng, shape->n_rows / 4 + 1),
            .n_threads = 1 + (unsigned)ps_rng_below(&rng, 3)};
        expect_agreement(table, &options);
    }
}

Test(sliceline, finds_it_among_more_rows_than_a_batch)
{
    const Shape shape = {.n_rows = MAX_ROWS,
                         .n_features = 6,
                         .n_keys = 3,
                         .missing_share = 0.1,
                         .error_rate = 0.1};
    const PsSlicelineOptions options = {
        .alpha = 0.95, .k = 30, .max_level = 4, .min_support = 20};
    g_autofree Table *table = table_new(&shape, 2);
    expect_agreement(table, &options);
}

// Within the first feature's frequent key, a table of the others' keys would have far more
// cells than there are rows.
Test(sliceline, finds_it_among_many_keys)
{
    static const uint32_t n_keys[] = {75, 60, 60};
    const Shape shape = {.n_rows = 400, .n_features = 3, .n_keys = 1, .error_rate = 0.6};
    const PsSlicelineOptions options = {.alpha = 0.9999, .k = 500, .max_level = 3};
    g_autofree Table *table = table_new(&shape, 1);
    PsRng rng;
    ps_rng_init(&rng, 1, 4);
    for (size_t feature = 0; feature < 3; feature++) {
        table->n_keys[feature] = n_keys[feature];
        for (size_t row = 0; row < shape.n_rows; row++)
            table->keys[feature][row] = (uint32_t)ps_rng_below(&rng, n_keys[feature]);
    }
    for (size_t row = 0; row < shape.n_rows; row += 2)
        table->keys[0][row] = 0;
    expect_agreement(table, &options);
}

// ---- Order and threads

static void table_shuffle(Table *table, uint64_t seed)
{
    PsRng rng;
    ps_rng_init(&rng, seed, 2);
    for (size_t row = table->rows.n_rows; row-- > 1;) {
        const size_t other = ps_rng_below(&rng, row + 1);
        for (size_t feature = 0; feature < table->rows.n_features; feature++) {
            const uint32_t key = table->keys[feature][row];
            table->keys[feature][row] = table->keys[feature][other];
            table->keys[feature][other] = key;
        }
        const double error = table->errors[row];
        table->errors[row] = table->errors[other];
        table->errors[other] = error;
    }
}

static void expect_same_bits(const PsSliceline *found, const PsSliceline *other)
{
    cr_assert_eq(found->n_slices, other->n_slices);
    cr_expect_eq(memcmp(&found->average_error, &other->average_error, sizeof(double)), 0);
    for (size_t i = 0; i < found->n_slices; i++) {
        const PsSlicelineSlice *a = &found->slices[i], *b = &other->slices[i];
        cr_assert_eq(a->n_predicates, b->n_predicates);
        cr_expect_eq(
            memcmp(a->predicates, b->predicates, a->n_predicates * sizeof *a->predicates), 0);
        cr_expect_eq(a->size, b->size);
        cr_expect_eq(memcmp(&a->error_sum, &b->error_sum, 3 * sizeof(double)), 0);
    }
}

Test(sliceline, threads_and_the_order_of_rows_do_not_change_a_bit)
{
    const Shape shape = {.n_rows = MAX_ROWS, .n_features = 8, .n_keys = 6, .error_rate = 0.5};
    g_autofree Table *table = table_new(&shape, 5);
    PsRng rng;
    ps_rng_init(&rng, 5, 3);
    // Neither is a multiple of a power of two: in floating point, the order would show.
    for (size_t row = 0; row < MAX_ROWS; row++)
        table->errors[row] = ps_rng_uniform(&rng) / 3;
    PsSlicelineOptions options = {
        .alpha = 0.999, .k = 40, .max_level = 3, .min_support = 10, .n_threads = 1};
    g_autoptr(PsSliceline) one = ps_sliceline_find(&table->rows, &options, NULL);
    cr_assert(one && one->n_slices >= 40);
    options.n_threads = 3;
    g_autoptr(PsSliceline) three = ps_sliceline_find(&table->rows, &options, NULL);
    table_shuffle(table, 6);
    g_autoptr(PsSliceline) shuffled = ps_sliceline_find(&table->rows, &options, NULL);
    expect_same_bits(one, three);
    expect_same_bits(one, shuffled);
}

Test(sliceline, equal_scores_are_ordered_by_predicates_then_features_then_keys)
{
    // Two features that say the same, two keys with the same errors.
    const uint32_t keys[] = {0, 0, 1, 1, 2, 2, 2, 2}, n_keys[] = {3, 3};
    const uint32_t *columns[] = {keys, keys};
    const double errors[] = {1, 1, 1, 1, 0, 0, 0, 0};
    const PsSlicelineRows rows = {
        .n_rows = 8, .n_features = 2, .keys = columns, .n_keys = n_keys, .errors = errors};
    const PsSlicelineOptions options = {.alpha = 0.95, .k = 1, .max_level = 2};
    g_autoptr(PsSliceline) found = ps_sliceline_find(&rows, &options, NULL);
    static const uint32_t order[][4] = {{0, 0}, {0, 1},       {1, 0},
                                        {1, 1}, {0, 0, 1, 0}, {0, 1, 1, 1}};
    cr_assert_eq(found->n_slices, G_N_ELEMENTS(order));
    for (size_t i = 0; i < found->n_slices; i++) {
        const PsSlicelineSlice *slice = &found->slices[i];
        cr_expect_eq(slice->n_predicates, i < 4 ? 1 : 2);
        cr_expect_eq(
            memcmp(slice->predicates, order[i], slice->n_predicates * sizeof(PsPredicate)), 0);
    }
}

Test(sliceline, a_planted_slice_comes_first)
{
    const Shape shape = {.n_rows = MAX_ROWS, .n_features = 8, .n_keys = 4, .error_rate = 0.05};
    for (uint64_t seed = 10; seed < 15; seed++) {
        g_autofree Table *table = table_new(&shape, seed);
        size_t n_planted = 0;
        for (size_t row = 0; row < MAX_ROWS; row++) {
            table->keys[1][row] = row % 3 == 0, table->keys[4][row] = row % 5 < 2;
            table->keys[6][row] = row % 7 < 4;
            if (row % 3 != 0 || row % 5 >= 2 || row % 7 >= 4) continue;
            table->errors[row] = 1;
            n_planted++;
        }
        table->n_keys[1] = table->n_keys[4] = table->n_keys[6] = 2;
        const PsSlicelineOptions options = {
            .alpha = 0.95, .k = 3, .max_level = 3, .min_support = 20};
        g_autoptr(PsSliceline) found = ps_sliceline_find(&table->rows, &options, NULL);
        cr_assert(found->n_slices >= 3);
        static const PsPredicate planted[] = {{1, 1}, {4, 1}, {6, 1}};
        cr_assert_eq(found->slices[0].n_predicates, 3);
        cr_expect_eq(memcmp(found->slices[0].predicates, planted, sizeof planted), 0);
        cr_expect_eq(found->slices[0].size, n_planted);
        cr_expect_eq(found->slices[0].max_error, 1);
    }
}

// ---- Nothing to find, and what is not accepted

static size_t count_found(const Table *table, size_t max_level)
{
    const PsSlicelineOptions options = {.alpha = 0.95, .k = 5, .max_level = max_level};
    g_autoptr(PsSliceline) found = ps_sliceline_find(&table->rows, &options, NULL);
    cr_assert_not_null(found);
    return found->n_slices;
}

Test(sliceline, there_may_be_nothing_to_find)
{
    const Shape shape = {.n_rows = 100, .n_features = 4, .n_keys = 4, .error_rate = 0.3};
    g_autofree Table *table = table_new(&shape, 20);
    table->n_keys[0] = 2;
    for (size_t row = 0; row < 100; row++)
        table->keys[0][row] = table->errors[row] == 0 || row % 3 == 0;
    cr_expect(count_found(table, 3) > 0);
    table->rows.n_features = 1;
    cr_expect(count_found(table, 3) > 0);
    table->rows.n_features = 0;
    cr_expect_eq(count_found(table, 3), 0);
    table->rows.n_features = 4;
    table->rows.n_rows = 0;
    cr_expect_eq(count_found(table, 3), 0);
    table->rows.n_rows = 100;
    // All rows are alike: each slice is the whole, and its score 0.
    memset(table->keys, 0, sizeof table->keys);
    cr_expect_eq(count_found(table, 3), 0);
    memset(table->keys, 0xff, sizeof table->keys);
    cr_expect_eq(count_found(table, 3), 0);
}

Test(sliceline, without_errors_there_is_nothing_to_find)
{
    const Shape shape = {.n_rows = 100, .n_features = 4, .n_keys = 4};
    g_autofree Table *table = table_new(&shape, 21);
    cr_expect_eq(count_found(table, 3), 0);
}

static void expect_refusal(const Table *table, PsSlicelineOptions options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSliceline) found = ps_sliceline_find(&table->rows, &options, &error);
    cr_expect_null(found);
    cr_expect_not_null(error);
}

Test(sliceline, what_is_out_of_range_is_refused)
{
    const Shape shape = {.n_rows = 100, .n_features = 3, .n_keys = 4, .error_rate = 0.3};
    g_autofree Table *table = table_new(&shape, 22);
    const PsSlicelineOptions good = {.alpha = 0.95, .k = 5, .max_level = 3};
    static const double alphas[] = {0, -1, 1.01, NAN}, errors[] = {-1e-9, NAN, INFINITY};
    for (size_t i = 0; i < G_N_ELEMENTS(alphas); i++)
        expect_refusal(table, (PsSlicelineOptions){.alpha = alphas[i], .k = 5, .max_level = 3});
    expect_refusal(table, (PsSlicelineOptions){.alpha = 0.95, .k = 0, .max_level = 3});
    expect_refusal(table, (PsSlicelineOptions){.alpha = 0.95, .k = 5, .max_level = 0});
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
        table->errors[7] = errors[i];
        expect_refusal(table, good);
    }
    table->errors[7] = 0;
    table->keys[2][99] = table->n_keys[2];
    expect_refusal(table, good);
}

Test(sliceline, more_keys_than_slots_are_refused_unless_the_support_rules_them_out)
{
    enum { N = 70000 };
    g_autofree uint32_t *keys = g_new(uint32_t, N);
    g_autofree double *errors = g_new(double, N);
    for (uint32_t row = 0; row < N; row++) {
        keys[row] = row;
        errors[row] = row > 0;
    }
    const uint32_t *columns[] = {keys}, n_keys[] = {N};
    const PsSlicelineRows rows = {
        .n_rows = N, .n_features = 1, .keys = columns, .n_keys = n_keys, .errors = errors};
    const PsSlicelineOptions all = {.alpha = 1, .k = 1, .max_level = 2};
    const PsSlicelineOptions some = {.alpha = 1, .k = 1, .max_level = 2, .min_support = 2};
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSliceline) refused = ps_sliceline_find(&rows, &all, &error);
    g_autoptr(PsSliceline) found = ps_sliceline_find(&rows, &some, NULL);
    cr_expect(refused == NULL && error != NULL);
    cr_expect(found != NULL && found->n_slices == 0);
}

// Features that all say the same: every conjunction of them ties.
Test(sliceline, more_ties_than_can_be_kept_are_refused)
{
    enum { N_FEATURES = 24 };
    const uint32_t keys[] = {0, 1};
    const double errors[] = {1, 0};
    const uint32_t *columns[N_FEATURES];
    uint32_t n_keys[N_FEATURES];
    for (size_t feature = 0; feature < N_FEATURES; feature++) {
        columns[feature] = keys;
        n_keys[feature] = 2;
    }
    PsSlicelineRows rows = {
        .n_rows = 2, .n_features = 8, .keys = columns, .n_keys = n_keys, .errors = errors};
    const PsSlicelineOptions options = {.alpha = 1, .k = 1, .max_level = N_FEATURES};
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSliceline) few = ps_sliceline_find(&rows, &options, NULL);
    cr_expect(few != NULL && few->n_slices == 255);
    rows.n_features = N_FEATURES;
    g_autoptr(PsSliceline) many = ps_sliceline_find(&rows, &options, &error);
    cr_expect(many == NULL && error != NULL);
}

Test(sliceline, support_is_rows_or_a_share)
{
    cr_expect_eq(ps_sliceline_support(0.015, 1000), 15);
    cr_expect_eq(ps_sliceline_support(0.0159, 100), 1);
    cr_expect_eq(ps_sliceline_support(50, 1000), 50);
    cr_expect_eq(ps_sliceline_support(0, 1000), 0);
    cr_expect_eq(ps_sliceline_support(-1, 1000), 0);
    cr_expect_eq(ps_sliceline_support(NAN, 1000), 0);
}

Test(sliceline, an_empty_slice_has_the_lowest_score)
{
    cr_expect_eq(ps_sliceline_score(0, 0, 8, 0.95, 0.5), -INFINITY);
    cr_expect_eq(ps_sliceline_score(0, 3, 8, 0.95, 0.5), -INFINITY);
    cr_expect_eq(ps_sliceline_score(0, 3, 8, 1, 0.5), -INFINITY);
}
