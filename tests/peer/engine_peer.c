// What the engine makes of texts and prompts, for a comparison with llama.cpp.
//
//     engine_peer tokens MODEL
//         texts, each ended by NUL, from stdin: a line of tokens each
//
//     engine_peer answer MODEL MMPROJ PROMPT MEDIA…
//         the number of positions, then a line for each token of the vocabulary: its
//         log-probability as the next one
#include "adapters/shared/engine_media.h"
#include "engine/engine.h"
#include "engine/evaluate.h"
#include "harness/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKER "<__media__>"

static bool
print_tokens(const PeVocabulary *vocabulary, const char *text, size_t n, PeError *error)
{
    PeTokens tokens = {0};
    const bool ok = pe_tokenize(vocabulary, text, n, true, &tokens, error);
    for (size_t i = 0; ok && i < tokens.n; i++)
        printf("%s%d", i > 0 ? " " : "", tokens.ids[i]);
    putchar('\n');
    pe_tokens_clear(&tokens);
    return ok;
}

// The file need not have a network.
static bool run_tokens(const char *path, PeError *error)
{
    PeGguf *gguf = pe_gguf_open(path, error);
    PeVocabulary *vocabulary = gguf != NULL ? pe_vocabulary_new(gguf, error) : NULL;
    bool ok = vocabulary != NULL;
    char *text = NULL;
    size_t n_room = 0;
    for (ssize_t n; ok && (n = getdelim(&text, &n_room, '\0', stdin)) > 0;)
        ok = print_tokens(vocabulary, text, (size_t)n - 1, error);
    free(text);
    pe_vocabulary_free(vocabulary);
    pe_gguf_free(gguf);
    return ok;
}

static bool add_media(PeSensesWork *work, const char *path, PePrompt *prompt, GError **error)
{
    g_autofree char *contents = NULL;
    size_t n_bytes;
    if (!g_file_get_contents(path, &contents, &n_bytes, error)) return false;
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&contents), n_bytes);
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, path);
    pe_senses_begin(work, &(PeSensesBudget){0}, NULL, NULL);
    return g_str_has_prefix(media->type, "audio/")
               ? ps_engine_add_sound(work, media, prompt, error)
               : ps_engine_add_picture(work, media, prompt, error);
}

static bool fill_prompt(const PeModel *model,
                        PeSensesWork *work,
                        const char *text,
                        char **media,
                        PePrompt *prompt,
                        GError **error)
{
    for (const char *marker; (marker = strstr(text, MARKER)) != NULL;
         text = marker + strlen(MARKER)) {
        if (*media == NULL) return ps_fail(error, PS_ERROR_DATA, "more markers than media");
        if (!ps_engine_add_text(model, text, (size_t)(marker - text), true, prompt, error)
            || !add_media(work, *media++, prompt, error))
            return false;
    }
    return ps_engine_add_text(model, text, strlen(text), true, prompt, error);
}

// The peer shows control tokens, and nothing of unused ones.
static void print_bytes(const PeVocabulary *vocabulary, int32_t token)
{
    const bool is_shown = vocabulary->tokens[token].kind != PE_TOKEN_UNUSED;
    const PeString bytes = pe_token_bytes(vocabulary, token, true);
    for (size_t i = 0; is_shown && i < bytes.n_bytes; i++)
        printf("%02x", (unsigned char)bytes.bytes[i]);
    putchar('\n');
}

static bool print_answer(const PeModel *model, const PePrompt *prompt, GError **error)
{
    const size_t n = model->decoder.n_tokens;
    const PeWorkOptions options = {
        .level = pe_level_default(), .precision = PE_PRECISION_EXACT, .n_threads = 1};
    g_autofree float *logits = g_new(float, n);
    PeError problem = {0};
    if (!pe_evaluate(model, prompt, &options, logits, &problem))
        return ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    pe_log_softmax(options.level, logits, n);
    printf("%zu\n", prompt->n_positions);
    for (size_t i = 0; i < n; i++) {
        printf("%.6f ", logits[i]);
        print_bytes(model->vocabulary, (int32_t)i);
    }
    return true;
}

static bool run_answer(char **arguments, GError **error)
{
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_EXACT, 1, NULL};
    PeError problem = {0};
    PeModel *model = pe_model_open(arguments[0], &problem);
    PeSenses *senses = model != NULL ? pe_senses_open(arguments[1], model, &problem) : NULL;
    PeSensesWork *work = senses != NULL ? pe_senses_work_new(senses, &options, &problem) : NULL;
    PePrompt prompt = {.n_embedding = model != NULL ? model->decoder.n_embedding : 0};
    const bool ok = work != NULL
                        ? fill_prompt(model, work, arguments[2], arguments + 3, &prompt, error)
                              && print_answer(model, &prompt, error)
                        : ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    pe_prompt_clear(&prompt);
    pe_senses_work_free(work);
    pe_senses_free(senses);
    pe_model_free(model);
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    PeError problem = {0};
    bool ok;
    if (argc == 3 && strcmp(argv[1], "tokens") == 0)
        ok = run_tokens(argv[2], &problem)
             || ps_engine_fail(&error, PS_ERROR_DATA, NULL, &problem);
    else if (argc >= 5 && strcmp(argv[1], "answer") == 0)
        ok = run_answer(argv + 2, &error);
    else
        ok = ps_fail(&error, PS_ERROR_USAGE,
                     "tokens MODEL, or answer MODEL MMPROJ PROMPT MEDIA…");
    if (!ok) fprintf(stderr, "engine_peer: %s\n", error->message);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
