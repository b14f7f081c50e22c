// The reference systems. `reference/unified:FILE` is the bundled engine (shared/unified.h).
//
// `reference/modular`: tesseract reads pages, pocketsphinx hears speech,
// plain rules answer. In process, no network, deterministic: the same request gives the same
// answer in any worker and in any order. docs/reference.md says what it can and cannot do.
//
// What happens to a request: pages with a question are decoded, read ("ocr") and answered by
// the rules of shared/reference_answer.c, one by one; a recording that is to be transcribed is
// decoded and recognised; a series is answered by the rules of shared/reference_series.c. Of a
// video it reads what is written in its frames, if that is asked for. Everything else it does
// not know.
#include "adapters/shared/perception.h"
#include "adapters/shared/reference_answer.h"
#include "adapters/shared/reference_pages.h"
#include "adapters/shared/reference_series.h"
#include "adapters/shared/unified.h"
#include "harness/adapter.h"
#include "harness/json.h"
#include "harness/module.h"

#include <math.h>
#include <string.h>

#define UNIFIED "unified:"
#define UNKNOWN "I don't know"
// Smaller pictures are doubled: capitals on screens and web pages are 10 to 15 px high, which
// is half of what the text recogniser was trained on.
#define SMALL_PAGE_PIXELS (2u << 20)
#define MAX_QUESTION_BYTES 4096
#define PAGES_MOST 64 // of one request; further ones are not read

typedef struct {
    const PsSystem *system;
    const PsPerception *perception; // the three below are opened at their first use
    void *ocr;
    void *speech;
    PsUnified *unified; // NULL: modular
    PsUnifiedWorker *engine;
} Worker;

// What is in a request. Borrowed from it, but for question.
typedef struct {
    size_t n_pages;
    const PsMedia *pages[PAGES_MOST];  // [n_pages] pictures and pages
    const PsMedia *recording, *series; // the first of each, or NULL
    bool has_frames;                   // the pictures, or some, are frames of a video
    char *question;                    // the text parts; without any, the prompt; or NULL
} Inputs;

static void inputs_clear(Inputs *inputs)
{
    g_free(inputs->question);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Inputs, inputs_clear)

static void worker_close(void *worker);

static void *worker_open(const PsSystem *system, int worker, GError **error)
{
    (void)worker;
    const bool is_unified = g_str_has_prefix(system->name, UNIFIED);
    if (!is_unified && strcmp(system->name, "modular") != 0)
        return ps_fail_null(error, PS_ERROR_USAGE,
                            "no reference system \"%s\": there are reference/modular and "
                            "reference/unified:FILE",
                            system->name);
    if (!is_unified && ps_budget_is_set(&system->budget))
        return ps_fail_null(
            error, PS_ERROR_USAGE,
            "--budget-…: reference/modular keeps none (reference/unified does)");
    Worker *self = g_new0(Worker, 1);
    self->system = system;
    if (is_unified) self->unified = ps_unified_open(system->name + strlen(UNIFIED), error);
    if (self->unified != NULL) self->engine = ps_unified_worker_new(self->unified, 1, error);
    if (!is_unified || self->engine != NULL) return self;
    worker_close(self);
    return NULL;
}

static void worker_close(void *worker)
{
    Worker *self = worker;
    if (self == NULL) return;
    if (self->ocr != NULL) self->perception->ocr_close(self->ocr);
    if (self->speech != NULL) self->perception->speech_close(self->speech);
    ps_unified_worker_free(self->engine);
    ps_unified_unref(self->unified);
    g_free(self);
}

static bool open_perception(Worker *self, GError **error)
{
    if (self->perception == NULL) self->perception = ps_module_get("perception", error);
    return self->perception != NULL;
}

