// engine_model - writes a GGUF file of SmolVLM-256M's shape with random weights.
//
//   engine_model lm|mmproj F32|F16|BF16|Q8_0 FILE
//
// lm: d 576, 30 layers, 9 heads that share 3 key heads, feed-forward 1536, 49,280 tokens, head
// tied. mmproj: SigLIP's base model, d 768, 12 layers, 12 heads, feed-forward 3072, patches of
// 16 of a picture of 512, 4 × 4 patches a token. The type is that of the matrices; norms,
// biases and the position embedding are F32, the patch embedding F16 or F32. Same bytes each
// time.
#include "engine/gguf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 32
#define TENSORS_MOST 400

enum { D = 576, LAYERS = 30, HEADS = 9, KV_HEADS = 3, FEED = 1536, TOKENS = 49280 };
enum { VISION_D = 768, VISION_LAYERS = 12, VISION_HEADS = 12, VISION_FEED = 3072 };
enum { PATCH = 16, PICTURE = 512, SCALE_FACTOR = 4 };

// Values are centre ± about spread.
typedef struct {
    char name[PE_TENSOR_NAME_BYTES_MOST + 1];
    PeType type;
    size_t n_dims, shape[PE_TENSOR_DIMS_MOST]; // (out, in) order
    float centre, spread;
} Tensor;

typedef struct {
    PeType type;     // of matrices
    char prefix[16]; // of the names that are added
    Tensor tensors[TENSORS_MOST];
    size_t n_tensors;
} Network;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "engine_model: %s\n", what);
    exit(1);
}

// ---- Which tensors

static Tensor *tensor_add(Network *network, const char *part, PeType type)
{
    if (network->n_tensors == TENSORS_MOST) fail("too many tensors");
    Tensor *tensor = &network->tensors[network->n_tensors++];
    *tensor = (Tensor){.type = type, .n_dims = 1};
    snprintf(tensor->name, sizeof tensor->name, "%s%s", network->prefix, part);
    return tensor;
}

// Rows of a length of about 1 stay so.
static void matrix_add(Network *network, const char *part, size_t n_out, size_t n_in)
{
    Tensor *tensor = tensor_add(network, part, network->type);
    tensor->n_dims = 2;
    tensor->shape[0] = n_out;
    tensor->shape[1] = n_in;
    tensor->spread = 1 / sqrtf((float)n_in);
}

static void vector_add(Network *network, const char *part, size_t n, float centre)
{
    Tensor *tensor = tensor_add(network, part, PE_TYPE_F32);
    tensor->shape[0] = n;
    tensor->centre = centre;
    tensor->spread = 0.02f;
}

static void norm_add(Network *network, const char *part, size_t n)
{
    char name[32];
    snprintf(name, sizeof name, "%s.weight", part);
    vector_add(network, name, n, 1);
    snprintf(name, sizeof name, "%s.bias", part);
    vector_add(network, name, n, 0);
}

static void linear_add(Network *network, const char *part, size_t n_out, size_t n_in)
{
    char name[32];
    snprintf(name, sizeof name, "%s.weight", part);
    matrix_add(network, name, n_out, n_in);
    snprintf(name, sizeof name, "%s.bias", part);
    vector_add(network, name, n_out, 0);
}

static void lm_tensors(Network *network)
{
    const size_t kv = D / HEADS * KV_HEADS;
    matrix_add(network, "token_embd.weight", TOKENS, D);
    vector_add(network, "output_norm.weight", D, 1);
    for (unsigned i = 0; i < LAYERS; i++) {
        snprintf(network->prefix, sizeof network->prefix, "blk.%u.", i);
        vector_add(network, "attn_norm.weight", D, 1);
        matrix_add(network, "attn_q.weight", D, D);
        matrix_add(network, "attn_k.weight", kv, D);
        matrix_add(network, "attn_v.weight", kv, D);
        matrix_add(network, "attn_output.weight", D, D);
        vector_add(network, "ffn_norm.weight", D, 1);
        matrix_add(network, "ffn_gate.weight", FEED, D);
        matrix_add(network, "ffn_up.weight", FEED, D);
        matrix_add(network, "ffn_down.weight", D, FEED);
    }
}

