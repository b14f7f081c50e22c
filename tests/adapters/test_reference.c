// The adapter as a whole, on pages and recordings of the project's own data sets. The engines
// are loaded as in a run, so these tests need the modules beside the test program.
#include "adapters/adapters.h"
#include "harness/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

extern const PsAdapter ps_adapter_reference;

static const PsAdapter *const adapter = &ps_adapter_reference;

static const PsSystem modular = {.name = "modular", .max_connections = 1, .temperature = NAN};

static void *open_worker(const PsSystem *system)
{
    g_autoptr(GError) error = NULL;
    void *worker = adapter->worker_open(system, 0, &error);
    cr_assert(worker != NULL, "%s", error != NULL ? error->message : "");
    return worker;
}

// Asks one thing: media at path below the source tree (or NULL), text part, prompt.
static void ask(void *worker,
                PsPartKind kind,
                const PsMedia *media,
                const char *text,
                const char *prompt,
                PsResponse *response)
{
    PsPart parts[2] = {{.kind = kind}, {.kind = PS_PART_TEXT, .text = (char *)text}};
    const PsMedia *parts_media[2] = {media, NULL};
    size_t skip = media == NULL;
    PsRequest request = {
        .sample_id = "s",
        .condition = "clean",
        .prompt = prompt,
        .n_parts = 2 - skip - (text == NULL),
        .parts = parts + skip,
        .media = parts_media + skip,
    };
    g_autoptr(GError) error = NULL;
    cr_assert(adapter->answer(worker, &request, response, &error), "%s",
              error != NULL ? error->message : "");
}

static PsMedia *load(const char *path)
{
    g_autofree char *full = g_build_filename(PS_SOURCE_DIR, path, NULL);
    char *data;
    gsize length;
    g_autoptr(GError) error = NULL;
    cr_assert(g_file_get_contents(full, &data, &length, &error), "%s",
              error != NULL ? error->message : "");
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, length);
    return ps_media_new(bytes, NULL, path);
}

static PsMedia *damaged(const char *type)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("\x89PNG\r\n\x1a\nnot a picture", 21);
    return ps_media_new(bytes, type, "damaged");
}

Test(reference, an_unknown_name_is_an_error_that_lists_what_there_is)
{
    PsSystem system = modular;
    system.name = "nonesuch";
    g_autoptr(GError) error = NULL;
    cr_expect(adapter->worker_open(&system, 0, &error) == NULL);
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_USAGE));
    cr_expect(strstr(error->message, "reference/modular") != NULL);
}

Test(reference, a_question_without_media_is_not_known)
{
    void *worker = open_worker(&modular);
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_TEXT, NULL, "What is the capital of France?", NULL, &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_ABSTAINED));
    cr_expect(response.finished_ns >= response.started_ns && response.started_ns > 0);
    adapter->worker_close(worker);
}

Test(reference, a_question_about_a_recording_is_not_known)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) media = damaged("audio/wav");
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_AUDIO, media, "How old is the speaker?", NULL, &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_ABSTAINED));
    adapter->worker_close(worker);
}

Test(reference, damaged_media_fail_and_the_worker_goes_on)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) picture = damaged("image/png");
    g_autoptr(PsMedia) recording = damaged("audio/flac");
    for (int i = 0; i < 2; i++) {
        g_auto(PsResponse) response;
        ps_response_init(&response);
        ask(worker, PS_PART_IMAGE, picture, "What is the total?", NULL, &response);
        cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_FAILED));
        cr_expect(g_str_has_prefix(response.error, "cannot read the page: "), "%s",
                  response.error);
        ask(worker, PS_PART_AUDIO, recording, NULL, "Transcribe the speech.", &response);
        cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_FAILED));
        cr_expect(g_str_has_prefix(response.error, "cannot hear the recording: "), "%s",
                  response.error);
    }
    adapter->worker_close(worker);
}

// 90,000 dots: what heavy noise leaves of a page.
static PsMedia *specks(void)
{
    g_autoptr(PsImage) image = ps_image_new(1200, 1200, 1);
    for (int y = 0; y < 1200; y++)
        for (int x = 0; x < 1200; x++)
            image->pixels[y * 1200 + x] = x % 4 == 0 && y % 4 == 0 ? 0 : 255;
    return ps_image_encode(image, "image/png", 0, NULL);
}

