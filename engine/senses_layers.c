#include "engine/senses_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LAYERS_MOST 1024
#define EMBEDDING_MOST ((size_t)1 << 14)
#define HEADS_MOST 1024
#define FEED_MOST ((size_t)1 << 16)

// ---- Reading

typedef struct {
    char text[PE_TENSOR_NAME_BYTES_MOST + 1];
} Name;

static Name name_of(const char *part, const char *end)
{
    Name name;
    snprintf(name.text, sizeof name.text, "%s.%s", part, end);
    return name;
}

static Name name_in_layer(char prefix, size_t layer, const char *part)
{
    Name name;
    snprintf(name.text, sizeof name.text, "%c.blk.%zu.%s", prefix, layer, part);
    return name;
}

// What get has found, or not.
static bool found(PeSensesReader *reader, const char *name, bool is_found)
{
    if (is_found) {
        const PeTensor *tensor = pe_gguf_tensor_find(reader->gguf, name);
        reader->is_used[tensor - pe_gguf_tensor(reader->gguf, 0)] = true;
    }
    return is_found;
}

bool pe_reader_tensor(PeSensesReader *reader,
                      const char *name,
                      size_t n_dims,
                      const size_t *shape,
                      const PeTensor **tensor)
{
    return found(reader, name,
                 pe_gguf_tensor_get(reader->gguf, name, n_dims, shape, tensor, reader->error));
}

bool pe_reader_vector(PeSensesReader *reader, const char *name, size_t n, const float **values)
{
    return found(reader, name,
                 pe_gguf_vector_get(reader->gguf, name, n, values, reader->error));
}

bool pe_reader_linear(
    PeSensesReader *reader, const char *name, size_t n_out, size_t n_in, PeLinear *linear)
{
    const PeTensor *tensor;
    const Name bias = name_of(name, "bias");
    if (!pe_reader_tensor(reader, name_of(name, "weight").text, 2, (size_t[]){n_out, n_in},
                          &tensor))
        return false;
    *linear = (PeLinear){.weight = pe_tensor_matrix(tensor)};
    return pe_gguf_tensor_find(reader->gguf, bias.text) == NULL
           || pe_reader_vector(reader, bias.text, n_out, &linear->bias);
}

bool pe_reader_norm(PeSensesReader *reader, const char *name, size_t n, PeNorm *norm)
{
    return pe_reader_vector(reader, name_of(name, "weight").text, n, &norm->weight)
           && pe_reader_vector(reader, name_of(name, "bias").text, n, &norm->bias);
}

bool pe_reader_size(
    PeSensesReader *reader, const char *kind, const char *key, size_t most, size_t *value)
{
    char name[128];
    snprintf(name, sizeof name, "clip.%s.%s", kind, key);
    return pe_gguf_size(reader->gguf, name, 1, most, value, reader->error);
}

static bool read_layer(const PeSensesLayers *layers,
                       PeSensesLayer *layer,
                       PeSensesReader *reader,
                       char prefix,
                       size_t i)
{
    const size_t d = layers->n_embedding, f = layers->n_feed;
    const struct {
        const char *part;
        PeLinear *linear;
        size_t n_out, n_in;
    } linears[] = {
        {"attn_q", &layer->query, d, d}, {"attn_k", &layer->key, d, d},
        {"attn_v", &layer->value, d, d}, {"attn_out", &layer->output, d, d},
        {"ffn_up", &layer->up, f, d},    {"ffn_down", &layer->down, d, f},
    };
    for (size_t k = 0; k < sizeof linears / sizeof *linears; k++)
        if (!pe_reader_linear(reader, name_in_layer(prefix, i, linears[k].part).text,
                              linears[k].n_out, linears[k].n_in, linears[k].linear))
            return false;
    return pe_reader_norm(reader, name_in_layer(prefix, i, "ln1").text, d,
                          &layer->attention_norm)
           && pe_reader_norm(reader, name_in_layer(prefix, i, "ln2").text, d,
                             &layer->feed_norm);
}

