#include "datasets/shared/source.h"

#include "harness/id_set.h"
#include "harness/json.h"
#include "harness/sha256.h"

#include <string.h>

PsSource *ps_source_new(const PsStoreFunctions *functions,
                        void *store,
                        const char *rows_name,
                        PsManifest *manifest,
                        const char *default_name)
{
    PsSource *source = g_new(PsSource, 1);
    *source = (PsSource){.functions = functions,
                         .store = store,
                         .rows_name = g_strdup(rows_name),
                         .manifest = manifest};
    ps_lines_init(&source->lines, functions->read, store);
    if (!*manifest->name) {
        g_free(manifest->name);
        manifest->name = g_strdup(default_name);
    }
    return source;
}

void ps_source_close(void *state)
{
    PsSource *source = state;
    if (!source) return;
    source->functions->close(source->store);
    ps_lines_clear(&source->lines);
    ps_manifest_free(source->manifest);
    g_free(source->rows_name);
    g_free(source);
}

const PsManifest *ps_source_manifest(void *state)
{
    return ((PsSource *)state)->manifest;
}

bool ps_source_rewind(void *state, GError **error)
{
    (void)error;
    ps_lines_rewind(&((PsSource *)state)->lines);
    return true;
}

PsSample *ps_source_next(void *state, GError **error)
{
    PsSource *source = state;
    GError *failure = NULL;
    PsSample *sample = NULL;
    size_t length;
    const char *line = ps_lines_next(&source->lines, &length, &failure);
    if (line) sample = ps_sample_from_json(line, length, &failure);
    if (failure)
        g_propagate_prefixed_error(error, failure, "%s:%zu: ", source->rows_name,
                                   source->lines.number);
    return sample;
}

GBytes *
ps_source_load_hashed(PsSource *source, const PsPart *part, char **sha256, GError **error)
{
    g_autoptr(GBytes) bytes = source->functions->load(source->store, part, error);
    if (!bytes) return NULL;
    g_autofree char *hash = ps_sha256_of_bytes(bytes);
    if (part->sha256 && strcmp(part->sha256, hash) != 0)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: sha256 is %s, but the row states %s",
                            part->path, hash, part->sha256);
    *sha256 = g_steal_pointer(&hash);
    return g_steal_pointer(&bytes);
}

PsMedia *ps_source_load_media(void *state, const PsPart *part, bool verify, GError **error)
{
    PsSource *source = state;
    g_autofree char *sha256 = NULL;
    if (!part->path)
        return ps_fail_null(error, PS_ERROR_SOFTWARE, "a text part has no media to load");
    g_autoptr(GBytes) bytes = verify && part->sha256
                                  ? ps_source_load_hashed(source, part, &sha256, error)
                                  : source->functions->load(source->store, part, error);
    return bytes ? ps_media_new(bytes, part->media_type, part->path) : NULL;
}

// What a measurement has seen so far.
typedef struct {
    PsSource *source;
    PsSha256 *checksum;
    PsIdSet *ids;
    size_t n_samples, n_unstated; // media parts that state no hash
} Measure;

static void hash_bytes(void *user_data, const char *bytes, size_t n_bytes)
{
    ps_sha256_update(user_data, bytes, n_bytes);
}

static bool measure_sample(Measure *measure, const PsSample *sample, GError **error)
{
    const PsSource *source = measure->source;
    size_t line = source->lines.number;
    size_t first = ps_id_set_add(measure->ids, sample->id, strlen(sample->id), line);
    if (first)
        return ps_fail(error, PS_ERROR_DATA,
                       "%s: sample \"%s\" is there twice: lines %zu and %zu", source->rows_name,
                       sample->id, first, line);
    for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++)
        measure->n_unstated += sample->parts[i].path && !sample->parts[i].sha256;
    measure->n_samples++;
    return true;
}

// What the rows leave unsaid: "path, zero byte, hash" of each media part that states no hash.
static bool measure_media(Measure *measure, const PsSample *sample, GError **error)
{
    for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++) {
        const PsPart *part = &sample->parts[i];
        g_autofree char *sha256 = NULL;
        if (!part->path || part->sha256) continue;
        g_autoptr(GBytes) bytes = ps_source_load_hashed(measure->source, part, &sha256, error);
        if (!bytes) {
            g_prefix_error(error, "%s:%zu: sample \"%s\": ", measure->source->rows_name,
                           measure->source->lines.number, sample->id);
            return false;
        }
        hash_bytes(measure->checksum, part->path, strlen(part->path) + 1);
        hash_bytes(measure->checksum, sha256, strlen(sha256));
    }
    return true;
}

static bool for_each_sample(Measure *measure,
                            bool (*visit)(Measure *, const PsSample *, GError **),
                            GError **error)
{
    for (;;) {
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_source_next(measure->source, &failure);
        if (sample && visit(measure, sample, &failure)) continue;
        if (!failure) return true;
        g_propagate_error(error, failure);
        return false;
    }
}

// Two passes, the second only if it is needed, so that no list of media has to be kept.
static bool measure_all(Measure *measure, GError **error)
{
    ps_lines_rewind(&measure->source->lines);
    measure->source->lines.tap = hash_bytes;
    measure->source->lines.tap_data = measure->checksum;
    if (!for_each_sample(measure, measure_sample, error)) return false;
    ps_lines_rewind(&measure->source->lines);
    return measure->n_unstated == 0 || for_each_sample(measure, measure_media, error);
}

bool ps_source_measure(void *state, size_t *n_samples, char **sha256, GError **error)
{
    g_autoptr(PsSha256) checksum = ps_sha256_new();
    g_autoptr(PsIdSet) ids = ps_id_set_new();
    Measure measure = {.source = state, .checksum = checksum, .ids = ids};
    bool is_measured = measure_all(&measure, error);
    ps_lines_rewind(&measure.source->lines);
    if (!is_measured) return false;
    *n_samples = measure.n_samples;
    *sha256 = ps_sha256_finish(checksum);
    return true;
}

PsManifest *ps_source_parse_manifest(GBytes *bytes, GError **error)
{
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    if (size == 0) return ps_fail_null(error, PS_ERROR_DATA, "is empty");
    if (memchr(data, '\0', size)) return ps_fail_null(error, PS_ERROR_DATA, "a zero byte");
    g_autofree char *text = g_strndup(data, size);
    return ps_manifest_from_json(text, error);
}

char *ps_source_samples_name(const PsManifest *manifest)
{
    g_autoptr(cJSON) object = ps_json_parse(manifest->json, strlen(manifest->json), NULL);
    const char *name = object ? ps_json_string(object, "samples") : NULL;
    return g_strdup(name && *name ? name : "samples.jsonl");
}
