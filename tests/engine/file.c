#include "tests/engine/file.h"

#include <stdlib.h>
#include <string.h>

void file_clear(File *file)
{
    free(file->bytes);
    *file = (File){0};
}

void file_add_bytes(File *file, const void *bytes, size_t n_bytes)
{
    file->bytes = realloc(file->bytes, file->n_bytes + n_bytes + 1);
    if (n_bytes > 0) memcpy(file->bytes + file->n_bytes, bytes, n_bytes);
    file->n_bytes += n_bytes;
}

void file_add_number(File *file, uint64_t value, size_t n_bytes)
{
    file_add_bytes(file, &value, n_bytes);
}

void file_add_text(File *file, const char *text)
{
    file_add_number(file, strlen(text), 8);
    file_add_bytes(file, text, strlen(text));
}

void file_begin(File *file, uint64_t n_tensors, uint64_t n_entries)
{
    file_add_bytes(file, "GGUF", 4);
    file_add_number(file, 3, 4);
    file_add_number(file, n_tensors, 8);
    file_add_number(file, n_entries, 8);
}

void file_add_key(File *file, const char *key, PeGgufType type)
{
    file_add_text(file, key);
    file_add_number(file, type, 4);
}

void file_add_u32(File *file, const char *key, uint32_t value)
{
    file_add_key(file, key, PE_GGUF_U32);
    file_add_number(file, value, 4);
}

void file_add_string(File *file, const char *key, const char *value)
{
    file_add_key(file, key, PE_GGUF_STRING);
    file_add_text(file, value);
}

void file_add_tensor(File *file,
                     const char *name,
                     PeType type,
                     uint32_t n_dims,
                     const uint64_t *dims,
                     uint64_t offset)
{
    file_add_text(file, name);
    file_add_number(file, n_dims, 4);
    file_add_bytes(file, dims, n_dims * sizeof *dims);
    file_add_number(file, type, 4);
    file_add_number(file, offset, 8);
}

void file_pad(File *file)
{
    static const char zeros[32];
    file_add_bytes(file, zeros, -file->n_bytes % 32);
}

PeGguf *file_parse(File *file, PeError *error)
{
    // Of the exact size, so that a sanitizer sees a byte read too many.
    file->bytes = realloc(file->bytes, file->n_bytes > 0 ? file->n_bytes : 1);
    return pe_gguf_parse(file->bytes, file->n_bytes, error);
}
