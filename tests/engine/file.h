// Writes GGUF files in memory, right ones and wrong ones.
#pragma once

#include "engine/gguf.h"

typedef struct {
    unsigned char *bytes; // heap
    size_t n_bytes;
} File;

void file_clear(File *file);
void file_add_bytes(File *file, const void *bytes, size_t n_bytes);
void file_add_number(File *file, uint64_t value, size_t n_bytes); // little endian
void file_add_text(File *file, const char *text);                 // u64 length and bytes

void file_begin(File *file, uint64_t n_tensors, uint64_t n_entries);
void file_add_key(File *file, const char *key, PeGgufType type);
void file_add_u32(File *file, const char *key, uint32_t value);
void file_add_string(File *file, const char *key, const char *value);
void file_add_tensor(File *file,
                     const char *name,
                     PeType type,
                     uint32_t n_dims,
                     const uint64_t *dims, // contiguous one first
                     uint64_t offset);
void file_pad(File *file); // zeros up to a multiple of 32

// Parses it; file is borrowed.
PeGguf *file_parse(File *file, PeError *error);
