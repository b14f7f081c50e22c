#include "harness/sample.h"

#include "harness/error.h"
#include "harness/json_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Bounds of one row; docs/datasets.md states them.
#define MAX_ID_BYTES 1024
#define MAX_PATH_BYTES 4096
#define MAX_LIST 1000
#define MAX_TWIN_BYTES (1u << 20)
#define SHA256_CHARS 64

static const char *const kind_names[PS_N_PART_KINDS] = {
    [PS_PART_TEXT] = "text",   [PS_PART_IMAGE] = "image", [PS_PART_AUDIO] = "audio",
    [PS_PART_VIDEO] = "video", [PS_PART_PAGE] = "page",   [PS_PART_SERIES] = "series",
};

const char *ps_part_kind_name(PsPartKind kind)
{
    g_assert(kind >= 0 && kind < PS_N_PART_KINDS);
    return kind_names[kind];
}

bool ps_part_kind_find(const char *name, PsPartKind *kind)
{
    for (int i = 0; i < PS_N_PART_KINDS; i++) {
        if (strcmp(name, kind_names[i]) != 0) continue;
        *kind = (PsPartKind)i;
        return true;
    }
    return false;
}

PsSample *ps_sample_new(const char *id)
{
    PsSample *sample = g_new0(PsSample, 1);
    sample->strings = sample->id = sample->cluster = g_strdup(id);
    return sample;
}

void ps_sample_free(PsSample *sample)
{
    if (!sample) return;
    for (size_t i = 0; i < sample->n_contradictions; i++)
        g_free(sample->contradictions[i].references);
    g_free(sample->contradictions);
    g_free(sample->parts);
    g_free(sample->references);
    g_free(sample->attributes);
    g_free(sample->strings);
    g_free(sample);
}

// A walk is faster than a binary search for the handful of attributes that rows have.
const char *ps_sample_attribute(const PsSample *sample, const char *key)
{
    for (size_t i = 0; i < sample->n_attributes; i++)
        if (strcmp(sample->attributes[i].key, key) == 0) return sample->attributes[i].value;
    return NULL;
}

// Room for one more behind n elements of size bytes: capacities are powers of two.
static void *array_grow(void *array, size_t n, size_t size)
{
    return (n & (n - 1)) == 0 ? g_realloc_n(array, n ? 2 * n : 1, size) : array;
}

static bool wrong_type(PsJsonScan *scan, const char *field, const char *type, GError **error)
{
    // A syntax error comes first: what stands there may not be a value at all.
    PsJsonSpan ignored;
    if (!ps_json_scan_value(scan, &ignored)) return ps_json_scan_finish(scan, false, error);
    return ps_fail(error, PS_ERROR_DATA, "\"%s\" must be %s", field, type);
}

// Reads a string of at most max_bytes into *value, which must not be set yet.
static bool
read_string(PsJsonScan *scan, const char *field, size_t max_bytes, char **value, GError **error)
{
    PsJsonSpan span;
    if (ps_json_scan_peek(scan) != '"') return wrong_type(scan, field, "a string", error);
    if (!ps_json_scan_string(scan, &span)) return ps_json_scan_finish(scan, false, error);
    if (*value) return ps_fail(error, PS_ERROR_DATA, "\"%s\" is there twice", field);
    *value = ps_json_scan_keep(scan, &span);
    if (span.length > max_bytes && strlen(*value) > max_bytes)
        return ps_fail(error, PS_ERROR_DATA, "\"%s\" is longer than %zu bytes", field,
                       max_bytes);
    return true;
}

