// discover - what finding the worst slices costs (harness/stats/sliceline.h).
//
// Makes a table of random keys and errors by seed, searches it and prints one line of
// bench/results/discover.md: seconds and processor seconds of the search, and the process's
// peak memory, the table included.
#include "harness/rng.h"
#include "harness/stats/sliceline.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char manual[] =
    "Usage: discover [OPTION]...\n"
    "  --rows N       (default 1000000)\n"
    "  --features N   (default 30); they have 2 to 20 keys, some of them frequent, some rare\n"
    "  --errors KIND  noise (default), planted: one slice of three predicates fails more "
    "often\n"
    "  --graded       errors are fractions; else 0 and 1\n"
    "  --alpha A      (default 0.95)\n"
    "  --k K          (default 20)\n"
    "  --levels L     (default 3)\n"
    "  --support S    rows, or a share of them (default 0.01)\n"
    "  --threads T    (default 2)\n"
    "  --seed N       (default 1)\n"
    "  --show         print the slices too\n";

typedef struct {
    size_t n_rows, n_features;
    bool is_planted, is_graded, is_shown;
    double support;
    uint64_t seed;
    PsSlicelineOptions search;
} Options;

typedef struct {
    uint32_t **keys;  // [n_features][n_rows]
    uint32_t *n_keys; // [n_features]
    double *errors;   // [n_rows]
} Table;

enum { MIN_KEYS = 2, MAX_KEYS = 20 };
static const double error_rate = 0.1, planted_rate = 0.8;

static bool option_apply(Options *options, int letter)
{
    PsSlicelineOptions *search = &options->search;
    if (letter == 'n') return (options->n_rows = strtoul(optarg, NULL, 10)) > 0;
    if (letter == 'f') return (options->n_features = strtoul(optarg, NULL, 10)) >= 3;
    if (letter == 'a') return (search->alpha = g_ascii_strtod(optarg, NULL)) > 0;
    if (letter == 'k') return (search->k = strtoul(optarg, NULL, 10)) > 0;
    if (letter == 'l') return (search->max_level = strtoul(optarg, NULL, 10)) > 0;
    if (letter == 's') return (options->support = g_ascii_strtod(optarg, NULL)) > 0;
    if (letter == 't') return (search->n_threads = (unsigned)strtoul(optarg, NULL, 10)) > 0;
    if (letter == 'r') return (options->seed = strtoull(optarg, NULL, 10)) > 0;
    if (letter == 'g') return options->is_graded = true;
    if (letter == 'p') return options->is_shown = true;
    if (letter != 'e') return false;
    options->is_planted = strcmp(optarg, "planted") == 0;
    return options->is_planted || strcmp(optarg, "noise") == 0;
}

