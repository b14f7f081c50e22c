// media - what it costs to decode pictures, degrade them and reduce them to what a system is
// sent.
//
//   bench_media [--condition LABEL] [--side PX] [--threads N] [--to FOLDER] FILE…
//
// Goes the way of a run (harness/work.c): each file under one capture condition, then ingest to
// the longer side. Prints seconds, processor seconds and peak memory; --to keeps what would be
// sent as FOLDER/NAME.
#include "datasets/datasets.h"
#include "harness/capture.h"
#include "harness/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static char *label, *folder;
static int side_px = 1024, n_threads = 1;
static char **paths;

static const GOptionEntry entries[] = {
    {"condition", 'c', 0, G_OPTION_ARG_STRING, &label, "As in a suite: blur@2", "LABEL"},
    {"side", 's', 0, G_OPTION_ARG_INT, &side_px, "The longer side (default 1024)", "PX"},
    {"threads", 'n', 0, G_OPTION_ARG_INT, &n_threads, "Files at a time (default 1)", "N"},
    {"to", 't', 0, G_OPTION_ARG_FILENAME, &folder, "Write what would be sent there", "FOLDER"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, NULL, "FILE…"},
    {0},
};

static PsMedia *load(const char *path, GError **error)
{
    char *contents = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &contents, &length, error)) return NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_take(contents, length);
    return ps_media_new(bytes, NULL, path);
}

// Takes media.
static PsMedia *degrade(PsMedia *media, const PsCapture *capture, GError **error)
{
    for (size_t i = 0; i < capture->n_steps && media != NULL; i++) {
        const PsCaptureStep *step = &capture->steps[i];
        PsMedia *changed = step->condition->apply(media, step->amount, 1, error);
        ps_media_free(media);
        media = changed;
    }
    return media;
}

static bool keep(const PsMedia *media, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *to = g_build_filename(folder, name, NULL);
    gsize length;
    const char *bytes = g_bytes_get_data(media->bytes, &length);
    return g_file_set_contents(to, bytes, (gssize)length, error);
}

static bool send(const char *path, const PsCapture *capture, GError **error)
{
    const PsIngest ingest = {.max_image_side = side_px};
    const PsPart part = {.kind = PS_PART_IMAGE};
    PsIngested ingested = {0};
    g_autoptr(PsMedia) file = load(path, error);
    g_autoptr(PsMedia) media =
        file != NULL ? degrade(g_steal_pointer(&file), capture, error) : NULL;
    const PsMedia *const all[] = {media};
    bool is_ok = media != NULL && ps_ingest(&ingest, 0, NULL, &part, all, 1, &ingested, error);
    if (is_ok && ingested.n_parts == 0) is_ok = ps_media_encode(media, error);
    if (is_ok && folder != NULL)
        is_ok = keep(ingested.n_parts > 0 ? ingested.media[0] : media, path, error);
    ps_ingested_clear(&ingested);
    return is_ok;
}

// By a thread of the pool; capture is its data.
static void send_or_end(void *path, void *capture)
{
    g_autoptr(GError) error = NULL;
    if (send(path, capture, &error)) return;
    fprintf(stderr, "bench_media: %s: %s\n", (const char *)path, error->message);
    exit(65);
}

static void send_all(PsCapture *capture)
{
    GThreadPool *pool = g_thread_pool_new(send_or_end, capture, n_threads, true, NULL);
    for (char **path = paths; *path != NULL; path++)
        g_thread_pool_push(pool, *path, NULL);
    g_thread_pool_free(pool, false, true);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static void print_cost(gint64 start_us)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.3f s, %.3f s of processor, %.0f MB\n",
           (double)(g_get_monotonic_time() - start_us) * 1e-6,
           seconds(usage.ru_utime) + seconds(usage.ru_stime), (double)usage.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
    const PsRegistry registry = {.conditions = ps_conditions, .devices = ps_devices};
    g_autoptr(GOptionContext) context = g_option_context_new("FILE… - decode, degrade, reduce");
    g_autoptr(GError) error = NULL;
    g_autofree char *problem = NULL;
    PsCapture capture = {0};
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || paths == NULL
        || n_threads < 1) {
        fprintf(stderr, "bench_media: %s\n", error != NULL ? error->message : "no file");
        return 64;
    }
    if (label != NULL && !ps_capture_parse(label, &registry, &capture, &problem)) {
        fprintf(stderr, "bench_media: %s\n", problem);
        return 64;
    }
    const gint64 start_us = g_get_monotonic_time();
    send_all(&capture);
    print_cost(start_us);
    ps_capture_clear(&capture);
    return 0;
}
