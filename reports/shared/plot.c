#include "reports/shared/plot.h"

#include "harness/json.h"
#include "harness/stats/percentiles.h"
#include "reports/shared/number.h"
#include "reports/shared/svg.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_OUTPUT_BYTES (64u << 20)

static const double marks[] = {50, 90, 99};

// ---- The script ----------------------------------------------------------------------

typedef struct {
    const char *name;
    double in_ms;
} AxisUnit;

static AxisUnit axis_unit(const PsSheetTask *task)
{
    bool is_long = task->latencies_ms[task->n_latencies - 1] >= 10000;
    return is_long ? (AxisUnit){"s", 1000} : (AxisUnit){"ms", 1};
}

// A few slow answers would press the rest against the axis.
static bool needs_logarithm(const PsSheetTask *task)
{
    double least = task->latencies_ms[0], most = task->latencies_ms[task->n_latencies - 1];
    return least > 0 && most > 20 * ps_percentile(task->latencies_ms, task->n_latencies, 50);
}

// How far right of the plot ms stands, 0 to 1.
static double share_of_width(const PsSheetTask *task, double ms)
{
    double least = task->latencies_ms[0], most = task->latencies_ms[task->n_latencies - 1];
    if (needs_logarithm(task)) return log(ms / least) / log(most / least);
    return most > 0 ? ms / most : 0;
}

// Below the curve there is always room for words. Each has a height of its own.
static void append_mark(GString *out, const PsSheetTask *task, size_t index)
{
    double ms = ps_percentile(task->latencies_ms, task->n_latencies, marks[index]);
    double drawn = ms / axis_unit(task).in_ms;
    bool is_right = share_of_width(task, ms) > 0.75;
    g_autoptr(GString) x = g_string_new(NULL), words = g_string_new(NULL);
    ps_json_append_number(x, drawn);
    ps_number_append_ms(words, ms);
    int p = (int)marks[index];
    g_string_append_printf(out, "set arrow from %s,0 to %s,%d nohead dashtype 2 lw 1\n", x->str,
                           x->str, p);
    g_string_append_printf(out, "set label \"p%d %s\" at %s,%zu %s offset %s,0\n", p,
                           words->str, x->str, 7 + 13 * index, is_right ? "right" : "left",
                           is_right ? "-0.6" : "0.6");
}

static void append_data(GString *out, const PsSheetTask *task)
{
    double unit_ms = axis_unit(task).in_ms;
    g_string_append(out, "$d << EOD\n");
    for (size_t i = 0; i < task->n_latencies; i++) {
        ps_json_append_number(out, task->latencies_ms[i] / unit_ms);
        g_string_append_c(out, ' ');
        ps_json_append_number(out, 100.0 * (double)(i + 1) / (double)task->n_latencies);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "EOD\n");
}

// The empirical distribution function: it jumps at each value, so the step comes first.
static void append_plot(GString *out, const PsSheetTask *task)
{
    bool is_logarithmic = needs_logarithm(task);
    g_string_append(out, "reset\n"
                         "set terminal svg size 640,280 font \"sans-serif,13\"\n"
                         "set output\n"
                         "set encoding utf8\n"
                         "unset key\n"
                         "set border 3\n"
                         "set tics nomirror out\n"
                         "set format y \"%.0f%%\"\n"
                         "set yrange [0:104]\n"
                         "set ytics 0,25,100\n"
                         "set ylabel \"answers\"\n"
                         "set grid ytics linewidth 0.5\n");
    g_string_append_printf(out, "set xlabel \"latency in %s%s\"\n", axis_unit(task).name,
                           is_logarithmic ? ", logarithmic" : "");
    g_string_append(out, is_logarithmic ? "set logscale x\n" : "set xrange [0:*]\n");
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        append_mark(out, task, i);
    append_data(out, task);
    g_string_append(out, "plot $d using 1:2 with fsteps lw 2 lc rgb \"#0072b2\"\n");
}

static bool is_plottable(const PsSheetTask *task)
{
    for (size_t i = 0; i < task->n_latencies; i++)
        if (!isfinite(task->latencies_ms[i]) || task->latencies_ms[i] < 0) return false;
    return task->n_latencies > 1;
}

static GString *make_script(const PsSheet *sheet, size_t *n_plots)
{
    GString *script = g_string_new(NULL);
    *n_plots = 0;
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        if (!is_plottable(&sheet->tasks[i])) continue;
        append_plot(script, &sheet->tasks[i]);
        (*n_plots)++;
    }
    return script;
}

