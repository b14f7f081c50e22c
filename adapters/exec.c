// exec/COMMAND: any program that reads requests as JSON lines and answers with JSON lines. Each
// worker keeps one child running. The protocol is in docs/adapters.md.
#include "adapters/shared/child.h"
#include "harness/adapter.h"
#include "harness/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_DEATHS 3
#define NOT_EXECUTABLE 126 // exit statuses of /bin/sh
#define NOT_FOUND 127
#define MAX_RAW_BYTES (16u << 10)
#define MAX_SPANS 1000

typedef struct {
    const PsSystem *system;
    char *folder;      // private, for media; NULL until the first
    GPtrArray *files;  // paths of the media of the request at hand
    PsChild *child;    // NULL: has to be started
    bool has_answered; // any child of this worker, ever
    bool is_proven;    // this child has answered
    int n_deaths;      // in a row
    GString *request, *line;
} Worker;

static void *worker_open(const PsSystem *system, int number, GError **error)
{
    (void)number;
    if (system->name[0] == '\0')
        return ps_fail_null(error, PS_ERROR_USAGE, "--model exec/COMMAND: which command?");
    Worker *worker = g_new0(Worker, 1);
    worker->system = system;
    worker->files = g_ptr_array_new_with_free_func(g_free);
    worker->request = g_string_new(NULL);
    worker->line = g_string_new(NULL);
    return worker;
}

static void remove_files(Worker *worker)
{
    for (guint i = 0; i < worker->files->len; i++)
        g_unlink(g_ptr_array_index(worker->files, i));
    g_ptr_array_set_size(worker->files, 0);
}

static void worker_close(void *state)
{
    Worker *worker = state;
    ps_child_stop(worker->child);
    remove_files(worker);
    if (worker->folder != NULL) g_rmdir(worker->folder);
    g_free(worker->folder);
    g_ptr_array_unref(worker->files);
    g_string_free(worker->request, true);
    g_string_free(worker->line, true);
    g_free(worker);
}

// The usual extension for a media type, for programs that go by it.
static const char *extension(const char *type)
{
    static const struct {
        const char *type, *extension;
    } known[] = {
        {"image/png", ".png"},         {"image/jpeg", ".jpg"},      {"image/webp", ".webp"},
        {"image/gif", ".gif"},         {"image/tiff", ".tif"},      {"image/svg+xml", ".svg"},
        {"audio/wav", ".wav"},         {"audio/flac", ".flac"},     {"audio/mpeg", ".mp3"},
        {"audio/ogg", ".ogg"},         {"audio/mp4", ".m4a"},       {"audio/G722", ".g722"},
        {"audio/GSM", ".gsm"},         {"video/mp4", ".mp4"},       {"video/webm", ".webm"},
        {"text/csv", ".csv"},          {"application/pdf", ".pdf"}, {"video/quicktime", ".mov"},
        {"video/x-matroska", ".mkv"},  {"video/x-msvideo", ".avi"}, {"video/mp2t", ".ts"},
        {"application/x-hdf5", ".h5"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].type, type) == 0) return known[i].extension;
    return ".bin";
}

// Writes media into the worker's folder. The path is the list's; NULL on error.
static const char *write_media(Worker *worker, const PsMedia *media, GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (worker->folder == NULL) worker->folder = g_dir_make_tmp("proofsheet-XXXXXX", &problem);
    if (worker->folder == NULL)
        return ps_fail_null(error, PS_ERROR_CANT_CREATE, "a folder for media: %s",
                            problem->message);
    char *path = g_strdup_printf("%s/part-%u%s", worker->folder, worker->files->len + 1,
                                 extension(media->type));
    g_ptr_array_add(worker->files, path);
    size_t n_bytes;
    const char *bytes = g_bytes_get_data(media->bytes, &n_bytes);
    if (!g_file_set_contents_full(path, bytes, (gssize)n_bytes, G_FILE_SET_CONTENTS_NONE, 0600,
                                  &problem))
        return ps_fail_null(error, PS_ERROR_IO, "%s", problem->message);
    return path;
}

static void append_note(GString *out, const PsPartNote *note)
{
    if (note->caption != NULL) {
        ps_json_append_key(out, "caption");
        ps_json_append_string(out, note->caption);
    }
    if (!isnan(note->time_s)) {
        ps_json_append_key(out, "time_s");
        ps_json_append_number(out, note->time_s);
    }
}