// A string that will be printed, or given to the system, as a name.
static bool
read_name(PsJsonScan *scan, const char *field, size_t max_bytes, char **value, GError **error)
{
    if (!read_string(scan, field, max_bytes, value, error)) return false;
    if (!*value || !**value) return ps_fail(error, PS_ERROR_DATA, "\"%s\" is empty", field);
    for (const unsigned char *c = (const unsigned char *)*value; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return ps_fail(error, PS_ERROR_DATA, "\"%s\" has a control character", field);
    return true;
}

static bool read_sha256(PsJsonScan *scan, char **value, GError **error)
{
    if (!read_name(scan, "sha256", MAX_ID_BYTES, value, error)) return false;
    size_t length = 0;
    for (char *c = *value; *c && g_ascii_isxdigit(*c); c++, length++)
        *c = g_ascii_tolower(*c);
    if (length != SHA256_CHARS || (*value)[length])
        return ps_fail(error, PS_ERROR_DATA, "\"sha256\" must be 64 hexadecimal digits");
    return true;
}

static bool span_kind(const PsJsonSpan *key, PsPartKind *kind)
{
    for (int i = 0; i < PS_N_PART_KINDS; i++) {
        if (!ps_json_span_equal(key, kind_names[i])) continue;
        *kind = (PsPartKind)i;
        return true;
    }
    return false;
}

static bool read_part_content(PsJsonScan *scan, PsPartKind kind, PsPart *part, GError **error)
{
    if (part->text || part->path)
        return ps_fail(error, PS_ERROR_DATA, "has both \"%s\" and \"%s\"",
                       kind_names[part->kind], kind_names[kind]);
    part->kind = kind;
    if (kind == PS_PART_TEXT) return read_string(scan, "text", SIZE_MAX, &part->text, error);
    return read_name(scan, kind_names[kind], MAX_PATH_BYTES, &part->path, error);
}

static bool
read_part_member(PsJsonScan *scan, const PsJsonSpan *key, PsPart *part, GError **error)
{
    PsJsonSpan ignored;
    PsPartKind kind;
    if (span_kind(key, &kind)) return read_part_content(scan, kind, part, error);
    if (ps_json_span_equal(key, "sha256")) return read_sha256(scan, &part->sha256, error);
    if (ps_json_span_equal(key, "media_type"))
        return read_name(scan, "media_type", MAX_ID_BYTES, &part->media_type, error);
    return ps_json_scan_value(scan, &ignored) || ps_json_scan_finish(scan, false, error);
}

static bool read_part(PsJsonScan *scan, PsPart *part, GError **error)
{
    PsJsonSpan key;
    if (ps_json_scan_peek(scan) != '{') return wrong_type(scan, "parts", "objects", error);
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++)
        if (!read_part_member(scan, &key, part, error)) return false;
    if (!ps_json_scan_finish(scan, false, error)) return false;
    if (!part->text && !part->path)
        return ps_fail(error, PS_ERROR_DATA,
                       "has none of \"text\", \"image\", \"audio\", \"video\", \"page\", "
                       "\"series\"");
    if (part->text && (part->sha256 || part->media_type))
        return ps_fail(error, PS_ERROR_DATA, "a text has no \"sha256\" or \"media_type\"");
    return true;
}

static bool too_many(const char *field, GError **error)
{
    return ps_fail(error, PS_ERROR_DATA, "\"%s\" has more than %d entries", field, MAX_LIST);
}

static bool read_parts(PsJsonScan *scan, PsSample *sample, GError **error)
{
    if (ps_json_scan_peek(scan) != '[') return wrong_type(scan, "parts", "an array", error);
    for (size_t n = 0; ps_json_scan_element(scan, n); n++) {
        if (n == MAX_LIST) return too_many("parts", error);
        sample->parts = array_grow(sample->parts, n, sizeof *sample->parts);
        PsPart *part = &sample->parts[sample->n_parts++];
        *part = (PsPart){0};
        if (!read_part(scan, part, error)) {
            g_prefix_error(error, "parts[%zu]: ", n);
            return false;
        }
    }
    if (!ps_json_scan_finish(scan, false, error)) return false;
    return sample->n_parts > 0 || ps_fail(error, PS_ERROR_DATA, "\"parts\" is empty");
}

// A list of strings, behind those that are there.
static bool read_strings(
    PsJsonScan *scan, const char *field, char ***strings, size_t *n_strings, GError **error)
{
    if (ps_json_scan_peek(scan) != '[')
        return wrong_type(scan, field, "an array of strings", error);
    for (size_t n = 0; ps_json_scan_element(scan, n); n++) {
        if (n == MAX_LIST) return too_many(field, error);
        *strings = array_grow(*strings, n, sizeof **strings);
        char **string = &(*strings)[(*n_strings)++];
        *string = NULL;
        if (!read_string(scan, field, SIZE_MAX, string, error)) {
            g_prefix_error(error, "%s[%zu]: ", field, n);
            return false;
        }
    }
    return ps_json_scan_finish(scan, false, error);
}

static bool read_references(PsJsonScan *scan, PsSample *sample, GError **error)
{
    return read_strings(scan, "references", &sample->references, &sample->n_references, error);
}

// A string's text, or a number or bool as it was written.
static bool read_attribute_value(PsJsonScan *scan, char **value, GError **error)
{
    PsJsonSpan span;
    char first = ps_json_scan_peek(scan);
    if (first == '"') return read_string(scan, "value", SIZE_MAX, value, error);
    if (first == '{' || first == '[' || first == 'n')
        return wrong_type(scan, "value", "a string, a number or a bool", error);
    if (!ps_json_scan_value(scan, &span)) return ps_json_scan_finish(scan, false, error);
    *value = ps_json_scan_keep(scan, &span);
    return true;
}