Test(reference, noise_is_not_read_for_an_hour, .timeout = 60)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) media = specks();
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_IMAGE, media, "What is the total?", NULL, &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_ABSTAINED));
    adapter->worker_close(worker);
}

Test(reference, a_page_is_read_and_answered_with_its_steps_timed)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) media = load("datasets/documents/media/receipt-03.png");
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_IMAGE, media, "What is the total on this receipt?", "Answer briefly.",
        &response);
    cr_assert(eq(int, (int)response.outcome, PS_OUTCOME_ANSWERED));
    cr_expect_str_eq(response.answer, "22,55 €");
    cr_expect(response.confidence > 0.5 && response.confidence <= 1);
    static const char *const names[] = {"decode", "ocr", "answer"};
    cr_assert(eq(int, (int)response.spans->len, 3));
    for (guint i = 0; i < 3; i++) {
        const PsSpan *span = g_ptr_array_index(response.spans, i);
        cr_expect_str_eq(span->name, names[i]);
        cr_expect(span->start_ns >= response.started_ns && span->end_ns <= response.finished_ns
                  && span->end_ns >= span->start_ns);
    }
    adapter->worker_close(worker);
}

static PsMedia *series_of(const char *csv)
{
    g_autoptr(GBytes) bytes = g_bytes_new(csv, strlen(csv));
    return ps_media_new(bytes, "text/csv", NULL);
}

Test(reference, a_series_is_looked_up)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) media = series_of("time,pressure [kPa]\n0,1\n1,9\n2,4\n");
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_SERIES, media, "When was the pressure highest?", NULL, &response);
    cr_assert(eq(int, (int)response.outcome, PS_OUTCOME_ANSWERED));
    cr_expect_str_eq(response.answer, "1");
    g_autoptr(PsMedia) wrong = series_of("a,b\n1\n");
    ask(worker, PS_PART_SERIES, wrong, "How many rows?", NULL, &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_FAILED));
    cr_expect(g_str_has_prefix(response.error, "cannot read the series: line 2"), "%s",
              response.error);
    adapter->worker_close(worker);
}

// Asks about two pictures, which are frames of a video if times says so.
static void ask_two(void *worker,
                    const char *const *paths,
                    bool are_frames,
                    const char *question,
                    PsResponse *response)
{
    g_autoptr(PsMedia) first = load(paths[0]), second = load(paths[1]);
    const PsPart parts[] = {{.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_TEXT, .text = (char *)question}};
    const PsPartNote notes[] = {{"frame 1", 0.5}, {"frame 2", 1.5}, {NULL, NAN}};
    const PsMedia *media[] = {first, second, NULL};
    PsRequest request = {.sample_id = "s",
                         .condition = "clean",
                         .n_parts = 3,
                         .parts = parts,
                         .media = media,
                         .notes = are_frames ? notes : NULL};
    g_autoptr(GError) error = NULL;
    cr_assert(adapter->answer(worker, &request, response, &error));
}

Test(reference, the_answer_is_looked_for_on_every_page)
{
    static const char *const paths[] = {"datasets/documents/media/table-01.png",
                                        "datasets/documents/media/receipt-03.png"};
    void *worker = open_worker(&modular);
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask_two(worker, paths, false, "What is the total on this receipt?", &response);
    cr_assert(eq(int, (int)response.outcome, PS_OUTCOME_ANSWERED));
    cr_expect_str_eq(response.answer, "22,55 €");
    cr_expect(response.spans->len >= 5, "both were read");
    adapter->worker_close(worker);
}

Test(reference, of_a_video_it_knows_only_what_is_written)
{
    static const char *const paths[] = {"datasets/documents/media/table-01.png",
                                        "datasets/documents/media/receipt-03.png"};
    void *worker = open_worker(&modular);
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask_two(worker, paths, true, "What happens after the door opens?", &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_ABSTAINED));
    ask_two(worker, paths, true, "Transcribe the text.", &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_ANSWERED));
    adapter->worker_close(worker);
}

