#include "engine/embedding.h"

#include <math.h>
#include <stdlib.h>

void pe_embedding_clear(PeEmbedding *embedding)
{
    free(embedding->sums);
    *embedding = (PeEmbedding){.n_values = embedding->n_values};
}

bool pe_embedding_add(PeEmbedding *embedding, const float *rows, size_t n_rows, PeError *error)
{
    const size_t n = embedding->n_values;
    if (embedding->sums == NULL) embedding->sums = calloc(n, sizeof *embedding->sums);
    if (embedding->sums == NULL) return pe_fail_memory(error);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t k = 0; k < n; k++)
            embedding->sums[k] += rows[i * n + k];
    embedding->n_rows += n_rows;
    return true;
}

bool pe_embedding_add_media(PeEmbedding *embedding, const PePrompt *prompt, PeError *error)
{
    for (size_t i = 0; i < prompt->n_items; i++) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS
            && !pe_embedding_add(embedding, item->rows, item->n, error))
            return false;
    }
    return true;
}

bool pe_embedding_add_hidden(PeEmbedding *embedding,
                             const PeDecoder *decoder,
                             PeWork *work,
                             size_t n_rows,
                             PeError *error)
{
    pe_rms_norm(work->compute, work->x, n_rows, decoder->n_embedding, decoder->output_norm,
                decoder->norm_epsilon, work->normed);
    return pe_embedding_add(embedding, work->normed, n_rows, error);
}

bool pe_embedding_get(const PeEmbedding *embedding, float *values, PeError *error)
{
    double squares = 0;
    if (embedding->n_rows == 0) return pe_fail(error, "nothing was given to embed");
    for (size_t i = 0; i < embedding->n_values; i++)
        squares += embedding->sums[i] * embedding->sums[i];
    if (!(squares > 0) || !isfinite(squares))
        return pe_fail(error, "the embedding has no direction");
    for (size_t i = 0; i < embedding->n_values; i++)
        values[i] = (float)(embedding->sums[i] / sqrt(squares));
    return true;
}
