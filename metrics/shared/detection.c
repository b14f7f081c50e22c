#include "metrics/shared/detection.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECALLS 101

// One detection of a record, and how it was matched: a bit a threshold.
typedef struct {
    uint64_t category;
    double score;
    uint16_t matched, ignored;
    uint16_t rank; // among those of its picture and category
} Detected;

// How many true boxes a category has, ignored ones aside.
typedef struct {
    uint64_t category;
    uint64_t n;
} Wanted;

// ---- rule 1

double ps_detection_iou(const double *found, const double *truth, bool is_crowd)
{
    const double width =
        fmin(found[0] + found[2], truth[0] + truth[2]) - fmax(found[0], truth[0]);
    const double height =
        fmin(found[1] + found[3], truth[1] + truth[3]) - fmax(found[1], truth[1]);
    if (width <= 0 || height <= 0) return 0;
    const double shared = width * height, area = found[2] * found[3];
    return shared / (is_crowd ? area : area + truth[2] * truth[3] - shared);
}

// As numpy's linspace(0.5, 0.95, 10) rounds them.
static double threshold_at(int t)
{
    const double step = (0.95 - 0.5) / (PS_DETECTION_THRESHOLDS - 1);
    return t == PS_DETECTION_THRESHOLDS - 1 ? 0.95 : t * step + 0.5;
}

// ---- rules 2 and 3, one picture and category

typedef struct {
    const PsBoxed *box;
    size_t place; // keeps sorting stable
    bool is_ignored;
} Candidate;

typedef struct {
    Candidate *truths, *found; // those that are not ignored, or with the highest score, first
    size_t n_truths, n_found;
    double area_low, area_high;
} Picture;

static int compare_ignored(const void *a, const void *b)
{
    const Candidate *first = a, *second = b;
    if (first->is_ignored != second->is_ignored) return first->is_ignored ? 1 : -1;
    return (first->place > second->place) - (first->place < second->place);
}

static int compare_scores(const void *a, const void *b)
{
    const Candidate *first = a, *second = b;
    if (first->box->score != second->box->score)
        return first->box->score < second->box->score ? 1 : -1;
    return (first->place > second->place) - (first->place < second->place);
}

static bool is_outside(const Picture *picture, double area)
{
    return area < picture->area_low || area > picture->area_high;
}

static size_t choose(const PsBoxed *boxes, size_t n, uint64_t category, Candidate *chosen)
{
    size_t n_chosen = 0;
    for (size_t i = 0; i < n; i++)
        if (boxes[i].category == category)
            chosen[n_chosen++] = (Candidate){.box = &boxes[i], .place = i};
    return n_chosen;
}

// The true box that a detection takes at a threshold; n_truths if it finds none.
static size_t
best_match(const Picture *picture, const PsBoxed *found, double threshold, const bool *is_taken)
{
    double best = fmin(threshold, 1 - 1e-10);
    size_t match = picture->n_truths;
    for (size_t g = 0; g < picture->n_truths; g++) {
        const Candidate *truth = &picture->truths[g];
        if (is_taken[g] && !truth->box->is_crowd) continue;
        if (match < picture->n_truths && !picture->truths[match].is_ignored
            && truth->is_ignored)
            break;
        const double iou = ps_detection_iou(found->box, truth->box->box, truth->box->is_crowd);
        if (iou < best) continue;
        best = iou;
        match = g;
    }
    return match;
}

static void match_at(const Picture *picture, int t, Detected *detected)
{
    g_autofree bool *is_taken = g_new0(bool, picture->n_truths + 1);
    for (size_t d = 0; d < picture->n_found; d++) {
        const PsBoxed *found = picture->found[d].box;
        const size_t match = best_match(picture, found, threshold_at(t), is_taken);
        const bool is_found = match < picture->n_truths;
        const bool counts = is_found && !picture->truths[match].box->is_unnamed;
        bool is_ignored = is_found && picture->truths[match].is_ignored;
        if (is_found) is_taken[match] = true;
        if (!counts && is_outside(picture, found->box[2] * found->box[3])) is_ignored = true;
        detected[d].matched |= (uint16_t)(counts << t);
        detected[d].ignored |= (uint16_t)(is_ignored << t);
    }
}