static void patches_add(Network *network)
{
    const bool is_f32 = network->type == PE_TYPE_F32 || network->type == PE_TYPE_BF16;
    Tensor *tensor =
        tensor_add(network, "v.patch_embd.weight", is_f32 ? PE_TYPE_F32 : PE_TYPE_F16);
    const size_t shape[] = {VISION_D, 3, PATCH, PATCH};
    tensor->n_dims = 4;
    memcpy(tensor->shape, shape, sizeof shape);
    tensor->spread = 1.0f / PATCH;
    vector_add(network, "v.patch_embd.bias", VISION_D, 0);
    tensor = tensor_add(network, "v.position_embd.weight", PE_TYPE_F32);
    tensor->n_dims = 2;
    tensor->shape[0] = PICTURE / PATCH * (PICTURE / PATCH);
    tensor->shape[1] = VISION_D;
    tensor->spread = 0.1f;
}

static void mmproj_tensors(Network *network)
{
    patches_add(network);
    for (unsigned i = 0; i < VISION_LAYERS; i++) {
        snprintf(network->prefix, sizeof network->prefix, "v.blk.%u.", i);
        norm_add(network, "ln1", VISION_D);
        linear_add(network, "attn_q", VISION_D, VISION_D);
        linear_add(network, "attn_k", VISION_D, VISION_D);
        linear_add(network, "attn_v", VISION_D, VISION_D);
        linear_add(network, "attn_out", VISION_D, VISION_D);
        norm_add(network, "ln2", VISION_D);
        linear_add(network, "ffn_up", VISION_FEED, VISION_D);
        linear_add(network, "ffn_down", VISION_D, VISION_FEED);
    }
    network->prefix[0] = 0;
    norm_add(network, "v.post_ln", VISION_D);
    matrix_add(network, "mm.model.fc.weight", D, VISION_D * SCALE_FACTOR * SCALE_FACTOR);
}

// ---- Keys. They are counted as they are written, the count is filled in at the end.

typedef struct {
    FILE *file;
    uint64_t n_keys;
} Writer;

static void number_write(Writer *writer, uint64_t value, size_t n_bytes)
{
    fwrite(&value, 1, n_bytes, writer->file);
}

static void text_write(Writer *writer, const char *text)
{
    number_write(writer, strlen(text), 8);
    fputs(text, writer->file);
}

static void key_write(Writer *writer, const char *key, PeGgufType type)
{
    text_write(writer, key);
    number_write(writer, type, 4);
    writer->n_keys++;
}

static void array_write(Writer *writer, const char *key, PeGgufType type, uint64_t n)
{
    key_write(writer, key, PE_GGUF_ARRAY);
    number_write(writer, type, 4);
    number_write(writer, n, 8);
}

static void u32_write(Writer *writer, const char *key, uint32_t value)
{
    key_write(writer, key, PE_GGUF_U32);
    number_write(writer, value, 4);
}

static void f32_write(Writer *writer, const char *key, float value)
{
    key_write(writer, key, PE_GGUF_F32);
    fwrite(&value, 1, sizeof value, writer->file);
}

static void bool_write(Writer *writer, const char *key)
{
    key_write(writer, key, PE_GGUF_BOOL);
    number_write(writer, 1, 1);
}

static void string_write(Writer *writer, const char *key, const char *value)
{
    key_write(writer, key, PE_GGUF_STRING);
    text_write(writer, value);
}

// The letters that stand for the 256 bytes, what a picture needs, then names that no text has.
static const char *const special_tokens[] = {"<|endoftext|>", "<|im_start|>",
                                             "<|im_end|>",    "<fake_token_around_image>",
                                             "<global-img>",  "<row_1_col_1>"};
enum { BYTES = 256, SPECIALS = sizeof special_tokens / sizeof *special_tokens };

