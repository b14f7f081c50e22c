#include "harness/stats/sliceline.h"

#include "harness/error.h"
#include "harness/stats/sliceline_private.h"

#include <math.h>
#include <stdlib.h>

enum { SUM_BITS = 62, MAX_SLOTS = 65535 };

// ---- The score

double ps_sliceline_score(
    double size, double error_sum, double n_rows, double alpha, double average_error)
{
    const double score =
        alpha * ((error_sum / size) / average_error - 1) - (1 - alpha) * (n_rows / size - 1);
    return isnan(score) ? -INFINITY : score;
}

size_t ps_sliceline_support(double support, size_t n_rows)
{
    if (!(support > 0)) return 0;
    if (support < 1) return (size_t)(support * (double)n_rows);
    return support < (double)SIZE_MAX ? (size_t)support : SIZE_MAX;
}

double ps_scoring_score(const PsScoring *scoring, PsTally slice)
{
    return ps_sliceline_score((double)slice[PS_TALLY_ROWS],
                              (double)slice[PS_TALLY_ERROR] * scoring->resolution,
                              scoring->n_rows, scoring->alpha, scoring->average_error);
}

// A slice of the given size within this one has at most all of its error, and at most max_error
// a row. As a function of the size that rises up to where both are the same and is monotonic
// from there, so its maximum is there or at an end.
double ps_scoring_bound(const PsScoring *scoring, PsTally slice, double max_error)
{
    if (slice[PS_TALLY_ERROR] <= 0) return -INFINITY;
    const double error_sum = (double)slice[PS_TALLY_ERROR] * scoring->resolution;
    const double least_size = (double)scoring->min_support;
    const double sizes[] = {least_size, fmax(error_sum / max_error, least_size),
                            (double)slice[PS_TALLY_ROWS]};
    double bound = -INFINITY;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const double most = fmin(sizes[i] * max_error, error_sum);
        bound = fmax(bound, ps_sliceline_score(sizes[i], most, scoring->n_rows, scoring->alpha,
                                               scoring->average_error));
    }
    return bound;
}

// ---- Input

// The table as one-hot columns, and the errors as integers.
typedef struct {
    const PsSlicelineRows *rows;
    PsScoring scoring;
    int64_t *errors;            // [n_rows] until the root takes them
    PsSlicelineColumn *columns; // those of feature f start at starts[f]
    size_t *starts;             // [n_features + 1]
    PsSlicelineNode root;
} Table;

static void table_clear(Table *table)
{
    g_free(table->errors);
    g_free(table->columns);
    g_free(table->starts);
    ps_sliceline_node_clear(&table->root);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

static bool
input_validate(const PsSlicelineRows *rows, const PsSlicelineOptions *options, GError **error)
{
    if (!(options->alpha > 0 && options->alpha <= 1))
        return ps_fail(error, PS_ERROR_DATA, "alpha is not above 0 and at most 1");
    if (options->k == 0 || options->max_level == 0)
        return ps_fail(error, PS_ERROR_DATA, "k and the number of levels are at least 1");
    if (rows->n_rows > INT32_MAX)
        return ps_fail(error, PS_ERROR_DATA, "%zu rows are too many", rows->n_rows);
    double sum = 0;
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (!(rows->errors[row] >= 0)) {
            return ps_fail(error, PS_ERROR_DATA, "row %zu: its error is not at least 0", row);
        }
        sum += rows->errors[row];
    }
    if (!isfinite(sum)) return ps_fail(error, PS_ERROR_DATA, "the errors' sum is too large");
    return true;
}

// Rule 4.
static void table_read_errors(Table *table)
{
    const PsSlicelineRows *rows = table->rows;
    double largest = 0;
    for (size_t row = 0; row < rows->n_rows; row++)
        largest = fmax(largest, rows->errors[row]);
    int exponent, rows_exponent;
    frexp(largest, &exponent);
    frexp((double)rows->n_rows, &rows_exponent);
    const int shift = SUM_BITS - exponent - rows_exponent;
    table->errors = g_new(int64_t, rows->n_rows + 1);
    int64_t sum = 0;
    for (size_t row = 0; row < rows->n_rows; row++) {
        table->errors[row] = llrint(ldexp(rows->errors[row], shift));
        sum += table->errors[row];
    }
    table->scoring.resolution = ldexp(1, -shift);
    if (rows->n_rows > 0)
        table->scoring.average_error = ldexp((double)sum, -shift) / (double)rows->n_rows;
}