static void match_category(Picture *picture, uint64_t category, GArray *all, GArray *wanted)
{
    Wanted count = {.category = category};
    for (size_t g = 0; g < picture->n_truths; g++) {
        Candidate *truth = &picture->truths[g];
        truth->is_ignored = truth->box->is_crowd || is_outside(picture, truth->box->area);
        count.n += !truth->is_ignored;
    }
    qsort(picture->truths, picture->n_truths, sizeof(Candidate), compare_ignored);
    qsort(picture->found, picture->n_found, sizeof(Candidate), compare_scores);
    picture->n_found = MIN(picture->n_found, PS_DETECTION_MOST);
    Detected detected[PS_DETECTION_MOST] = {0};
    for (int t = 0; t < PS_DETECTION_THRESHOLDS; t++)
        match_at(picture, t, detected);
    for (size_t d = 0; d < picture->n_found; d++) {
        detected[d].category = category;
        detected[d].score = picture->found[d].box->score;
        detected[d].rank = (uint16_t)d;
    }
    g_array_append_vals(all, detected, (guint)picture->n_found);
    g_array_append_val(wanted, count);
}

static bool is_first_of_category(const PsBoxed *boxes, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (boxes[j].category == boxes[i].category) return false;
    return true;
}

static bool has_category(const PsBoxed *boxes, size_t n, uint64_t category)
{
    for (size_t i = 0; i < n; i++)
        if (boxes[i].category == category) return true;
    return false;
}

// A record is the number of categories, then their counts, then the detections.
GBytes *ps_detection_record(const PsBoxed *truths,
                            size_t n_truths,
                            const PsBoxed *found,
                            size_t n_found,
                            double area_low,
                            double area_high)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Detected));
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(Wanted));
    g_autofree Candidate *of_truths = g_new(Candidate, n_truths + 1);
    g_autofree Candidate *of_found = g_new(Candidate, n_found + 1);
    for (size_t i = 0; i < n_truths + n_found; i++) {
        const bool is_truth = i < n_truths;
        const PsBoxed *box = is_truth ? &truths[i] : &found[i - n_truths];
        if (!is_first_of_category(is_truth ? truths : found, is_truth ? i : i - n_truths)
            || (!is_truth && has_category(truths, n_truths, box->category)))
            continue;
        Picture picture = {of_truths, of_found, 0, 0, area_low, area_high};
        picture.n_truths = choose(truths, n_truths, box->category, of_truths);
        picture.n_found = choose(found, n_found, box->category, of_found);
        match_category(&picture, box->category, all, wanted);
    }
    g_autoptr(GByteArray) record = g_byte_array_new();
    const uint64_t n_categories = wanted->len;
    g_byte_array_append(record, (const guint8 *)&n_categories, sizeof n_categories);
    g_byte_array_append(record, (const guint8 *)wanted->data, wanted->len * sizeof(Wanted));
    g_byte_array_append(record, (const guint8 *)all->data, all->len * sizeof(Detected));
    return g_byte_array_free_to_bytes(g_steal_pointer(&record));
}

// ---- rule 4

typedef struct {
    Detected detected;
    size_t record;
} Pooled;

typedef struct {
    Wanted wanted;
    size_t record;
} PooledWanted;

struct PsDetectionPool {
    GArray *detected; // Pooled by category, then score, then record and place
    GArray *wanted;   // PooledWanted by category
};

