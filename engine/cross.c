// Finds the blocks of cross.h in a file.
#include "engine/cross.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TENSORS_OF_A_BLOCK 12

typedef struct {
    char text[PE_TENSOR_NAME_BYTES_MOST + 1];
} Name;

static Name name_of(size_t block, const char *part)
{
    Name name;
    snprintf(name.text, sizeof name.text, "cross.%zu.%s.weight", block, part);
    return name;
}

static bool read_matrices(
    PeCrossBlock *block, const PeDecoder *decoder, const PeGguf *gguf, size_t i, PeError *error)
{
    const size_t d = decoder->n_embedding, f = decoder->n_feed,
                 q = decoder->n_heads * decoder->head_dim,
                 kv = decoder->n_kv_heads * decoder->head_dim;
    const struct {
        const char *part;
        size_t n_out, n_in;
        PeMatrix *matrix;
    } matrices[] = {
        {"attn_q", q, d, &block->query},  {"attn_k", kv, d, &block->key},
        {"attn_v", kv, d, &block->value}, {"attn_output", d, q, &block->output},
        {"ffn_gate", f, d, &block->gate}, {"ffn_up", f, d, &block->up},
        {"ffn_down", d, f, &block->down},
    };
    for (size_t m = 0; m < sizeof matrices / sizeof *matrices; m++) {
        const PeTensor *tensor;
        if (!pe_gguf_tensor_get(gguf, name_of(i, matrices[m].part).text, 2,
                                (size_t[]){matrices[m].n_out, matrices[m].n_in}, &tensor,
                                error))
            return false;
        *matrices[m].matrix = pe_tensor_matrix(tensor);
    }
    return true;
}

static bool
read_scale(const PeGguf *gguf, size_t i, const char *part, float *scale, PeError *error)
{
    const float *value;
    if (!pe_gguf_vector_get(gguf, name_of(i, part).text, 1, &value, error)) return false;
    *scale = tanhf(*value);
    return true;
}

static bool read_block(
    PeCrossBlock *block, const PeDecoder *decoder, const PeGguf *gguf, size_t i, PeError *error)
{
    const size_t d = decoder->n_embedding;
    return read_matrices(block, decoder, gguf, i, error)
           && pe_gguf_vector_get(gguf, name_of(i, "attn_norm").text, d, &block->attention_norm,
                                 error)
           && pe_gguf_vector_get(gguf, name_of(i, "media_norm").text, d, &block->media_norm,
                                 error)
           && pe_gguf_vector_get(gguf, name_of(i, "ffn_norm").text, d, &block->feed_norm, error)
           && read_scale(gguf, i, "attn_scale", &block->attention_scale, error)
           && read_scale(gguf, i, "ffn_scale", &block->feed_scale, error);
}

static bool
read_layers(PeCross *cross, const PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    int32_t *layers = NULL;
    size_t n;
    bool ok = true;
    if (!pe_gguf_integers(gguf, "cross.layers", decoder->n_layers, &layers, &n, error))
        return false;
    for (size_t i = 0; ok && i < n; i++)
        ok = layers[i] >= 0 && (size_t)layers[i] < decoder->n_layers
             && (i == 0 || layers[i] > layers[i - 1]);
    cross->blocks = ok ? calloc(n + 1, sizeof *cross->blocks) : NULL;
    if (!ok)
        pe_fail(error, "key cross.layers: are no ascending numbers of %zu layers",
                decoder->n_layers);
    else if (cross->blocks == NULL)
        ok = pe_fail_memory(error);
    for (size_t i = 0; ok && i < n; i++)
        cross->blocks[i].layer = (size_t)layers[i];
    cross->n_blocks = ok ? n : 0;
    free(layers);
    return ok;
}

// All tensors of the blocks have been found, so that more than their number are too many.
static bool check_nothing_else(const PeCross *cross, const PeGguf *gguf, PeError *error)
{
    size_t n = 0;
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++)
        n += strncmp(pe_gguf_tensor(gguf, i)->name, "cross.", strlen("cross.")) == 0;
    return n == cross->n_blocks * TENSORS_OF_A_BLOCK
           || pe_fail(error, "%zu tensors cross.* are there for %zu blocks of %d", n,
                      cross->n_blocks, TENSORS_OF_A_BLOCK);
}

bool pe_cross_init(PeCross *cross, const PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    *cross = (PeCross){0};
    if (!read_layers(cross, decoder, gguf, error)) return false;
    for (size_t i = 0; i < cross->n_blocks; i++)
        if (!read_block(&cross->blocks[i], decoder, gguf, i, error)) return false;
    return check_nothing_else(cross, gguf, error);
}

void pe_cross_clear(PeCross *cross)
{
    free(cross->blocks);
    *cross = (PeCross){0};
}