static void scoring_init(Table *table, const PsSlicelineOptions *options)
{
    PsScoring *scoring = &table->scoring;
    scoring->n_rows = (double)table->rows->n_rows;
    scoring->alpha = options->alpha;
    scoring->min_support = (int64_t)CLAMP(options->min_support, 1, (size_t)INT64_MAX);
    // A score is a difference of terms up to n_rows.
    scoring->slack = 1e-12 * (scoring->n_rows + 2);
}

// ---- Columns

static bool feature_tally(Table *table, size_t feature, GError **error)
{
    const uint32_t *keys = table->rows->keys[feature];
    const uint32_t n_keys = table->rows->n_keys[feature];
    PsSlicelineColumn *columns = table->columns + table->starts[feature];
    for (uint32_t key = 0; key < n_keys; key++)
        columns[key] = (PsSlicelineColumn){.feature = (uint32_t)feature, .key = key};
    for (size_t row = 0; row < table->rows->n_rows; row++) {
        if (keys[row] == PS_SLICELINE_NO_KEY) continue;
        if (keys[row] >= n_keys) {
            return ps_fail(error, PS_ERROR_DATA, "feature %zu, row %zu: key %u of %u", feature,
                           row, keys[row], n_keys);
        }
        PsSlicelineColumn *column = &columns[keys[row]];
        column->tally += (PsTally){1, table->errors[row]};
        column->max_error = fmax(column->max_error, table->rows->errors[row]);
    }
    return true;
}

static bool table_tally(Table *table, GError **error)
{
    const PsSlicelineRows *rows = table->rows;
    table->starts = g_new0(size_t, rows->n_features + 1);
    for (size_t feature = 0; feature < rows->n_features; feature++)
        table->starts[feature + 1] = table->starts[feature] + rows->n_keys[feature];
    table->columns = g_new(PsSlicelineColumn, table->starts[rows->n_features] + 1);
    for (size_t feature = 0; feature < rows->n_features; feature++) {
        if (!feature_tally(table, feature, error)) return false;
    }
    return true;
}

static void table_offer(const Table *table, PsSlicelineTop *top)
{
    for (size_t i = 0; i < table->starts[table->rows->n_features]; i++) {
        const PsTally tally = table->columns[i].tally;
        if (tally[PS_TALLY_ROWS] < table->scoring.min_support || tally[PS_TALLY_ERROR] <= 0)
            continue;
        const double score = ps_scoring_score(&table->scoring, tally);
        if (!(score > 0)) continue;
        uint32_t number = (uint32_t)i;
        const PsSlicelineEntry entry = {
            .score = score, .tally = tally, .n_columns = 1, .columns = &number};
        ps_sliceline_top_offer(top, &entry);
    }
}

// ---- The root of the search: the columns that may lead to a wanted slice

typedef struct {
    size_t feature, n_columns;
} FeatureRank;

static int rank_compare(const void *a, const void *b)
{
    const FeatureRank *first = a, *second = b;
    if (first->n_columns != second->n_columns)
        return first->n_columns < second->n_columns ? 1 : -1;
    return first->feature < second->feature ? -1 : 1;
}

static bool
column_has_promise(const Table *table, const PsSlicelineColumn *column, double threshold)
{
    const PsScoring *scoring = &table->scoring;
    if (column->tally[PS_TALLY_ROWS] < scoring->min_support) return false;
    const double bound = ps_scoring_bound(scoring, column->tally, column->max_error);
    return bound + scoring->slack >= threshold;
}

