#include "fake.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// ---- metric, slicer, condition
// -----------------------------------------------------------------

static bool same_score(const PsSample *sample, const PsResponse *response, double *stats)
{
    stats[0] = strcmp(sample->references[0], response->answer) == 0;
    stats[1] = 1;
    return true;
}

static const PsMetric same = {
    .name = "same",
    .title = "Same",
    .unit = "%",
    .unit_scale = 100,
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = same_score,
};

static bool latency_score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    stats[0] = (double)(response->finished_ns - response->scheduled_ns);
    return true;
}

static const PsMetric latency = {
    .name = "latency_p50",
    .title = "Median latency",
    .unit = "ms",
    .unit_scale = 1e-6,
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_PERCENTILE,
    .percentile = 50,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .is_derived = true,
    .n_stats = 1,
    .score = latency_score,
};

static bool parity_key(const PsSlicerInput *input, PsSliceKey *key)
{
    key->key = ps_sample_attribute(input->sample, "parity");
    return key->key != NULL;
}

static const PsSlicer parity = {
    .name = "parity", .title = "Parity", .unit = "", .key = parity_key};

static PsMedia *dim_apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)amount, (void)seed, (void)error;
    return ps_media_new(media->bytes, media->type, NULL);
}

static const PsCondition dim = {.name = "dim",
                                .unit = "EV",
                                .kind = PS_PART_IMAGE,
                                .least = 0,
                                .most = 5,
                                .severities = {0.5, 1, 2, 3, 5},
                                .apply = dim_apply};

static const PsDevice fake_devices[] = {
    {"dusk", "dim/2+dim@4", "darker and darker"},
    {NULL, NULL, NULL},
};

// ---- reader
// ------------------------------------------------------------------------------------

typedef struct {
    size_t n_samples, next;
    PsManifest *manifest;
} FakeData;

static bool data_can_open(const char *path)
{
    return strstr(path, FAKE_DATASET) != NULL;
}

static void *data_open(const char *path, const PsDatasetOptions *options, GError **error)
{
    (void)options;
    FakeData *data = g_new0(FakeData, 1);
    data->n_samples =
        (size_t)g_ascii_strtoull(strstr(path, FAKE_DATASET) + strlen(FAKE_DATASET), NULL, 10);
    data->manifest = ps_manifest_from_json("{\"name\":\"fake\"}", error);
    return data;
}

static void data_close(void *state)
{
    FakeData *data = state;
    ps_manifest_free(data->manifest);
    g_free(data);
}

static const PsManifest *data_manifest(void *state)
{
    return ((FakeData *)state)->manifest;
}

static bool data_measure(void *state, size_t *n_samples, char **sha256, GError **error)
{
    (void)error;
    *n_samples = ((FakeData *)state)->n_samples;
    *sha256 = g_strdup_printf("%064zx", *n_samples);
    return true;
}

static bool data_rewind(void *state, GError **error)
{
    (void)error;
    ((FakeData *)state)->next = 0;
    return true;
}

static PsSample *data_next(void *state, GError **error)
{
    FakeData *data = state;
    if (data->next == data->n_samples) return NULL;
    size_t i = data->next++;
    g_autofree char *json = g_strdup_printf(
        "{\"id\":\"s%zu\",\"parts\":[{\"text\":\"text %zu\"}],\"references\":[\"text %zu\"],"
        "\"cluster\":\"c%zu\",\"attributes\":{\"parity\":\"%s\"}}",
        i, i, i, i / 2, i % 2 ? "odd" : "even");
    return ps_sample_from_json(json, strlen(json), error);
}

static PsMedia *data_load_media(void *state, const PsPart *part, bool verify, GError **error)
{
    (void)state, (void)verify;
    return ps_fail_null(error, PS_ERROR_DATA, "%s: no media here", part->path);
}

static const PsReader reader = {
    .name = "fake",
    .can_open = data_can_open,
    .open = data_open,
    .close = data_close,
    .manifest = data_manifest,
    .measure = data_measure,
    .rewind = data_rewind,
    .next = data_next,
    .load_media = data_load_media,
};

// ---- adapter
// -----------------------------------------------------------------------------------

static int n_asked;

int fake_n_asked(void)
{
    return g_atomic_int_get(&n_asked);
}

static void *fake_open(const PsSystem *system, int worker, GError **error)
{
    (void)worker, (void)error;
    return g_strdup(system->name);
}

static bool
fake_answer(void *worker, const PsRequest *request, PsResponse *response, GError **error)
{
    const char *name = worker;
    g_atomic_int_inc(&n_asked);
    if (strcmp(name, "dies") == 0)
        return ps_fail(error, PS_ERROR_UNAVAILABLE, "the system is gone");
    if (strcmp(name, "slow") == 0) g_usleep(5000);
    if (strcmp(name, "sure") == 0) response->confidence = 0.75;
    if (strcmp(name, "tokens") == 0) ps_response_set_logprobs(response, -2, 4);
    if (strcmp(name, "abstain") == 0)
        ps_response_answer(response, "I don't know.");
    else
        ps_response_answer(response,
                           strcmp(name, "wrong") == 0 ? "wrong" : request->parts[0].text);
    return true;
}

