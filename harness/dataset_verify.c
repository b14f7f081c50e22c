#include "harness/dataset_verify.h"

#include "harness/id_set.h"
#include "harness/json.h"

#include <string.h>

typedef struct {
    PsDataset *dataset;
    PsDatasetCheck *check;
    PsProblemFunc report;
    void *user_data;
    PsIdSet *ids;   // of samples
    PsIdSet *media; // that were looked at: path, zero byte, stated hash
    size_t row;     // from 1, blank lines not counted
} Verifier;

G_GNUC_PRINTF(2, 3) static void problem(Verifier *verifier, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    verifier->check->n_problems++;
    if (verifier->report) verifier->report(text, verifier->user_data);
}

// Many samples may ask about one page: each file is read once for each hash that is claimed of
// it.
static bool is_new_media(Verifier *verifier, const PsPart *part)
{
    g_autoptr(GString) key = g_string_new(part->path);
    g_string_append_c(key, '\0');
    if (part->sha256) g_string_append(key, part->sha256);
    return ps_id_set_add(verifier->media, key->str, key->len, 1) == 0;
}

static void verify_part(Verifier *verifier, const PsSample *sample, const PsPart *part)
{
    if (part->kind == PS_PART_TEXT || !is_new_media(verifier, part)) return;
    g_autoptr(GError) failure = NULL;
    g_autoptr(PsMedia) media = ps_dataset_load_media(verifier->dataset, part, true, &failure);
    if (!media) {
        problem(verifier, "%s (sample \"%s\")", failure->message, sample->id);
        return;
    }
    verifier->check->n_media++;
    verifier->check->n_media_unstated += part->sha256 == NULL;
    verifier->check->media_bytes += g_bytes_get_size(media->bytes);
}

static void verify_sample(Verifier *verifier, const PsSample *sample)
{
    verifier->check->n_samples++;
    size_t first = ps_id_set_add(verifier->ids, sample->id, strlen(sample->id), verifier->row);
    if (first)
        problem(verifier, "%s: sample \"%s\" is there twice: rows %zu and %zu",
                ps_dataset_path(verifier->dataset), sample->id, first, verifier->row);
    for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++)
        verify_part(verifier, sample, &sample->parts[i]);
}

// A damaged row is a problem, and the reader goes on behind it; anything else is trouble.
static bool verify_rows(Verifier *verifier, GError **error)
{
    for (verifier->row = 1;; verifier->row++) {
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_dataset_next(verifier->dataset, &failure);
        if (sample) {
            verify_sample(verifier, sample);
        } else if (!failure) {
            return true;
        } else if (!g_error_matches(failure, PS_ERROR, PS_ERROR_DATA)) {
            g_propagate_error(error, failure);
            return false;
        } else {
            problem(verifier, "%s", failure->message);
            g_error_free(failure);
        }
    }
}

static void verify_count(Verifier *verifier)
{
    const PsManifest *manifest = ps_dataset_manifest(verifier->dataset);
    g_autoptr(cJSON) object = ps_json_parse(manifest->json, strlen(manifest->json), NULL);
    double stated = object ? ps_json_number(object, "n_samples", -1) : -1;
    size_t n = verifier->check->n_samples;
    const char *path = ps_dataset_path(verifier->dataset);
    if (n == 0) problem(verifier, "%s: there are no samples", path);
    if (stated >= 0 && stated != (double)n)
        problem(verifier, "%s: the manifest says n_samples is %.0f, but there are %zu", path,
                stated, n);
}

// The content hash stands for sound rows and media only; with problems there is none to
// compare.
static bool verify_hash(Verifier *verifier, GError **error)
{
    size_t n_samples;
    g_autofree char *sha256 = NULL;
    if (verifier->check->n_problems > 0) return true;
    if (!ps_dataset_measure(verifier->dataset, &n_samples, &sha256, error)) return false;
    g_strlcpy(verifier->check->sha256, sha256, sizeof verifier->check->sha256);
    const char *stated = ps_dataset_manifest(verifier->dataset)->samples_sha256;
    if (*stated && strcmp(stated, sha256) != 0)
        problem(verifier, "%s: the manifest says samples_sha256 is %s, but it is %s",
                ps_dataset_path(verifier->dataset), stated, sha256);
    return true;
}

bool ps_dataset_verify(PsDataset *dataset,
                       PsProblemFunc report,
                       void *user_data,
                       PsDatasetCheck *check,
                       GError **error)
{
    g_autoptr(PsIdSet) ids = ps_id_set_new();
    g_autoptr(PsIdSet) media = ps_id_set_new();
    Verifier verifier = {dataset, check, report, user_data, ids, media, 0};
    *check = (PsDatasetCheck){0};
    if (!ps_dataset_rewind(dataset, error) || !verify_rows(&verifier, error)) return false;
    if (!verify_hash(&verifier, error)) return false;
    verify_count(&verifier);
    return ps_dataset_rewind(dataset, error);
}
