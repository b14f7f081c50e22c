#include "harness/verdict/power.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"

#include <stdio.h>
#include <string.h>

#define TESTS_MOST 1000000

typedef struct {
    char *baseline;
    char **outputs;
    gboolean is_quiet;
    int n_tests;
    PsPowerOptions power;
} Flags;

static void flags_clear(Flags *flags)
{
    g_free(flags->baseline);
    g_strfreev(flags->outputs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"drop", 'd', 0, G_OPTION_ARG_DOUBLE, &flags->power.drop,
         "The drop to be found, as the metric is printed (default: 5 for percentages, else a "
         "tenth of the value)",
         "X"},
        {"baseline", 'b', 0, G_OPTION_ARG_FILENAME, &flags->baseline,
         "A second run, so that differences are measured and not assumed", "RUN"},
        {"alpha", 0, 0, G_OPTION_ARG_DOUBLE, &flags->power.alpha,
         "One-sided level (default 0.05)", "P"},
        {"power", 0, 0, G_OPTION_ARG_DOUBLE, &flags->power.power,
         "How often the drop is to be found (default 0.8)", "P"},
        {"tests", 0, 0, G_OPTION_ARG_INT, &flags->n_tests,
         "Tests asked together, which the level is divided by (default 1)", "N"},
        {"correlation", 0, 0, G_OPTION_ARG_DOUBLE, &flags->power.correlation,
         "Of two systems on one sample, where there is one run (default 0.5)", "R"},
        {"accuracy", 0, 0, G_OPTION_ARG_DOUBLE, &flags->power.accuracy,
         "Of a suite: the accuracy to plan with (default 0.8)", "P"},
        {"icc", 0, 0, G_OPTION_ARG_DOUBLE, &flags->power.icc,
         "Of a suite: share of the variance that lies between sources (default 0.2)", "R"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &flags->outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &flags->is_quiet, "No table on the terminal",
         NULL},
        {0},
    };
    return ps_options_parse(ps_command_power.usage, ps_command_power.summary, entries, argc,
                            argv, error);
}

static bool check(const Flags *flags, GError **error)
{
    const PsPowerOptions *power = &flags->power;
    const char *problem = NULL;
    if (!(power->drop >= 0 && power->drop < 1e15))
        problem = "--drop: is not above 0";
    else if (!(power->alpha > 0 && power->alpha < 0.5))
        problem = "--alpha: is not in 0 to 0.5";
    else if (!(power->power > power->alpha && power->power < 1))
        problem = "--power: is not in the level to 1";
    else if (flags->n_tests < 1 || flags->n_tests > TESTS_MOST)
        problem = "--tests: is not in 1 to 1000000";
    else if (!(power->correlation >= 0 && power->correlation < 1))
        problem = "--correlation: is not in 0 to 1 (at 1 there is nothing to compare)";
    else if (!(power->accuracy > 0 && power->accuracy < 1))
        problem = "--accuracy: is not in 0 to 1";
    else if (!(power->icc >= 0 && power->icc <= 1))
        problem = "--icc: is not in 0 to 1";
    return problem == NULL || ps_fail(error, PS_ERROR_USAGE, "%s", problem);
}

// Run files are SQLite databases, whatever they are called; suites are text. What cannot be
// read is left to whoever opens it.
static bool is_database(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic] = {0};
    FILE *file = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? fopen(path, "rb") : NULL;
    if (file == NULL) return false;
    bool is_magic = fread(head, sizeof head, 1, file) == 1 && memcmp(head, magic, 16) == 0;
    fclose(file);
    return is_magic;
}

static PsFindings *
look_at_run(const char *path, const Flags *flags, const PsRegistry *registry, GError **error)
{
    g_autoptr(PsRunFile) baseline = NULL;
    g_autoptr(PsRunFile) file = ps_runfile_open(path, PS_RUNFILE_READ, false, error);
    if (file == NULL) return NULL;
    if (flags->baseline != NULL) {
        baseline = ps_runfile_open(flags->baseline, PS_RUNFILE_READ, false, error);
        if (baseline == NULL) return NULL;
    }
    return ps_power_of_run(file, baseline, registry, &flags->power, error);
}

static PsFindings *
look_at_suite(const char *path, const Flags *flags, const PsRegistry *registry, GError **error)
{
    if (flags->baseline != NULL)
        return ps_fail_null(error, PS_ERROR_USAGE, "--baseline: %s is not a run file", path);
    PsSuite *suite = ps_suite_load(path, registry, error);
    return suite != NULL ? ps_power_of_suite(suite, registry, &flags->power, error) : NULL;
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags) flags = {.power = ps_power_options_default(), .n_tests = 1};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one suite or run file (see --help)");
    if (!check(&flags, error)
        || !ps_output_check(registry, PS_OUTPUT_FINDINGS, flags.outputs, error))
        return false;
    flags.power.n_tests = (size_t)flags.n_tests;
    g_autoptr(PsFindings) findings = is_database(words[0])
                                         ? look_at_run(words[0], &flags, registry, error)
                                         : look_at_suite(words[0], &flags, registry, error);
    *exit_status = 0;
    return findings != NULL
           && ps_output_write_findings(registry, findings, flags.outputs, flags.is_quiet,
                                       error);
}

const PsCommand ps_command_power = {
    .name = "power",
    .usage = "power SUITE|RUN",
    .summary = "How many samples and epochs a slice needs to show a drop, and what it can show "
               "now",
    .run = run,
};
