#include "adapters/shared/unified.h"

#include "engine/chat.h"
#include "harness/error.h"
#include "harness/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define CACHE_BYTES ((size_t)256 << 20) // encoded media
#define TOKENS_OF_AN_ANSWER 256         // unless --max-tokens says
#define POSITIONS_MOST 8192

struct PsUnified {
    gint n_refs;
    char *spec, *path;
    PeModel *model;
    PeSenses *senses;
    PeSensesCache *cache;
    const PeChat *chat;
};

struct PsUnifiedWorker {
    PsUnified *unified;
    PeSession *session;
    PeSensesWork *senses; // NULL: text alone
};

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
    if (unified->senses != NULL) unified->cache = pe_senses_cache_new(CACHE_BYTES);
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
    worker->session = pe_session_new(model, &options, &problem);
    if (worker->session != NULL && unified->senses != NULL)
        worker->senses = pe_senses_work_new(unified->senses, &sensing, &problem);
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

// ---- a request

// An answer under way.
typedef struct {
    int64_t deadline_ns; // 0: none
    GString *text;
    PsResponse *response;
    double log_probability; // sum over tokens
    size_t n_tokens;
    bool is_over;
    PeEnd end;
    PeAnswerCost cost;
} Answer;

static bool is_late(void *data)
{
    const Answer *answer = data;
    return answer->deadline_ns > 0 && ps_now_ns() > answer->deadline_ns;
}

static void on_token(void *data, const PeAnswered *answered)
{
    Answer *answer = data;
    if (answer->n_tokens++ == 0) answer->response->first_token_ns = ps_now_ns();
    answer->log_probability += answered->choice.log_probability;
    g_string_append_len(answer->text, answered->bytes, (gssize)answered->n_bytes);
}

static void on_end(void *data, PeEnd end, const PeAnswerCost *cost)
{
    Answer *answer = data;
    answer->is_over = true;
    answer->end = end;
    answer->cost = *cost;
}

static bool
add_mark(const PsUnified *unified, const char *mark, PePrompt *prompt, GError **error)
{
    return ps_engine_add_text(unified->model, mark, strlen(mark), true, prompt, error);
}

static bool add_part(PsUnifiedWorker *worker,
                     const PsPart *part,
                     const PsMedia *media,
                     const PsPartNote *note,
                     PePrompt *prompt,
                     GError **error)
{
    const PeModel *model = worker->unified->model;
    if (part->kind == PS_PART_TEXT)
        return ps_engine_add_text(model, part->text, strlen(part->text), false, prompt, error)
               && add_mark(worker->unified, "\n", prompt, error);
    if (worker->senses == NULL)
        return ps_fail(error, PS_ERROR_DATA, "the model has no senses (no mmproj file)");
    if (note != NULL && note->caption != NULL
        && !ps_engine_add_text(model, note->caption, strlen(note->caption), false, prompt,
                               error))
        return false;
    if (part->kind == PS_PART_AUDIO)
        return ps_engine_add_sound(worker->senses, media, prompt, error);
    if (part->kind == PS_PART_IMAGE || part->kind == PS_PART_PAGE)
        return ps_engine_add_picture(worker->senses, media, prompt, error);
    return ps_fail(error, PS_ERROR_DATA, "the engine takes no %s",
                   ps_part_kind_name(part->kind));
}

static bool
fill(PsUnifiedWorker *worker, const PsRequest *request, PePrompt *prompt, GError **error)
{
    const PeChat *chat = worker->unified->chat;
    const PeModel *model = worker->unified->model;
    if (!add_mark(worker->unified, chat->beginning, prompt, error)
        || !add_mark(worker->unified, chat->before_user, prompt, error))
        return false;
    if (request->prompt != NULL
        && (!ps_engine_add_text(model, request->prompt, strlen(request->prompt), false, prompt,
                                error)
            || !add_mark(worker->unified, "\n", prompt, error)))
        return false;
    for (size_t i = 0; i < request->n_parts; i++)
        if (!add_part(worker, &request->parts[i], request->media[i],
                      request->notes != NULL ? &request->notes[i] : NULL, prompt, error))
            return false;
    return add_mark(worker->unified, chat->after_user, prompt, error)
           && add_mark(worker->unified, chat->before_answer, prompt, error);
}

