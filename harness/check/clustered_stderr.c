// The clustered standard error, as inspect_ai has it.
#include "harness/check/row.h"
#include "harness/stats/intervals.h"
#include "harness/stats/means.h"

#include <math.h>
#include <string.h>

typedef struct {
    size_t n;
    double *scores;     // [n]
    uint32_t *clusters; // [n]
} Clustered;

static void clustered_clear(Clustered *rows)
{
    g_free(rows->scores);
    g_free(rows->clusters);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Clustered, clustered_clear)

// Numbers the cluster ids. One that is missing, null or NaN is an error.
static bool clusters_read(const cJSON *ids, Clustered *rows)
{
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t i = 0;
    const cJSON *id;
    cJSON_ArrayForEach(id, ids)
    {
        if (cJSON_IsNull(id)) return false;
        if (cJSON_IsString(id) && strcmp(id->valuestring, "NaN") == 0) return false;
        char *printed = cJSON_PrintUnformatted(id);
        char *key = g_strdup(printed);
        cJSON_free(printed);
        gpointer known = g_hash_table_lookup(numbers, key);
        const guint number = known ? GPOINTER_TO_UINT(known) : g_hash_table_size(numbers) + 1;
        if (known)
            g_free(key);
        else
            g_hash_table_insert(numbers, key, GUINT_TO_POINTER(number));
        rows->clusters[i++] = number;
    }
    return true;
}

static bool clustered_read(Clustered *rows, const cJSON *input)
{
    const cJSON *scores = cJSON_GetObjectItemCaseSensitive(input, "scores");
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(input, "clusters");
    if (!cJSON_IsArray(scores) || !cJSON_IsArray(ids)) return false;
    rows->n = (size_t)cJSON_GetArraySize(scores);
    if (rows->n == 0 || (size_t)cJSON_GetArraySize(ids) != rows->n) return false;
    rows->scores = g_new(double, rows->n);
    rows->clusters = g_new(uint32_t, rows->n);
    size_t i = 0;
    const cJSON *score;
    cJSON_ArrayForEach(score, scores)
    {
        if (!cJSON_IsNumber(score)) return false;
        rows->scores[i++] = score->valuedouble;
    }
    return clusters_read(ids, rows);
}

// {scores, clusters}. inspect_ai gives 0, and the mean as interval, where there is no standard
// error, and so does this row; ps_standard_error and ps_clustered_standard_error themselves say
// NAN.
static cJSON *clustered_stderr(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    g_auto(Clustered) rows = {0};
    if (!clustered_read(&rows, input)) return NULL;
    size_t n_clusters;
    const double mean = ps_mean(rows.scores, rows.n);
    const double plain_error = ps_standard_error(rows.scores, rows.n);
    const double clustered_error =
        ps_clustered_standard_error(rows.scores, rows.clusters, rows.n, &n_clusters);
    const double plain = isnan(plain_error) ? 0 : plain_error;
    const double clustered = isnan(clustered_error) ? 0 : clustered_error;
    const double share = (double)(n_clusters - 1) / (double)n_clusters;
    // With no degree of freedom the error is 0, and the interval the point itself.
    const double df = fmax(1, (double)rows.n - 1);
    const double clustered_df = fmax(1, (double)n_clusters - 1);

    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "mean", mean);
    cJSON_AddNumberToObject(result, "plain", plain);
    cJSON_AddNumberToObject(result, "clustered", clustered);
    cJSON_AddNumberToObject(result, "paper", clustered * sqrt(share));
    cJSON_AddItemToObject(
        result, "ci95_t_clustered",
        ps_check_interval(ps_t_interval(mean, clustered, clustered_df, 0.95)));
    cJSON_AddItemToObject(result, "ci95_t_plain",
                          ps_check_interval(ps_t_interval(mean, plain, df, 0.95)));
    return result;
}

const PsCheckStatistic ps_check_statistic_clustered_stderr = {"clustered_stderr",
                                                              clustered_stderr};
