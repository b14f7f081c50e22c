#include "engine/evaluate.h"

#include <math.h>
#include <string.h>

static void set_rows(const PeModel *model, const PePrompt *prompt, PeWork *work)
{
    const size_t d = prompt->n_embedding;
    size_t row = 0;
    for (size_t i = 0; i < prompt->n_items; row += prompt->items[i++].n) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS)
            memcpy(work->x + row * d, item->rows, item->n * d * sizeof *item->rows);
        for (size_t k = 0; item->kind == PE_ITEM_TOKENS && k < item->n; k++)
            pe_work_set_token(work, &model->decoder, row + k, item->tokens[k]);
    }
}

static bool run(const PeModel *model,
                const PePrompt *prompt,
                const PeWorkOptions *options,
                float *logits,
                PeError *error)
{
    const size_t n = prompt->n_positions;
    PeWork work = {0};
    PeCache cache = {0};
    const bool is_ok = pe_work_init(&work, &model->decoder, options, error)
                       && pe_cache_init(&cache, &model->decoder, n, error);
    if (is_ok) {
        set_rows(model, prompt, &work);
        pe_decoder_run(&model->decoder, &work, &(PeSpan){&cache, 0, n}, 1, NULL, NULL);
        pe_decoder_logits(&model->decoder, &work, &(size_t){n - 1}, 1, logits);
    }
    pe_cache_clear(&cache);
    pe_work_clear(&work);
    return is_ok;
}

bool pe_evaluate(const PeModel *model,
                 const PePrompt *prompt,
                 const PeWorkOptions *options,
                 float *logits,
                 PeError *error)
{
    PeWorkOptions sized = *options;
    sized.n_rows_most = sized.n_positions = prompt->n_positions;
    if (model->decoder.has_cross)
        return pe_fail(error, "a model with cross-attention is not evaluated in one go");
    if (prompt->n_positions == 0) return pe_fail(error, "the prompt is empty");
    if (prompt->n_positions > model->decoder.n_positions_most)
        return pe_fail(error, "the prompt has %zu positions, the model takes %zu",
                       prompt->n_positions, model->decoder.n_positions_most);
    return run(model, prompt, &sized, logits, error);
}