static bool append_part(Worker *worker,
                        const PsPart *part,
                        const PsMedia *media,
                        const PsPartNote *note,
                        GError **error)
{
    GString *out = worker->request;
    g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
    ps_json_append_key(out, ps_part_kind_name(part->kind));
    if (part->kind == PS_PART_TEXT) {
        ps_json_append_string(out, part->text);
    } else {
        const char *path = write_media(worker, media, error);
        if (path == NULL) return false;
        ps_json_append_string(out, path);
        ps_json_append_key(out, "media_type");
        ps_json_append_string(out, media->type);
    }
    if (note != NULL) append_note(out, note);
    g_string_append_c(out, '}');
    return true;
}

static void append_options(GString *out, const PsSystem *system)
{
    ps_json_append_key(out, "options");
    g_string_append_c(out, '{');
    if (!isnan(system->temperature)) {
        ps_json_append_key(out, "temperature");
        ps_json_append_number(out, system->temperature);
    }
    if (system->max_tokens > 0) {
        ps_json_append_key(out, "max_tokens");
        ps_json_append_integer(out, system->max_tokens);
    }
    if (system->seed >= 0) {
        ps_json_append_key(out, "seed");
        ps_json_append_integer(out, system->seed);
    }
    if (system->logprobs) {
        ps_json_append_key(out, "logprobs");
        g_string_append(out, "true");
    }
    if (system->timeout_ns > 0) {
        ps_json_append_key(out, "timeout_ms");
        ps_json_append_integer(out, system->timeout_ns / 1000000);
    }
    g_string_append_c(out, '}');
}

static bool write_request(Worker *worker, const PsRequest *request, GError **error)
{
    GString *out = worker->request;
    g_string_assign(out, "{");
    ps_json_append_key(out, "id");
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, request->item_id);
    ps_json_append_key(out, "sample");
    ps_json_append_string(out, request->sample_id);
    ps_json_append_key(out, "condition");
    ps_json_append_string(out, request->condition);
    ps_json_append_key(out, "epoch");
    ps_json_append_integer(out, request->epoch);
    if (request->prompt != NULL) {
        ps_json_append_key(out, "prompt");
        ps_json_append_string(out, request->prompt);
    }
    ps_json_append_key(out, "parts");
    g_string_append_c(out, '[');
    for (size_t i = 0; i < request->n_parts; i++) {
        const PsPartNote *note = request->notes != NULL ? &request->notes[i] : NULL;
        if (!append_part(worker, &request->parts[i], request->media[i], note, error))
            return false;
    }
    g_string_append_c(out, ']');
    append_options(out, worker->system);
    g_string_append(out, "}\n");
    return true;
}

// Whether id is item_id, as a number or as its digits.
static bool is_id(const cJSON *id, uint64_t item_id)
{
    if (cJSON_IsNumber(id)) return id->valuedouble == (double)item_id;
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, item_id);
    return cJSON_IsString(id) && strcmp(id->valuestring, digits) == 0;
}

static bool read_count(const cJSON *answer, const char *key, int64_t *count, GError **error)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(answer, key);
    if (value == NULL || cJSON_IsNull(value)) return true;
    if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble > 1e15)
        return ps_fail(error, PS_ERROR_DATA, "\"%s\" is not a count", key);
    *count = (int64_t)value->valuedouble;
    return true;
}

static bool read_logprobs(const cJSON *answer, PsResponse *response, GError **error)
{
    const cJSON *logprobs = cJSON_GetObjectItemCaseSensitive(answer, "logprobs");
    if (logprobs == NULL || cJSON_IsNull(logprobs)) return true;
    size_t n_tokens = 0;
    double sum = 0;
    const cJSON *logprob;
    cJSON_ArrayForEach(logprob, logprobs)
    {
        sum += cJSON_IsNumber(logprob) && logprob->valuedouble <= 0 ? logprob->valuedouble
                                                                    : (double)NAN;
        n_tokens++;
    }
    if (!cJSON_IsArray(logprobs) || !isfinite(sum))
        return ps_fail(error, PS_ERROR_DATA, "\"logprobs\" is not a list of numbers up to 0");
    ps_response_set_logprobs(response, sum, n_tokens);
    return true;
}

