// `proofsheet serve FILE`: the engine as an OpenAI-compatible server on the loopback.
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "serve/server.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define BODY_MIB 64
#define CONNECTIONS 64
#define SEQUENCES 4
#define THREADS_MOST 64

static bool check_words(char **words, GError **error)
{
    return g_strv_length(words) == 1
           || ps_fail(error, PS_ERROR_USAGE, "takes one model file (see --help)");
}

static char **parse(PsServerOptions *options, int argc, char **argv, GError **error)
{
    int body_mib = BODY_MIB, sequences = SEQUENCES, memory_mib = 0;
    int threads = MIN((int)g_get_num_processors(), THREADS_MOST);
    PsBudget *budget = &options->limits.budget;
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "0: a free one (default 8080)", "N"},
        {"max-connections", 0, 0, G_OPTION_ARG_INT, &options->connections_most,
         "Most connections at once (default 64)", "N"},
        {"max-body", 0, 0, G_OPTION_ARG_INT, &body_mib, "Largest request (default 64)", "MIB"},
        {"sequences", 0, 0, G_OPTION_ARG_INT, &sequences,
         "Answers that are made together (default 4)", "N"},
        {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "Of the engine", "N"},
        {"max-memory", 0, 0, G_OPTION_ARG_INT, &memory_mib,
         "Do not start if more is needed besides the weights", "MIB"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->limits.deadline_s,
         "Limit for one request (default: none)", "SECONDS"},
        {"budget-pixels", 0, 0, G_OPTION_ARG_INT64, &budget->pixels,
         "Refuse requests whose pictures have more", "N"},
        {"budget-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &budget->seconds,
         "The same for the sound of a request", "S"},
        {"budget-tokens", 0, 0, G_OPTION_ARG_INT64, &budget->tokens,
         "The same for positions of the prompt, text and media", "N"},
        {"budget-bytes", 0, 0, G_OPTION_ARG_INT64, &budget->bytes,
         "The same for the memory that a request takes", "N"},
        {0},
    };
    char **words = ps_options_parse(ps_command_serve.usage, ps_command_serve.summary, entries,
                                    argc, argv, error);
    if (words == NULL) return NULL;
    const PsNumber numbers[] = {
        {"port", options->port, 0, 65535},
        {"max-connections", options->connections_most, 1, 1000},
        {"max-body", body_mib, 1, 1024},
        {"sequences", sequences, 1, PE_SEQUENCES_MOST},
        {"threads", threads, 1, THREADS_MOST},
        {"max-memory", memory_mib, 0, INFINITY},
        {"timeout", options->limits.deadline_s, 0, 1e6},
        {"budget-pixels", (double)budget->pixels, 0, INFINITY},
        {"budget-seconds", budget->seconds, 0, 1e9},
        {"budget-tokens", (double)budget->tokens, 0, INFINITY},
        {"budget-bytes", (double)budget->bytes, 0, INFINITY},
    };
    options->body_bytes_most = (size_t)body_mib << 20;
    options->worker =
        (PsServeWorkerOptions){(size_t)sequences, (unsigned)threads, (size_t)memory_mib << 20};
    if (check_words(words, error) && ps_numbers_check(numbers, G_N_ELEMENTS(numbers), error))
        return words;
    g_strfreev(words);
    return NULL;
}

// Until a signal asks to end.
static void wait_for_end(void)
{
    sigset_t ends;
    int number;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigwait(&ends, &number);
}

// Before threads are started, which inherit it.
static void block_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    PsServerOptions options = {.port = 8080, .connections_most = CONNECTIONS};
    (void)registry;
    g_auto(GStrv) words = parse(&options, argc, argv, error);
    if (words == NULL) return false;
    block_signals();
    g_autoptr(PsUnified) unified = ps_unified_open(words[0], error);
    if (unified == NULL) return false;
    g_autofree char *model = g_path_get_basename(words[0]);
    g_autoptr(PsServer) server = ps_server_new(unified, model, &options, error);
    if (server == NULL) return false;
    printf("listening on http://127.0.0.1:%d/v1\n", ps_server_port(server));
    fflush(stdout);
    wait_for_end();
    *exit_status = 0;
    return true;
}

const PsCommand ps_command_serve = {
    .name = "serve",
    .usage = "serve FILE",
    .summary =
        "Serve a model (GGUF) by the reference engine, OpenAI-compatible, on the loopback",
    .run = run,
};
