// The transformer that all encoders have (inside the senses): layers with a norm before each
// part, full attention, biases.
//
//     d embedding, h heads of d/h values, f feed-forward, n rows
//
//     n_layers times
//         a[n, d]        = layer_norm(x)
//         q, k, v[n, d]  = a · weightᵀ + bias, each
//         x             += softmax(q · kᵀ / √(d/h)) · v · outputᵀ + bias         head by head
//         x             += gelu(layer_norm(x) · upᵀ + bias) · downᵀ + bias     [n, f] inside
//     x                  = layer_norm(x)
//
// SmolVLM-256M, vision: d 768, h 12, f 3072, 12 layers, n 1024.
#pragma once

#include "engine/gguf.h"

// A linear map with a bias.
typedef struct {
    PeMatrix weight;   // [n_out, n_in]
    const float *bias; // [n_out], or NULL
} PeLinear;

typedef struct {
    const float *weight, *bias; // [d]
} PeNorm;

typedef struct {
    PeNorm attention_norm;
    PeLinear query, key, value, output; // [d, d]
    PeNorm feed_norm;
    PeLinear up;   // [f, d]
    PeLinear down; // [d, f]
} PeSensesLayer;

typedef struct {
    size_t n_embedding; // d
    size_t n_heads;     // h, divides d
    size_t n_feed;      // f
    size_t n_layers;
    float norm_epsilon;
    PeGelu gelu;
    PeSensesLayer *layers; // [n_layers]
    PeNorm last_norm;
} PeSensesLayers;

// Reads a file and notes which tensors were asked for: what is left over is unknown.
typedef struct {
    const PeGguf *gguf;
    bool *is_used; // [n_tensors of gguf]
    PeError *error;
} PeSensesReader;

// As pe_gguf_tensor_get, pe_gguf_vector_get.
bool pe_reader_tensor(PeSensesReader *reader,
                      const char *name,
                      size_t n_dims,
                      const size_t *shape,
                      const PeTensor **tensor);
bool pe_reader_vector(PeSensesReader *reader, const char *name, size_t n, const float **values);

// NAME.weight and NAME.bias, which a linear map may lack.
bool pe_reader_linear(
    PeSensesReader *reader, const char *name, size_t n_out, size_t n_in, PeLinear *linear);
bool pe_reader_norm(PeSensesReader *reader, const char *name, size_t n, PeNorm *norm);

// The key clip.KIND.KEY, 1 … most.
bool pe_reader_size(
    PeSensesReader *reader, const char *kind, const char *key, size_t most, size_t *value);

// Reads the sizes under clip.KIND and the tensors PREFIX.blk.i.* and PREFIX.post_ln.*. Sets all
// but gelu.
bool pe_senses_layers_init(PeSensesLayers *layers,
                           PeSensesReader *reader,
                           const char *kind,
                           char prefix);
void pe_senses_layers_clear(PeSensesLayers *layers);

// What layers work in.
typedef struct {
    size_t n_rows_most;
    float *x;                   // [n_rows_most, d] input and output
    float *normed;              // [n_rows_most, d]
    float *query, *key, *value; // [n_rows_most, d]
    float *feed;                // [n_rows_most, f]
} PeSensesRows;

size_t pe_senses_rows_bytes(const PeSensesLayers *layers, size_t n_rows_most);
bool pe_senses_rows_init(PeSensesRows *rows,
                         const PeSensesLayers *layers,
                         size_t n_rows_most,
                         PeError *error);
void pe_senses_rows_clear(PeSensesRows *rows);

// rows->x[first + i] += table[i] for i < n_rows; table [≥ n_rows, d] of any type.
void pe_senses_rows_add_positions(PeSensesRows *rows,
                                  const PeMatrix *table,
                                  size_t first,
                                  size_t n_rows);

// Scratch that the PeCompute has to have.
size_t pe_senses_layers_scratch_bytes(const PeSensesLayers *layers,
                                      unsigned n_threads,
                                      size_t n_rows_most);

// How an encoder's run may end before its end.
typedef struct {
    bool (*ask)(void *data); // or NULL
    void *data;
} PeStop;

static inline bool pe_stop_is(const PeStop *stop)
{
    return stop->ask != NULL && stop->ask(stop->data);
}

// Runs rows->x [n_rows, d] through all layers and the last norm, on the spot. False if stopped.
bool pe_senses_layers_run(const PeSensesLayers *layers,
                          PeSensesRows *rows,
                          size_t n_rows,
                          PeCompute *compute,
                          const PeStop *stop);

// y[n_rows, n_out] = x · weightᵀ + bias.
void pe_linear_run(
    const PeLinear *linear, PeCompute *compute, const float *x, size_t n_rows, float *y);