static bool options_read(Options *options, int argc, char **argv)
{
    static const struct option table[] = {{"rows", required_argument, NULL, 'n'},
                                          {"features", required_argument, NULL, 'f'},
                                          {"errors", required_argument, NULL, 'e'},
                                          {"graded", no_argument, NULL, 'g'},
                                          {"alpha", required_argument, NULL, 'a'},
                                          {"k", required_argument, NULL, 'k'},
                                          {"levels", required_argument, NULL, 'l'},
                                          {"support", required_argument, NULL, 's'},
                                          {"threads", required_argument, NULL, 't'},
                                          {"seed", required_argument, NULL, 'r'},
                                          {"show", no_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    for (int letter; (letter = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (!option_apply(options, letter)) return false;
    }
    options->search.min_support = ps_sliceline_support(options->support, options->n_rows);
    return optind == argc;
}

// Key i is drawn with a weight of 1 / (i + 1), as categories often are.
static void feature_fill(PsRng *rng, uint32_t *keys, size_t n_rows, uint32_t n_keys)
{
    double ends[MAX_KEYS], sum = 0;
    for (uint32_t i = 0; i < n_keys; i++)
        ends[i] = sum += 1.0 / (i + 1);
    for (size_t row = 0; row < n_rows; row++) {
        const double place = ps_rng_uniform(rng) * sum;
        uint32_t key = 0;
        while (key + 1 < n_keys && place >= ends[key])
            key++;
        keys[row] = key;
    }
}

static void table_fill_errors(Table *table, const Options *options, PsRng *rng)
{
    for (size_t row = 0; row < options->n_rows; row++) {
        bool is_in = options->is_planted;
        for (size_t feature = 0; feature < 3; feature++)
            is_in = is_in && table->keys[feature][row] == 1;
        const bool is_wrong = ps_rng_uniform(rng) < (is_in ? planted_rate : error_rate);
        const double grade = options->is_graded ? ps_rng_uniform(rng) : 1;
        table->errors[row] = is_wrong ? grade : options->is_graded ? grade / 16 : 0;
    }
}

static void table_init(Table *table, const Options *options)
{
    PsRng rng;
    ps_rng_init(&rng, options->seed, 0);
    table->keys = g_new(uint32_t *, options->n_features);
    table->n_keys = g_new(uint32_t, options->n_features);
    table->errors = g_new(double, options->n_rows);
    for (size_t feature = 0; feature < options->n_features; feature++) {
        table->keys[feature] = g_new(uint32_t, options->n_rows);
        // Squared, since most features have few keys.
        const size_t step = feature * 7 % 30;
        table->n_keys[feature] =
            MIN_KEYS + (uint32_t)(step * step * (MAX_KEYS - MIN_KEYS) / (29 * 29));
        feature_fill(&rng, table->keys[feature], options->n_rows, table->n_keys[feature]);
    }
    table_fill_errors(table, options, &rng);
}

static void table_clear(Table *table, size_t n_features)
{
    for (size_t feature = 0; feature < n_features; feature++)
        g_free(table->keys[feature]);
    g_free(table->keys);
    g_free(table->n_keys);
    g_free(table->errors);
}

static void slices_print(const PsSliceline *found)
{
    for (size_t i = 0; i < found->n_slices; i++) {
        const PsSlicelineSlice *slice = &found->slices[i];
        printf("  %.6f  %zu rows, mean error %.4f:", slice->score, slice->size,
               slice->error_sum / (double)slice->size);
        for (size_t j = 0; j < slice->n_predicates; j++)
            printf(" %u=%u", slice->predicates[j].feature, slice->predicates[j].key);
        printf("\n");
    }
}

static double cpu_seconds(const struct rusage *usage)
{
    const struct timeval user = usage->ru_utime, system = usage->ru_stime;
    return (double)(user.tv_sec + system.tv_sec)
           + (double)(user.tv_usec + system.tv_usec) / 1e6;
}

static bool measure(const Table *table, const Options *options)
{
    const PsSlicelineRows rows = {.n_rows = options->n_rows,
                                  .n_features = options->n_features,
                                  .keys = (const uint32_t *const *)table->keys,
                                  .n_keys = table->n_keys,
                                  .errors = table->errors};
    g_autoptr(GError) error = NULL;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    const int64_t started_us = g_get_monotonic_time();
    g_autoptr(PsSliceline) found = ps_sliceline_find(&rows, &options->search, &error);
    const double elapsed_s = (double)(g_get_monotonic_time() - started_us) / 1e6;
    getrusage(RUSAGE_SELF, &after);
    if (!found) {
        fprintf(stderr, "discover: %s\n", error->message);
        return false;
    }
    size_t n_columns = 0;
    for (size_t feature = 0; feature < options->n_features; feature++)
        n_columns += table->n_keys[feature];
    printf("| %s, %s | %g | %zu | %zu | %u | %.2f | %.2f | %.0f | %zu |\n",
           options->is_planted ? "planted" : "noise", options->is_graded ? "graded" : "0/1",
           options->search.alpha, options->search.max_level, n_columns,
           options->search.n_threads, elapsed_s, cpu_seconds(&after) - cpu_seconds(&before),
           (double)after.ru_maxrss / 1024, found->n_slices);
    if (options->is_shown) slices_print(found);
    return true;
}

int main(int argc, char **argv)
{
    Options options = {.n_rows = 1000000,
                       .n_features = 30,
                       .support = 0.01,
                       .seed = 1,
                       .search = {.alpha = 0.95, .k = 20, .max_level = 3, .n_threads = 2}};
    if (!options_read(&options, argc, argv)) {
        fputs(manual, stderr);
        return 64;
    }
    Table table;
    table_init(&table, &options);
    const bool is_done = measure(&table, &options);
    table_clear(&table, options.n_features);
    return is_done ? 0 : 1;
}
