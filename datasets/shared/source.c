#include "datasets/shared/source.h"

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

PsSample *ps_source_parse(const PsSource *source, PsLines *lines, GError **error)
{
    GError *failure = NULL;
    PsSample *sample = NULL;
    size_t length;
    const char *line = ps_lines_next(lines, &length, &failure);
    if (line) sample = ps_sample_from_json(line, length, &failure);
    if (failure)
        g_propagate_prefixed_error(error, failure, "%s:%zu: ", source->rows_name,
                                   lines->number);
    return sample;
}

PsSample *ps_source_next(void *state, GError **error)
{
    PsSource *source = state;
    return ps_source_parse(source, &source->lines, error);
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
