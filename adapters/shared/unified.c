#include "adapters/shared/unified_private.h"

#include "engine/chat.h"
#include "harness/error.h"
#include "harness/json.h"

#include <glib/gstdio.h>
#include <string.h>

#define POSITIONS_MOST 8192

// ---- weights

static void destroy(PsUnified *unified)
{
    pe_senses_cache_free(unified->cache);
    pe_senses_free(unified->senses);
    pe_model_free(unified->model);
    g_free(unified->spec);
    g_free(unified->path);
    g_free(unified);
}

// The one file mmproj*.gguf beside path; NULL if there is none, or more.
static char *find_senses(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autofree char *found = NULL;
    size_t n = 0;
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        if (!g_str_has_prefix(name, "mmproj") || !g_str_has_suffix(name, ".gguf")) continue;
        g_free(found);
        found = g_build_filename(folder, name, NULL);
        n++;
    }
    return n == 1 ? g_steal_pointer(&found) : NULL;
}

static bool open_files(PsUnified *unified, const char *senses, GError **error)
{
    PeError problem = {0};
    if (g_access(unified->path, R_OK) != 0)
        return ps_fail(error, PS_ERROR_NO_INPUT, "reference/unified: %s: %s", unified->path,
                       g_strerror(errno));
    unified->model = pe_model_open(unified->path, &problem);
    if (unified->model != NULL) unified->chat = pe_chat_of(unified->model, &problem);
    if (unified->chat == NULL) return ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    if (senses == NULL) return true;
    unified->senses = pe_senses_open(senses, unified->model, &problem);
    if (unified->senses != NULL) unified->cache = pe_senses_cache_new(PS_UNIFIED_CACHE_BYTES);
    if (unified->senses != NULL && unified->cache == NULL) pe_fail_memory(&problem);
    return unified->cache != NULL || ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
}

static PsUnified *open_new(const char *spec, GError **error)
{
    PsUnified *unified = g_new0(PsUnified, 1);
    unified->n_refs = 1;
    unified->spec = g_strdup(spec);
    const char *plus = strchr(spec, '+');
    unified->path = plus != NULL ? g_strndup(spec, (size_t)(plus - spec)) : g_strdup(spec);
    g_autofree char *senses = plus != NULL ? g_strdup(plus + 1) : find_senses(unified->path);
    const bool is_named = *unified->path != '\0';
    if (!is_named)
        ps_fail(error, PS_ERROR_USAGE,
                "reference/unified:FILE: a file of weights (GGUF) has to be named; the project "
                "has none of its own yet");
    if (is_named && open_files(unified, senses, error)) return unified;
    destroy(unified);
    return NULL;
}

static GMutex lock;
static PsUnified *opened; // the last, while anybody has it

PsUnified *ps_unified_open(const char *spec, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    if (opened != NULL && strcmp(opened->spec, spec) == 0) {
        opened->n_refs++;
        return opened;
    }
    PsUnified *unified = open_new(spec, error);
    if (unified != NULL) opened = unified;
    return unified;
}

void ps_unified_unref(PsUnified *unified)
{
    if (unified == NULL) return;
    g_mutex_lock(&lock);
    const bool is_last = --unified->n_refs == 0;
    if (is_last && opened == unified) opened = NULL;
    g_mutex_unlock(&lock);
    if (is_last) destroy(unified);
}

const PeModel *ps_unified_model(const PsUnified *unified)
{
    return unified->model;
}

const PeChat *ps_unified_chat(const PsUnified *unified)
{
    return unified->chat;
}

const PeSenses *ps_unified_senses(const PsUnified *unified)
{
    return unified->senses;
}

PeSensesCache *ps_unified_cache(const PsUnified *unified)
{
    return unified->cache;
}

char *ps_unified_describe(const PsUnified *unified)
{
    g_autofree char *name = g_path_get_basename(unified->path);
    g_autofree char *weights =
        g_strdup_printf("%zu tensors", pe_gguf_n_tensors(unified->model->gguf));
    g_autoptr(GString) json = g_string_new("{");
    const char *const members[][2] = {{"weights", name},
                                      {"tensors", weights},
                                      {"chat", unified->chat->name},
                                      {"instructions", pe_level_name(pe_level_default())}};
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        ps_json_append_key(json, members[i][0]);
        ps_json_append_string(json, members[i][1]);
    }
    g_string_append_c(json, '}');
    return g_string_free(g_steal_pointer(&json), false);
}

// ---- a worker

PsUnifiedWorker *ps_unified_worker_new(PsUnified *unified, unsigned n_threads, GError **error)
{
    PeError problem = {0};
    const PeModel *model = unified->model;
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .precision = PE_PRECISION_FAST,
                                      .n_threads = n_threads,
                                      .n_sequences = 1,
                                      .n_positions =
                                          MIN(model->decoder.n_positions_most, POSITIONS_MOST)};
    const PeSensesOptions sensing = {options.level, options.precision, n_threads,
                                     unified->cache};
    PsUnifiedWorker *worker = g_new0(PsUnifiedWorker, 1);
    worker->unified = unified;
    worker->n_positions = options.n_positions;
    worker->session_bytes = pe_session_bytes(model, &options);
    worker->session = pe_session_new(model, &options, &problem);
    if (worker->session != NULL && unified->senses != NULL)
        worker->senses = pe_senses_work_new(unified->senses, &sensing, &problem);
    if (worker->senses != NULL)
        worker->senses_bytes = pe_senses_work_bytes(unified->senses, &sensing);
    if (worker->session != NULL && (worker->senses != NULL || unified->senses == NULL))
        return worker;
    ps_engine_fail(error, PS_ERROR_UNAVAILABLE, "reference/unified", &problem);
    ps_unified_worker_free(worker);
    return NULL;
}

void ps_unified_worker_free(PsUnifiedWorker *worker)
{
    if (worker == NULL) return;
    pe_session_free(worker->session);
    pe_senses_work_free(worker->senses);
    g_free(worker);
}
