// Characters of UTF-8 text and the classes that tokenizers tell apart.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
    PE_CLASS_OTHER,
    PE_CLASS_LETTER, // \p{L}
    PE_CLASS_NUMBER, // \p{N}
    PE_CLASS_SPACE,  // \s: White_Space
} PeClass;

// What stands for a byte that is not part of valid UTF-8: no character, and OTHER.
#define PE_NO_CHARACTER UINT32_MAX

typedef struct {
    uint32_t code;  // 0 … 0x10ffff, or PE_NO_CHARACTER
    size_t n_bytes; // 1 … 4
} PeCharacter;

// The first character of text, n_bytes ≥ 1.
PeCharacter pe_character_at(const char *text, size_t n_bytes);

PeClass pe_character_class(uint32_t code);

// Writes code, at most 0x10ffff, as UTF-8; returns how many bytes that takes.
size_t pe_character_write(uint32_t code, char text[4]);