// GPT-2's alphabet: printable characters of Latin 1 for themselves, the others from U+0100 on.
static void letters_write(Writer *writer)
{
    unsigned n_others = 0;
    for (unsigned byte = 0; byte < BYTES; byte++) {
        const bool is_itself = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
        const unsigned code = is_itself ? byte : 256 + n_others++;
        const char letter[] = {(char)(0xc0 | code >> 6), (char)(0x80 | (code & 0x3f)), 0};
        const char ascii[] = {(char)code, 0};
        text_write(writer, code < 128 ? ascii : letter);
    }
}

static void vocabulary_write(Writer *writer)
{
    char text[32];
    string_write(writer, "tokenizer.ggml.model", "gpt2");
    string_write(writer, "tokenizer.ggml.pre", "smollm");
    array_write(writer, "tokenizer.ggml.tokens", PE_GGUF_STRING, TOKENS);
    for (size_t i = 0; i < SPECIALS; i++)
        text_write(writer, special_tokens[i]);
    letters_write(writer);
    text_write(writer, "ĊĊ");
    for (unsigned i = SPECIALS + BYTES + 1; i < TOKENS; i++) {
        snprintf(text, sizeof text, "<unused_%u>", i);
        text_write(writer, text);
    }
    array_write(writer, "tokenizer.ggml.token_type", PE_GGUF_I32, TOKENS);
    for (unsigned i = 0; i < TOKENS; i++) // 1 normal, 3 control, 5 unused
        number_write(writer, i < SPECIALS ? 3 : i <= SPECIALS + BYTES ? 1 : 5, 4);
    array_write(writer, "tokenizer.ggml.merges", PE_GGUF_STRING, 1);
    text_write(writer, "Ċ Ċ");
    u32_write(writer, "tokenizer.ggml.bos_token_id", 1);
    u32_write(writer, "tokenizer.ggml.eos_token_id", 2);
    u32_write(writer, "tokenizer.ggml.padding_token_id", 0);
    key_write(writer, "tokenizer.ggml.add_bos_token", PE_GGUF_BOOL);
    number_write(writer, 0, 1);
    string_write(writer, "tokenizer.chat_template",
                 "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
                 "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
                 "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}");
}

static void lm_keys(Writer *writer)
{
    string_write(writer, "general.architecture", "llama");
    u32_write(writer, "llama.vocab_size", TOKENS);
    u32_write(writer, "llama.context_length", 8192);
    u32_write(writer, "llama.embedding_length", D);
    u32_write(writer, "llama.block_count", LAYERS);
    u32_write(writer, "llama.feed_forward_length", FEED);
    u32_write(writer, "llama.attention.head_count", HEADS);
    u32_write(writer, "llama.attention.head_count_kv", KV_HEADS);
    f32_write(writer, "llama.attention.layer_norm_rms_epsilon", 1e-5f);
    f32_write(writer, "llama.rope.freq_base", 100000);
    u32_write(writer, "llama.rope.dimension_count", D / HEADS);
    vocabulary_write(writer);
}

static void halves_write(Writer *writer, const char *key)
{
    const float halves[] = {0.5f, 0.5f, 0.5f};
    array_write(writer, key, PE_GGUF_F32, 3);
    fwrite(halves, sizeof *halves, 3, writer->file);
}

static void mmproj_keys(Writer *writer)
{
    string_write(writer, "general.architecture", "clip");
    string_write(writer, "general.type", "mmproj");
    bool_write(writer, "clip.has_vision_encoder");
    string_write(writer, "clip.vision.projector_type", "idefics3");
    u32_write(writer, "clip.vision.embedding_length", VISION_D);
    u32_write(writer, "clip.vision.attention.head_count", VISION_HEADS);
    u32_write(writer, "clip.vision.feed_forward_length", VISION_FEED);
    u32_write(writer, "clip.vision.block_count", VISION_LAYERS);
    u32_write(writer, "clip.vision.projection_dim", D);
    u32_write(writer, "clip.vision.image_size", PICTURE);
    u32_write(writer, "clip.vision.patch_size", PATCH);
    f32_write(writer, "clip.vision.attention.layer_norm_epsilon", 1e-6f);
    halves_write(writer, "clip.vision.image_mean");
    halves_write(writer, "clip.vision.image_std");
    bool_write(writer, "clip.use_gelu");
    u32_write(writer, "clip.vision.projector.scale_factor", SCALE_FACTOR);
    u32_write(writer, "clip.vision.preproc_image_size", PICTURE);
}

