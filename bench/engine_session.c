#include "bench/engine_session.h"

#include "engine/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PROMPT = 16, ANSWER = 128, RUNS = 5 };

static _Noreturn void fail(const PeError *error)
{
    fprintf(stderr, "engine: %s\n", error->message);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void count_token(void *data, const PeAnswered *answered)
{
    size_t *n = data;
    (void)answered;
    ++*n;
}

// A prompt of its own, so that nothing is taken over from another.
static void
admit(PeSession *session, const PeModel *model, PeSampling sampling, size_t i, size_t *n)
{
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeError error;
    int32_t tokens[PROMPT];
    for (size_t k = 0; k < PROMPT; k++)
        tokens[k] = (int32_t)((PROMPT * i + k + 1) * 7919 % model->decoder.n_tokens);
    const PeRequest request = {
        .sampling = sampling, .n_tokens_most = ANSWER, .on_token = count_token, .data = n};
    if (!pe_prompt_add_tokens(&prompt, tokens, PROMPT, &error)
        || !pe_session_admit(session, &prompt, &request, &error))
        fail(&error);
}

static double tokens_per_s(PeSession *session,
                           const PeModel *model,
                           PeSampling sampling,
                           unsigned n_sequences)
{
    size_t n = 0;
    for (size_t i = 0; i < n_sequences; i++)
        admit(session, model, sampling, i, &n);
    const double start = now_s();
    while (pe_session_step(session))
        ;
    return (double)n / (now_s() - start);
}

void engine_session_measure(const char *path, unsigned n_threads, unsigned n_sequences)
{
    const PeSampling greedy = {.top_p = 1}, drawn = {.temperature = 0.8, .top_p = 0.95};
    PeError error;
    PeModel *model = pe_model_open(path, &error);
    if (!model) fail(&error);
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .precision = PE_PRECISION_FAST,
                                      .n_threads = n_threads,
                                      .n_sequences = n_sequences,
                                      .n_positions = PROMPT + ANSWER + 1};
    PeSession *session = pe_session_new(model, &options, &error);
    if (!session) fail(&error);
    tokens_per_s(session, model, greedy, n_sequences); // reads the file
    for (size_t i = 0; i < RUNS; i++) {
        printf("session_tokens_per_s %.1f\n",
               tokens_per_s(session, model, greedy, n_sequences));
        printf("drawn_tokens_per_s %.1f\n", tokens_per_s(session, model, drawn, n_sequences));
    }
    pe_session_free(session);
    pe_model_free(model);
}
