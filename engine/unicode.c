#include "engine/unicode.h"

typedef struct {
    uint32_t first, last;
    PeClass class;
} Range;

static const Range ranges[] = {
#define PE_RANGE(first, last, class) {first, last, PE_CLASS_##class},
#include "engine/unicode.def"
#undef PE_RANGE
};

#define N_RANGES (sizeof ranges / sizeof *ranges)

PeClass pe_character_class(uint32_t code)
{
    size_t low = 0, high = N_RANGES;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (code < ranges[middle].first)
            high = middle;
        else if (code > ranges[middle].last)
            low = middle + 1;
        else
            return ranges[middle].class;
    }
    return PE_CLASS_OTHER;
}

// How many bytes a character has that begins with this one; 0 if none does.
static size_t length_of(unsigned char byte)
{
    if (byte < 0x80) return 1;
    if (byte >= 0xc2 && byte < 0xe0) return 2;
    if (byte >= 0xe0 && byte < 0xf0) return 3;
    return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

// Not a longer form of something shorter, no half of a surrogate pair, not above the last one.
static int is_valid(uint32_t code, size_t n_bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    return code >= least[n_bytes] && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
}

PeCharacter pe_character_at(const char *text, size_t n_bytes)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const PeCharacter none = {PE_NO_CHARACTER, 1};
    const unsigned char *bytes = (const unsigned char *)text;
    const size_t length = length_of(bytes[0]);
    if (length == 0 || length > n_bytes) return none;
    uint32_t code = bytes[0] & masks[length];
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return none;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return is_valid(code, length) ? (PeCharacter){code, length} : none;
}

size_t pe_character_write(uint32_t code, char text[4])
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        text[i] = (char)(0x80 | (code & 0x3f));
    text[0] = (char)(0xf00 >> length | code);
    return length;
}