static int compare_attributes(const void *first, const void *second)
{
    return strcmp(((const PsAttribute *)first)->key, ((const PsAttribute *)second)->key);
}

static bool sort_attributes(PsSample *sample, GError **error)
{
    if (sample->n_attributes > 1)
        qsort(sample->attributes, sample->n_attributes, sizeof *sample->attributes,
              compare_attributes);
    for (size_t i = 1; i < sample->n_attributes; i++)
        if (strcmp(sample->attributes[i - 1].key, sample->attributes[i].key) == 0)
            return ps_fail(error, PS_ERROR_DATA, "attribute \"%s\" is there twice",
                           sample->attributes[i].key);
    return true;
}

static bool read_attributes(PsJsonScan *scan, PsSample *sample, GError **error)
{
    PsJsonSpan key;
    if (ps_json_scan_peek(scan) != '{')
        return wrong_type(scan, "attributes", "an object", error);
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        if (n == MAX_LIST) return too_many("attributes", error);
        if (key.length == 0) return ps_fail(error, PS_ERROR_DATA, "an attribute has no name");
        sample->attributes = array_grow(sample->attributes, n, sizeof *sample->attributes);
        PsAttribute *attribute = &sample->attributes[sample->n_attributes++];
        *attribute = (PsAttribute){.key = ps_json_scan_keep(scan, &key)};
        if (!read_attribute_value(scan, &attribute->value, error)) {
            g_prefix_error(error, "attribute \"%s\": ", attribute->key);
            return false;
        }
    }
    return ps_json_scan_finish(scan, false, error) && sort_attributes(sample, error);
}

// ---- contradictions

static bool read_modality(PsJsonScan *scan, PsContradiction *contradiction, GError **error)
{
    char *name = NULL;
    if (!read_string(scan, "modality", MAX_ID_BYTES, &name, error) || name == NULL)
        return false;
    return ps_part_kind_find(name, &contradiction->modality)
           || ps_fail(error, PS_ERROR_DATA, "there is no modality \"%s\"", name);
}

// Its parts go behind all that the sample has.
static bool read_other_parts(PsJsonScan *scan,
                             PsSample *sample,
                             PsContradiction *contradiction,
                             GError **error)
{
    if (ps_json_scan_peek(scan) != '[') return wrong_type(scan, "parts", "an array", error);
    for (size_t n = 0; ps_json_scan_element(scan, n); n++) {
        if (n == MAX_LIST || sample->n_more_parts == MAX_LIST) return too_many("parts", error);
        size_t n_before = sample->n_parts + sample->n_more_parts++;
        sample->parts = g_renew(PsPart, sample->parts, n_before + 1);
        PsPart *part = &sample->parts[n_before];
        *part = (PsPart){0};
        contradiction->n_parts++;
        if (!read_part(scan, part, error)) return false;
    }
    return ps_json_scan_finish(scan, false, error);
}

static bool read_contradiction_member(PsJsonScan *scan,
                                      const PsJsonSpan *key,
                                      PsSample *sample,
                                      PsContradiction *contradiction,
                                      bool *has_modality,
                                      GError **error)
{
    PsJsonSpan ignored;
    if (ps_json_span_equal(key, "modality")) {
        *has_modality = true;
        return read_modality(scan, contradiction, error);
    }
    if (ps_json_span_equal(key, "parts") && contradiction->n_parts == 0)
        return read_other_parts(scan, sample, contradiction, error);
    if (ps_json_span_equal(key, "references") && contradiction->references == NULL)
        return read_strings(scan, "references", &contradiction->references,
                            &contradiction->n_references, error);
    return ps_json_scan_value(scan, &ignored) || ps_json_scan_finish(scan, false, error);
}

static bool check_contradiction(const PsSample *sample, size_t number, GError **error)
{
    const PsContradiction *checked = &sample->contradictions[number];
    if (checked->n_references == 0)
        return ps_fail(error, PS_ERROR_DATA, "has no \"references\"");
    for (size_t i = 0; i < checked->n_parts; i++)
        if (sample->parts[checked->first_part + i].kind != checked->modality)
            return ps_fail(error, PS_ERROR_DATA, "has a part that is no %s",
                           kind_names[checked->modality]);
    for (size_t i = 0; i < number; i++)
        if (sample->contradictions[i].modality == checked->modality)
            return ps_fail(error, PS_ERROR_DATA, "is the second one of modality \"%s\"",
                           kind_names[checked->modality]);
    return true;
}

