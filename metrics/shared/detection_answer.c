// Boxes of references and answers, and vector cases.
#include "metrics/shared/detection.h"

#include "harness/json.h"
#include "metrics/shared/vector_case.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#define AREA_MOST 1e10 // COCO's "all"

static uint64_t category_of(const char *label)
{
    g_autofree char *folded = g_utf8_casefold(label, -1);
    g_strstrip(folded);
    return XXH3_64bits(folded, strlen(folded));
}

static bool read_box(const cJSON *array, double *box)
{
    if (cJSON_GetArraySize(array) != 4) return false;
    for (int i = 0; i < 4; i++) {
        const cJSON *number = cJSON_GetArrayItem(array, i);
        if (!cJSON_IsNumber(number) || !isfinite(number->valuedouble)) return false;
        box[i] = number->valuedouble;
    }
    return box[2] >= 0 && box[3] >= 0;
}

// One object of an answer or a reference; false if it is none.
static bool read_object(const cJSON *object, PsBoxed *boxed)
{
    const char *label = ps_case_string(object, "label");
    *boxed = (PsBoxed){.score = 1};
    if (label == NULL || !g_utf8_validate(label, -1, NULL)
        || !read_box(cJSON_GetObjectItemCaseSensitive(object, "box"), boxed->box))
        return false;
    boxed->category = category_of(label);
    boxed->area = boxed->box[2] * boxed->box[3];
    ps_case_number(object, "area", &boxed->area);
    ps_case_number(object, "score", &boxed->score);
    boxed->is_crowd = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "crowd"));
    return isfinite(boxed->score) && isfinite(boxed->area);
}

static void add_object(GArray *boxes, const cJSON *object)
{
    PsBoxed boxed;
    if (boxes->len < PS_DETECTION_ANSWER_MOST && read_object(object, &boxed))
        g_array_append_val(boxes, boxed);
}

static GArray *boxes_of_answer(const char *answer)
{
    GArray *boxes = g_array_new(FALSE, FALSE, sizeof(PsBoxed));
    const char *start = strchr(answer, '['), *end = strrchr(answer, ']');
    if (start == NULL || end == NULL || end < start) return boxes;
    g_autoptr(cJSON) array = ps_json_parse(start, (size_t)(end + 1 - start), NULL);
    const cJSON *object;
    cJSON_ArrayForEach(object, array) add_object(boxes, object);
    return boxes;
}

static GArray *boxes_of_references(const PsSample *sample)
{
    GArray *boxes = g_array_new(FALSE, FALSE, sizeof(PsBoxed));
    for (size_t i = 0; i < sample->n_references; i++) {
        const char *reference = sample->references[i];
        g_autoptr(cJSON) object = ps_json_parse(reference, strlen(reference), NULL);
        if (object != NULL) add_object(boxes, object);
    }
    return boxes;
}

GBytes *ps_detection_record_of(const PsSample *sample, const PsResponse *response)
{
    g_autoptr(GArray) truths = boxes_of_references(sample);
    g_autoptr(GArray) found = boxes_of_answer(response->answer);
    return ps_detection_record((const PsBoxed *)(const void *)truths->data, truths->len,
                               (const PsBoxed *)(const void *)found->data, found->len, 0,
                               AREA_MOST);
}

bool ps_detection_score(const PsSample *sample,
                        const PsResponse *response,
                        double threshold,
                        double *stats)
{
    g_autoptr(GBytes) record = ps_detection_record_of(sample, response);
    g_autoptr(PsDetectionPool) pool = ps_detection_pool_new(&record, 1);
    const PsDetectionValues values = ps_detection_pool_values(pool, NULL, PS_DETECTION_MOST);
    const int t = isnan(threshold) ? 0 : (int)lround((threshold - 0.5) / 0.05);
    stats[0] = isnan(threshold) ? ps_detection_mean(values.ap) : values.ap[t];
    stats[1] = 1;
    if (values.is_defined) return true;
    // A picture without true boxes: its detections count in the slice, and it has no value
    // alone.
    stats[0] = stats[1] = 0;
    return true;
}

// ---- vector cases

static bool read_case_box(const cJSON *object, PsBoxed *boxed)
{
    double category, number;
    *boxed = (PsBoxed){0};
    if (!ps_case_number(object, "category_id", &category)
        || !read_box(cJSON_GetObjectItemCaseSensitive(object, "bbox"), boxed->box))
        return false;
    boxed->category = (uint64_t)category;
    boxed->area = boxed->box[2] * boxed->box[3];
    ps_case_number(object, "area", &boxed->area);
    ps_case_number(object, "score", &boxed->score);
    boxed->is_crowd = ps_case_number(object, "iscrowd", &number) && number != 0;
    boxed->is_unnamed = ps_case_number(object, "id", &number) && number == 0;
    return true;
}

