#include "harness/cli/dataset_info.h"

#include "harness/id_set.h"
#include "harness/json.h"

#include <string.h>

// Attributes can be different for every sample; what is kept of them is bounded.
#define MAX_KEYS 1000
#define MAX_VALUES 1000
#define MAX_SHOWN 12

typedef struct {
    GHashTable *values; // char * → count
    size_t n_uncounted; // samples whose value came after MAX_VALUES others
} Tally;

typedef struct {
    PsDataset *dataset;
    size_t n_samples, n_clusters, n_parts[PS_N_PART_KINDS], n_references, n_twins,
        n_contradictions;
    char *sha256;
    PsIdSet *clusters;
    GHashTable *attributes; // char * → Tally *
    Tally *modalities;      // "image+text"
} Info;

typedef struct {
    const char *value;
    size_t count;
} Row;

static Tally *tally_new(void)
{
    Tally *tally = g_new0(Tally, 1);
    tally->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return tally;
}

static void tally_free(void *data)
{
    Tally *tally = data;
    g_hash_table_destroy(tally->values);
    g_free(tally);
}

static void tally_add(Tally *tally, const char *value)
{
    gpointer count = g_hash_table_lookup(tally->values, value);
    if (!count && g_hash_table_size(tally->values) == MAX_VALUES)
        tally->n_uncounted++;
    else
        g_hash_table_insert(tally->values, g_strdup(value),
                            GSIZE_TO_POINTER(GPOINTER_TO_SIZE(count) + 1));
}

static int compare_rows(const void *first, const void *second)
{
    const Row *a = first, *b = second;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return strcmp(a->value, b->value);
}

// Most frequent first; Row elements, borrowed from tally.
static GArray *tally_rows(const Tally *tally)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    GHashTableIter iter;
    gpointer value, count;
    g_hash_table_iter_init(&iter, tally->values);
    while (g_hash_table_iter_next(&iter, &value, &count)) {
        Row row = {value, GPOINTER_TO_SIZE(count)};
        g_array_append_val(rows, row);
    }
    g_array_sort(rows, compare_rows);
    return rows;
}

static void count_attribute(Info *info, const PsAttribute *attribute)
{
    Tally *tally = g_hash_table_lookup(info->attributes, attribute->key);
    if (!tally && g_hash_table_size(info->attributes) == MAX_KEYS) return;
    if (!tally) {
        tally = tally_new();
        g_hash_table_insert(info->attributes, g_strdup(attribute->key), tally);
    }
    tally_add(tally, attribute->value);
}

static void count_parts(Info *info, const PsSample *sample)
{
    size_t n[PS_N_PART_KINDS] = {0};
    g_autoptr(GString) modalities = g_string_new(NULL);
    for (size_t i = 0; i < sample->n_parts; i++)
        n[sample->parts[i].kind]++;
    for (int kind = 0; kind < PS_N_PART_KINDS; kind++) {
        info->n_parts[kind] += n[kind];
        if (n[kind] == 0) continue;
        if (modalities->len > 0) g_string_append_c(modalities, '+');
        g_string_append(modalities, ps_part_kind_name((PsPartKind)kind));
    }
    tally_add(info->modalities, modalities->str);
}

static void count_sample(Info *info, const PsSample *sample)
{
    info->n_clusters +=
        ps_id_set_add(info->clusters, sample->cluster, strlen(sample->cluster), 1) == 0;
    info->n_references += sample->n_references > 0;
    info->n_twins += sample->twin != NULL;
    info->n_contradictions += sample->n_contradictions > 0;
    count_parts(info, sample);
    for (size_t i = 0; i < sample->n_attributes; i++)
        count_attribute(info, &sample->attributes[i]);
}

static bool count_all(Info *info, GError **error)
{
    if (!ps_dataset_measure(info->dataset, &info->n_samples, &info->sha256, error))
        return false;
    if (!ps_dataset_rewind(info->dataset, error)) return false;
    for (;;) {
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_dataset_next(info->dataset, &failure);
        if (failure) g_propagate_error(error, failure);
        if (!sample) return failure == NULL;
        count_sample(info, sample);
    }
}

// Names come from outside: control characters would reach the terminal.
static void append_clean(GString *out, const char *text)
{
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        g_string_append_unichar(out, g_unichar_iscntrl(character) ? 0xFFFD : character);
    }
}

static void append_line(GString *out, const char *label, const char *value)
{
    if (!*value) return;
    g_string_append_printf(out, "%-14s", label);
    append_clean(out, value);
    g_string_append_c(out, '\n');
}

static void append_count_line(GString *out, const char *label, size_t count)
{
    g_string_append_printf(out, "%-14s%zu\n", label, count);
}

