#include "engine/words.h"

#include "engine/unicode.h"

#include <string.h>

// Text being cut. `at` counts bytes.
typedef struct {
    const char *bytes;
    size_t n_bytes;
    bool ends_at_number; // of SMOLLM: what follows the first number is not seen
} Text;

// What stands at a place of the text: its class, or the end.
typedef struct {
    enum { LETTER, NUMBER, SPACE, OTHER, END } kind;
    uint32_t code;
    size_t n_bytes;
} Spot;

static Spot spot_at(const Text *text, size_t at)
{
    if (at >= text->n_bytes) return (Spot){END, PE_NO_CHARACTER, 0};
    const PeCharacter character = pe_character_at(text->bytes + at, text->n_bytes - at);
    Spot spot = {OTHER, character.code, character.n_bytes};
    switch (pe_character_class(character.code)) {
    case PE_CLASS_LETTER:
        spot.kind = LETTER;
        break;
    case PE_CLASS_NUMBER:
        spot.kind = text->ends_at_number ? END : NUMBER;
        break;
    case PE_CLASS_SPACE:
        spot.kind = SPACE;
        break;
    case PE_CLASS_OTHER:
        break;
    }
    return spot;
}

static bool is_break(Spot spot)
{
    return spot.kind != END && (spot.code == '\r' || spot.code == '\n');
}

// The end of the run of that kind which begins at `at`.
static size_t run_end(const Text *text, size_t at, int kind)
{
    for (Spot spot; (spot = spot_at(text, at)).kind == (unsigned)kind;)
        at += spot.n_bytes;
    return at;
}

static size_t breaks_end(const Text *text, size_t at)
{
    for (Spot spot; is_break(spot = spot_at(text, at));)
        at += spot.n_bytes;
    return at;
}

// 's 't 'm 'd 're 've 'll: how many bytes, or 0.
static size_t contraction_bytes(const Text *text, bool any_case)
{
    static const char *const endings[] = {"s", "t", "m", "d", "re", "ve", "ll"};
    if (text->bytes[0] != '\'') return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(endings[i]);
        if (n + 1 > text->n_bytes) continue;
        if ((any_case ? strncasecmp : strncmp)(text->bytes + 1, endings[i], n) == 0)
            return n + 1;
    }
    return 0;
}

// \s+(?!\S)|\s+: all of it at the end of the text, otherwise all but the last, which goes with
// the word that follows, unless it is the only one.
static size_t space_bytes(const Text *text)
{
    size_t at = 0, last = 0;
    for (Spot spot; (spot = spot_at(text, at)).kind == SPACE; at += spot.n_bytes)
        last = at;
    return spot_at(text, at).kind == END || last == 0 ? at : last;
}

static size_t gpt2_bytes(const Text *text)
{
    const size_t n_contraction = contraction_bytes(text, false);
    if (n_contraction > 0) return n_contraction;
    const Spot first = spot_at(text, 0);
    const size_t start = first.code == ' ' ? 1 : 0;
    const Spot spot = spot_at(text, start);
    if (spot.kind != SPACE && spot.kind != END) return run_end(text, start, spot.kind);
    return space_bytes(text);
}

static size_t numbers_bytes(const Text *text)
{
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        const Spot spot = spot_at(text, at);
        if (spot.kind != NUMBER) break;
        at += spot.n_bytes;
    }
    return at;
}

// \s*[\r\n]+: up to the last line break of the run of space, or 0.
static size_t broken_space_bytes(const Text *text)
{
    size_t at = 0, end = 0;
    for (Spot spot; (spot = spot_at(text, at)).kind == SPACE;) {
        at += spot.n_bytes;
        if (is_break(spot)) end = at;
    }
    return end;
}

static size_t llama_bytes(const Text *text)
{
    const size_t n_contraction = contraction_bytes(text, true);
    if (n_contraction > 0) return n_contraction;
    const Spot first = spot_at(text, 0), second = spot_at(text, first.n_bytes);
    if (first.kind == LETTER) return run_end(text, 0, LETTER);
    if (first.kind == NUMBER) return numbers_bytes(text);
    if (!is_break(first) && second.kind == LETTER) return run_end(text, first.n_bytes, LETTER);
    const size_t start = first.code == ' ' ? 1 : 0;
    if (spot_at(text, start).kind == OTHER)
        return breaks_end(text, run_end(text, start, OTHER));
    const size_t n_broken = broken_space_bytes(text);
    return n_broken > 0 ? n_broken : space_bytes(text);
}

bool pe_words_find(PeString name, PeWords *words)
{
    static const char *const names[] = {[PE_WORDS_GPT2] = "gpt-2",
                                        [PE_WORDS_SMOLLM] = "smollm",
                                        [PE_WORDS_LLAMA_BPE] = "llama-bpe"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!pe_string_is(name, names[i])) continue;
        *words = (PeWords)i;
        return true;
    }
    return false;
}

size_t pe_word_bytes(PeWords words, const char *text, size_t n_bytes)
{
    Text whole = {text, n_bytes, false};
    if (words == PE_WORDS_LLAMA_BPE) return llama_bytes(&whole);
    if (words == PE_WORDS_SMOLLM) {
        const Spot first = spot_at(&whole, 0);
        if (first.kind == NUMBER) return first.n_bytes;
        whole.ends_at_number = true;
    }
    return gpt2_bytes(&whole);
}