// The features that have columns with promise, those with the most first: their parts are the
// smallest, and what is combined with each of them has few keys. Returns the number of slots.
static size_t
features_rank(const Table *table, double threshold, FeatureRank *ranks, size_t *n_ranks)
{
    size_t n_slots = 0;
    *n_ranks = 0;
    for (size_t feature = 0; feature < table->rows->n_features; feature++) {
        FeatureRank rank = {.feature = feature};
        for (size_t i = table->starts[feature]; i < table->starts[feature + 1]; i++)
            rank.n_columns += column_has_promise(table, &table->columns[i], threshold);
        if (rank.n_columns == 0) continue;
        ranks[(*n_ranks)++] = rank;
        n_slots += rank.n_columns + 1;
    }
    if (*n_ranks > 0) qsort(ranks, *n_ranks, sizeof *ranks, rank_compare);
    return n_slots;
}

// Gives the feature's columns that have promise slots from first + 1; slots [n_columns of the
// table] gets the slot of each, and first for the others.
static void
feature_place(Table *table, size_t feature, uint32_t first, double threshold, uint16_t *slots)
{
    uint32_t next = first + 1;
    for (size_t i = table->starts[feature]; i < table->starts[feature + 1]; i++) {
        slots[i] = (uint16_t)first;
        if (!column_has_promise(table, &table->columns[i], threshold)) continue;
        slots[i] = (uint16_t)next;
        table->root.columns[next] = (uint32_t)i;
        table->root.tallies[next++] = table->columns[i].tally;
    }
}

static void feature_encode(Table *table, size_t feature, size_t place, const uint16_t *slots)
{
    const uint32_t *keys = table->rows->keys[feature];
    const uint16_t *slot_of = slots + table->starts[feature];
    const uint16_t none = (uint16_t)table->root.firsts[place];
    uint16_t *codes = table->root.codes + place * table->rows->n_rows;
    for (size_t row = 0; row < table->rows->n_rows; row++)
        codes[row] = keys[row] == PS_SLICELINE_NO_KEY ? none : slot_of[keys[row]];
}

static bool table_plant(Table *table, double threshold, GError **error)
{
    const PsSlicelineRows *rows = table->rows;
    g_autofree FeatureRank *ranks = g_new(FeatureRank, rows->n_features + 1);
    size_t n_features;
    const size_t n_slots = features_rank(table, threshold, ranks, &n_features);
    if (n_slots > MAX_SLOTS) {
        return ps_fail(error, PS_ERROR_DATA,
                       "%zu keys have enough rows, more than %d: ask for a larger support",
                       n_slots - n_features, MAX_SLOTS);
    }
    g_autofree uint16_t *slots = g_new(uint16_t, table->starts[rows->n_features] + 1);
    PsSlicelineNode *root = &table->root;
    root->errors = g_steal_pointer(&table->errors);
    root->errors_capacity = rows->n_rows + 1;
    ps_sliceline_node_reserve(root, rows->n_rows, n_features, n_slots);
    uint32_t first = 0;
    for (size_t place = 0; place < n_features; place++) {
        root->firsts[place] = first;
        feature_place(table, ranks[place].feature, first, threshold, slots);
        feature_encode(table, ranks[place].feature, place, slots);
        first += (uint32_t)ranks[place].n_columns + 1;
    }
    root->firsts[n_features] = first;
    return true;
}

// ---- Result

static bool row_is_in(const PsSlicelineRows *rows, size_t row, const PsSlicelineSlice *slice)
{
    for (size_t i = 0; i < slice->n_predicates; i++) {
        const PsPredicate *predicate = &slice->predicates[i];
        if (rows->keys[predicate->feature][row] != predicate->key) return false;
    }
    return true;
}

// No more than most, which the slice's keys allow.
static double
slice_max_error(const PsSlicelineRows *rows, const PsSlicelineSlice *slice, double most)
{
    if (slice->n_predicates == 1) return most;
    double largest = 0;
    for (size_t row = 0; row < rows->n_rows && largest < most; row++) {
        if (rows->errors[row] > largest && row_is_in(rows, row, slice))
            largest = rows->errors[row];
    }
    return largest;
}

