// Embeddings for retrieval: one vector for a picture, a recording, a video or a text.
//
//     media     the mean of its rows, as the projector makes them (every tile and window)
//     text      the mean over its positions of the network's last hidden states, after the
//               output norm
//
// divided by its length, so that a product of two is their cosine. Vectors of one kind can be
// compared with one another; pictures with texts only if the model was trained so.
#pragma once

#include "engine/decoder.h"
#include "engine/prompt.h"

// A mean on its way. Zero is empty: {.n_values = n}.
typedef struct {
    size_t n_values; // of a row, the model's n_embedding
    size_t n_rows;   // that were added
    double *sums;    // [n_values]
} PeEmbedding;

void pe_embedding_clear(PeEmbedding *embedding);

// rows[n_rows, n_values]. False without memory.
bool pe_embedding_add(PeEmbedding *embedding, const float *rows, size_t n_rows, PeError *error);

// The rows of all media in prompt; its tokens are passed over.
bool pe_embedding_add_media(PeEmbedding *embedding, const PePrompt *prompt, PeError *error);

// The hidden states of the n_rows of a pe_decoder_run, which lie in work.
bool pe_embedding_add_hidden(PeEmbedding *embedding,
                             const PeDecoder *decoder,
                             PeWork *work,
                             size_t n_rows,
                             PeError *error);

// values[n_values] of length 1. False if nothing was added or the mean has no direction.
bool pe_embedding_get(const PeEmbedding *embedding, float *values, PeError *error);
