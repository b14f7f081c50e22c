// Looks up what gguf.c has read, and checks that it is what the caller needs.
#include "engine/gguf_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int pe_string_compare(PeString a, PeString b)
{
    const size_t n_common = a.n_bytes < b.n_bytes ? a.n_bytes : b.n_bytes;
    const int order = memcmp(a.bytes, b.bytes, n_common);
    return order != 0 ? order : (a.n_bytes > b.n_bytes) - (a.n_bytes < b.n_bytes);
}

bool pe_string_is(PeString string, const char *text)
{
    return string.n_bytes == strlen(text) && memcmp(string.bytes, text, string.n_bytes) == 0;
}

size_t pe_gguf_n_entries(const PeGguf *gguf)
{
    return gguf->n_entries;
}

const PeGgufEntry *pe_gguf_entry(const PeGguf *gguf, size_t i)
{
    return &gguf->entries[i];
}

size_t pe_gguf_n_tensors(const PeGguf *gguf)
{
    return gguf->n_tensors;
}

const PeTensor *pe_gguf_tensor(const PeGguf *gguf, size_t i)
{
    return &gguf->tensors[i];
}

const char *pe_gguf_type_name(PeGgufType type)
{
    static const char *const names[] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                        "bool", "string", "array", "u64", "i64", "f64"};
    return names[type];
}

// ---- Values

// Value i of an integer entry: its sign and its size.
static bool integer_at(const PeGgufEntry *entry, size_t i, bool *is_negative, uint64_t *size)
{
    static const uint8_t bytes[] = {[PE_GGUF_U8] = 1,  [PE_GGUF_I8] = 1,  [PE_GGUF_U16] = 2,
                                    [PE_GGUF_I16] = 2, [PE_GGUF_U32] = 4, [PE_GGUF_I32] = 4,
                                    [PE_GGUF_U64] = 8, [PE_GGUF_I64] = 8, [PE_GGUF_F64] = 0};
    const size_t n_bytes = bytes[entry->element_type];
    uint64_t value = 0;
    if (n_bytes == 0) return false;
    memcpy(&value, (const char *)entry->data + i * n_bytes, n_bytes);
    const bool is_signed =
        entry->element_type == PE_GGUF_I8 || entry->element_type == PE_GGUF_I16
        || entry->element_type == PE_GGUF_I32 || entry->element_type == PE_GGUF_I64;
    const uint64_t sign = UINT64_C(1) << (8 * n_bytes - 1);
    *is_negative = is_signed && (value & sign) != 0;
    // Two's complement: what is above the sign is filled with it.
    *size = *is_negative ? -(value | ~(2 * sign - 1)) : value;
    return true;
}

double pe_gguf_entry_number(const PeGgufEntry *entry, size_t i)
{
    bool is_negative;
    uint64_t size;
    float single;
    double number;
    switch (entry->element_type) {
    case PE_GGUF_BOOL:
        return ((const unsigned char *)entry->data)[i];
    case PE_GGUF_F32:
        memcpy(&single, (const char *)entry->data + i * sizeof single, sizeof single);
        return single;
    case PE_GGUF_F64:
        memcpy(&number, (const char *)entry->data + i * sizeof number, sizeof number);
        return number;
    default:
        if (!integer_at(entry, i, &is_negative, &size)) return NAN;
        return is_negative ? -(double)size : (double)size;
    }
}

