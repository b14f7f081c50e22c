// A language model: an opened file, its tokens, its network and how it wants a chat written.
// Immutable; threads share it without locks.
#pragma once

#include "engine/cross.h"
#include "engine/tokenizer.h"

typedef struct {
    PeGguf *gguf;
    PeVocabulary *vocabulary;
    PeDecoder decoder;
    PeCross cross; // zero unless decoder.has_cross
} PeModel;

// Opens the GGUF file at path. NULL with the error naming the file and what is wrong in it.
PeModel *pe_model_open(const char *path, PeError *error);

// The same for gguf, which is taken over, also when it fails.
PeModel *pe_model_new(PeGguf *gguf, PeError *error);
void pe_model_free(PeModel *model);
