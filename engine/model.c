#include "engine/model.h"

#include <stdlib.h>

static bool read_model(PeModel *model, PeError *error)
{
    if (!pe_decoder_init(&model->decoder, model->gguf, error)
        || (model->decoder.has_cross
            && !pe_cross_init(&model->cross, &model->decoder, model->gguf, error)))
        return false;
    model->vocabulary = pe_vocabulary_new(model->gguf, error);
    if (model->vocabulary == NULL) return false;
    return model->vocabulary->n_tokens == model->decoder.n_tokens
           || pe_fail(error, "tensor token_embd.weight: has %zu rows for %zu tokens",
                      model->decoder.n_tokens, model->vocabulary->n_tokens);
}

PeModel *pe_model_new(PeGguf *gguf, PeError *error)
{
    PeModel *model = calloc(1, sizeof *model);
    if (model == NULL) {
        pe_gguf_free(gguf);
        pe_fail_memory(error);
        return NULL;
    }
    model->gguf = gguf;
    if (read_model(model, error)) return model;
    pe_model_free(model);
    return NULL;
}

PeModel *pe_model_open(const char *path, PeError *error)
{
    PeGguf *gguf = pe_gguf_open(path, error);
    if (gguf == NULL) return NULL;
    PeModel *model = pe_model_new(gguf, error);
    if (model == NULL) pe_fail_prefix(error, path);
    return model;
}

void pe_model_free(PeModel *model)
{
    if (model == NULL) return;
    pe_vocabulary_free(model->vocabulary);
    pe_cross_clear(&model->cross);
    pe_decoder_clear(&model->decoder);
    pe_gguf_free(model->gguf);
    free(model);
}
