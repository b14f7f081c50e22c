// Damaged files of language models, 2,000 of them: refused, or something is answered, but
// nothing else happens. Under a sanitizer a byte read too many ends the test; a hang runs into
// its time.
#include "engine/session.h"
#include "tests/engine/model_fixture.h"
#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define N_TURNED 700  // a bit turned
#define N_CUT 400     // cut short
#define N_WRITTEN 700 // a number of 4 bytes overwritten
#define N_SWAPPED 200 // two pieces swapped

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void add_text(PePrompt *prompt, const PeModel *model)
{
    static const char text[] = "the answer is <|im_end|> 42\n\xff";
    PeTokens tokens = {0};
    PeError error;
    if (pe_tokenize(model->vocabulary, text, sizeof text - 1, true, &tokens, &error))
        pe_prompt_add_tokens(prompt, tokens.ids, tokens.n, &error);
    pe_tokens_clear(&tokens);
}

// Two tokens of an answer, as far as the model and 64 MB let it.
static void answer(const PeModel *model)
{
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .n_threads = 1,
                                      .n_sequences = 1,
                                      .n_positions = 64,
                                      .n_rows = 64,
                                      .n_bytes = (size_t)64 << 20};
    const PeRequest request = {.sampling = {.top_p = 1}, .n_tokens_most = 2};
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeError error = {0};
    PeSession *session = pe_session_new(model, &options, &error);
    cr_assert(session != NULL || error.message[0] != '\0');
    if (session == NULL) return;
    add_text(&prompt, model);
    if (pe_session_admit(session, &prompt, &request, &error))
        while (pe_session_step(session))
            ;
    pe_prompt_clear(&prompt);
    pe_session_free(session);
}

// Returns whether it was refused.
static bool try_bytes(const unsigned char *bytes, size_t n_bytes)
{
    PeError error = {0};
    // Of the exact size, so that a sanitizer sees a byte read too many.
    unsigned char *copy = malloc(n_bytes > 0 ? n_bytes : 1);
    memcpy(copy, bytes, n_bytes);
    PeGguf *gguf = pe_gguf_parse(copy, n_bytes, &error);
    PeModel *model = gguf != NULL ? pe_model_new(gguf, &error) : NULL;
    if (model != NULL)
        answer(model);
    else
        cr_assert_neq(error.message[0], '\0');
    pe_model_free(model);
    free(copy);
    return model == NULL;
}

typedef struct {
    unsigned char *bytes;
    size_t n_bytes, n_head; // n_head: what lies before the weights, about
    uint32_t state;
} File;

static File file_open(const char *name)
{
    File file = {.state = 1};
    file.bytes = fixture_read(name, &file.n_bytes);
    PeError error;
    PeGguf *gguf = pe_gguf_parse(file.bytes, file.n_bytes, &error);
    const char *first = (const char *)file.bytes + file.n_bytes;
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++) {
        const char *data = pe_gguf_tensor(gguf, i)->data;
        first = data < first ? data : first;
    }
    file.n_head = (size_t)(first - (const char *)file.bytes);
    pe_gguf_free(gguf);
    cr_assert(file.n_head > 1000 && file.n_head < file.n_bytes);
    cr_assert_not(try_bytes(file.bytes, file.n_bytes), "it is whole");
    return file;
}

// A place, mostly in the head, where one byte decides more.
static size_t place(File *file)
{
    return next(&file->state) % (next(&file->state) % 8 == 0 ? file->n_bytes : file->n_head);
}

// More in the keys of sizes and in the tensors than in the list of tokens, which is most of a
// head.
static size_t place_of_number(File *file)
{
    const size_t n_end = file->n_head < 4000 ? file->n_head : 4000;
    if (next(&file->state) % 2 == 0) return next(&file->state) % 1500;
    return file->n_head - n_end + next(&file->state) % (n_end - 4);
}

static size_t turn_bits(File *file)
{
    size_t n_refused = 0;
    for (int i = 0; i < N_TURNED; i++) {
        const size_t at = place(file);
        const unsigned char bit = (unsigned char)(1 << next(&file->state) % 8);
        file->bytes[at] ^= bit;
        n_refused += try_bytes(file->bytes, file->n_bytes);
        file->bytes[at] ^= bit;
    }
    return n_refused;
}

static size_t cut(File *file)
{
    size_t n_refused = 0;
    for (int i = 0; i < N_CUT; i++)
        n_refused += try_bytes(file->bytes, place(file));
    return n_refused;
}

static size_t overwrite(File *file)
{
    static const uint32_t values[] = {
        0, 1, 2, 7, 31, 33, 4096, 0xffff, 1 << 20, 0x7fffffff, 0x80000000, 0xffffffff};
    size_t n_refused = 0;
    for (int i = 0; i < N_WRITTEN; i++) {
        const size_t at = place_of_number(file);
        const uint32_t value = values[next(&file->state) % (sizeof values / sizeof *values)];
        uint32_t before;
        memcpy(&before, file->bytes + at, sizeof before);
        memcpy(file->bytes + at, &value, sizeof value);
        n_refused += try_bytes(file->bytes, file->n_bytes);
        memcpy(file->bytes + at, &before, sizeof before);
    }
    return n_refused;
}

static void swap(unsigned char *a, unsigned char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static size_t swap_pieces(File *file)
{
    size_t n_refused = 0;
    for (int i = 0; i < N_SWAPPED; i++) {
        const size_t n = 1 + next(&file->state) % 64, room = file->n_head - 2 * n;
        const size_t a = next(&file->state) % room;
        const size_t b = a + n + next(&file->state) % (file->n_head - a - 2 * n);
        swap(file->bytes + a, file->bytes + b, n);
        n_refused += try_bytes(file->bytes, file->n_bytes);
        swap(file->bytes + a, file->bytes + b, n);
    }
    return n_refused;
}

Test(damage, a_bit_turned, .timeout = 120)
{
    File file = file_open(FIXTURE_Q8);
    cr_assert_gt(turn_bits(&file), N_TURNED / 4);
    free(file.bytes);
}

Test(damage, cut_short, .timeout = 120)
{
    File file = file_open(FIXTURE_Q8);
    cr_assert_eq(cut(&file), N_CUT);
    free(file.bytes);
}

Test(damage, numbers_overwritten, .timeout = 120)
{
    File file = file_open(FIXTURE_Q8);
    cr_assert_gt(overwrite(&file), N_WRITTEN / 2);
    free(file.bytes);
}

Test(damage, pieces_swapped, .timeout = 120)
{
    File file = file_open(FIXTURE_Q8);
    cr_assert_gt(swap_pieces(&file), N_SWAPPED / 4);
    free(file.bytes);
}
