#include "metrics/shared/ranking.h"

#include "harness/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Measures -------------------------------------------------------------------------------

void ps_ranking_clear(PsRanking *ranking)
{
    g_free(ranking->grades);
    g_free(ranking->ideal);
    *ranking = (PsRanking){0};
}

static int compare_descending(const void *first, const void *second)
{
    const double a = *(const double *)first, b = *(const double *)second;
    return (a < b) - (a > b);
}

void ps_ranking_init(PsRanking *ranking,
                     const char *const *ids,
                     size_t n_ids,
                     GHashTable *judgements)
{
    *ranking = (PsRanking){
        .grades = g_new(double, n_ids + 1),
        .ideal = g_new(double, g_hash_table_size(judgements) + 1),
    };
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n_ids; i++) {
        if (!g_hash_table_add(seen, (gpointer)ids[i])) continue;
        const double *grade = g_hash_table_lookup(judgements, ids[i]);
        ranking->grades[ranking->n_ranked++] = grade ? MAX(*grade, 0) : 0;
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, judgements);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const double grade = *(const double *)value;
        if (grade > 0) ranking->ideal[ranking->n_ideal++] = grade;
        if (grade >= 1) ranking->n_relevant++;
    }
    qsort(ranking->ideal, ranking->n_ideal, sizeof(double), compare_descending);
}

static double discounted_gain(const double *grades, size_t n, size_t k)
{
    double gain = 0;
    for (size_t i = 0; i < MIN(n, k); i++)
        gain += grades[i] / log2((double)i + 2);
    return gain;
}

double ps_ranking_ndcg(const PsRanking *ranking, size_t k)
{
    const double ideal = discounted_gain(ranking->ideal, ranking->n_ideal, k);
    return ideal > 0 ? discounted_gain(ranking->grades, ranking->n_ranked, k) / ideal : 0;
}

double ps_ranking_recall(const PsRanking *ranking, size_t k)
{
    size_t n_found = 0;
    for (size_t i = 0; i < MIN(ranking->n_ranked, k); i++)
        n_found += ranking->grades[i] >= 1;
    return n_found > 0 ? (double)n_found / (double)ranking->n_relevant : 0;
}

double ps_ranking_reciprocal_rank(const PsRanking *ranking)
{
    for (size_t i = 0; i < ranking->n_ranked; i++)
        if (ranking->grades[i] >= 1) return 1 / ((double)i + 1);
    return 0;
}

double ps_ranking_average_precision(const PsRanking *ranking)
{
    double sum = 0, n_found = 0;
    for (size_t i = 0; i < ranking->n_ranked; i++) {
        if (ranking->grades[i] < 1) continue;
        n_found++;
        sum += n_found / ((double)i + 1);
    }
    return n_found > 0 ? sum / (double)ranking->n_relevant : 0;
}

// ---- Samples and answers --------------------------------------------------------------------

// Rule 8.
static GHashTable *judgements_of(const PsSample *sample)
{
    GHashTable *judgements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (size_t i = 0; i < sample->n_references; i++) {
        char *id = g_strstrip(g_strdup(sample->references[i]));
        double *grade = g_new(double, 1);
        *grade = 1;
        char *word = id + strlen(id), *end;
        while (word > id && !g_ascii_isspace(word[-1]))
            word--;
        const gint64 number = g_ascii_strtoll(word, &end, 10);
        if (word > id && end > word && *end == '\0') {
            *grade = (double)number;
            *word = '\0';
            g_strchomp(id);
        }
        g_hash_table_insert(judgements, id, grade);
    }
    return judgements;
}

// Behind "1." "1)" "-" or "*" and a space.
static char *skip_list_marker(char *line)
{
    char *at = line;
    if (*at == '-' || *at == '*')
        at++;
    else if (g_ascii_isdigit(*at)) {
        while (g_ascii_isdigit(*at))
            at++;
        if (*at != '.' && *at != ')') return line;
        at++;
    }
    return at > line && g_ascii_isspace(*at) ? at : line;
}

static bool is_wrapping(char c)
{
    return strchr("\"'`,", c) != NULL || g_ascii_isspace(c);
}

static void add_line(GPtrArray *ids, char *line)
{
    char *id = skip_list_marker(g_strstrip(line));
    size_t length = strlen(id);
    while (length > 0 && is_wrapping(id[length - 1]))
        length--;
    for (; length > 0 && is_wrapping(*id); length--)
        id++;
    if (length > 0) g_ptr_array_add(ids, g_strndup(id, length));
}

static void add_lines(GPtrArray *ids, const char *answer)
{
    g_autofree char *text = g_strstrip(g_strdup(answer));
    const char *separator = strchr(text, '\n') ? "\n" : ",";
    g_auto(GStrv) lines = g_strsplit(text, separator, -1);
    for (size_t i = 0; lines[i]; i++)
        if (!g_str_has_prefix(lines[i], "```")) add_line(ids, lines[i]);
}

static void add_json_id(GPtrArray *ids, const cJSON *item)
{
    if (cJSON_IsObject(item)) item = cJSON_GetObjectItemCaseSensitive(item, "id");
    if (cJSON_IsString(item)) {
        g_ptr_array_add(ids, g_strdup(item->valuestring));
    } else if (cJSON_IsNumber(item)) {
        GString *number = g_string_new(NULL);
        ps_json_append_number(number, item->valuedouble);
        g_ptr_array_add(ids, g_string_free(number, FALSE));
    }
}

static bool add_json_ids(GPtrArray *ids, const char *answer)
{
    const char *start = strchr(answer, '['), *end = strrchr(answer, ']');
    if (start == NULL || end < start) return false;
    g_autoptr(cJSON) array = ps_json_parse(start, (size_t)(end + 1 - start), NULL);
    const cJSON *item;
    cJSON_ArrayForEach(item, array) add_json_id(ids, item);
    return array != NULL;
}

bool ps_ranking_of(PsRanking *ranking, const PsSample *sample, const PsResponse *response)
{
    if (sample->n_references == 0) return false;
    g_autoptr(GHashTable) judgements = judgements_of(sample);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    if (!add_json_ids(ids, response->answer)) add_lines(ids, response->answer);
    ps_ranking_init(ranking, (const char *const *)ids->pdata, ids->len, judgements);
    return true;
}

bool ps_ranking_score_at(double (*measure)(const PsRanking *ranking, size_t k),
                         size_t k,
                         const PsSample *sample,
                         const PsResponse *response,
                         double *stats)
{
    g_auto(PsRanking) ranking = {0};
    if (!ps_ranking_of(&ranking, sample, response)) return false;
    stats[0] = measure(&ranking, k);
    stats[1] = 1;
    return true;
}
