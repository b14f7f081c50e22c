// statistics - times the statistics kernels on given data.
//
//   statistics bootstrap DIR N_SLICES N_DRAWS N_THREADS
//   statistics groups DIR N_SLICES N_THREADS
//
// DIR holds columns as raw numbers: a.f64 and b.f64 (the scores of two systems), slice.u32 and
// cluster.u32 (each 0, 1, …; a cluster lies in one slice). bootstrap draws replicates of the
// mean of a - b over whole clusters, in each slice by itself; groups takes means and standard
// errors of a by slice. Prints the seconds that took, reading the columns not counted, then a
// line a slice: the estimate and its standard error.
#include "harness/stats/group_means.h"
#include "harness/stats/means.h"
#include "harness/stats/resample.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    size_t n_rows;
    double *a, *b;
    uint32_t *slices, *clusters;
} Columns;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "statistics: %s\n", what);
    exit(1);
}

// A column and how many bytes it has.
static void *column_read(const char *folder, const char *name, size_t *n_bytes)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    char *bytes;
    if (!g_file_get_contents(path, &bytes, n_bytes, &error)) fail(error->message);
    return bytes;
}

static Columns columns_read(const char *folder)
{
    Columns columns;
    size_t n_bytes[4];
    columns.a = column_read(folder, "a.f64", &n_bytes[0]);
    columns.b = column_read(folder, "b.f64", &n_bytes[1]);
    columns.slices = column_read(folder, "slice.u32", &n_bytes[2]);
    columns.clusters = column_read(folder, "cluster.u32", &n_bytes[3]);
    columns.n_rows = n_bytes[0] / sizeof(double);
    if (n_bytes[1] != n_bytes[0] || n_bytes[2] != n_bytes[0] / 2 || n_bytes[3] != n_bytes[2])
        fail("the columns are not of one length");
    return columns;
}

static size_t count_read(const char *text)
{
    char *end;
    const unsigned long n = strtoul(text, &end, 10);
    if (end == text || *end || n < 1 || n > 10000000) fail("not a number from 1 to 10,000,000");
    return n;
}

typedef struct {
    double wall_s, processor_s;
} Moment;

static Moment moment_now(void)
{
    return (Moment){1e-6 * (double)g_get_monotonic_time(), (double)clock() / CLOCKS_PER_SEC};
}

static void moment_print_since(Moment start)
{
    const Moment now = moment_now();
    printf("%.6f %.6f\n", now.wall_s - start.wall_s, now.processor_s - start.processor_s);
}

// ---- The bootstrap

// The sums of each cluster, clusters of a slice side by side.
typedef struct {
    size_t n_slices;
    double *differences, *sizes; // [n clusters]
    PsResample *jobs;            // [n_slices]
} Sums;

static size_t largest(const uint32_t *numbers, size_t n)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = MAX(most, numbers[i]);
    return most;
}

// Gives each cluster its place, by slice.
static size_t *places_find(Sums *sums, const Columns *columns, size_t n_clusters)
{
    uint32_t *slice_of = g_new0(uint32_t, n_clusters);
    for (size_t i = 0; i < columns->n_rows; i++)
        slice_of[columns->clusters[i]] = columns->slices[i];
    for (size_t i = 0; i < n_clusters; i++)
        sums->jobs[slice_of[i]].n_clusters++;
    size_t *next = g_new0(size_t, sums->n_slices + 1), *places = g_new(size_t, n_clusters);
    for (size_t slice = 0; slice < sums->n_slices; slice++)
        next[slice + 1] = next[slice] + sums->jobs[slice].n_clusters;
    for (size_t slice = 0; slice < sums->n_slices; slice++) {
        sums->jobs[slice].numerator = sums->differences + next[slice];
        sums->jobs[slice].denominator = sums->sizes + next[slice];
        sums->jobs[slice].stream = slice;
    }
    for (size_t i = 0; i < n_clusters; i++)
        places[i] = next[slice_of[i]]++;
    g_free(slice_of);
    g_free(next);
    return places;
}

static void sums_fill(Sums *sums, const Columns *columns)
{
    const size_t n_clusters = largest(columns->clusters, columns->n_rows) + 1;
    sums->differences = g_new0(double, n_clusters);
    sums->sizes = g_new0(double, n_clusters);
    sums->jobs = g_new0(PsResample, sums->n_slices);
    size_t *places = places_find(sums, columns, n_clusters);
    for (size_t i = 0; i < columns->n_rows; i++) {
        const size_t place = places[columns->clusters[i]];
        sums->differences[place] += columns->a[i] - columns->b[i];
        sums->sizes[place] += 1;
    }
    // Of clusters of one size the denominator says nothing.
    bool is_even = true;
    for (size_t i = 1; i < n_clusters; i++)
        is_even = is_even && sums->sizes[i] == sums->sizes[0];
    for (size_t slice = 0; is_even && slice < sums->n_slices; slice++)
        sums->jobs[slice].denominator = NULL;
    g_free(places);
}

static void
bootstrap(const Columns *columns, size_t n_slices, size_t n_draws, unsigned n_threads)
{
    double *replicates = g_new(double, n_slices *n_draws);
    const Moment start = moment_now();
    Sums sums = {.n_slices = n_slices};
    sums_fill(&sums, columns);
    ps_resample(sums.jobs, n_slices, 1, n_draws, n_threads, replicates);
    moment_print_since(start);
    for (size_t slice = 0; slice < n_slices; slice++) {
        const double *own = replicates + slice * n_draws;
        const double scale = sums.jobs[slice].denominator ? 1 : 1 / sums.sizes[0];
        printf("%.17g %.17g\n", scale * ps_mean(own, n_draws),
               scale * ps_standard_deviation(own, n_draws));
    }
    g_free(replicates);
    g_free(sums.differences);
    g_free(sums.sizes);
    g_free(sums.jobs);
}

// ---- Groups

static void groups(const Columns *columns, size_t n_slices, unsigned n_threads)
{
    PsGroupMean *means = g_new(PsGroupMean, n_slices);
    const Moment start = moment_now();
    ps_group_means(columns->a, columns->slices, columns->n_rows, n_slices, n_threads, means);
    moment_print_since(start);
    for (size_t slice = 0; slice < n_slices; slice++)
        printf("%.17g %.17g\n", means[slice].mean, means[slice].standard_error);
    g_free(means);
}

int main(int argc, char **argv)
{
    const bool is_bootstrap = argc == 6 && g_str_equal(argv[1], "bootstrap");
    if (!is_bootstrap && !(argc == 5 && g_str_equal(argv[1], "groups")))
        fail("wanted: bootstrap DIR N_SLICES N_DRAWS N_THREADS, or groups DIR N_SLICES "
             "N_THREADS");
    Columns columns = columns_read(argv[2]);
    const size_t n_slices = count_read(argv[3]);
    if (largest(columns.slices, columns.n_rows) >= n_slices) fail("a slice is out of range");
    if (is_bootstrap)
        bootstrap(&columns, n_slices, count_read(argv[4]), (unsigned)count_read(argv[5]));
    else
        groups(&columns, n_slices, (unsigned)count_read(argv[4]));
    g_free(columns.a);
    g_free(columns.b);
    g_free(columns.slices);
    g_free(columns.clusters);
    return 0;
}
