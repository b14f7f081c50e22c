#include "metrics/shared/chair.h"

#include "harness/json.h"
#include "metrics/shared/coco_objects.h"
#include "metrics/shared/english_words.h"

#include <string.h>

// ---- Mentions -------------------------------------------------------------------------------

// One mention: the word of the caption, and the kind that it names (static storage).
typedef struct {
    char *word;
    const char *kind;
} Mention;

static void mention_clear(gpointer data)
{
    Mention *mention = data;
    g_free(mention->word);
}

static bool is_listed(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0) return true;
    return false;
}

// Rule 2: the word that first and second are together; NULL if they are two. The caller's.
static char *joined(const char *first, const char *second)
{
    static const char *const ages[] = {"baby", "adult"};
    static const char *const animals[] = {"bird",  "cat",     "dog",    "horse",
                                          "sheep", "cow",     "bear",   "elephant",
                                          "zebra", "giraffe", "animal", "cub"};
    static const char *const vehicles[] = {"jet", "train"};
    static const char *const others[] = {"train track", "home plate"};
    if (is_listed(first, ages, G_N_ELEMENTS(ages))
        && is_listed(second, animals, G_N_ELEMENTS(animals)))
        return g_strdup(second);
    if (strcmp(first, "passenger") == 0 && is_listed(second, vehicles, G_N_ELEMENTS(vehicles)))
        return g_strdup(second);
    g_autofree char *pair = g_strjoin(" ", first, second, NULL);
    if (strcmp(pair, "toilet seat") == 0) return g_strdup("toilet");
    if (strcmp(pair, "bow tie") == 0) return g_strdup("tie");
    if (strcmp(pair, "wine glas") == 0) return g_strdup("wine glass");
    if (strcmp(pair, "dining table") == 0) return NULL; // the script's list lacks it
    if (ps_coco_object_find(pair) || is_listed(pair, others, G_N_ELEMENTS(others)))
        return g_steal_pointer(&pair);
    return NULL;
}

// Rules 1 and 2.
static GPtrArray *joined_words(const char *caption)
{
    g_autoptr(GPtrArray) words = ps_english_words(caption);
    GPtrArray *result = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        char *pair = i + 1 < words->len ? joined(word, words->pdata[i + 1]) : NULL;
        g_ptr_array_add(result, pair ? pair : g_strdup(word));
        if (pair) i++;
    }
    return result;
}

// Rules 1 to 4: an array of Mention.
static GArray *mentions_of(const char *caption)
{
    g_autoptr(GPtrArray) words = joined_words(caption);
    const bool has_toilet =
        g_ptr_array_find_with_equal_func(words, "toilet", g_str_equal, NULL);
    GArray *mentions = g_array_new(FALSE, FALSE, sizeof(Mention));
    g_array_set_clear_func(mentions, mention_clear);
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i], *kind = ps_coco_object_find(word);
        if (kind == NULL || (has_toilet && strcmp(word, "seat") == 0)) continue;
        const Mention mention = {g_strdup(word), kind};
        g_array_append_val(mentions, mention);
    }
    return mentions;
}

static void add_kinds(GHashTable *kinds, const char *caption)
{
    g_autoptr(GArray) mentions = mentions_of(caption);
    for (guint i = 0; i < mentions->len; i++)
        g_hash_table_add(kinds, (gpointer)g_array_index(mentions, Mention, i).kind);
}

// ---- Counts ---------------------------------------------------------------------------------

// Rule 5: the kinds in the picture, a set of static strings; NULL without the attribute.
static GHashTable *truth_of(const PsSample *sample)
{
    const char *objects = ps_sample_attribute(sample, "objects");
    if (objects == NULL) return NULL;
    GHashTable *kinds = g_hash_table_new(g_str_hash, g_str_equal);
    g_auto(GStrv) names = g_strsplit_set(objects, ",/", -1);
    for (size_t i = 0; names[i]; i++) {
        const char *kind = ps_coco_object_find(g_strstrip(names[i]));
        if (kind) g_hash_table_add(kinds, (gpointer)kind);
    }
    for (size_t i = 0; i < sample->n_references; i++)
        add_kinds(kinds, sample->references[i]);
    return kinds;
}