static bool read_contradiction(PsJsonScan *scan, PsSample *sample, GError **error)
{
    PsJsonSpan key;
    bool has_modality = false;
    size_t number = sample->n_contradictions++;
    sample->contradictions = g_renew(PsContradiction, sample->contradictions, number + 1);
    PsContradiction *contradiction = &sample->contradictions[number];
    *contradiction = (PsContradiction){.first_part = sample->n_parts + sample->n_more_parts};
    if (ps_json_scan_peek(scan) != '{')
        return wrong_type(scan, "contradictions", "objects", error);
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++)
        if (!read_contradiction_member(scan, &key, sample, contradiction, &has_modality, error))
            return false;
    if (!ps_json_scan_finish(scan, false, error)) return false;
    if (!has_modality) return ps_fail(error, PS_ERROR_DATA, "has no \"modality\"");
    return check_contradiction(sample, number, error);
}

// Read when the row is: its parts stand behind the sample's own.
static bool
read_contradictions(const PsJsonSpan *list, char *kept, PsSample *sample, GError **error)
{
    PsJsonScan scan;
    if (list->text == NULL) return true;
    ps_json_scan_init(&scan, list->text, list->length);
    scan.kept = kept;
    if (ps_json_scan_peek(&scan) != '[')
        return wrong_type(&scan, "contradictions", "an array", error);
    for (size_t n = 0; ps_json_scan_element(&scan, n); n++) {
        if (n == PS_N_PART_KINDS)
            return ps_fail(error, PS_ERROR_DATA, "too many contradictions");
        if (!read_contradiction(&scan, sample, error)) {
            g_prefix_error(error, "contradictions[%zu]: ", n);
            return false;
        }
    }
    return ps_json_scan_finish(&scan, true, error);
}

// ---- the row

// Reads one list at most once, so that n_* can count from 0.
static bool read_list(PsJsonScan *scan,
                      const char *field,
                      const void *seen,
                      bool (*read)(PsJsonScan *, PsSample *, GError **),
                      PsSample *sample,
                      GError **error)
{
    if (seen) return ps_fail(error, PS_ERROR_DATA, "\"%s\" is there twice", field);
    return read(scan, sample, error);
}

static bool read_member(PsJsonScan *scan,
                        const PsJsonSpan *key,
                        PsSample *sample,
                        PsJsonSpan *contradictions,
                        GError **error)
{
    PsJsonSpan ignored;
    if (ps_json_span_equal(key, "id"))
        return read_name(scan, "id", MAX_ID_BYTES, &sample->id, error);
    if (ps_json_span_equal(key, "cluster"))
        return read_name(scan, "cluster", MAX_ID_BYTES, &sample->cluster, error);
    if (ps_json_span_equal(key, "parts"))
        return read_list(scan, "parts", sample->parts, read_parts, sample, error);
    if (ps_json_span_equal(key, "references"))
        return read_list(scan, "references", sample->references, read_references, sample,
                         error);
    if (ps_json_span_equal(key, "attributes"))
        return read_list(scan, "attributes", sample->attributes, read_attributes, sample,
                         error);
    if (ps_json_span_equal(key, "twin"))
        return read_string(scan, "twin", MAX_TWIN_BYTES, &sample->twin, error);
    if (ps_json_span_equal(key, "contradictions"))
        return ps_json_scan_value(scan, contradictions)
               || ps_json_scan_finish(scan, false, error);
    return ps_json_scan_value(scan, &ignored) || ps_json_scan_finish(scan, false, error);
}

static bool read_row(PsJsonScan *scan, PsSample *sample, GError **error)
{
    PsJsonSpan key, contradictions = {0};
    if (ps_json_scan_peek(scan) != '{') {
        if (!ps_json_scan_finish(scan, false, error)) return false;
        return ps_fail(error, PS_ERROR_DATA, "a row must be a JSON object");
    }
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++)
        if (!read_member(scan, &key, sample, &contradictions, error)) return false;
    if (!ps_json_scan_finish(scan, true, error)) return false;
    if (!sample->id) return ps_fail(error, PS_ERROR_DATA, "\"id\" is missing");
    if (!sample->parts) return ps_fail(error, PS_ERROR_DATA, "\"parts\" is missing");
    if (!sample->cluster) sample->cluster = sample->id;
    return read_contradictions(&contradictions, scan->kept, sample, error);
}

PsSample *ps_sample_from_json(const char *json, size_t length, GError **error)
{
    PsJsonScan scan;
    ps_json_scan_init(&scan, json, length);
    g_autoptr(PsSample) sample = g_new0(PsSample, 1);
    scan.kept = sample->strings = g_malloc(length + 1);
    if (read_row(&scan, sample, error)) return g_steal_pointer(&sample);
    if (sample->id) g_prefix_error(error, "sample \"%s\": ", sample->id);
    return NULL;
}
