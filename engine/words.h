// How text is cut into words before byte pairs are merged: no token reaches over the end of a
// word. The ways are named in a model file's tokenizer.ggml.pre.
#pragma once

#include "engine/gguf.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    PE_WORDS_GPT2,
    // Each \p{N} is a word; what lies between them is cut as by GPT2.
    PE_WORDS_SMOLLM,
    // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
    // | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    PE_WORDS_LLAMA_BPE,
} PeWords;

// The way called name ("gpt-2", "smollm", "llama-bpe"). False if it is not known.
bool pe_words_find(PeString name, PeWords *words);

// How many bytes of text the first word takes, at least 1; n_bytes ≥ 1.
size_t pe_word_bytes(PeWords words, const char *text, size_t n_bytes);