const PeGgufEntry *pe_gguf_find(const PeGguf *gguf, const char *key)
{
    const PeString wanted = {key, strlen(key)};
    size_t low = 0, high = gguf->n_entries;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = pe_string_compare(gguf->entries_by_key[middle]->key, wanted);
        if (order == 0) return gguf->entries_by_key[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// The entry, of type `type`; NULL with the error set otherwise.
static const PeGgufEntry *
entry_get(const PeGguf *gguf, const char *key, PeGgufType type, PeError *error)
{
    const PeGgufEntry *entry = pe_gguf_find(gguf, key);
    if (entry == NULL) return pe_fail_null(error, "key %s: is not there", key);
    if (entry->type != type)
        return pe_fail_null(error, "key %s: is a %s, not a %s", key,
                            pe_gguf_type_name(entry->type), pe_gguf_type_name(type));
    return entry;
}

static const PeGgufEntry *
array_get(const PeGguf *gguf, const char *key, PeGgufType type, size_t most, PeError *error)
{
    const PeGgufEntry *entry = entry_get(gguf, key, PE_GGUF_ARRAY, error);
    if (entry == NULL) return NULL;
    if (entry->element_type != type)
        return pe_fail_null(error, "key %s: is an array of %s, not of %s", key,
                            pe_gguf_type_name(entry->element_type), pe_gguf_type_name(type));
    if (entry->n > most)
        return pe_fail_null(error, "key %s: has %zu values, at most %zu can be", key, entry->n,
                            most);
    return entry;
}

bool pe_gguf_size(const PeGguf *gguf,
                  const char *key,
                  size_t least,
                  size_t most,
                  size_t *value,
                  PeError *error)
{
    const PeGgufEntry *entry = pe_gguf_find(gguf, key);
    bool is_negative;
    uint64_t size;
    if (entry == NULL) return pe_fail(error, "key %s: is not there", key);
    if (entry->type == PE_GGUF_ARRAY || !integer_at(entry, 0, &is_negative, &size))
        return pe_fail(error, "key %s: is a %s, not an integer", key,
                       pe_gguf_type_name(entry->type));
    if (is_negative || size < least || size > most)
        return pe_fail(error, "key %s: %s%llu is not within %zu and %zu", key,
                       is_negative ? "-" : "", (unsigned long long)size, least, most);
    *value = size;
    return true;
}

bool pe_gguf_size_or(const PeGguf *gguf,
                     const char *key,
                     size_t least,
                     size_t most,
                     size_t fallback,
                     size_t *value,
                     PeError *error)
{
    *value = fallback;
    return pe_gguf_find(gguf, key) == NULL
           || pe_gguf_size(gguf, key, least, most, value, error);
}

bool pe_gguf_float(const PeGguf *gguf, const char *key, float *value, PeError *error)
{
    const PeGgufEntry *entry = entry_get(gguf, key, PE_GGUF_F32, error);
    if (entry == NULL) return false;
    *value = (float)pe_gguf_entry_number(entry, 0);
    return isfinite(*value) || pe_fail(error, "key %s: is not finite", key);
}

bool pe_gguf_float_or(
    const PeGguf *gguf, const char *key, float fallback, float *value, PeError *error)
{
    *value = fallback;
    return pe_gguf_find(gguf, key) == NULL || pe_gguf_float(gguf, key, value, error);
}

bool pe_gguf_bool_or(
    const PeGguf *gguf, const char *key, bool fallback, bool *value, PeError *error)
{
    *value = fallback;
    if (pe_gguf_find(gguf, key) == NULL) return true;
    const PeGgufEntry *entry = entry_get(gguf, key, PE_GGUF_BOOL, error);
    if (entry == NULL) return false;
    *value = pe_gguf_entry_number(entry, 0) != 0;
    return true;
}

// A string as it lies in the file: u64 n_bytes, then the bytes. Returns what follows it.
static const char *string_at(const char *data, PeString *string)
{
    uint64_t n_bytes;
    memcpy(&n_bytes, data, sizeof n_bytes);
    *string = (PeString){data + sizeof n_bytes, n_bytes};
    return string->bytes + n_bytes;
}

bool pe_gguf_string(const PeGguf *gguf, const char *key, PeString *value, PeError *error)
{
    const PeGgufEntry *entry = entry_get(gguf, key, PE_GGUF_STRING, error);
    if (entry == NULL) return false;
    string_at(entry->data, value);
    return true;
}

bool pe_gguf_floats(
    const PeGguf *gguf, const char *key, size_t n, float *values, PeError *error)
{
    const PeGgufEntry *entry = array_get(gguf, key, PE_GGUF_F32, n, error);
    if (entry == NULL) return false;
    if (entry->n != n)
        return pe_fail(error, "key %s: has %zu values instead of %zu", key, entry->n, n);
    for (size_t i = 0; i < n; i++) {
        values[i] = (float)pe_gguf_entry_number(entry, i);
        if (!isfinite(values[i])) return pe_fail(error, "key %s: is not finite", key);
    }
    return true;
}

bool pe_gguf_integers(const PeGguf *gguf,
                      const char *key,
                      size_t most,
                      int32_t **values,
                      size_t *n,
                      PeError *error)
{
    const PeGgufEntry *entry = array_get(gguf, key, PE_GGUF_I32, most, error);
    if (entry == NULL) return false;
    *n = entry->n;
    *values = calloc(entry->n + 1, sizeof **values);
    if (*values == NULL) return pe_fail_memory(error);
    memcpy(*values, entry->data, entry->n * sizeof **values);
    return true;
}

bool pe_gguf_strings(const PeGguf *gguf,
                     const char *key,
                     size_t most,
                     PeString **values,
                     size_t *n,
                     PeError *error)
{
    const PeGgufEntry *entry = array_get(gguf, key, PE_GGUF_STRING, most, error);
    if (entry == NULL) return false;
    *n = entry->n;
    *values = calloc(entry->n + 1, sizeof **values);
    if (*values == NULL) return pe_fail_memory(error);
    const char *at = entry->data;
    for (size_t i = 0; i < entry->n; i++)
        at = string_at(at, &(*values)[i]);
    return true;
}

// ---- Tensors

const PeTensor *pe_gguf_tensor_find(const PeGguf *gguf, const char *name)
{
    size_t low = 0, high = gguf->n_tensors;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(gguf->tensors_by_name[middle]->name, name);
        if (order == 0) return gguf->tensors_by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// "[49152, 576]".
static void shape_print(size_t n_dims, const size_t *shape, char text[128])
{
    size_t n = 0;
    for (size_t i = 0; i < n_dims; i++)
        n += (size_t)snprintf(text + n, 128 - n, "%s%zu", i == 0 ? "[" : ", ", shape[i]);
    snprintf(text + n, 128 - n, "]");
}

static bool has_shape(const PeTensor *tensor, size_t n_dims, const size_t *shape)
{
    for (size_t i = 0; i < PE_TENSOR_DIMS_MOST; i++)
        if (tensor->shape[i] != (i < n_dims ? shape[i] : 1)) return false;
    return true;
}

bool pe_gguf_tensor_get(const PeGguf *gguf,
                        const char *name,
                        size_t n_dims,
                        const size_t *shape,
                        const PeTensor **tensor,
                        PeError *error)
{
    char is[128], wanted[128];
    *tensor = pe_gguf_tensor_find(gguf, name);
    if (*tensor == NULL) return pe_fail(error, "tensor %s: is not there", name);
    if (has_shape(*tensor, n_dims, shape)) return true;
    shape_print((*tensor)->n_dims, (*tensor)->shape, is);
    shape_print(n_dims, shape, wanted);
    return pe_fail(error, "tensor %s: has shape %s instead of %s", name, is, wanted);
}

bool pe_gguf_vector_get(
    const PeGguf *gguf, const char *name, size_t n, const float **values, PeError *error)
{
    const PeTensor *tensor;
    if (!pe_gguf_tensor_get(gguf, name, 1, &n, &tensor, error)) return false;
    if (tensor->type != PE_TYPE_F32)
        return pe_fail(error, "tensor %s: has type %s instead of F32", name,
                       pe_type_name(tensor->type));
    *values = tensor->data;
    return true;
}
