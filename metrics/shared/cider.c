#include "metrics/shared/cider.h"

#include "harness/error.h"
#include "metrics/shared/bleu.h"
#include "metrics/shared/vector_case.h"

#include <math.h>
#include <stdlib.h>

#define SIGMA 6.0
#define BIGRAMS 1

// Open addressing; a slot without a count is free.
struct PsCider {
    size_t n_samples, n, n_slots; // n_slots is a power of two
    PsNgram *slots;
};

PsCider *ps_cider_new(void)
{
    PsCider *cider = g_new0(PsCider, 1);
    cider->n_slots = 1024;
    cider->slots = g_new0(PsNgram, cider->n_slots);
    return cider;
}

void ps_cider_free(PsCider *cider)
{
    if (cider != NULL) g_free(cider->slots);
    g_free(cider);
}

// Where key is, or would be. Keys are hashes, so their low bits are as good as any.
static PsNgram *slot_of(const PsCider *cider, uint64_t key)
{
    size_t at = key & (cider->n_slots - 1);
    while (cider->slots[at].n > 0 && cider->slots[at].key != key)
        at = (at + 1) & (cider->n_slots - 1);
    return &cider->slots[at];
}

static void grow(PsCider *cider)
{
    PsNgram *before = cider->slots;
    const size_t n_before = cider->n_slots;
    cider->n_slots *= 2;
    cider->slots = g_new0(PsNgram, cider->n_slots);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].n > 0) *slot_of(cider, before[i].key) = before[i];
    g_free(before);
}

static bool count_once(PsCider *cider, uint64_t key, GError **error)
{
    if (3 * cider->n > 2 * cider->n_slots) grow(cider);
    PsNgram *slot = slot_of(cider, key);
    cider->n += slot->n == 0;
    slot->key = key;
    slot->n++;
    return cider->n <= PS_CIDER_MOST
           || ps_fail(error, PS_ERROR_DATA,
                      "cider: the references hold more than %u different n-grams",
                      PS_CIDER_MOST);
}

static int compare_keys(gconstpointer a, gconstpointer b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

// An order is part of what an n-gram is: hashes of one and of two words have other lengths.
bool ps_cider_add(PsCider *cider, char *const *references, size_t n, GError **error)
{
    PsNgrams **ngrams = ps_ngrams_of_all(references, n);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (size_t r = 0; r < n; r++)
        for (int order = 0; order < PS_NGRAMS_ORDERS; order++)
            for (size_t i = 0; i < ngrams[r]->n[order]; i++)
                g_array_append_val(keys, ngrams[r]->of[order][i].key);
    ps_ngrams_free_all(ngrams, n);
    g_array_sort(keys, compare_keys);
    cider->n_samples++;
    for (guint i = 0; i < keys->len; i++) {
        const uint64_t key = g_array_index(keys, uint64_t, i);
        if (i > 0 && key == g_array_index(keys, uint64_t, i - 1)) continue;
        if (!count_once(cider, key, error)) return false;
    }
    return true;
}

// ---- one answer

// Rule 1.
static double weight(const PsCider *cider, const PsNgram *one)
{
    const double n_with = MAX(slot_of(cider, one->key)->n, 1);
    return one->n * (log((double)cider->n_samples) - log(n_with));
}

static double norm(const PsCider *cider, const PsNgrams *ngrams, int order)
{
    double sum = 0;
    for (size_t i = 0; i < ngrams->n[order]; i++) {
        const double w = weight(cider, &ngrams->of[order][i]);
        sum += w * w;
    }
    return sqrt(sum);
}

// Rule 2.
static double likeness(const PsCider *cider, const PsNgrams *a, const PsNgrams *b, int order)
{
    const double norms = norm(cider, a, order) * norm(cider, b, order);
    double sum = 0;
    if (norms == 0) return 0;
    for (size_t i = 0; i < a->n[order]; i++) {
        const PsNgram of_answer = a->of[order][i];
        const PsNgram of_reference = {of_answer.key, ps_ngrams_find(b, order, of_answer.key)};
        const double wanted = weight(cider, &of_reference);
        sum += MIN(weight(cider, &of_answer), wanted) * wanted;
    }
    return sum / norms;
}

static double value_of(const PsCider *cider, const PsNgrams *answer, const PsNgrams *reference)
{
    const double d =
        (double)ps_ngrams_total(answer, BIGRAMS) - (double)ps_ngrams_total(reference, BIGRAMS);
    double sum = 0;
    for (int order = 0; order < PS_NGRAMS_ORDERS; order++)
        sum += likeness(cider, answer, reference, order);
    return sum / PS_NGRAMS_ORDERS * exp(-d * d / (2 * SIGMA * SIGMA));
}

double ps_cider_value(const PsCider *cider, const char *text, char *const *references, size_t n)
{
    g_autoptr(PsNgrams) answer = ps_ngrams_new(text);
    PsNgrams **ngrams = ps_ngrams_of_all(references, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += value_of(cider, answer, ngrams[i]);
    ps_ngrams_free_all(ngrams, n);
    return 10 * sum / (double)n;
}

// ---- vector cases

typedef struct {
    const char *candidate;
    char **references;
    size_t n;
} Item;

static void item_clear(void *item)
{
    g_free(((Item *)item)->references);
}

// NULL if it is not a list of candidates with references.
static GArray *read_items(const cJSON *input)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(input, "items"), *one;
    g_autoptr(GArray) read = g_array_new(FALSE, TRUE, sizeof(Item));
    g_array_set_clear_func(read, item_clear);
    cJSON_ArrayForEach(one, items)
    {
        Item item = {.candidate = ps_case_string(one, "candidate")};
        item.references = ps_case_strings(one, "references", &item.n);
        g_array_append_val(read, item);
        if (item.candidate == NULL || item.references == NULL || item.n == 0) return NULL;
    }
    return g_steal_pointer(&read);
}

static void add_bleu(cJSON *result, const GArray *items)
{
    double sums[PS_BLEU_STATS] = {0}, values[PS_NGRAMS_ORDERS];
    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        g_autoptr(PsNgrams) answer = ps_ngrams_new(item->candidate);
        PsNgrams **references = ps_ngrams_of_all(item->references, item->n);
        ps_bleu_add(answer, references, item->n, sums);
        ps_ngrams_free_all(references, item->n);
    }
    ps_bleu_coco_values(sums, values);
    cJSON_AddItemToObject(result, "bleu", cJSON_CreateDoubleArray(values, PS_NGRAMS_ORDERS));
}

cJSON *ps_cider_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    g_autoptr(GArray) items = read_items(input);
    g_autoptr(PsCider) cider = ps_cider_new();
    if (items == NULL || items->len == 0) return NULL;
    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        if (!ps_cider_add(cider, item->references, item->n, NULL)) return NULL;
    }
    cJSON *result = cJSON_CreateObject(),
          *each = cJSON_AddArrayToObject(result, "cider_per_item");
    double sum = 0;
    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        const double value = ps_cider_value(cider, item->candidate, item->references, item->n);
        cJSON_AddItemToArray(each, cJSON_CreateNumber(value));
        sum += value;
    }
    cJSON_AddNumberToObject(result, "cider", sum / items->len);
    add_bleu(result, items);
    return result;
}
