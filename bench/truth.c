// truth - can a verdict be trusted?
//
// Generates runs whose truth is known, gives them to the real gate and the real intervals, and
// counts how often those are wrong. Prints a table, and with --output writes it there; exit
// status 1 if a demand on a result does not hold.
#include "truth.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char manual[] =
    "Usage: truth [OPTION]...\n"
    "  --pairs N       pairs of runs of the same system (default 2000); others in proportion\n"
    "  --draws N       draws for each cell of the coverage tables (default 4000)\n"
    "  --quick         as --pairs 100 --draws 200\n"
    "  --only NAME     of same, latency, drop, margin, coverage, differences\n"
    "  --seed N        of all random numbers (default 1)\n"
    "  --output DIR    writes DIR/truth.md and DIR/truth.csv\n";

static const struct {
    const char *name;
    void (*run)(Results *results, const TruthOptions *options);
} experiments[] = {
    {"same", truth_same},         {"latency", truth_same_latency},
    {"drop", truth_drop},         {"margin", truth_margin},
    {"coverage", truth_coverage}, {"differences", truth_coverage_difference},
};

typedef struct {
    TruthOptions truth;
    const char *only, *output;
} Options;

static void fail_usage(void)
{
    fputs(manual, stderr);
    exit(64);
}

static size_t count_read(const char *text, size_t least)
{
    guint64 n;
    if (!g_ascii_string_to_unsigned(text, 10, least, 10000000, &n, NULL)) fail_usage();
    return (size_t)n;
}

static void options_read(Options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"pairs", required_argument, NULL, 'p'}, {"draws", required_argument, NULL, 'd'},
        {"quick", no_argument, NULL, 'q'},       {"only", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 's'},  {"output", required_argument, NULL, 'O'},
        {"help", no_argument, NULL, 'h'},        {0},
    };
    *options = (Options){.truth = {.seed = 1, .n_pairs = 2000, .n_draws = 4000}};
    for (int letter; (letter = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        switch (letter) {
        case 'p':
            options->truth.n_pairs = count_read(optarg, 20);
            break;
        case 'd':
            options->truth.n_draws = count_read(optarg, 20);
            break;
        case 'q':
            options->truth.n_pairs = 100;
            options->truth.n_draws = 200;
            break;
        case 'o':
            options->only = optarg;
            break;
        case 's':
            options->truth.seed = count_read(optarg, 0);
            break;
        case 'O':
            options->output = optarg;
            break;
        case 'h':
            fputs(manual, stdout);
            exit(0);
        default:
            fail_usage();
        }
    }
    if (optind < argc) fail_usage();
}

static void run_experiments(Results *results, const Options *options)
{
    bool is_known = options->only == NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(experiments); i++) {
        if (options->only != NULL && strcmp(options->only, experiments[i].name) != 0) continue;
        experiments[i].run(results, &options->truth);
        is_known = true;
    }
    if (!is_known) fail_usage();
}

static void write_result(const char *folder, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_file_set_contents(path, text, -1, &error)) return;
    fprintf(stderr, "truth: %s\n", error->message);
    exit(73);
}

static void write_results(const Results *results, const Options *options, char **argv)
{
    time_t now = time(NULL);
    char date[32];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    g_autofree char *command = g_strjoinv(" ", argv + 1);
    g_autofree char *text = g_strdup_printf(
        "# Can a verdict be trusted?\n\nMade by `truth %s` on %s, seed %" G_GUINT64_FORMAT
        "; do not edit. What was asked, and how the data are made: "
        "[README.md](../README.md). A demand holds unless the interval of the simulation lies "
        "beyond it, at the level that keeps 100 demands together at 95 %%; %u do not hold.\n%s",
        command, date, options->truth.seed, results->n_broken, results->markdown->str);
    fputs(text, stdout);
    if (options->output == NULL) return;
    write_result(options->output, "truth.md", text);
    write_result(options->output, "truth.csv", results->csv->str);
}

int main(int argc, char **argv)
{
    Options options;
    options_read(&options, argc, argv);
    const char *shared = "/dev/shm";
    bool is_shared = access(shared, W_OK) == 0 && g_getenv("TMPDIR") == NULL;
    g_autofree char *template =
        g_build_filename(is_shared ? shared : g_get_tmp_dir(), "truth-XXXXXX", NULL);
    if (g_mkdtemp(template) == NULL) {
        fprintf(stderr, "truth: %s cannot be made\n", template);
        return 73;
    }
    options.truth.folder = template;
    Results results;
    results_init(&results);
    run_experiments(&results, &options);
    rmdir(template);
    write_results(&results, &options, argv);
    bool is_broken = results.n_broken > 0;
    results_clear(&results);
    return is_broken;
}