static int compare_categories(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_pooled(gconstpointer a, gconstpointer b)
{
    const Pooled *first = a, *second = b;
    const int order = compare_categories(first->detected.category, second->detected.category);
    if (order != 0) return order;
    if (first->detected.score != second->detected.score)
        return first->detected.score < second->detected.score ? 1 : -1;
    if (first->record != second->record) return first->record < second->record ? -1 : 1;
    return first->detected.rank - second->detected.rank;
}

static int compare_wanted(gconstpointer a, gconstpointer b)
{
    return compare_categories(((const PooledWanted *)a)->wanted.category,
                              ((const PooledWanted *)b)->wanted.category);
}

// What a damaged file holds may have any length.
static void pool_add(PsDetectionPool *pool, GBytes *record, size_t index)
{
    size_t n_bytes;
    const uint8_t *at = g_bytes_get_data(record, &n_bytes);
    uint64_t n_categories;
    if (n_bytes < sizeof n_categories) return;
    memcpy(&n_categories, at, sizeof n_categories);
    at += sizeof n_categories, n_bytes -= sizeof n_categories;
    for (; n_categories > 0 && n_bytes >= sizeof(Wanted); n_categories--) {
        PooledWanted wanted = {.record = index};
        memcpy(&wanted.wanted, at, sizeof wanted.wanted);
        g_array_append_val(pool->wanted, wanted);
        at += sizeof(Wanted), n_bytes -= sizeof(Wanted);
    }
    for (; n_bytes >= sizeof(Detected); n_bytes -= sizeof(Detected)) {
        Pooled pooled = {.record = index};
        memcpy(&pooled.detected, at, sizeof pooled.detected);
        g_array_append_val(pool->detected, pooled);
        at += sizeof(Detected);
    }
}

PsDetectionPool *ps_detection_pool_new(GBytes *const *records, size_t n)
{
    PsDetectionPool *pool = g_new(PsDetectionPool, 1);
    pool->detected = g_array_new(FALSE, FALSE, sizeof(Pooled));
    pool->wanted = g_array_new(FALSE, FALSE, sizeof(PooledWanted));
    for (size_t i = 0; i < n; i++)
        pool_add(pool, records[i], i);
    g_array_sort(pool->detected, compare_pooled);
    g_array_sort(pool->wanted, compare_wanted);
    return pool;
}

void ps_detection_pool_free(PsDetectionPool *pool)
{
    if (pool == NULL) return;
    g_array_unref(pool->detected);
    g_array_unref(pool->wanted);
    g_free(pool);
}

// The detections of one category, [first, end), and how many true boxes there are to find.
typedef struct {
    const Pooled *first;
    size_t n;
    const uint32_t *weights;
    size_t most;
    double n_wanted;
} Category;

// Recall and precision after each detection that counts; returns how many. The last recall is
// set also if there is none.
static size_t
follow(const Category *category, int t, double *recalls, double *precisions, double *last)
{
    double right = 0, wrong = 0;
    size_t n = 0;
    *last = 0;
    for (size_t i = 0; i < category->n; i++) {
        const Pooled *pooled = &category->first[i];
        const double weight = category->weights != NULL ? category->weights[pooled->record] : 1;
        if (pooled->detected.rank >= category->most || weight == 0) continue;
        const bool is_ignored = pooled->detected.ignored >> t & 1;
        const bool is_right = pooled->detected.matched >> t & 1;
        right += is_ignored || !is_right ? 0 : weight;
        wrong += is_ignored || is_right ? 0 : weight;
        recalls[n] = *last = right / category->n_wanted;
        precisions[n++] = right / (wrong + right + DBL_EPSILON);
    }
    return n;
}

static double interpolated_mean(const double *recalls, double *precisions, size_t n)
{
    double sum = 0;
    for (size_t i = n; i-- > 1;)
        precisions[i - 1] = fmax(precisions[i - 1], precisions[i]);
    for (size_t r = 0, at = 0; r < RECALLS; r++) {
        const double wanted = r == RECALLS - 1 ? 1 : (double)r * 0.01;
        while (at < n && recalls[at] < wanted)
            at++;
        if (at < n) sum += precisions[at];
    }
    return sum / RECALLS;
}

static void add_category(PsDetectionValues *values, const Category *category)
{
    g_autofree double *recalls = g_new(double, category->n + 1);
    g_autofree double *precisions = g_new(double, category->n + 1);
    for (int t = 0; t < PS_DETECTION_THRESHOLDS; t++) {
        double last;
        const size_t n = follow(category, t, recalls, precisions, &last);
        values->ap[t] += interpolated_mean(recalls, precisions, n);
        values->ar[t] += last;
    }
}

// Both arrays ascend by category.
PsDetectionValues
ps_detection_pool_values(const PsDetectionPool *pool, const uint32_t *weights, size_t most)
{
    PsDetectionValues values = {0};
    const Pooled *detected = (const Pooled *)(const void *)pool->detected->data;
    size_t at = 0, n_categories = 0;
    for (guint i = 0; i < pool->wanted->len;) {
        const uint64_t id = g_array_index(pool->wanted, PooledWanted, i).wanted.category;
        Category category = {.weights = weights, .most = most};
        for (; i < pool->wanted->len; i++) {
            const PooledWanted *one = &g_array_index(pool->wanted, PooledWanted, i);
            if (one->wanted.category != id) break;
            category.n_wanted += (double)one->wanted.n * (weights ? weights[one->record] : 1);
        }
        while (at < pool->detected->len && detected[at].detected.category < id)
            at++;
        category.first = detected + at;
        while (at < pool->detected->len && detected[at].detected.category == id)
            at++, category.n++;
        if (category.n_wanted == 0) continue;
        add_category(&values, &category);
        n_categories++;
    }
    values.is_defined = n_categories > 0;
    for (int t = 0; n_categories > 0 && t < PS_DETECTION_THRESHOLDS; t++) {
        values.ap[t] /= (double)n_categories;
        values.ar[t] /= (double)n_categories;
    }
    return values;
}

double ps_detection_mean(const double *values)
{
    double sum = 0;
    for (int t = 0; t < PS_DETECTION_THRESHOLDS; t++)
        sum += values[t];
    return sum / PS_DETECTION_THRESHOLDS;
}