static bool read_confidence(const cJSON *answer, PsResponse *response, GError **error)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(answer, "confidence");
    if (value == NULL || cJSON_IsNull(value)) return read_logprobs(answer, response, error);
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= 1))
        return ps_fail(error, PS_ERROR_DATA, "\"confidence\" is not a number from 0 to 1");
    response->confidence = value->valuedouble;
    return true;
}

static bool read_span(const cJSON *span, PsResponse *response, GError **error)
{
    const char *name = ps_json_string(span, "name");
    double start_ns = ps_json_number(span, "start_ns", NAN);
    double end_ns = ps_json_number(span, "end_ns", NAN);
    if (name == NULL || !(start_ns >= 0 && end_ns >= start_ns && end_ns < 9e18))
        return ps_fail(error, PS_ERROR_DATA,
                       "a span needs \"name\" and \"start_ns\" ≤ \"end_ns\"");
    ps_response_add_span(response, name, (int64_t)start_ns, NULL);
    PsSpan *added = g_ptr_array_index(response->spans, response->spans->len - 1);
    added->end_ns = (int64_t)end_ns;
    return true;
}

static bool read_spans(const cJSON *answer, PsResponse *response, GError **error)
{
    const cJSON *spans = cJSON_GetObjectItemCaseSensitive(answer, "spans");
    if (spans == NULL || cJSON_IsNull(spans)) return true;
    if (!cJSON_IsArray(spans) || cJSON_GetArraySize(spans) > MAX_SPANS)
        return ps_fail(error, PS_ERROR_DATA, "\"spans\" is not a list of at most %d",
                       MAX_SPANS);
    const cJSON *span;
    cJSON_ArrayForEach(span, spans)
    {
        if (!read_span(span, response, error)) return false;
    }
    return true;
}

static bool read_outcome(const cJSON *answer, PsResponse *response, GError **error)
{
    const char *text = ps_json_string(answer, "answer");
    const char *name = ps_json_string(answer, "outcome");
    const char *reason = ps_json_string(answer, "error");
    PsOutcome outcome = PS_OUTCOME_ANSWERED;
    if (name != NULL && !ps_outcome_find(name, &outcome))
        return ps_fail(error, PS_ERROR_DATA, "there is no outcome \"%s\"", name);
    if (outcome != PS_OUTCOME_ANSWERED || (name == NULL && text == NULL && reason != NULL)) {
        if (outcome == PS_OUTCOME_ANSWERED) outcome = PS_OUTCOME_FAILED;
        ps_response_fail(response, outcome, "%s",
                         reason != NULL ? reason : "(no reason given)");
        return true;
    }
    if (text == NULL) return ps_fail(error, PS_ERROR_DATA, "there is no string \"answer\"");
    ps_response_answer(response, text);
    return true;
}

// False with error set if the line is not an answer to request.
static bool
read_answer(const GString *line, const PsRequest *request, PsResponse *response, GError **error)
{
    g_autoptr(cJSON) answer = ps_json_parse(line->str, line->len, error);
    if (answer == NULL) return false;
    if (!is_id(cJSON_GetObjectItemCaseSensitive(answer, "id"), request->item_id))
        return ps_fail(error, PS_ERROR_DATA, "\"id\" is not %" G_GUINT64_FORMAT,
                       request->item_id);
    return read_count(answer, "input_tokens", &response->input_tokens, error)
           && read_count(answer, "output_tokens", &response->output_tokens, error)
           && read_confidence(answer, response, error) && read_spans(answer, response, error)
           && read_outcome(answer, response, error);
}

static char *raw_line(const GString *line)
{
    g_autofree char *valid =
        g_utf8_make_valid(line->str, (gssize)MIN(line->len, MAX_RAW_BYTES));
    return g_steal_pointer(&valid);
}

// Makes a failure of the response, with what the child said on its standard error.
static void
fail_with_errors(Worker *worker, PsResponse *response, PsOutcome outcome, const char *message)
{
    g_autofree char *errors = ps_child_errors(worker->child);
    if (errors[0] == '\0')
        ps_response_fail(response, outcome, "%s", message);
    else
        ps_response_fail(response, outcome, "%s\nstderr: %s", message, errors);
}

static void kill_child(Worker *worker)
{
    ps_child_kill(g_steal_pointer(&worker->child));
}

