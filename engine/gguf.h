// Reads GGUF version 3, the file format of llama.cpp's models: keys with values, then tensors
// (github.com/ggml-org/ggml, docs/gguf.md). Little endian, on a little-endian machine.
//
// The file is mapped, not read; nothing of it is trusted. Every count, length, offset and shape
// is checked when the file is opened, so that what is handed out lies inside the file. A file
// that somebody shortens while it is open kills the process (SIGBUS), as with any mapping.
//
// An open PeGguf is immutable: threads share it without locks.
#pragma once

#include "engine/error.h"
#include "engine/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct PeGguf PeGguf;

// Bytes of a file; not ended by NUL, not checked to be UTF-8.
typedef struct {
    const char *bytes;
    size_t n_bytes;
} PeString;

// The types of values, numbered as in the file.
typedef enum {
    PE_GGUF_U8,
    PE_GGUF_I8,
    PE_GGUF_U16,
    PE_GGUF_I16,
    PE_GGUF_U32,
    PE_GGUF_I32,
    PE_GGUF_F32,
    PE_GGUF_BOOL,
    PE_GGUF_STRING,
    PE_GGUF_ARRAY,
    PE_GGUF_U64,
    PE_GGUF_I64,
    PE_GGUF_F64,
} PeGgufType;

typedef struct {
    PeString key;
    PeGgufType type;         // ARRAY: n values of element_type
    PeGgufType element_type; // otherwise the same as type
    size_t n;                // 1 unless ARRAY
    const void *data;        // the n values as they lie in the file, unaligned
} PeGgufEntry;

// Maps and checks the file at path. NULL with the error saying which key or tensor is wrong.
PeGguf *pe_gguf_open(const char *path, PeError *error);

// The same for bytes in memory, which are borrowed and aligned to 8.
PeGguf *pe_gguf_parse(const void *bytes, size_t n_bytes, PeError *error);
void pe_gguf_free(PeGguf *gguf);

// ---- What is in it, in the file's order

size_t pe_gguf_n_entries(const PeGguf *gguf);
const PeGgufEntry *pe_gguf_entry(const PeGguf *gguf, size_t i);
size_t pe_gguf_n_tensors(const PeGguf *gguf);
const PeTensor *pe_gguf_tensor(const PeGguf *gguf, size_t i);

// "u32", "string", …; static storage.
const char *pe_gguf_type_name(PeGgufType type);

// A number of an entry that holds numbers or bools, i < n, as the nearest double.
double pe_gguf_entry_number(const PeGgufEntry *entry, size_t i);

// ---- Values by key; borrowed, they live as long as gguf

const PeGgufEntry *pe_gguf_find(const PeGguf *gguf, const char *key);

// A whole number of any integer type, at least `least` and at most `most`. The plain ones fail
// if the key is absent, has another type or is out of range; pe_gguf_…_or give `fallback` if it
// is absent.
bool pe_gguf_size(const PeGguf *gguf,
                  const char *key,
                  size_t least,
                  size_t most,
                  size_t *value,
                  PeError *error);
bool pe_gguf_size_or(const PeGguf *gguf,
                     const char *key,
                     size_t least,
                     size_t most,
                     size_t fallback,
                     size_t *value,
                     PeError *error);

// A finite number.
bool pe_gguf_float(const PeGguf *gguf, const char *key, float *value, PeError *error);
bool pe_gguf_float_or(
    const PeGguf *gguf, const char *key, float fallback, float *value, PeError *error);

bool pe_gguf_bool_or(
    const PeGguf *gguf, const char *key, bool fallback, bool *value, PeError *error);
bool pe_gguf_string(const PeGguf *gguf, const char *key, PeString *value, PeError *error);

// An array of exactly n finite F32.
bool pe_gguf_floats(
    const PeGguf *gguf, const char *key, size_t n, float *values, PeError *error);

// An array of I32 or of strings, with at most `most` of them. The caller frees *values.
bool pe_gguf_integers(const PeGguf *gguf,
                      const char *key,
                      size_t most,
                      int32_t **values,
                      size_t *n,
                      PeError *error);
bool pe_gguf_strings(const PeGguf *gguf,
                     const char *key,
                     size_t most,
                     PeString **values,
                     size_t *n,
                     PeError *error);

bool pe_string_is(PeString string, const char *text);

// Less than, equal to or greater than 0, byte by byte.
int pe_string_compare(PeString a, PeString b);

// ---- Tensors by name

const PeTensor *pe_gguf_tensor_find(const PeGguf *gguf, const char *name);

// The tensor called name with that shape, (out, in) order; trailing dimensions of 1 in the file
// are ignored. Fails if it is absent or has another shape.
bool pe_gguf_tensor_get(const PeGguf *gguf,
                        const char *name,
                        size_t n_dims,
                        const size_t *shape,
                        const PeTensor **tensor,
                        PeError *error);

// The same, for a vector [n] that has to be F32, as norms and biases are.
bool pe_gguf_vector_get(
    const PeGguf *gguf, const char *name, size_t n, const float **values, PeError *error);
