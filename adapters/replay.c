// replay/FILE.jsonl: predictions that were recorded elsewhere, so that they can be scored,
// sliced and compared like live ones. The format is in docs/adapters.md.
#include "adapters/shared/predictions.h"
#include "harness/adapter.h"
#include "harness/sha256.h"

#include <math.h>

// One file, opened once, however many workers there are.
typedef struct {
    char *path;
    PsPredictions *predictions;
    int n_workers;
} SharedFile;

static GMutex shared_lock;
static GHashTable *shared_files; // SharedFile by its path; NULL while there is none

static SharedFile *shared_file_open(const char *path, GError **error)
{
    PsPredictions *predictions = ps_predictions_open(path, error);
    if (predictions == NULL) return NULL;
    SharedFile *file = g_new(SharedFile, 1);
    *file = (SharedFile){.path = g_strdup(path), .predictions = predictions};
    if (shared_files == NULL) shared_files = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(shared_files, file->path, file);
    return file;
}

static void *worker_open(const PsSystem *system, int worker, GError **error)
{
    (void)worker;
    if (system->name[0] == '\0')
        return ps_fail_null(error, PS_ERROR_USAGE, "--model replay/FILE.jsonl: which file?");
    g_mutex_lock(&shared_lock);
    SharedFile *file =
        shared_files != NULL ? g_hash_table_lookup(shared_files, system->name) : NULL;
    if (file == NULL) file = shared_file_open(system->name, error);
    if (file != NULL) file->n_workers++;
    g_mutex_unlock(&shared_lock);
    return file;
}

static void worker_close(void *state)
{
    SharedFile *file = state;
    g_mutex_lock(&shared_lock);
    if (--file->n_workers == 0) {
        g_hash_table_remove(shared_files, file->path);
        if (g_hash_table_size(shared_files) == 0)
            g_clear_pointer(&shared_files, g_hash_table_unref);
        ps_predictions_close(file->predictions);
        g_free(file->path);
        g_free(file);
    }
    g_mutex_unlock(&shared_lock);
}

static void read_row(const cJSON *row, PsResponse *response)
{
    const char *text = ps_json_string(row, "answer");
    const char *name = ps_json_string(row, "outcome");
    const char *reason = ps_json_string(row, "error");
    PsOutcome outcome = text != NULL ? PS_OUTCOME_ANSWERED : PS_OUTCOME_FAILED;
    if (name != NULL) ps_outcome_find(name, &outcome);
    if (outcome == PS_OUTCOME_ANSWERED)
        ps_response_answer(response, text);
    else
        ps_response_fail(response, outcome, "%s",
                         reason != NULL ? reason : "(no reason recorded)");
    response->confidence = ps_json_number(row, "confidence", NAN);
    response->finished_ns =
        response->started_ns + (int64_t)(ps_json_number(row, "latency_ms", 0) * 1e6);
}

// The recorded latency is put on the clock from now on, without waiting for it.
static bool answer(void *state, const PsRequest *request, PsResponse *response, GError **error)
{
    const SharedFile *file = state;
    g_autoptr(GError) problem = NULL;
    response->n_attempts = 1;
    if (response->started_ns == 0) response->started_ns = ps_now_ns();
    response->finished_ns = response->started_ns;
    g_autoptr(cJSON) row = ps_predictions_find(file->predictions, request->sample_id,
                                               request->condition, request->epoch, &problem);
    if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), false;
    if (row != NULL)
        read_row(row, response);
    else
        ps_response_fail(response, PS_OUTCOME_FAILED, "no recorded prediction");
    return true;
}

// The file's content is part of what the system is.
static char *file_sha256(const char *path)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, false, NULL);
    if (file == NULL) return NULL;
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    return ps_sha256_of_bytes(bytes);
}

static char *describe(const PsSystem *system)
{
    g_autofree char *sha256 = file_sha256(system->name);
    GString *out = g_string_new("{");
    ps_json_append_key(out, "file");
    ps_json_append_string(out, system->name);
    if (sha256 != NULL) {
        ps_json_append_key(out, "sha256");
        ps_json_append_string(out, sha256);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

const PsAdapter ps_adapter_replay = {
    .name = "replay",
    .usage = "replay/FILE.jsonl",
    .summary = "Predictions that were recorded elsewhere.",
    .default_connections = 1,
    .worker_open = worker_open,
    .answer = answer,
    .worker_close = worker_close,
    .describe = describe,
};
