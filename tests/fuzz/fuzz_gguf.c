// Fuzzes the reader of model files and what stands on it: a language model answers two tokens,
// encoders take a picture. A corpus: tests/engine/fixtures/*.gguf, which are small.
#include "engine/senses.h"
#include "engine/session.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_MOST ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const PeModel *model)
{
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .n_threads = 1,
                                      .n_sequences = 1,
                                      .n_positions = 32,
                                      .n_rows = 32,
                                      .n_bytes = MEMORY_MOST};
    const PeRequest request = {.sampling = {.top_p = 1}, .n_tokens_most = 2};
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeTokens tokens = {0};
    PeError error;
    PeSession *session = pe_session_new(model, &options, &error);
    if (session == NULL) return;
    if (pe_tokenize(model->vocabulary, "a 42", 4, true, &tokens, &error)
        && pe_prompt_add_tokens(&prompt, tokens.ids, tokens.n, &error)
        && pe_session_admit(session, &prompt, &request, &error))
        while (pe_session_step(session))
            ;
    pe_tokens_clear(&tokens);
    pe_prompt_clear(&prompt);
    pe_session_free(session);
}

static void encode(const PeSenses *senses, size_t n_embedding)
{
    static uint8_t pixels[24 * 16 * 3];
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_EXACT, 1, NULL};
    const PeSensesBudget budget = {.n_positions = 100, .n_bytes = 1 << 22};
    PePrompt prompt = {.n_embedding = n_embedding};
    PeError error;
    if (pe_senses_work_bytes(senses, &options) > MEMORY_MOST) return;
    PeSensesWork *work = pe_senses_work_new(senses, &options, &error);
    if (work == NULL) return;
    pe_senses_begin(work, &budget, NULL, NULL);
    pe_senses_add_picture(work, &(PePicture){24, 16, pixels}, &prompt, &error);
    pe_prompt_clear(&prompt);
    pe_senses_work_free(work);
}

static PeGguf *parse(const void *bytes, size_t n_bytes)
{
    PeError error = {0};
    PeGguf *gguf = pe_gguf_parse(bytes, n_bytes, &error);
    if (gguf == NULL && error.message[0] == '\0') abort();
    return gguf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static PeModel *beside; // the language model that encoders are for
    PeError error = {0};
    if (beside == NULL) beside = pe_model_open(PS_FIXTURES "/mini-q8/lm-q8_0.gguf", &error);
    if (beside == NULL) abort();
    PeGguf *gguf = parse(data, size);
    PeModel *model = gguf != NULL ? pe_model_new(gguf, &error) : NULL;
    if (model != NULL) answer(model);
    if (gguf != NULL && model == NULL && error.message[0] == '\0') abort();
    pe_model_free(model);
    gguf = parse(data, size);
    PeSenses *senses = gguf != NULL ? pe_senses_new(gguf, beside, &error) : NULL;
    if (senses != NULL) encode(senses, beside->decoder.n_embedding);
    pe_senses_free(senses);
    return 0;
}