static void append_tally_table(GString *out, const char *key, const Tally *tally)
{
    g_autoptr(GArray) rows = tally_rows(tally);
    append_clean(out, key);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < MIN(rows->len, MAX_SHOWN); i++) {
        const Row *row = &g_array_index(rows, Row, i);
        g_string_append_printf(out, "  %10zu  ", row->count);
        append_clean(out, row->value);
        g_string_append_c(out, '\n');
    }
    if (rows->len > MAX_SHOWN)
        g_string_append_printf(out, "              … and %u%s other values\n",
                               rows->len - MAX_SHOWN, tally->n_uncounted ? " or more" : "");
}

static GList *sorted_keys(const Info *info)
{
    return g_list_sort(g_hash_table_get_keys(info->attributes), (GCompareFunc)strcmp);
}

static void append_table(GString *out, const Info *info)
{
    const PsManifest *manifest = ps_dataset_manifest(info->dataset);
    append_line(out, "name", manifest->name);
    append_line(out, "version", manifest->version);
    append_line(out, "title", manifest->title);
    append_line(out, "kind", manifest->kind);
    append_line(out, "licence", manifest->licence);
    append_line(out, "labels", manifest->label_origin);
    append_count_line(out, "samples", info->n_samples);
    append_count_line(out, "  with answer", info->n_references);
    if (info->n_twins > 0) append_count_line(out, "  with twin", info->n_twins);
    if (info->n_contradictions > 0)
        append_count_line(out, "  conflicts", info->n_contradictions);
    append_count_line(out, "clusters", info->n_clusters);
    append_line(out, "sha256", info->sha256);
    append_tally_table(out, "modalities", info->modalities);
    g_autoptr(GList) keys = sorted_keys(info);
    for (const GList *key = keys; key; key = key->next)
        append_tally_table(out, key->data, g_hash_table_lookup(info->attributes, key->data));
}

static void append_string_member(GString *out, const char *key, const char *value)
{
    ps_json_append_key(out, key);
    ps_json_append_string(out, value);
}

static void append_count_member(GString *out, const char *key, size_t count)
{
    ps_json_append_key(out, key);
    ps_json_append_integer(out, (int64_t)count);
}

static void append_tally_json(GString *out, const char *key, const Tally *tally)
{
    g_autoptr(GArray) rows = tally_rows(tally);
    ps_json_append_key(out, key);
    g_string_append_c(out, '{');
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        append_count_member(out, row->value, row->count);
    }
    g_string_append_c(out, '}');
}

static void append_json(GString *out, const Info *info)
{
    const PsManifest *manifest = ps_dataset_manifest(info->dataset);
    g_string_append_c(out, '{');
    append_string_member(out, "path", ps_dataset_path(info->dataset));
    append_string_member(out, "name", manifest->name);
    append_string_member(out, "version", manifest->version);
    append_string_member(out, "title", manifest->title);
    append_string_member(out, "kind", manifest->kind);
    append_string_member(out, "licence", manifest->licence);
    append_string_member(out, "label_origin", manifest->label_origin);
    append_count_member(out, "n_samples", info->n_samples);
    append_count_member(out, "n_with_references", info->n_references);
    append_count_member(out, "n_with_twin", info->n_twins);
    append_count_member(out, "n_with_contradictions", info->n_contradictions);
    append_count_member(out, "n_clusters", info->n_clusters);
    append_string_member(out, "sha256", info->sha256);
    ps_json_append_key(out, "n_parts");
    g_string_append_c(out, '{');
    for (int kind = 0; kind < PS_N_PART_KINDS; kind++)
        append_count_member(out, ps_part_kind_name((PsPartKind)kind), info->n_parts[kind]);
    g_string_append_c(out, '}');
    append_tally_json(out, "modalities", info->modalities);
    ps_json_append_key(out, "attributes");
    g_string_append_c(out, '{');
    g_autoptr(GList) keys = sorted_keys(info);
    for (const GList *key = keys; key; key = key->next)
        append_tally_json(out, key->data, g_hash_table_lookup(info->attributes, key->data));
    g_string_append(out, "}}\n");
}

bool ps_dataset_info(PsDataset *dataset, bool as_json, GString *out, GError **error)
{
    g_autoptr(PsIdSet) clusters = ps_id_set_new();
    g_autoptr(GHashTable) attributes =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, tally_free);
    Info info = {.dataset = dataset,
                 .clusters = clusters,
                 .attributes = attributes,
                 .modalities = tally_new()};
    bool is_counted = count_all(&info, error);
    if (is_counted && as_json)
        append_json(out, &info);
    else if (is_counted)
        append_table(out, &info);
    tally_free(info.modalities);
    g_free(info.sha256);
    return is_counted;
}