static void add_media(Inputs *inputs, const PsPart *part, const PsMedia *media)
{
    bool is_page = part->kind == PS_PART_IMAGE || part->kind == PS_PART_PAGE;
    if (is_page && inputs->n_pages < PAGES_MOST) inputs->pages[inputs->n_pages++] = media;
    if (part->kind == PS_PART_AUDIO && inputs->recording == NULL) inputs->recording = media;
    if (part->kind == PS_PART_SERIES && inputs->series == NULL) inputs->series = media;
}

static Inputs read_inputs(const PsRequest *request)
{
    Inputs inputs = {0};
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < request->n_parts; i++) {
        const PsPart *part = &request->parts[i];
        if (part->kind == PS_PART_TEXT && text->len < MAX_QUESTION_BYTES)
            g_string_append_printf(text, "%.*s\n", MAX_QUESTION_BYTES, part->text);
        add_media(&inputs, part, request->media[i]);
        inputs.has_frames |= request->notes != NULL && !isnan(request->notes[i].time_s);
    }
    if (text->len > 0)
        inputs.question = g_utf8_make_valid(text->str, -1);
    else if (request->prompt != NULL)
        inputs.question = g_strdup(request->prompt);
    return inputs;
}

// Whether the question is for all that is written or said.
static bool asks_for_all(const char *question)
{
    static const char *const words[] = {
        "transcribe", "transcription",  "transcript", "verbatim", "write down",
        "read aloud", "speech to text", "wa said",    "was said", "is said",
        "ocr",        "dictation",      NULL};
    if (question == NULL) return true;
    g_auto(PsTokens) tokens = {0};
    ps_tokens_init(&tokens, question);
    return ps_tokens_contain_any(&tokens, words);
}

// Whether the question is for something written, which is all that is read in a video.
static bool asks_for_writing(const char *question)
{
    static const char *const words[] = {"text",     "written", "writing", "read",
                                        "word",     "sign",    "title",   "caption",
                                        "subtitle", "letter",  "say",     NULL};
    g_auto(PsTokens) tokens = {0};
    ps_tokens_init(&tokens, question);
    return asks_for_all(question) || ps_tokens_contain_any(&tokens, words);
}

// A fault of the input is an outcome, any other the end of the run. Returns whether it goes on.
static bool settle(GError *fault, const char *what, PsResponse *response, GError **error)
{
    if (!g_error_matches(fault, PS_ERROR, PS_ERROR_DATA)) {
        g_propagate_error(error, fault);
        return false;
    }
    ps_response_fail(response, PS_OUTCOME_FAILED, "cannot %s: %s", what, fault->message);
    g_error_free(fault);
    return true;
}

static void add_counted_span(PsResponse *response, const char *name, int64_t start_ns, size_t n)
{
    g_autofree char *detail = g_strdup_printf("{\"words\":%zu}", n);
    ps_response_add_span(response, name, start_ns, detail);
}

// The picture in the size that the recogniser is best at; NULL with error.
static PsImage *decode_page(const PsMedia *media, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    double n_pixels = (double)image->width_px * image->height_px;
    if (n_pixels <= SMALL_PAGE_PIXELS) return ps_image_resize(image, 2, error);
    if (n_pixels <= PS_OCR_MAX_PIXELS) return g_steal_pointer(&image);
    return ps_image_resize(image, 0.99 * sqrt(PS_OCR_MAX_PIXELS / n_pixels), error);
}

// What reading a page needs; the argument of read_page.
typedef struct {
    Worker *worker;
    const PsMedia *media;
    PsResponse *response;
} Reading;

static PsOcrPage *read_page(void *user_data, bool *is_whole, GError **error)
{
    Reading *reading = user_data;
    Worker *self = reading->worker;
    int64_t start_ns = ps_now_ns(), limit_ns = self->system->timeout_ns;
    g_autoptr(PsImage) image = decode_page(reading->media, error);
    ps_response_add_span(reading->response, "decode", start_ns, NULL);
    if (image == NULL) return NULL;
    start_ns = ps_now_ns();
    if (self->ocr == NULL) self->ocr = self->perception->ocr_open(error);
    if (self->ocr == NULL) return NULL;
    PsOcrPage *page = self->perception->ocr_read(self->ocr, image, limit_ns, error);
    add_counted_span(reading->response, "ocr", start_ns, page != NULL ? page->n_words : 0);
    *is_whole = limit_ns <= 0 || ps_now_ns() - start_ns < limit_ns;
    return page;
}