// Of one picture; NULL if one of them is not understood.
static GArray *boxes_of_case(const cJSON *input, const char *key, double image)
{
    g_autoptr(GArray) boxes = g_array_new(FALSE, FALSE, sizeof(PsBoxed));
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(input, key), *object;
    cJSON_ArrayForEach(object, all)
    {
        double of;
        PsBoxed boxed;
        if (!ps_case_number(object, "image_id", &of)) return NULL;
        if (of != image) continue;
        if (!read_case_box(object, &boxed)) return NULL;
        boxed.is_unnamed = boxed.is_unnamed && strcmp(key, "ground_truth") == 0;
        g_array_append_val(boxes, boxed);
    }
    return g_steal_pointer(&boxes);
}

static int compare_doubles(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static PsDetectionPool *pool_of_case(const cJSON *input, double area_low, double area_high)
{
    size_t n;
    g_autofree double *images = ps_case_numbers(input, "images", &n);
    if (images == NULL) return NULL;
    qsort(images, n, sizeof *images, compare_doubles);
    g_autoptr(GPtrArray) records =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GArray) truths = boxes_of_case(input, "ground_truth", images[i]);
        g_autoptr(GArray) found = boxes_of_case(input, "detections", images[i]);
        if (truths == NULL || found == NULL) return NULL;
        g_ptr_array_add(records, ps_detection_record(
                                     (const PsBoxed *)(const void *)truths->data, truths->len,
                                     (const PsBoxed *)(const void *)found->data, found->len,
                                     area_low, area_high));
    }
    return ps_detection_pool_new((GBytes *const *)records->pdata, records->len);
}

static cJSON *compute_ious(const cJSON *input)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(input, "dt"), *one, *truth;
    const cJSON *truths = cJSON_GetObjectItemCaseSensitive(input, "gt");
    const cJSON *crowds = cJSON_GetObjectItemCaseSensitive(input, "iscrowd");
    cJSON *result = cJSON_CreateObject(), *rows = cJSON_AddArrayToObject(result, "iou");
    cJSON_ArrayForEach(one, found)
    {
        cJSON *row = cJSON_CreateArray();
        double box[4], wanted[4];
        int at = 0;
        cJSON_AddItemToArray(rows, row);
        cJSON_ArrayForEach(truth, truths)
        {
            const cJSON *crowd = cJSON_GetArrayItem(crowds, at++);
            const bool is_read = read_box(one, box) && read_box(truth, wanted);
            cJSON_AddItemToArray(
                row, cJSON_CreateNumber(is_read ? ps_detection_iou(box, wanted,
                                                                   cJSON_IsNumber(crowd)
                                                                       && crowd->valueint != 0)
                                                : NAN));
        }
    }
    return result;
}

// Names, area ranges and numbers of detections of COCO's table.
static const struct {
    const char *ap, *ar;
    double area_low, area_high;
    size_t most;
} rows[] = {
    {"AP", "AR100", 0, AREA_MOST, 100},
    {NULL, "AR1", 0, AREA_MOST, 1},
    {NULL, "AR10", 0, AREA_MOST, 10},
    {"AP_small", "AR_small", 0, 32 * 32, 100},
    {"AP_medium", "AR_medium", 32 * 32, 96 * 96, 100},
    {"AP_large", "AR_large", 96 * 96, AREA_MOST, 100},
};

cJSON *ps_detection_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    if (cJSON_GetObjectItemCaseSensitive(input, "dt") != NULL) return compute_ious(input);
    g_autoptr(cJSON) result = cJSON_CreateObject();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PsDetectionPool) pool =
            pool_of_case(input, rows[i].area_low, rows[i].area_high);
        if (pool == NULL) return NULL;
        const PsDetectionValues values = ps_detection_pool_values(pool, NULL, rows[i].most);
        const bool is_there = values.is_defined;
        cJSON_AddNumberToObject(result, rows[i].ar,
                                is_there ? ps_detection_mean(values.ar) : -1);
        if (rows[i].ap == NULL) continue;
        cJSON_AddNumberToObject(result, rows[i].ap,
                                is_there ? ps_detection_mean(values.ap) : -1);
        if (i > 0) continue;
        cJSON_AddNumberToObject(result, "AP50", is_there ? values.ap[0] : -1);
        cJSON_AddNumberToObject(result, "AP75", is_there ? values.ap[5] : -1);
    }
    return g_steal_pointer(&result);
}