static bool read_sizes(PeSensesLayers *layers, PeSensesReader *reader, const char *kind)
{
    char name[128];
    snprintf(name, sizeof name, "clip.%s.attention.layer_norm_epsilon", kind);
    if (!pe_reader_size(reader, kind, "embedding_length", EMBEDDING_MOST, &layers->n_embedding)
        || !pe_reader_size(reader, kind, "attention.head_count", HEADS_MOST, &layers->n_heads)
        || !pe_reader_size(reader, kind, "feed_forward_length", FEED_MOST, &layers->n_feed)
        || !pe_reader_size(reader, kind, "block_count", LAYERS_MOST, &layers->n_layers)
        || !pe_gguf_float(reader->gguf, name, &layers->norm_epsilon, reader->error))
        return false;
    if (layers->norm_epsilon <= 0)
        return pe_fail(reader->error, "key %s: is not above 0", name);
    if (layers->n_embedding % layers->n_heads != 0
        || layers->n_embedding / layers->n_heads > PE_HEAD_DIM_MOST)
        return pe_fail(reader->error,
                       "key clip.%s.attention.head_count: %zu heads cannot share %zu values",
                       kind, layers->n_heads, layers->n_embedding);
    return true;
}

bool pe_senses_layers_init(PeSensesLayers *layers,
                           PeSensesReader *reader,
                           const char *kind,
                           char prefix)
{
    const char last_norm[] = {prefix, '.', 'p', 'o', 's', 't', '_', 'l', 'n', '\0'};
    *layers = (PeSensesLayers){0};
    if (!read_sizes(layers, reader, kind)
        || !pe_reader_norm(reader, last_norm, layers->n_embedding, &layers->last_norm))
        return false;
    layers->layers = calloc(layers->n_layers, sizeof *layers->layers);
    if (layers->layers == NULL) return pe_fail_memory(reader->error);
    for (size_t i = 0; i < layers->n_layers; i++)
        if (!read_layer(layers, &layers->layers[i], reader, prefix, i)) return false;
    return true;
}

void pe_senses_layers_clear(PeSensesLayers *layers)
{
    free(layers->layers);
    *layers = (PeSensesLayers){0};
}

// ---- Working memory

size_t pe_senses_rows_bytes(const PeSensesLayers *layers, size_t n_rows_most)
{
    return n_rows_most * (5 * layers->n_embedding + layers->n_feed) * sizeof(float);
}

bool pe_senses_rows_init(PeSensesRows *rows,
                         const PeSensesLayers *layers,
                         size_t n_rows_most,
                         PeError *error)
{
    const size_t d = layers->n_embedding;
    *rows = (PeSensesRows){
        .n_rows_most = n_rows_most,
        .x = pe_rows_new(n_rows_most, d),
        .normed = pe_rows_new(n_rows_most, d),
        .query = pe_rows_new(n_rows_most, d),
        .key = pe_rows_new(n_rows_most, d),
        .value = pe_rows_new(n_rows_most, d),
        .feed = pe_rows_new(n_rows_most, layers->n_feed),
    };
    return (rows->x && rows->normed && rows->query && rows->key && rows->value && rows->feed)
           || pe_fail_memory(error);
}

void pe_senses_rows_clear(PeSensesRows *rows)
{
    free(rows->x);
    free(rows->normed);
    free(rows->query);
    free(rows->key);
    free(rows->value);
    free(rows->feed);
    *rows = (PeSensesRows){0};
}

void pe_senses_rows_add_positions(PeSensesRows *rows,
                                  const PeMatrix *table,
                                  size_t first,
                                  size_t n_rows)
{
    const size_t d = table->n_in, row_bytes = pe_type_row_bytes(table->type, d);
    for (size_t i = 0; i < n_rows; i++) {
        float *x = rows->x + (first + i) * d;
        pe_row_read(table->type, (const char *)table->data + i * row_bytes, d, rows->normed);
        for (size_t k = 0; k < d; k++)
            x[k] += rows->normed[k];
    }
}