static void take_answer(Worker *worker, const PsRequest *request, PsResponse *response)
{
    g_autoptr(GError) problem = NULL;
    response->raw = raw_line(worker->line);
    if (read_answer(worker->line, request, response, &problem)) {
        worker->has_answered = worker->is_proven = true;
        worker->n_deaths = 0;
        if (response->outcome == PS_OUTCOME_ANSWERED) ps_child_forget_errors(worker->child);
        return;
    }
    // Which line answers which request is no longer known: only a new child makes it certain.
    g_autofree char *message =
        g_strdup_printf("%s (answer: %.200s)", problem->message, response->raw);
    fail_with_errors(worker, response, PS_OUTCOME_FAILED, message);
    kill_child(worker);
}

// After the child ended without an answer. Sets error if no child will ever answer.
static bool take_death(Worker *worker, PsResponse *response, int status, GError **error)
{
    g_autofree char *message = g_strdup_printf("the command ended with status %d", status);
    fail_with_errors(worker, response, PS_OUTCOME_FAILED, message);
    kill_child(worker);
    worker->n_deaths++;
    bool cannot_run = status == NOT_FOUND || status == NOT_EXECUTABLE;
    if (worker->has_answered || (worker->n_deaths < MAX_DEATHS && !cannot_run)) return true;
    return ps_fail(error, PS_ERROR_UNAVAILABLE, "exec/%s never answered: %s",
                   worker->system->name, response->error);
}

static bool start_child(Worker *worker, GError **error)
{
    if (worker->child != NULL && !ps_child_has_ended(worker->child)) return true;
    ps_child_kill(worker->child);
    worker->child = ps_child_start(worker->system->name, error);
    worker->is_proven = false;
    return worker->child != NULL;
}

// Asks once; *again is set if the child had simply done its work, as a program that answers one
// request and exits does, and a new one should be asked.
static bool ask(Worker *worker,
                const PsRequest *request,
                PsResponse *response,
                int64_t deadline_ns,
                bool *again,
                GError **error)
{
    *again = false;
    if (!start_child(worker, error)) return false;
    response->n_attempts++;
    response->started_ns = ps_now_ns();
    PsChildEnd end = ps_child_ask(worker->child, worker->request->str, worker->request->len,
                                  deadline_ns, worker->line);
    response->finished_ns = ps_now_ns();
    if (end == PS_CHILD_ANSWERED) {
        take_answer(worker, request, response);
    } else if (end == PS_CHILD_TIMED_OUT) {
        fail_with_errors(worker, response, PS_OUTCOME_TIMED_OUT,
                         "no answer within the time limit");
        kill_child(worker);
    } else if (end == PS_CHILD_TOO_LONG) {
        fail_with_errors(worker, response, PS_OUTCOME_FAILED,
                         "the answer's line is over 16 MB");
        kill_child(worker);
    } else {
        int status = ps_child_wait(worker->child);
        *again = status == 0 && worker->is_proven;
        if (*again) return kill_child(worker), true;
        return take_death(worker, response, status, error);
    }
    return true;
}

static bool answer(void *state, const PsRequest *request, PsResponse *response, GError **error)
{
    Worker *worker = state;
    g_autoptr(GError) problem = NULL;
    int64_t limit_ns = worker->system->timeout_ns;
    int64_t deadline_ns = limit_ns > 0 ? ps_now_ns() + limit_ns : INT64_MAX;
    bool is_ok = true;
    response->n_attempts = 0;
    if (write_request(worker, request, &problem)) {
        bool again;
        is_ok = ask(worker, request, response, deadline_ns, &again, error);
        if (again) is_ok = ask(worker, request, response, deadline_ns, &again, error);
    } else {
        ps_response_fail(response, PS_OUTCOME_FAILED, "%s", problem->message);
    }
    remove_files(worker);
    return is_ok;
}

static char *describe(const PsSystem *system)
{
    GString *out = g_string_new("{");
    ps_json_append_key(out, "command");
    ps_json_append_string(out, system->name);
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

const PsAdapter ps_adapter_exec = {
    .name = "exec",
    .usage = "exec/COMMAND",
    .summary = "A program that reads requests and writes answers as JSON lines.",
    .worker_open = worker_open,
    .answer = answer,
    .worker_close = worker_close,
    .describe = describe,
};