static PeRequest request_of(const PsSystem *system, Answer *answer)
{
    const int64_t n_tokens = system->max_tokens > 0 ? system->max_tokens : TOKENS_OF_AN_ANSWER;
    return (PeRequest){
        .sampling = {.temperature = isnan(system->temperature) ? 0 : system->temperature,
                     .top_p = 1,
                     .seed = system->seed >= 0 ? (uint64_t)system->seed : 0},
        .n_tokens_most = (size_t)n_tokens,
        .on_token = on_token,
        .on_end = on_end,
        .should_stop = is_late,
        .data = answer,
    };
}

static void add_cost(const PsUnifiedWorker *worker, const Answer *answer, PsResponse *response)
{
    if (worker->senses != NULL) {
        const PeSensesCost *cost = pe_senses_cost(worker->senses);
        g_autofree char *detail = g_strdup_printf(
            "{\"encode_ms\":%.3f,\"resize_ms\":%.3f,\"encoded\":%zu,\"cached\":%zu}",
            (double)cost->encode_ns * 1e-6, (double)cost->resize_ns * 1e-6, cost->n_encoded,
            cost->n_cached);
        ps_response_add_span(response, "senses", response->started_ns, detail);
    }
    g_autofree char *detail =
        g_strdup_printf("{\"positions\":%zu,\"reused\":%zu,\"prefill_ms\":%.3f,\"tokens\":%zu}",
                        answer->cost.n_prompt, answer->cost.n_reused,
                        (double)(answer->cost.prefilled_ns - answer->cost.started_ns) * 1e-6,
                        answer->cost.n_answer);
    ps_response_add_span(response, "answer", (int64_t)answer->cost.started_ns, detail);
    response->input_tokens = (int64_t)answer->cost.n_prompt;
    response->output_tokens = (int64_t)answer->cost.n_answer;
}

static void settle(const PsSystem *system, const Answer *answer, PsResponse *response)
{
    static const char *const reasons[] = {"stop", "stop", "length", "cancelled"};
    if (answer->end == PE_END_CANCELLED) {
        ps_response_fail(response, PS_OUTCOME_TIMED_OUT, "no answer within %.3g s",
                         (double)system->timeout_ns * 1e-9);
        return;
    }
    g_autofree char *text = g_utf8_make_valid(answer->text->str, (gssize)answer->text->len);
    ps_response_answer(response, g_strstrip(text));
    response->finish_reason = g_strdup(reasons[answer->end]);
    if (!system->logprobs || answer->n_tokens == 0) return;
    response->confidence = exp(answer->log_probability / (double)answer->n_tokens);
    response->is_confidence_of_tokens = true;
}

bool ps_unified_answer(PsUnifiedWorker *worker,
                       const PsSystem *system,
                       const PsRequest *request,
                       PsResponse *response,
                       GError **error)
{
    PePrompt prompt = {.n_embedding = worker->unified->model->decoder.n_embedding};
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) fault = NULL;
    PeError problem = {0};
    Answer answer = {.text = text, .response = response};
    (void)error;
    response->n_attempts = 1;
    response->started_ns = ps_now_ns();
    if (system->timeout_ns > 0) answer.deadline_ns = response->started_ns + system->timeout_ns;
    if (worker->senses != NULL)
        pe_senses_begin(worker->senses, &(PeSensesBudget){0}, is_late, &answer);
    const PeRequest asked = request_of(system, &answer);
    bool is_ok = fill(worker, request, &prompt, &fault);
    if (is_ok && !pe_session_admit(worker->session, &prompt, &asked, &problem))
        is_ok = ps_engine_fail(&fault, PS_ERROR_DATA, "the request", &problem);
    while (is_ok && pe_session_step(worker->session))
        ;
    pe_prompt_clear(&prompt);
    response->finished_ns = ps_now_ns();
    if (!is_ok) {
        ps_response_fail(response, PS_OUTCOME_FAILED, "%s", fault->message);
        return true;
    }
    add_cost(worker, &answer, response);
    settle(system, &answer, response);
    return true;
}
