// Finds the network of decoder.h in a file.
#include "engine/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYERS_MOST 1024
#define HEADS_MOST 4096
#define EMBEDDING_MOST ((size_t)1 << 16)
#define FEED_MOST ((size_t)1 << 20)
#define VOCABULARY_MOST ((size_t)1 << 20)
#define POSITIONS_MOST ((size_t)1 << 24)

// ---- Sizes

static bool read_heads(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    if (!pe_gguf_size(gguf, "llama.attention.head_count", 1, HEADS_MOST, &decoder->n_heads,
                      error)
        || !pe_gguf_size_or(gguf, "llama.attention.head_count_kv", 1, decoder->n_heads,
                            decoder->n_heads, &decoder->n_kv_heads, error)
        || !pe_gguf_size_or(gguf, "llama.attention.key_length", 2, PE_HEAD_DIM_MOST,
                            decoder->n_embedding / decoder->n_heads, &decoder->head_dim, error)
        || !pe_gguf_size_or(gguf, "llama.rope.dimension_count", 2, PE_HEAD_DIM_MOST,
                            decoder->head_dim, &decoder->n_rotated, error))
        return false;
    if (decoder->n_heads % decoder->n_kv_heads != 0)
        return pe_fail(error, "%zu heads cannot share %zu key heads", decoder->n_heads,
                       decoder->n_kv_heads);
    if (decoder->head_dim < 2 || decoder->head_dim > PE_HEAD_DIM_MOST)
        return pe_fail(error, "a head of %zu values is not within 2 and %d", decoder->head_dim,
                       PE_HEAD_DIM_MOST);
    if (decoder->n_rotated % 2 != 0 || decoder->n_rotated > decoder->head_dim)
        return pe_fail(error,
                       "key llama.rope.dimension_count: %zu of %zu values cannot be rotated",
                       decoder->n_rotated, decoder->head_dim);
    return true;
}

static bool read_numbers(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    if (!pe_gguf_float(gguf, "llama.attention.layer_norm_rms_epsilon", &decoder->norm_epsilon,
                       error)
        || !pe_gguf_float_or(gguf, "llama.rope.freq_base", 10000, &decoder->rope_base, error))
        return false;
    if (decoder->norm_epsilon <= 0)
        return pe_fail(error, "key llama.attention.layer_norm_rms_epsilon: is not above 0");
    return decoder->rope_base > 1 || pe_fail(error, "key llama.rope.freq_base: is not above 1");
}

static bool read_sizes(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    return pe_gguf_size(gguf, "llama.embedding_length", 2, EMBEDDING_MOST,
                        &decoder->n_embedding, error)
           && pe_gguf_size(gguf, "llama.block_count", 1, LAYERS_MOST, &decoder->n_layers, error)
           && pe_gguf_size(gguf, "llama.feed_forward_length", 1, FEED_MOST, &decoder->n_feed,
                           error)
           && pe_gguf_size(gguf, "llama.context_length", 1, POSITIONS_MOST,
                           &decoder->n_positions_most, error)
           && read_heads(decoder, gguf, error) && read_numbers(decoder, gguf, error);
}

// ---- Weights

// The matrix [n_out, n_in] called name.
static bool matrix_get(const PeGguf *gguf,
                       const char *name,
                       size_t n_out,
                       size_t n_in,
                       PeMatrix *matrix,
                       PeError *error)
{
    const PeTensor *tensor;
    if (!pe_gguf_tensor_get(gguf, name, 2, (size_t[]){n_out, n_in}, &tensor, error))
        return false;
    *matrix = pe_tensor_matrix(tensor);
    return true;
}

// "blk.3.attn_q.weight".
typedef struct {
    char text[PE_TENSOR_NAME_BYTES_MOST + 1];
} Name;

static Name name_of(size_t layer, const char *part)
{
    Name name;
    snprintf(name.text, sizeof name.text, "blk.%zu.%s.weight", layer, part);
    return name;
}

static bool read_layer(
    const PeDecoder *decoder, size_t i, const PeGguf *gguf, PeLayer *layer, PeError *error)
{
    const size_t d = decoder->n_embedding, f = decoder->n_feed,
                 q = decoder->n_heads * decoder->head_dim,
                 kv = decoder->n_kv_heads * decoder->head_dim;
    const struct {
        const char *part;
        size_t n_out, n_in;
        PeMatrix *matrix;
    } matrices[] = {
        {"attn_q", q, d, &layer->query},  {"attn_k", kv, d, &layer->key},
        {"attn_v", kv, d, &layer->value}, {"attn_output", d, q, &layer->output},
        {"ffn_gate", f, d, &layer->gate}, {"ffn_up", f, d, &layer->up},
        {"ffn_down", d, f, &layer->down},
    };
    for (size_t m = 0; m < sizeof matrices / sizeof *matrices; m++)
        if (!matrix_get(gguf, name_of(i, matrices[m].part).text, matrices[m].n_out,
                        matrices[m].n_in, matrices[m].matrix, error))
            return false;
    return pe_gguf_vector_get(gguf, name_of(i, "attn_norm").text, d, &layer->attention_norm,
                              error)
           && pe_gguf_vector_get(gguf, name_of(i, "ffn_norm").text, d, &layer->feed_norm,
                                 error);
}

#define TENSORS_OF_A_LAYER 9