static const PsAdapter adapter = {
    .name = "fake",
    .usage = "fake/NAME",
    .default_connections = 2,
    .worker_open = fake_open,
    .answer = fake_answer,
    .worker_close = g_free,
};

// ---- an event-driven adapter
// -----------------------------------------------------------------

typedef struct {
    GQueue requests; // PsRequest *, under way
    int n_most, n_submitted;
} Events;

static int most_at_once, n_idle_polls;

static void *events_open(const PsSystem *system, GError **error)
{
    (void)error;
    Events *events = g_new0(Events, 1);
    events->n_most = system->max_connections;
    most_at_once = n_idle_polls = 0;
    return events;
}

static int events_room(void *state)
{
    const Events *events = state;
    return events->n_most - (int)events->requests.length;
}

static bool events_submit(void *state, PsRequest *request, GError **error)
{
    (void)error;
    Events *events = state;
    g_queue_push_tail(&events->requests, request);
    events->n_submitted++;
    most_at_once = MAX(most_at_once, events->n_submitted);
    return true;
}

// One answer a call.
static bool
events_wait(void *state, int64_t timeout_ns, PsCompletion done, void *user_data, GError **error)
{
    (void)error;
    Events *events = state;
    events->n_submitted = 0;
    n_idle_polls += timeout_ns == 0 && events_room(state) == 0;
    PsRequest *request = g_queue_pop_head(&events->requests);
    PsResponse response;
    ps_response_init(&response);
    response.started_ns = response.finished_ns = ps_now_ns();
    response.n_attempts = 1;
    ps_response_answer(&response, request->parts[0].text);
    done(request, &response, user_data);
    ps_response_clear(&response);
    return true;
}

static void events_close(void *state)
{
    g_queue_clear(&((Events *)state)->requests);
    g_free(state);
}

static const PsAdapter events_adapter = {
    .name = "events",
    .usage = "fake/events",
    .default_connections = 2,
    .open = events_open,
    .room = events_room,
    .submit = events_submit,
    .wait = events_wait,
    .close = events_close,
};

int fake_most_at_once(void)
{
    return most_at_once;
}

int fake_n_idle_polls(void)
{
    return n_idle_polls;
}

static const PsMetric *const fake_metrics[] = {&same, &latency, NULL};
static const PsSlicer *const fake_slicers[] = {&parity, NULL};
static const PsCondition *const fake_conditions[] = {&dim, NULL};
static const PsAdapter *const fake_adapters[] = {&adapter, NULL};
static const PsReader *const fake_readers[] = {&reader, NULL};
static const PsReport *const fake_reports[] = {NULL};

const PsRegistry fake_registry = {
    .metrics = fake_metrics,
    .slicers = fake_slicers,
    .conditions = fake_conditions,
    .devices = fake_devices,
    .adapters = fake_adapters,
    .readers = fake_readers,
    .reports = fake_reports,
};

// ---- running
// -----------------------------------------------------------------------------------

char *fake_folder_new(void)
{
    return g_dir_make_tmp("proofsheet-XXXXXX", NULL);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void fake_folder_free(char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    g_free(folder);
}

bool fake_run_with(const char *suite_text,
                   const char *name,
                   const char *run_path,
                   int n_workers,
                   double rate,
                   const volatile sig_atomic_t *stop,
                   PsCollectResult *result,
                   GError **error)
{
    PsSuite *suite =
        ps_suite_parse("test.yaml", suite_text, strlen(suite_text), &fake_registry, error);
    if (suite == NULL) return false;
    g_autofree char *model = g_strdup_printf("fake/%s", name);
    const PsPlanOptions planning = {0};
    g_autoptr(PsPlan) plan = ps_plan_new(suite, &fake_registry, model, "{}", &planning, error);
    if (plan == NULL) return false;
    g_autoptr(PsRunFile) run = ps_runfile_open(run_path, PS_RUNFILE_CREATE, false, error);
    if (run == NULL || !ps_plan_record(plan, run, error)) return false;
    PsCollectOptions options = {
        .adapter = strcmp(name, "events") == 0 ? &events_adapter : &adapter,
        .system = {.name = name,
                   .max_connections = n_workers,
                   .timeout_ns = 1000000000,
                   .temperature = NAN,
                   .seed = -1},
        .rate_per_second = rate,
        .is_quiet = true,
        .stop = stop,
    };
    return ps_collect(plan, run, &options, result, error);
}

bool fake_run(const char *suite_text,
              const char *name,
              const char *run_path,
              PsCollectResult *result,
              GError **error)
{
    return fake_run_with(suite_text, name, run_path, 2, 0, NULL, result, error);
}

char *fake_query(const char *run_path, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    GString *out = g_string_new(NULL);
    if (sqlite3_open_v2(run_path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
        && sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK)
        while (sqlite3_step(statement) == SQLITE_ROW) {
            if (out->len > 0) g_string_append_c(out, '\n');
            for (int i = 0; i < sqlite3_column_count(statement); i++) {
                const char *text = (const char *)sqlite3_column_text(statement, i);
                g_string_append_printf(out, "%s%s", i > 0 ? "|" : "", text != NULL ? text : "");
            }
        }
    else
        g_string_printf(out, "error: %s", sqlite3_errmsg(database));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return g_string_free(out, false);
}