size_t pe_senses_layers_scratch_bytes(const PeSensesLayers *layers,
                                      unsigned n_threads,
                                      size_t n_rows_most)
{
    const size_t d = layers->n_embedding, n_in = d > layers->n_feed ? d : layers->n_feed;
    const size_t multiply = pe_matrix_scratch_bytes(n_threads, n_rows_most, n_in),
                 attention =
                     pe_attention_scratch_bytes(n_threads, layers->n_heads, layers->n_heads,
                                                d / layers->n_heads, n_rows_most);
    return multiply > attention ? multiply : attention;
}

// ---- Running

void pe_linear_run(
    const PeLinear *linear, PeCompute *compute, const float *x, size_t n_rows, float *y)
{
    pe_matrix_multiply(compute, &linear->weight, x, n_rows, linear->bias, y);
}

// What the functions of a run share.
typedef struct {
    const PeSensesLayers *layers;
    PeSensesRows *rows;
    size_t n_rows;
    PeCompute *compute;
} Run;

static void norm(const Run *run, const PeNorm *norm, float *y)
{
    pe_layer_norm(run->compute, run->rows->x, run->n_rows, run->layers->n_embedding,
                  norm->weight, norm->bias, run->layers->norm_epsilon, y);
}

// Over all rows; the result replaces the normed input.
static void attend(const Run *run)
{
    const size_t d = run->layers->n_embedding, head_dim = d / run->layers->n_heads;
    const PeAttention attention = {
        .n_heads = run->layers->n_heads,
        .n_kv_heads = run->layers->n_heads,
        .head_dim = head_dim,
        .n_queries = run->n_rows,
        .n_keys = run->n_rows,
        .scale = 1 / sqrtf((float)head_dim),
        .queries = run->rows->query,
        .keys = run->rows->key,
        .values = run->rows->value,
        .out = run->rows->normed,
        .query_stride = d,
        .kv_stride = d,
        .out_stride = d,
    };
    pe_attention(run->compute, &attention);
}

// x += y · weightᵀ + bias.
static void add_product(const Run *run, const PeLinear *linear, const float *y)
{
    const PeProduct product = {
        .w = &linear->weight, .bias = linear->bias, .after = PE_AFTER_ADD, .y = run->rows->x};
    pe_matrices_multiply(run->compute, &product, 1, y, run->n_rows);
}

static PeProduct product_of(const PeLinear *linear, float *y)
{
    return (PeProduct){.w = &linear->weight, .bias = linear->bias, .y = y};
}

static void run_layer(const Run *run, const PeSensesLayer *layer)
{
    PeSensesRows *rows = run->rows;
    const PeProduct attention[] = {product_of(&layer->query, rows->query),
                                   product_of(&layer->key, rows->key),
                                   product_of(&layer->value, rows->value)};
    norm(run, &layer->attention_norm, rows->normed);
    pe_matrices_multiply(run->compute, attention, 3, rows->normed, run->n_rows);
    attend(run);
    add_product(run, &layer->output, rows->normed);

    norm(run, &layer->feed_norm, rows->normed);
    pe_linear_run(&layer->up, run->compute, rows->normed, run->n_rows, rows->feed);
    pe_gelu(run->compute, run->layers->gelu, rows->feed, run->n_rows * run->layers->n_feed);
    add_product(run, &layer->down, rows->feed);
}

bool pe_senses_layers_run(const PeSensesLayers *layers,
                          PeSensesRows *rows,
                          size_t n_rows,
                          PeCompute *compute,
                          const PeStop *stop)
{
    const Run run = {layers, rows, n_rows, compute};
    for (size_t i = 0; i < layers->n_layers; i++) {
        if (pe_stop_is(stop)) return false;
        run_layer(&run, &layers->layers[i]);
    }
    norm(&run, &layers->last_norm, rows->x);
    return true;
}