bool ps_chair_count(const PsSample *sample, const PsResponse *response, PsChairCounts *counts)
{
    g_autoptr(GHashTable) truth = truth_of(sample);
    if (truth == NULL) return false;
    g_autoptr(GArray) mentions = mentions_of(response->answer);
    g_autoptr(GHashTable) covered = g_hash_table_new(g_str_hash, g_str_equal);
    *counts =
        (PsChairCounts){.n_mentions = mentions->len, .n_objects = g_hash_table_size(truth)};
    for (guint i = 0; i < mentions->len; i++) {
        const char *kind = g_array_index(mentions, Mention, i).kind;
        if (g_hash_table_contains(truth, kind))
            g_hash_table_add(covered, (gpointer)kind);
        else
            counts->n_hallucinated++;
    }
    counts->n_covered = g_hash_table_size(covered);
    return true;
}

// ---- Vectors --------------------------------------------------------------------------------

static void add_strings(GHashTable *set, const cJSON *strings, bool are_captions)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, strings)
    {
        if (!cJSON_IsString(item)) continue;
        if (are_captions)
            add_kinds(set, item->valuestring);
        else
            g_hash_table_add(set, item->valuestring);
    }
}

// The objects of image id: as given, or from its segments and captions.
static GHashTable *case_truth(const cJSON *input, const char *id)
{
    GHashTable *truth = g_hash_table_new(g_str_hash, g_str_equal);
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(input, "gt_nodes"), *image;
    add_strings(truth, cJSON_GetObjectItemCaseSensitive(nodes, id), false);
    if (nodes != NULL) return truth;
    cJSON_ArrayForEach(image, cJSON_GetObjectItemCaseSensitive(input, "images"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(image, "id"));
        if (g_strcmp0(name, id) != 0) continue;
        add_strings(truth, cJSON_GetObjectItemCaseSensitive(image, "segments"), false);
        add_strings(truth, cJSON_GetObjectItemCaseSensitive(image, "gt_captions"), true);
    }
    return truth;
}

// The values of one caption, whose counts are added to total.
static cJSON *
caption_values(const char *caption, GHashTable *truth, PsChairCounts *total, double *n_captions)
{
    g_autoptr(GArray) mentions = mentions_of(caption);
    cJSON *values = cJSON_CreateObject();
    cJSON *mentioned = cJSON_AddArrayToObject(values, "mentioned");
    cJSON *hallucinated = cJSON_AddArrayToObject(values, "hallucinated");
    for (guint i = 0; i < mentions->len; i++) {
        const Mention *mention = &g_array_index(mentions, Mention, i);
        cJSON_AddItemToArray(mentioned, cJSON_CreateString(mention->kind));
        if (g_hash_table_contains(truth, mention->kind)) continue;
        const char *const pair[] = {mention->word, mention->kind};
        cJSON_AddItemToArray(hallucinated, cJSON_CreateStringArray(pair, 2));
    }
    const double n = cJSON_GetArraySize(hallucinated);
    cJSON_AddNumberToObject(values, "CHAIRs", n > 0 ? 1 : 0);
    cJSON_AddNumberToObject(values, "CHAIRi", mentions->len > 0 ? n / mentions->len : 0);
    total->n_mentions += mentions->len;
    total->n_hallucinated += (size_t)n;
    *n_captions += n > 0;
    return values;
}

cJSON *ps_chair_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const cJSON *captions = cJSON_GetObjectItemCaseSensitive(input, "captions"), *item;
    PsChairCounts total = {0};
    double n_hallucinating = 0;
    g_autoptr(cJSON) result = cJSON_CreateObject();
    cJSON *per_caption = cJSON_AddArrayToObject(result, "per_caption");
    cJSON_ArrayForEach(item, captions)
    {
        const char *id = ps_json_string(item, "image_id");
        const char *caption = ps_json_string(item, "caption");
        if (!id || !caption) return NULL;
        g_autoptr(GHashTable) truth = case_truth(input, id);
        cJSON_AddItemToArray(per_caption,
                             caption_values(caption, truth, &total, &n_hallucinating));
    }
    if (total.n_mentions == 0) return NULL; // the script divides by zero
    cJSON_AddNumberToObject(result, "CHAIRs", n_hallucinating / cJSON_GetArraySize(captions));
    cJSON_AddNumberToObject(result, "CHAIRi",
                            (double)total.n_hallucinated / (double)total.n_mentions);
    return g_steal_pointer(&result);
}