// ---- Tensors

static size_t tensor_n_in(const Tensor *tensor)
{
    return tensor->shape[tensor->n_dims - 1];
}

static size_t tensor_n_rows(const Tensor *tensor)
{
    size_t n = 1;
    for (size_t i = 0; i + 1 < tensor->n_dims; i++)
        n *= tensor->shape[i];
    return n;
}

static size_t padded(size_t n_bytes)
{
    return (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t tensor_bytes(const Tensor *tensor)
{
    return tensor_n_rows(tensor) * pe_type_row_bytes(tensor->type, tensor_n_in(tensor));
}

static void tensors_declare(Writer *writer, const Network *network)
{
    size_t offset = 0;
    for (size_t i = 0; i < network->n_tensors; i++) {
        const Tensor *tensor = &network->tensors[i];
        text_write(writer, tensor->name);
        number_write(writer, tensor->n_dims, 4);
        for (size_t j = tensor->n_dims; j > 0; j--)
            number_write(writer, tensor->shape[j - 1], 8);
        number_write(writer, tensor->type, 4);
        number_write(writer, offset, 8);
        offset += padded(tensor_bytes(tensor));
    }
}

// Uniform, of variance 1.
static float random_value(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return 1.7320508f * ((float)(*state >> 40) / (1 << 23) - 1);
}

static void pad_write(Writer *writer)
{
    while (ftell(writer->file) % ALIGNMENT)
        fputc(0, writer->file);
}

static void tensor_write(Writer *writer, const Tensor *tensor, uint64_t *state)
{
    const size_t n = tensor_n_in(tensor), n_bytes = pe_type_row_bytes(tensor->type, n);
    float *values = malloc(n * sizeof *values);
    unsigned char *row = malloc(n_bytes);
    if (!values || !row) fail("no memory");
    for (size_t i = 0; i < tensor_n_rows(tensor); i++) {
        for (size_t j = 0; j < n; j++)
            values[j] = tensor->centre + tensor->spread * random_value(state);
        pe_row_write(tensor->type, values, n, row);
        fwrite(row, 1, n_bytes, writer->file);
    }
    free(values);
    free(row);
    pad_write(writer);
}

static void network_write(Writer *writer, const Network *network, void (*keys)(Writer *writer))
{
    uint64_t state = 1;
    fputs("GGUF", writer->file);
    number_write(writer, 3, 4);
    number_write(writer, network->n_tensors, 8);
    const long count_at = ftell(writer->file);
    number_write(writer, 0, 8);
    keys(writer);
    tensors_declare(writer, network);
    pad_write(writer);
    for (size_t i = 0; i < network->n_tensors; i++)
        tensor_write(writer, &network->tensors[i], &state);
    fseek(writer->file, count_at, SEEK_SET);
    number_write(writer, writer->n_keys, 8);
}

static PeType type_read(const char *name)
{
    static const PeType types[] = {PE_TYPE_F32, PE_TYPE_F16, PE_TYPE_BF16, PE_TYPE_Q8_0};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(name, pe_type_name(types[i])) == 0) return types[i];
    fail("the type is none of F32, F16, BF16, Q8_0");
}

int main(int n_arguments, char **arguments)
{
    if (n_arguments != 4) fail("usage: engine_model lm|mmproj F32|F16|BF16|Q8_0 FILE");
    const bool is_lm = strcmp(arguments[1], "lm") == 0;
    if (!is_lm && strcmp(arguments[1], "mmproj") != 0) fail("neither lm nor mmproj");
    static Network network;
    network.type = type_read(arguments[2]);
    (is_lm ? lm_tensors : mmproj_tensors)(&network);
    Writer writer = {.file = fopen(arguments[3], "wb")};
    if (!writer.file) fail("the file cannot be written");
    network_write(&writer, &network, is_lm ? lm_keys : mmproj_keys);
    if (ferror(writer.file) || fclose(writer.file)) fail("the file cannot be written");
    return 0;
}
