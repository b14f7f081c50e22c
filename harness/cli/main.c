#include "adapters/adapters.h"
#include "datasets/datasets.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/report.h"
#include "metrics/metrics.h"
#include "reports/reports.h"
#include "reports/shared/text.h"
#include "slicers/slicers.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const PsCommand *const commands[] = {
#define PS_ROW(name) &ps_command_##name,
#include "harness/cli/commands.def"
#undef PS_ROW
    NULL,
};

static const PsCommand *find_command(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static void print_help(FILE *stream)
{
    fputs("proofsheet: what a multimodal system can do, slice by slice and with error bars\n\n"
          "Usage: proofsheet COMMAND [OPTION…]\n\nCommands:\n",
          stream);
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs(
        "\n`proofsheet COMMAND --help` tells more. Every flag has a PROOFSHEET_* twin in the\n"
        "environment. Exit status: 0 pass, 1 failed, 2 undecided, 64 and up trouble.\n",
        stream);
}

// Messages quote files and servers, and a terminal obeys what it is sent.
void ps_command_print_error(const char *command, const char *message)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(message, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line != lines) g_string_append_c(text, '\n');
        ps_text_append(text, PS_TEXT_PLAIN, *line, PS_TEXT_MAX_CHARS);
    }
    fprintf(stderr, "proofsheet %s: %s\n", command, text->str);
}

// Many requests in flight are many sockets; the usual soft limit is 1,024.
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int run_command(const PsCommand *command, int argc, char **argv)
{
    const PsRegistry registry = {
        .metrics = ps_metrics,
        .slicers = ps_slicers,
        .conditions = ps_conditions,
        .devices = ps_devices,
        .adapters = ps_adapters,
        .readers = ps_readers,
        .importers = ps_importers,
        .reports = ps_reports,
    };
    g_autoptr(GError) error = NULL;
    int exit_status = 0;
    if (command->run(&registry, argc, argv, &exit_status, &error)) return exit_status;
    if (error == NULL) // a fault of ours that must not become a crash
        ps_fail(&error, PS_ERROR_SOFTWARE, "failed without saying why");
    ps_command_print_error(command->name, error->message);
    return ps_error_exit_status(error);
}

// A result that did not reach its reader must not look like success.
static int flush_result(int exit_status)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return exit_status;
    perror("proofsheet: stdout");
    return exit_status != 0 ? exit_status : PS_ERROR_IO;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error, as a full disk is
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? PS_ERROR_USAGE : flush_result(0);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("proofsheet " PS_VERSION);
        return flush_result(0);
    }
    const PsCommand *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "proofsheet: there is no command %s (see: proofsheet --help)\n",
                argv[1]);
        return PS_ERROR_USAGE;
    }
    raise_file_limit();
    ps_options_load_dotenv();
    return flush_result(run_command(command, argc - 1, argv + 1));
}
