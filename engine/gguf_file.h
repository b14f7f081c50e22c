// What a PeGguf holds (inside the reader: gguf.c fills it, gguf_get.c looks things up).
#pragma once

#include "engine/gguf.h"

struct PeGguf {
    const unsigned char *bytes; // the file
    size_t n_bytes;
    bool is_mapped; // bytes is a mapping of ours

    size_t n_entries;
    PeGgufEntry *entries;               // [n_entries], in the file's order
    const PeGgufEntry **entries_by_key; // [n_entries], sorted

    size_t n_tensors;
    PeTensor *tensors;                // [n_tensors], in the file's order
    const PeTensor **tensors_by_name; // [n_tensors], sorted
};
