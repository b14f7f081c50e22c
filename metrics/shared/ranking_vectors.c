// The vector files of rankings, and the variants that are only needed there: BEIR (ties in the
// order of the run, means over all judged queries, rounded to five digits) and scikit-learn.
#include "metrics/shared/ranking.h"

#include "metrics/shared/vector_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t cuts[] = {1, 3, 5, 10};

typedef struct {
    const char *id;
    double score;
    size_t place; // in the run
} Ranked;

// Rule 7.
static int compare_trec(const void *first, const void *second)
{
    const Ranked *a = first, *b = second;
    if (a->score != b->score) return a->score < b->score ? 1 : -1;
    return strcmp(b->id, a->id);
}

static int compare_beir(const void *first, const void *second)
{
    const Ranked *a = first, *b = second;
    if (a->score != b->score) return a->score < b->score ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

static void rank(PsRanking *ranking,
                 const cJSON *qrels,
                 const cJSON *run,
                 int (*compare)(const void *, const void *))
{
    const size_t n = (size_t)cJSON_GetArraySize(run);
    g_autofree Ranked *ranked = g_new(Ranked, n + 1);
    g_autofree const char **ids = g_new(const char *, n + 1);
    g_autoptr(GHashTable) judgements = g_hash_table_new(g_str_hash, g_str_equal);
    const cJSON *item;
    size_t i = 0;
    cJSON_ArrayForEach(item, run)
    {
        ranked[i] = (Ranked){item->string, item->valuedouble, i};
        i++;
    }
    qsort(ranked, n, sizeof *ranked, compare);
    for (i = 0; i < n; i++)
        ids[i] = ranked[i].id;
    cJSON_ArrayForEach(item, qrels)
        g_hash_table_insert(judgements, item->string, (gpointer)&item->valuedouble);
    ps_ranking_init(ranking, ids, n, judgements);
}

// ---- trec_eval ------------------------------------------------------------------------------

static void add_cuts(cJSON *values,
                     const char *name,
                     double (*measure)(const PsRanking *ranking, size_t k),
                     const PsRanking *ranking)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
        g_autofree char *key = g_strdup_printf("%s_%zu", name, cuts[i]);
        cJSON_AddNumberToObject(values, key, measure(ranking, cuts[i]));
    }
}

static cJSON *query_values(const PsRanking *ranking)
{
    cJSON *values = cJSON_CreateObject();
    cJSON_AddNumberToObject(values, "map", ps_ranking_average_precision(ranking));
    cJSON_AddNumberToObject(values, "recip_rank", ps_ranking_reciprocal_rank(ranking));
    add_cuts(values, "recall", ps_ranking_recall, ranking);
    add_cuts(values, "ndcg_cut", ps_ranking_ndcg, ranking);
    return values;
}

// The mean of each value over queries, divided by n.
static cJSON *mean_values(const cJSON *per_query, size_t n)
{
    const PsRanking none = {0};
    cJSON *mean = query_values(&none), *value;
    cJSON_ArrayForEach(value, mean)
    {
        double sum = 0;
        const cJSON *query;
        cJSON_ArrayForEach(query, per_query) sum +=
            cJSON_GetObjectItemCaseSensitive(query, value->string)->valuedouble;
        cJSON_SetNumberValue(value, sum / (double)n);
    }
    return mean;
}

// ---- BEIR -----------------------------------------------------------------------------------

static double round_5(double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_strtod(g_ascii_formatd(digits, sizeof digits, "%.5f", value), NULL);
}

static void add_beir(cJSON *result, const cJSON *qrels, const cJSON *run)
{
    cJSON *mrr = cJSON_AddObjectToObject(result, "beir_mrr");
    cJSON *hit = cJSON_AddObjectToObject(result, "beir_hit");
    const double n = cJSON_GetArraySize(qrels);
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
        double sum = 0, n_hits = 0;
        const cJSON *query;
        cJSON_ArrayForEach(query, qrels)
        {
            g_auto(PsRanking) ranking;
            rank(&ranking, query, cJSON_GetObjectItemCaseSensitive(run, query->string),
                 compare_beir);
            ranking.n_ranked = MIN(ranking.n_ranked, cuts[i]);
            sum += ps_ranking_reciprocal_rank(&ranking);
            n_hits += ps_ranking_reciprocal_rank(&ranking) > 0;
        }
        g_autofree char *mrr_key = g_strdup_printf("MRR@%zu", cuts[i]);
        g_autofree char *hit_key = g_strdup_printf("Accuracy@%zu", cuts[i]);
        cJSON_AddNumberToObject(mrr, mrr_key, round_5(sum / n));
        cJSON_AddNumberToObject(hit, hit_key, round_5(n_hits / n));
    }
}

cJSON *ps_ranking_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const cJSON *qrels = cJSON_GetObjectItemCaseSensitive(input, "qrels");
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(input, "run"), *query;
    if (!cJSON_IsObject(qrels) || !cJSON_IsObject(run)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON *per_query = cJSON_AddObjectToObject(result, "per_query");
    cJSON_ArrayForEach(query, run)
    {
        const cJSON *judged = cJSON_GetObjectItemCaseSensitive(qrels, query->string);
        if (judged == NULL) continue;
        g_auto(PsRanking) ranking;
        rank(&ranking, judged, query, compare_trec);
        cJSON_AddItemToObject(per_query, query->string, query_values(&ranking));
    }
    cJSON_AddItemToObject(result, "mean",
                          mean_values(per_query, (size_t)cJSON_GetArraySize(per_query)));
    cJSON_AddItemToObject(result, "mean_complete",
                          mean_values(per_query, (size_t)cJSON_GetArraySize(qrels)));
    add_beir(result, qrels, run);
    return result;
}

// ---- scikit-learn ---------------------------------------------------------------------------
// Items of equal score share the mean of their gains; with ignore_ties the last one comes first
// (a stable ascending sort, read backwards).

typedef struct {
    double gain, score;
    size_t place;
} Scored;

static int compare_scored(const void *first, const void *second)
{
    const Scored *a = first, *b = second;
    if (a->score != b->score) return a->score < b->score ? 1 : -1;
    return (a->place < b->place) - (a->place > b->place);
}

static double
sklearn_dcg(const double *gains, const double *scores, size_t n, size_t k, bool ignores_ties)
{
    g_autofree Scored *items = g_new(Scored, n + 1);
    for (size_t i = 0; i < n; i++)
        items[i] = (Scored){gains[i], scores[i], i};
    qsort(items, n, sizeof *items, compare_scored);
    double sum = 0;
    for (size_t start = 0, end; start < n; start = end) {
        double gain = 0, discount = 0;
        for (end = start; end < n && items[end].score == items[start].score; end++) {
            if (ignores_ties && end > start) break;
            gain += items[end].gain;
            if (end < k) discount += 1 / log2((double)end + 2);
        }
        sum += gain / (double)(end - start) * discount;
    }
    return sum;
}

cJSON *ps_ranking_compute_sklearn(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n, n_scores;
    g_autofree double *gains = ps_case_numbers(input, "relevance", &n);
    g_autofree double *scores = ps_case_numbers(input, "scores", &n_scores);
    if (!gains || !scores || n != n_scores || n == 0) return NULL;
    double k = (double)n;
    ps_case_number(input, "k", &k);
    const bool ignores_ties =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(input, "ignore_ties"));
    const double gain = sklearn_dcg(gains, scores, n, (size_t)k, ignores_ties);
    const double ideal = sklearn_dcg(gains, gains, n, (size_t)k, true);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "ndcg", ideal == 0 ? 0 : gain / ideal);
    return result;
}
