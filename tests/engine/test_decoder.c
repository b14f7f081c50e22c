// Keys by which a file of the known tensors is another network.
#include "tests/engine/file.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 24 // of a file: magic, version, number of tensors, of keys
#define ALIGNMENT 32  // of weights

typedef struct {
    const char *key;
    PeGgufType type; // U32, F32 or STRING
    double number;
    const char *text;
    const char *message; // NULL: runs
} Key;

static void add_number(File *file, const Key *key)
{
    const float number = (float)key->number;
    uint32_t bits = (uint32_t)key->number;
    if (key->type == PE_GGUF_F32) memcpy(&bits, &number, sizeof bits);
    file_add_key(file, key->key, key->type);
    file_add_number(file, bits, sizeof bits);
}

static size_t bytes_of_fixture(unsigned char **bytes)
{
    FILE *in = fopen(PS_TESTS_DIR "/engine/fixtures/" FIXTURE_F32, "rb");
    cr_assert_not_null(in);
    fseek(in, 0, SEEK_END);
    const size_t n_bytes = (size_t)ftell(in);
    rewind(in);
    *bytes = malloc(n_bytes);
    cr_assert_eq(fread(*bytes, 1, n_bytes, in), n_bytes);
    fclose(in);
    return n_bytes;
}

// A key that makes the weights behind it lie as they did.
static void add_filler(File *file)
{
    char filler[ALIGNMENT + 1] = {0};
    const size_t n_bytes = file->n_bytes - HEAD_BYTES + 8 + strlen("filler") + 4 + 8;
    memset(filler, '.', (ALIGNMENT - n_bytes % ALIGNMENT) % ALIGNMENT);
    file_add_string(file, "filler", filler);
}

// The small model with one key more in front.
static File file_with(const Key *key)
{
    File file = {0};
    unsigned char *bytes;
    uint64_t n_tensors, n_keys;
    const size_t n_bytes = bytes_of_fixture(&bytes);
    memcpy(&n_tensors, bytes + 8, sizeof n_tensors);
    memcpy(&n_keys, bytes + 16, sizeof n_keys);
    file_begin(&file, n_tensors, n_keys + 2);
    if (key->type == PE_GGUF_STRING)
        file_add_string(&file, key->key, key->text);
    else
        add_number(&file, key);
    add_filler(&file);
    file_add_bytes(&file, bytes + HEAD_BYTES, n_bytes - HEAD_BYTES);
    free(bytes);
    return file;
}

static void check(const Key *key)
{
    PeError error = {0};
    File file = file_with(key);
    PeGguf *gguf = file_parse(&file, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    PeModel *model = pe_model_new(gguf, &error);
    cr_expect_eq(model != NULL, key->message == NULL, "%s: %s", key->key, error.message);
    if (key->message != NULL) cr_expect_str_eq(error.message, key->message);
    pe_model_free(model);
    file_clear(&file);
}

Test(decoder, a_key_of_another_network_is_refused_with_its_value)
{
    static const Key keys[] = {
        {"llama.rope.scaling.type", PE_GGUF_STRING, 0, "yarn",
         "key llama.rope.scaling.type: yarn is not known; positions are not scaled"},
        {"llama.rope.scaling.factor", PE_GGUF_F32, 2.5, NULL,
         "key llama.rope.scaling.factor: a factor of 2.5 is not known; 1 is"},
        {"llama.rope.scale_linear", PE_GGUF_F32, 4, NULL,
         "key llama.rope.scale_linear: a factor of 4 is not known; 1 is"},
        {"llama.logit_scale", PE_GGUF_F32, 0.0625, NULL,
         "key llama.logit_scale: a factor of 0.0625 is not known; 1 is"},
        {"llama.expert_count", PE_GGUF_U32, 8, NULL,
         "key llama.expert_count: 8 experts are not known"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        check(&keys[i]);
}

Test(decoder, a_key_that_changes_nothing_is_none)
{
    static const Key keys[] = {
        {"llama.rope.scaling.type", PE_GGUF_STRING, 0, "none", NULL},
        {"llama.rope.scaling.factor", PE_GGUF_F32, 1, NULL, NULL},
        {"llama.rope.scaling.factor", PE_GGUF_F32, 0, NULL, NULL},
        {"llama.rope.scale_linear", PE_GGUF_F32, 1, NULL, NULL},
        {"llama.logit_scale", PE_GGUF_F32, 0, NULL, NULL},
        {"llama.expert_count", PE_GGUF_U32, 0, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        check(&keys[i]);
}