static char *page_text(const PsOcrPage *page)
{
    g_autoptr(PsLayout) layout = ps_layout_new(page);
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < layout->n_lines; i++) {
        for (size_t j = 0; j < layout->lines[i].n_cells; j++)
            g_string_append_printf(text, "%s%s", j > 0 ? " " : "",
                                   layout->lines[i].cells[j].text);
        g_string_append_c(text, '\n');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

// What is found on a page; finding is empty if no rule applies.
static void look_up(const PsOcrPage *page, const char *question, PsFinding *finding)
{
    if (asks_for_all(question))
        *finding = (PsFinding){page_text(page), NAN, "all text"};
    else
        ps_reference_answer(page, question, finding);
}

static void answer_finding(const PsFinding *finding, int64_t start_ns, PsResponse *response)
{
    bool is_known = finding->text != NULL && *finding->text != '\0';
    ps_response_answer(response, is_known ? finding->text : UNKNOWN);
    if (is_known) response->confidence = finding->confidence;
    g_autofree char *detail =
        g_strdup_printf("{\"rule\":\"%s\"}", is_known ? finding->rule : "none");
    ps_response_add_span(response, "answer", start_ns, detail);
}

// Puts what another page says behind what all text was so far, or keeps the surer of two
// answers.
static void merge(PsFinding *best, PsFinding *other, bool is_all)
{
    bool is_better = best->text == NULL || other->confidence > best->confidence;
    if (other->text == NULL) return;
    if (is_all && best->text != NULL) {
        char *both = g_strconcat(best->text, other->text, NULL);
        g_free(best->text);
        best->text = both;
    } else if (is_better) {
        g_free(best->text);
        *best = *other;
        other->text = NULL;
    }
}

static bool
answer_pages(Worker *self, const Inputs *inputs, PsResponse *response, GError **error)
{
    g_auto(PsFinding) best = {0};
    int64_t start_ns = ps_now_ns();
    for (size_t i = 0; i < inputs->n_pages; i++) {
        GError *fault = NULL;
        g_auto(PsFinding) finding = {0};
        Reading reading = {self, inputs->pages[i], response};
        g_autoptr(PsSharedPage) page =
            ps_pages_get(inputs->pages[i], read_page, &reading, &fault);
        if (page == NULL) return settle(fault, "read the page", response, error);
        start_ns = ps_now_ns();
        look_up(ps_shared_page_get(page), inputs->question, &finding);
        merge(&best, &finding, asks_for_all(inputs->question));
    }
    answer_finding(&best, start_ns, response);
    return true;
}

static bool answer_series(const Inputs *inputs, PsResponse *response, GError **error)
{
    GError *fault = NULL;
    int64_t start_ns = ps_now_ns();
    g_autoptr(PsSeries) series = ps_series_decode(inputs->series, &fault);
    ps_response_add_span(response, "decode", start_ns, NULL);
    if (series == NULL) return settle(fault, "read the series", response, error);
    g_auto(PsFinding) finding = {0};
    start_ns = ps_now_ns();
    ps_reference_answer_series(series, inputs->question, &finding);
    answer_finding(&finding, start_ns, response);
    return true;
}

static PsTranscript *
hear(Worker *self, const PsMedia *media, PsResponse *response, GError **error)
{
    int64_t start_ns = ps_now_ns();
    g_autoptr(PsAudio) audio = ps_audio_decode(media, PS_SPEECH_RATE_HZ, error);
    ps_response_add_span(response, "decode", start_ns, NULL);
    if (audio == NULL) return NULL;
    start_ns = ps_now_ns();
    if (self->speech == NULL) self->speech = self->perception->speech_open(error);
    if (self->speech == NULL) return NULL;
    PsTranscript *transcript = self->perception->speech_recognise(self->speech, audio, error);
    ps_response_add_span(response, "recognise", start_ns, NULL);
    return transcript;
}

static bool
answer_recording(Worker *self, const Inputs *inputs, PsResponse *response, GError **error)
{
    GError *fault = NULL;
    g_autoptr(PsTranscript) transcript = hear(self, inputs->recording, response, &fault);
    if (transcript == NULL) return settle(fault, "hear the recording", response, error);
    bool is_heard = *transcript->text != '\0';
    int64_t start_ns = ps_now_ns();
    ps_response_answer(response, is_heard ? transcript->text : UNKNOWN);
    if (is_heard) response->confidence = transcript->confidence;
    ps_response_add_span(response, "answer", start_ns, NULL);
    return true;
}

static bool work(Worker *self, const PsRequest *request, PsResponse *response, GError **error)
{
    g_auto(Inputs) inputs = read_inputs(request);
    bool is_page = inputs.n_pages > 0 && inputs.question != NULL
                   && (!inputs.has_frames || asks_for_writing(inputs.question));
    bool is_speech = !is_page && inputs.recording != NULL && asks_for_all(inputs.question);
    bool is_series = !is_page && !is_speech && inputs.series != NULL && inputs.question != NULL;
    if (is_series) return answer_series(&inputs, response, error);
    if (!is_page && !is_speech) {
        ps_response_answer(response, UNKNOWN);
        return true;
    }
    if (!open_perception(self, error)) return false;
    return is_page ? answer_pages(self, &inputs, response, error)
                   : answer_recording(self, &inputs, response, error);
}

static bool answer(void *worker, const PsRequest *request, PsResponse *response, GError **error)
{
    Worker *self = worker;
    int64_t limit_ns = self->system->timeout_ns;
    if (self->engine != NULL)
        return ps_unified_answer(self->engine, self->system, request, response, error);
    response->n_attempts = 1;
    response->started_ns = ps_now_ns();
    if (!work(self, request, response, error)) return false;
    response->finished_ns = ps_now_ns();
    if (limit_ns > 0 && response->finished_ns - response->started_ns > limit_ns)
        ps_response_fail(response, PS_OUTCOME_TIMED_OUT, "no answer within %.3g s",
                         (double)limit_ns * 1e-9);
    if (response->outcome == PS_OUTCOME_ANSWERED)
        response->finish_reason = g_strdup("stop");
    else
        response->confidence = NAN;
    return true;
}

static char *describe_unified(const PsSystem *system)
{
    g_autoptr(PsUnified) unified = ps_unified_open(system->name + strlen(UNIFIED), NULL);
    return unified != NULL ? ps_unified_describe(unified) : NULL;
}

// The module's own description with the system's name put first.
static char *describe(const PsSystem *system)
{
    if (g_str_has_prefix(system->name, UNIFIED)) return describe_unified(system);
    const PsPerception *perception = ps_module_get("perception", NULL);
    g_autofree char *engines = perception != NULL ? perception->describe() : NULL;
    g_autoptr(GString) json = g_string_new("{");
    ps_json_append_key(json, "system");
    ps_json_append_string(json, system->name);
    if (engines != NULL)
        g_string_append_printf(json, ",%s", engines + 1);
    else
        g_string_append_c(json, '}');
    return g_string_free(g_steal_pointer(&json), FALSE);
}

const PsAdapter ps_adapter_reference = {
    .name = "reference",
    .usage = "reference/modular",
    .summary = "Built in, offline: text and speech recognition and plain rules; "
               "reference/unified:FILE is the engine with a model of yours (GGUF).",
    .cannot_take = 1u << PS_PART_VIDEO | 1u << PS_PART_PAGE,
    .has_budget = true,
    .default_connections = 0,
    .worker_open = worker_open,
    .answer = answer,
    .worker_close = worker_close,
    .describe = describe,
};