static int predicate_compare(const void *a, const void *b)
{
    const PsPredicate *first = a, *second = b;
    return (first->feature > second->feature) - (first->feature < second->feature);
}

static int slice_compare(const void *a, const void *b)
{
    const PsSlicelineSlice *first = a, *second = b;
    if (first->score != second->score) return first->score < second->score ? 1 : -1;
    if (first->n_predicates != second->n_predicates)
        return first->n_predicates < second->n_predicates ? -1 : 1;
    for (size_t i = 0; i < first->n_predicates; i++) {
        const int order = predicate_compare(&first->predicates[i], &second->predicates[i]);
        if (order != 0) return order;
    }
    for (size_t i = 0; i < first->n_predicates; i++) {
        const uint32_t key = first->predicates[i].key, other = second->predicates[i].key;
        if (key != other) return key < other ? -1 : 1;
    }
    return 0;
}

static PsSlicelineSlice
slice_of(const Table *table, const PsSlicelineEntry *entry, PsPredicate *predicates)
{
    double most = INFINITY;
    for (size_t i = 0; i < entry->n_columns; i++) {
        const PsSlicelineColumn *column = &table->columns[entry->columns[i]];
        most = fmin(most, column->max_error);
        predicates[i] = (PsPredicate){column->feature, column->key};
    }
    qsort(predicates, entry->n_columns, sizeof *predicates, predicate_compare);
    PsSlicelineSlice slice = {.n_predicates = entry->n_columns,
                              .predicates = predicates,
                              .size = (size_t)entry->tally[PS_TALLY_ROWS],
                              .error_sum = (double)entry->tally[PS_TALLY_ERROR]
                                           * table->scoring.resolution,
                              .score = entry->score};
    slice.max_error = slice_max_error(table->rows, &slice, most);
    return slice;
}

static PsSliceline *result_new(const Table *table, const GArray *entries)
{
    size_t n_predicates = 0;
    for (size_t i = 0; i < entries->len; i++)
        n_predicates += g_array_index(entries, PsSlicelineEntry, i).n_columns;
    PsSliceline *found = g_new0(PsSliceline, 1);
    found->average_error = table->scoring.average_error;
    found->n_slices = entries->len;
    found->slices = g_new(PsSlicelineSlice, entries->len + 1);
    found->predicates = g_new(PsPredicate, n_predicates + 1);
    PsPredicate *next = found->predicates;
    for (size_t i = 0; i < entries->len; i++) {
        const PsSlicelineEntry *entry = &g_array_index(entries, PsSlicelineEntry, i);
        found->slices[i] = slice_of(table, entry, next);
        next += entry->n_columns;
    }
    qsort(found->slices, found->n_slices, sizeof *found->slices, slice_compare);
    return found;
}

PsSliceline *ps_sliceline_find(const PsSlicelineRows *rows,
                               const PsSlicelineOptions *options,
                               GError **error)
{
    if (!input_validate(rows, options, error)) return NULL;
    g_auto(Table) table = {.rows = rows};
    scoring_init(&table, options);
    table_read_errors(&table);
    if (!table_tally(&table, error)) return NULL;
    g_autoptr(PsSlicelineTop) top = ps_sliceline_top_new(options->k);
    table_offer(&table, top);
    if (!table_plant(&table, ps_sliceline_top_threshold(top), error)) return NULL;
    ps_sliceline_search(&(PsSlicelineSearch){
        .scoring = &table.scoring,
        .columns = table.columns,
        .root = &table.root,
        .max_level = MIN(options->max_level, rows->n_features),
        .n_threads = options->n_threads ? options->n_threads : g_get_num_processors(),
        .top = top});
    const GArray *entries = ps_sliceline_top_finish(top);
    if (!entries) {
        return ps_fail_null(error, PS_ERROR_DATA,
                            "more slices tie than can be kept: ask for a larger support");
    }
    return result_new(&table, entries);
}

void ps_sliceline_free(PsSliceline *found)
{
    if (!found) return;
    g_free(found->slices);
    g_free(found->predicates);
    g_free(found);
}
