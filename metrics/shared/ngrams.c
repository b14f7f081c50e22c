#include "metrics/shared/ngrams.h"

#include "metrics/shared/code_points.h"

#include <stdlib.h>
#include <xxhash.h>

// A hash for each word.
static GArray *hash_words(const char *text)
{
    g_auto(PsCodePoints) points;
    ps_code_points_init(&points);
    ps_code_points_decode(&points, text);
    GArray *hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (size_t start = 0, end; start < points.n; start = end) {
        while (start < points.n && ps_is_space(points.at[start]))
            start++;
        for (end = start; end < points.n && !ps_is_space(points.at[end]); end++)
            ;
        const uint64_t hash = XXH3_64bits(points.at + start, (end - start) * sizeof *points.at);
        if (end > start) g_array_append_val(hashes, hash);
    }
    return hashes;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t first = ((const PsNgram *)a)->key, second = ((const PsNgram *)b)->key;
    return (first > second) - (first < second);
}

// Puts equal neighbours together; returns how many are left.
static size_t put_together(PsNgram *sorted, size_t n)
{
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_left > 0 && sorted[n_left - 1].key == sorted[i].key)
            sorted[n_left - 1].n++;
        else
            sorted[n_left++] = sorted[i];
    }
    return n_left;
}

static void count_order(PsNgrams *ngrams, const GArray *hashes, int order)
{
    const size_t length = (size_t)order + 1;
    const size_t n = hashes->len >= length ? hashes->len - length + 1 : 0;
    PsNgram *of = g_new(PsNgram, n);
    for (size_t i = 0; i < n; i++)
        of[i] = (PsNgram){
            XXH3_64bits(&g_array_index(hashes, uint64_t, i), length * sizeof(uint64_t)), 1};
    if (n > 1) qsort(of, n, sizeof *of, compare_keys);
    ngrams->of[order] = of;
    ngrams->n[order] = put_together(of, n);
}

PsNgrams *ps_ngrams_new(const char *text)
{
    g_autoptr(GArray) hashes = hash_words(text);
    PsNgrams *ngrams = g_new0(PsNgrams, 1);
    ngrams->n_words = hashes->len;
    for (int order = 0; order < PS_NGRAMS_ORDERS; order++)
        count_order(ngrams, hashes, order);
    return ngrams;
}

void ps_ngrams_free(PsNgrams *ngrams)
{
    for (int order = 0; ngrams != NULL && order < PS_NGRAMS_ORDERS; order++)
        g_free(ngrams->of[order]);
    g_free(ngrams);
}

PsNgrams **ps_ngrams_of_all(char *const *texts, size_t n_texts)
{
    PsNgrams **ngrams = g_new(PsNgrams *, n_texts);
    for (size_t i = 0; i < n_texts; i++)
        ngrams[i] = ps_ngrams_new(texts[i]);
    return ngrams;
}

void ps_ngrams_free_all(PsNgrams **ngrams, size_t n_texts)
{
    for (size_t i = 0; i < n_texts; i++)
        ps_ngrams_free(ngrams[i]);
    g_free(ngrams);
}

size_t ps_ngrams_total(const PsNgrams *ngrams, int order)
{
    return ngrams->n_words > (size_t)order ? ngrams->n_words - (size_t)order : 0;
}

uint32_t ps_ngrams_find(const PsNgrams *ngrams, int order, uint64_t key)
{
    const PsNgram wanted = {.key = key};
    if (ngrams->n[order] == 0) return 0;
    const PsNgram *found = bsearch(&wanted, ngrams->of[order], ngrams->n[order],
                                   sizeof *ngrams->of[order], compare_keys);
    return found != NULL ? found->n : 0;
}