// ---- The process ---------------------------------------------------------------------

// An unlinked file that holds text: gnuplot can read it at its own pace, and nobody deadlocks.
static FILE *file_of_text(const GString *text)
{
    FILE *file = tmpfile();
    if (file == NULL) return NULL;
    if (fwrite(text->str, 1, text->len, file) != text->len || fflush(file) != 0
        || fseek(file, 0, SEEK_SET) != 0) {
        fclose(file);
        return NULL;
    }
    return file;
}

// Reads fd until its end. False: the time is up, there is too much, or reading failed.
static bool read_all(int fd, GString *out, int limit_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)limit_ms * 1000;
    char buffer[65536];
    for (;;) {
        gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0) return false;
        ssize_t n_read = read(fd, buffer, sizeof buffer);
        if (n_read == 0) return true;
        if (n_read < 0 && errno != EINTR) return false;
        if (n_read > 0) g_string_append_len(out, buffer, n_read);
        if (out->len > MAX_OUTPUT_BYTES) return false;
    }
}

// Starts gnuplot on script. -d: nobody's ~/.gnuplot is read. False: it is not installed.
static bool start_gnuplot(FILE *script, GPid *pid, int *out_fd)
{
    const char *const arguments[] = {"gnuplot", "-d", "-", NULL};
    const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                              | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_CLOEXEC_PIPES;
    return g_spawn_async_with_pipes_and_fds(NULL, arguments, NULL, flags, NULL, NULL,
                                            fileno(script), -1, -1, NULL, NULL, 0, pid, NULL,
                                            out_fd, NULL, NULL);
}

// Why there is no output, or NULL with out filled.
static const char *run_gnuplot(const GString *script, GString *out, int limit_ms)
{
    GPid pid;
    int out_fd, status = -1;
    FILE *input = file_of_text(script);
    if (input == NULL) return "the plot script could not be written";
    bool is_started = start_gnuplot(input, &pid, &out_fd);
    fclose(input);
    if (!is_started) return "gnuplot is not installed";
    bool is_read = read_all(out_fd, out, limit_ms);
    close(out_fd);
    if (!is_read) kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    g_spawn_close_pid(pid);
    if (!is_read) return "gnuplot did not finish in time";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? NULL : "gnuplot failed";
}

// ---- The plots -----------------------------------------------------------------------

static char *describe(const PsSheetTask *task)
{
    g_autoptr(GString) text = g_string_new("Distribution of the latency:");
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_string_append_printf(text, "%s p%d ", i ? "," : "", (int)marks[i]);
        ps_number_append_ms(text,
                            ps_percentile(task->latencies_ms, task->n_latencies, marks[i]));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

// Takes the next document out of *rest, which it moves on. NULL: there is none, or it is
// damaged.
static char *take_drawing(const char **rest, const PsSheetTask *task)
{
    static const char end_tag[] = "</svg>";
    const char *start = strstr(*rest, "<svg"), *end = strstr(*rest, end_tag);
    if (start == NULL || end == NULL || end < start) return NULL;
    end += strlen(end_tag);
    *rest = end;
    g_autofree char *label = describe(task);
    return ps_svg_adopt(start, (size_t)(end - start), label, NULL);
}

void ps_plots_draw(PsPlots *plots, const PsSheet *sheet, int limit_ms)
{
    size_t n_wanted, n_drawn = 0;
    *plots = (PsPlots){.n_plots = sheet->n_tasks, .svg = g_new0(char *, sheet->n_tasks)};
    g_autoptr(GString) script = make_script(sheet, &n_wanted);
    g_autoptr(GString) drawings = g_string_new(NULL);
    if (n_wanted == 0) return;
    plots->problem = run_gnuplot(script, drawings, limit_ms);
    const char *rest = drawings->str;
    for (size_t i = 0; plots->problem == NULL && i < sheet->n_tasks; i++) {
        if (!is_plottable(&sheet->tasks[i])) continue;
        plots->svg[i] = take_drawing(&rest, &sheet->tasks[i]);
        n_drawn += plots->svg[i] != NULL;
    }
    if (plots->problem == NULL && n_drawn < n_wanted)
        plots->problem = "gnuplot drew something else";
}

void ps_plots_clear(PsPlots *plots)
{
    for (size_t i = 0; i < plots->n_plots; i++)
        g_free(plots->svg[i]);
    g_free(plots->svg);
    *plots = (PsPlots){0};
}