Test(reference, speech_is_transcribed)
{
    void *worker = open_worker(&modular);
    g_autoptr(PsMedia) media = load("datasets/speech/media/asterisk/conf-now-muted.g722");
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_AUDIO, media, NULL, "Transcribe what is said.", &response);
    cr_assert(eq(int, (int)response.outcome, PS_OUTCOME_ANSWERED));
    cr_expect(strstr(response.answer, "now") != NULL, "%s", response.answer);
    cr_expect(response.confidence > 0 && response.confidence <= 1);
    adapter->worker_close(worker);
}

// What the worker answers, with its confidence, as text.
static char *account(void *worker, PsPartKind kind, const PsMedia *media, const char *question)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, kind, media, question, NULL, &response);
    return g_strdup_printf("%s %.17g", response.answer, response.confidence);
}

Test(reference, an_answer_does_not_depend_on_what_came_before)
{
    g_autoptr(PsMedia) first = load("datasets/speech/media/asterisk/conf-getpin.g722");
    g_autoptr(PsMedia) second = load("datasets/speech/media/asterisk/conf-now-muted.gsm");
    void *worker = open_worker(&modular), *fresh = open_worker(&modular);
    g_autofree char *before = account(worker, PS_PART_AUDIO, second, NULL);
    g_autofree char *between = account(worker, PS_PART_AUDIO, first, NULL);
    g_autofree char *again = account(worker, PS_PART_AUDIO, second, NULL);
    g_autofree char *alone = account(fresh, PS_PART_AUDIO, first, NULL);
    cr_expect_str_eq(before, again);
    cr_expect_str_eq(between, alone);
    adapter->worker_close(worker);
    adapter->worker_close(fresh);
}

static gpointer read_totals(gpointer data)
{
    static const char *const pages[] = {"receipt-03", "invoice-10", "table-01"};
    GString *accounts = g_string_new(NULL);
    void *worker = open_worker(&modular);
    int n = GPOINTER_TO_INT(data);
    char *lines[3];
    for (int i = 0; i < 3; i++) {
        int page = (i + n) % 3; // each thread in another order
        g_autofree char *path = g_strdup_printf("datasets/documents/media/%s.png", pages[page]);
        g_autoptr(PsMedia) media = load(path);
        lines[page] = account(worker, PS_PART_IMAGE, media, "Transcribe the page.");
    }
    for (int i = 0; i < 3; i++) {
        g_string_append_printf(accounts, "%s\n", lines[i]);
        g_free(lines[i]);
    }
    adapter->worker_close(worker);
    return g_string_free(accounts, FALSE);
}

Test(reference, workers_in_parallel_read_the_same)
{
    GThread *threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = g_thread_new("worker", read_totals, GINT_TO_POINTER(i));
    g_autofree char *one = g_thread_join(threads[0]);
    g_autofree char *other = g_thread_join(threads[1]);
    cr_expect_str_eq(one, other);
    cr_expect(strstr(one, "Security review") != NULL);
}

Test(reference, a_request_over_its_time_limit_has_timed_out)
{
    PsSystem system = modular;
    system.timeout_ns = 1;
    void *worker = open_worker(&system);
    g_autoptr(PsMedia) media = load("datasets/documents/media/receipt-03.png");
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ask(worker, PS_PART_IMAGE, media, "What is the total?", NULL, &response);
    cr_expect(eq(int, (int)response.outcome, PS_OUTCOME_TIMED_OUT));
    adapter->worker_close(worker);
}

Test(reference, it_describes_its_engines)
{
    g_autofree char *text = adapter->describe(&modular);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) json = ps_json_parse(text, strlen(text), &error);
    cr_assert(json != NULL, "%s", text);
    cr_expect_str_eq(ps_json_string(json, "system"), "modular");
    cr_expect(g_str_has_prefix(ps_json_string(json, "tesseract"), "5."));
    cr_expect(g_str_has_prefix(ps_json_string(json, "pocketsphinx"), "libpocketsphinx"));
    cr_expect(ps_json_string(json, "speech_model") != NULL);
}