static bool read_ends(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    const size_t d = decoder->n_embedding;
    const PeTensor *embedding = pe_gguf_tensor_find(gguf, "token_embd.weight");
    if (embedding == NULL) return pe_fail(error, "tensor token_embd.weight: is not there");
    decoder->n_tokens = embedding->shape[0];
    if (decoder->n_tokens > VOCABULARY_MOST)
        return pe_fail(error, "tensor token_embd.weight: %zu tokens are too many",
                       decoder->n_tokens);
    if (!matrix_get(gguf, "token_embd.weight", decoder->n_tokens, d, &decoder->token_embedding,
                    error)
        || !pe_gguf_vector_get(gguf, "output_norm.weight", d, &decoder->output_norm, error))
        return false;
    decoder->head = decoder->token_embedding;
    return pe_gguf_tensor_find(gguf, "output.weight") == NULL
           || matrix_get(gguf, "output.weight", decoder->n_tokens, d, &decoder->head, error);
}

// ---- What does not belong

static bool is_of_cross(const PeDecoder *decoder, const char *name)
{
    return decoder->has_cross && strncmp(name, "cross.", strlen("cross.")) == 0;
}

static bool is_ours(const PeDecoder *decoder, const char *name)
{
    static const char *const parts[TENSORS_OF_A_LAYER] = {
        "attn_norm", "attn_q", "attn_k",   "attn_v",  "attn_output",
        "ffn_norm",  "ffn_up", "ffn_gate", "ffn_down"};
    if (strcmp(name, "token_embd.weight") == 0 || strcmp(name, "output_norm.weight") == 0
        || strcmp(name, "output.weight") == 0 || is_of_cross(decoder, name))
        return true;
    if (strncmp(name, "blk.", 4) != 0) return false;
    const size_t layer =
        strtoul(name + 4, NULL, 10); // of another spelling: no name below is it
    if (layer >= decoder->n_layers) return false;
    for (size_t i = 0; i < TENSORS_OF_A_LAYER; i++)
        if (strcmp(name, name_of(layer, parts[i]).text) == 0) return true;
    return false;
}

// A network with something more would give other answers without it.
static bool check_nothing_else(const PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++)
        if (!is_ours(decoder, pe_gguf_tensor(gguf, i)->name))
            return pe_fail(error, "tensor %s: is no part of the network that is known",
                           pe_gguf_tensor(gguf, i)->name);
    return true;
}

static bool check_scaling(const PeGguf *gguf, PeError *error)
{
    PeString scaling;
    if (pe_gguf_find(gguf, "llama.rope.scaling.type") == NULL) return true;
    if (!pe_gguf_string(gguf, "llama.rope.scaling.type", &scaling, error)) return false;
    return pe_string_is(scaling, "none")
           || pe_fail(
               error,
               "key llama.rope.scaling.type: %.*s is not known; positions are not scaled",
               scaling.n_bytes < 64 ? (int)scaling.n_bytes : 64, scaling.bytes);
}

// 0 stands for "not set" in llama.cpp.
static bool check_factors(const PeGguf *gguf, PeError *error)
{
    static const char *const keys[] = {"llama.rope.scaling.factor", "llama.rope.scale_linear",
                                       "llama.logit_scale"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        float factor;
        if (!pe_gguf_float_or(gguf, keys[i], 1, &factor, error)) return false;
        if (factor != 0 && factor != 1)
            return pe_fail(error, "key %s: a factor of %g is not known; 1 is", keys[i],
                           (double)factor);
    }
    return true;
}

static bool check_experts(const PeGguf *gguf, PeError *error)
{
    size_t n;
    if (!pe_gguf_size_or(gguf, "llama.expert_count", 0, UINT32_MAX, 0, &n, error)) return false;
    return n == 0 || pe_fail(error, "key llama.expert_count: %zu experts are not known", n);
}

// Keys that tell of another network than that of decoder.h, with the same tensors or not.
static bool check_keys(const PeGguf *gguf, PeError *error)
{
    return check_scaling(gguf, error) && check_factors(gguf, error)
           && check_experts(gguf, error);
}

static bool check_architecture(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    PeString name;
    if (!pe_gguf_string(gguf, "general.architecture", &name, error)) return false;
    decoder->has_cross = pe_string_is(name, "llama-cross");
    return decoder->has_cross || pe_string_is(name, "llama")
           || pe_fail(error,
                      "key general.architecture: %.*s is not known; llama and llama-cross are",
                      name.n_bytes < 64 ? (int)name.n_bytes : 64, name.bytes);
}

bool pe_decoder_init(PeDecoder *decoder, const PeGguf *gguf, PeError *error)
{
    *decoder = (PeDecoder){0};
    if (!check_architecture(decoder, gguf, error) || !check_keys(gguf, error)
        || !read_sizes(decoder, gguf, error) || !read_ends(decoder, gguf, error))
        return false;
    decoder->layers = calloc(decoder->n_layers, sizeof *decoder->layers);
    if (decoder->layers == NULL) return pe_fail_memory(error);
    for (size_t i = 0; i < decoder->n_layers; i++)
        if (!read_layer(decoder, i, gguf, &decoder->layers[i], error)) return false;
    return check_nothing_else(decoder, gguf, error);
}

void pe_decoder_clear(PeDecoder *decoder)
{
    free(decoder->layers);
    *decoder = (PeDecoder){0};
}
