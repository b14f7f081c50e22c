#include "adapters/adapters.h"
#include "driver.h"
#include "harness/json.h"
#include "server.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

extern const PsAdapter ps_adapter_openai;

static PsMedia *media_of(const char *bytes, const char *type)
{
    g_autoptr(GBytes) copy = g_bytes_new(bytes, strlen(bytes));
    return ps_media_new(copy, type, NULL);
}

// Asks one request of a server that says "ok", and returns the parsed body that it got.
static cJSON *body_of(const PsSystem *system, PsRequest *request)
{
    g_autofree char *ok = chat_answer("ok");
    g_auto(Asked) asked;
    Server *server = server_start(&(Reply){.bytes = ok}, 1);
    server_use(server);
    ask(&asked, &ps_adapter_openai, system, request, 1);
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "ok");
    g_autofree char *body = server_body(server, 0);
    cJSON *json = ps_json_parse(body, strlen(body), NULL);
    cr_assert_not_null(json, "%s", body);
    server_stop(server);
    return json;
}

static void assert_json(const cJSON *got, const char *expected)
{
    g_autoptr(cJSON) wanted = cJSON_Parse(expected);
    char *text = cJSON_PrintUnformatted(got);
    cr_assert(cJSON_Compare(got, wanted, true), "%s", text);
    cJSON_free(text);
}

Test(openai, one_text_is_a_plain_string)
{
    PsSystem system = system_of("gpt \"x\"");
    PsRequest request = {
        .sample_id = "s", .condition = "clean", .prompt = "What is \xc3\xa9\n?"};
    g_autoptr(cJSON) body = body_of(&system, &request);
    assert_json(body, "{\"model\":\"gpt \\\"x\\\"\",\"messages\":[{\"role\":\"user\","
                      "\"content\":\"What is \xc3\xa9\\n?\"}]}");
}

Test(openai, options_are_sent_only_if_they_are_set)
{
    PsSystem system = system_of("m");
    system.temperature = 0;
    system.max_tokens = 64;
    system.seed = 0;
    PsRequest request = {.sample_id = "s", .condition = "clean", .prompt = "q"};
    g_autoptr(cJSON) body = body_of(&system, &request);
    assert_json(body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],"
                      "\"temperature\":0,\"max_tokens\":64,\"seed\":0}");
}

Test(openai, probabilities_are_asked_for_whether_or_not_the_answer_is_streamed)
{
    PsSystem system = system_of("m");
    system.logprobs = true;
    PsRequest request = {.sample_id = "s", .condition = "clean", .prompt = "q"};
    g_autoptr(cJSON) body = body_of(&system, &request);
    assert_json(body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],"
                      "\"logprobs\":true}");
    system.stream = true;
    g_autoptr(cJSON) streamed = body_of(&system, &request);
    assert_json(
        streamed,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],"
        "\"logprobs\":true,\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}

Test(openai, prompt_and_parts_keep_their_order)
{
    PsSystem system = system_of("m");
    g_autoptr(PsMedia) png = media_of("picture", "image/png");
    g_autoptr(PsMedia) jpeg = media_of("page", "image/jpeg");
    g_autoptr(PsMedia) wav = media_of("sound!", "audio/wav");
    g_autoptr(PsMedia) mp3 = media_of("music", "audio/mpeg");
    const PsPart parts[] = {{.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_TEXT, .text = (char *)"between"},
                            {.kind = PS_PART_PAGE},
                            {.kind = PS_PART_AUDIO},
                            {.kind = PS_PART_AUDIO}};
    const PsMedia *media[] = {png, NULL, jpeg, wav, mp3};
    PsRequest request = {.sample_id = "s",
                         .condition = "clean",
                         .prompt = "first",
                         .n_parts = 5,
                         .parts = parts,
                         .media = media};
    g_autoptr(cJSON) body = body_of(&system, &request);
    assert_json(
        body,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
        "{\"type\":\"text\",\"text\":\"first\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/"
        "png;base64,cGljdHVyZQ==\"}},"
        "{\"type\":\"text\",\"text\":\"between\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64,cGFnZQ==\"}},"
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"c291bmQh\",\"format\":\"wav\"}},"
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"bXVzaWM=\",\"format\":\"mp3\"}}"
        "]}]}");
}

Test(openai, what_was_made_of_a_part_stands_behind_its_caption)
{
    PsSystem system = system_of("m");
    g_autoptr(PsMedia) jpeg = media_of("page", "image/jpeg");
    const PsPart parts[] = {{.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_TEXT, .text = (char *)"?"}};
    const PsPartNote notes[] = {{"video 1, frame 1 of 1, at 0.50 s", 0.5}, {NULL, NAN}};
    const PsMedia *media[] = {jpeg, NULL};
    PsRequest request = {.sample_id = "s",
                         .condition = "clean",
                         .n_parts = 2,
                         .parts = parts,
                         .media = media,
                         .notes = notes};
    g_autoptr(cJSON) body = body_of(&system, &request);
    assert_json(
        body,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
        "{\"type\":\"text\",\"text\":\"video 1, frame 1 of 1, at 0.50 s\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64,cGFnZQ==\"}},"
        "{\"type\":\"text\",\"text\":\"?\"}]}]}");
}

Test(openai, what_cannot_be_sent_fails_alone)
{
    g_autofree char *ok = chat_answer("ok");
    g_autoptr(PsMedia) video = media_of("film", "video/mp4");
    const PsPart part = {.kind = PS_PART_VIDEO};
    const PsMedia *media = video;
    PsSystem system = system_of("m");
    g_autofree PsRequest *requests = text_requests("q", 3);
    requests[1] = (PsRequest){.item_id = 1,
                              .sample_id = "s",
                              .condition = "clean",
                              .n_parts = 1,
                              .parts = &part,
                              .media = &media};
    g_auto(Asked) asked;
    Server *server = server_start(&(Reply){.bytes = ok}, 1);
    server_use(server);
    ask(&asked, &ps_adapter_openai, &system, requests, 3);
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "ok");
    assert_outcome(&asked.responses[1], PS_OUTCOME_FAILED,
                   "part 1: openai adapter cannot send video");
    assert_outcome(&asked.responses[2], PS_OUTCOME_ANSWERED, "ok");
    cr_assert_eq(server_n_requests(server), 2);
    server_stop(server);
}

Test(openai, a_plain_answer_has_its_clock_and_tokens)
{
    g_autofree char *ok = chat_answer("Paris");
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    Server *server = server_start(&(Reply){.bytes = ok, .delay_ms = 30}, 1);
    server_use(server);
    int64_t before_ns = ps_now_ns();
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    const PsResponse *response = &asked.responses[0];
    assert_outcome(response, PS_OUTCOME_ANSWERED, "Paris");
    cr_assert_geq(response->started_ns, before_ns);
    cr_assert_geq(response->finished_ns - response->started_ns, 30000000);
    cr_assert_eq(response->first_token_ns, 0);
    cr_assert_null(response->token_gaps_us);
    cr_assert_eq(response->n_attempts, 1);
    cr_assert_eq(response->input_tokens, 7);
    cr_assert_eq(response->output_tokens, 3);
    cr_assert_not_null(response->raw);
    server_stop(server);
}

Test(openai, the_key_goes_into_the_header_and_nowhere_else)
{
    g_autofree char *ok = chat_answer("ok");
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    g_setenv("OPENAI_API_KEY", " sk-secret\n", true);
    Server *server = server_start(&(Reply){.bytes = ok}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    g_autofree char *head = server_head(server, 0);
    g_autofree char *body = server_body(server, 0);
    g_autofree char *description = ps_adapter_openai.describe(&system);
    assert_contains(head, "\r\nAuthorization: Bearer sk-secret\r\n");
    assert_contains(head, "POST /v1/chat/completions HTTP/1.1\r\n");
    cr_assert_null(strstr(body, "secret"));
    cr_assert_null(strstr(description, "secret"));
    server_stop(server);
}

Test(openai, the_description_hides_what_is_secret_in_the_address)
{
    PsSystem system = system_of("m");
    g_setenv("OPENAI_BASE_URL", "https://me:pass@host.example/v1?key=hidden", true);
    g_autofree char *description = ps_adapter_openai.describe(&system);
    assert_contains(description, "\"base_url\":\"https://host.example/v1\"");
    assert_contains(description, "\"model\":\"m\"");
}

#define EVENT(json) "data: " json "\n\n"

static char *stream_answer(const char *events)
{
    return g_strdup_printf(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        strlen(events), events);
}

static const char *const stream_text =
    EVENT("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}")
        EVENT("{\"choices\":[{\"delta\":{\"content\":\"Pa\"}}]}")
            EVENT("{\"choices\":[{\"delta\":{\"content\":\"ris\"}}]}")
                EVENT("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}") EVENT(
                    "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}")
                    EVENT("[DONE]");

Test(openai, a_streamed_answer_has_the_times_of_its_tokens)
{
    g_autofree char *answer = stream_answer(stream_text);
    size_t n_head = (size_t)(strstr(answer, "\r\n\r\n") - answer) + 4;
    size_t piece = n_head + (size_t)(strstr(stream_text, "ris") - stream_text) - 30;
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.stream = true;
    // The second piece, from within the event of "ris" on, comes 60 ms after the first.
    const Reply reply = {.bytes = answer, .piece = piece, .piece_delay_ms = 60};
    Server *server = server_start(&reply, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    const PsResponse *response = &asked.responses[0];
    assert_outcome(response, PS_OUTCOME_ANSWERED, "Paris");
    cr_assert_gt(response->first_token_ns, response->started_ns);
    cr_assert_geq(response->finished_ns - response->first_token_ns, 50000000);
    cr_assert_eq(response->token_gaps_us->len, 1);
    cr_assert_geq(g_array_index(response->token_gaps_us, uint32_t, 0), 50000);
    cr_assert_eq(response->output_tokens, 2);
    g_autofree char *body = server_body(server, 0);
    assert_contains(body, "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    server_stop(server);
}

Test(openai, a_stream_may_come_byte_by_byte)
{
    g_autofree char *answer = stream_answer(stream_text);
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.stream = true;
    Server *server = server_start(&(Reply){.bytes = answer, .piece = 1}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "Paris");
    server_stop(server);
}

Test(openai, a_stream_that_breaks_off_is_asked_again_from_the_start)
{
    g_autofree char *answer = stream_answer(stream_text);
    const Reply replies[] = {{.bytes = answer, .n_bytes = strlen(answer) - 200, .close = true},
                             {.bytes = answer}};
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.stream = true;
    Server *server = server_start(replies, 2);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "Paris");
    cr_assert_eq(asked.responses[0].n_attempts, 2);
    cr_assert_eq(asked.responses[0].token_gaps_us->len, 1);
    server_stop(server);
}

Test(openai, a_complete_stream_on_a_connection_that_stays_open_is_an_answer)
{
    g_autofree char *answer = g_strdup_printf(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n%s", stream_text);
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.stream = true;
    system.timeout_ns = 200000000;
    Server *server = server_start(&(Reply){.bytes = answer}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "Paris");
    server_stop(server);
}

Test(openai, a_server_that_does_not_stream_is_understood_too)
{
    g_autofree char *ok = chat_answer("whole");
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.stream = true;
    Server *server = server_start(&(Reply){.bytes = ok}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "whole");
    cr_assert_eq(asked.responses[0].first_token_ns, 0);
    server_stop(server);
}

Test(openai, a_late_answer_has_timed_out)
{
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.timeout_ns = 150000000;
    Server *server = server_start(&(Reply){.bytes = NULL}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    assert_outcome(&asked.responses[0], PS_OUTCOME_TIMED_OUT, "no answer within 0.15 s");
    server_stop(server);
}

Test(openai, an_error_status_fails_with_the_servers_message)
{
    g_autofree char *error =
        http_answer("500 Oops", "", "{\"error\":{\"message\":\"on fire\"}}");
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.max_retries = 1;
    Server *server = server_start(&(Reply){.bytes = error}, 1);
    server_use(server);
    ask_text(&asked, &ps_adapter_openai, &system, "q");
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[0], PS_OUTCOME_FAILED, "HTTP 500: on fire");
    cr_assert_eq(asked.responses[0].n_attempts, 2);
    server_stop(server);
}

static void assert_run_ends(const PsSystem *system, PsErrorCode code, const char *message)
{
    g_auto(Asked) asked;
    ask_text(&asked, &ps_adapter_openai, system, "q");
    cr_assert(g_error_matches(asked.error, PS_ERROR, (int)code));
    assert_contains(asked.error->message, message);
    cr_assert_eq(asked.n_done, 0);
}

Test(openai, the_run_ends_if_the_first_answers_say_that_none_will_succeed)
{
    static const struct {
        const char *status, *message;
    } cases[] = {{"401 Unauthorized", "OPENAI_API_KEY is not accepted: HTTP 401: nope"},
                 {"403 Forbidden", "OPENAI_API_KEY is not accepted: HTTP 403: nope"},
                 {"404 Not Found", "no such model"}};
    PsSystem system = system_of("m");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *error = http_answer(cases[i].status, "", "{\"error\":\"nope\"}");
        Server *server = server_start(&(Reply){.bytes = error}, 1);
        server_use(server);
        assert_run_ends(&system, PS_ERROR_CONFIG, cases[i].message);
        server_stop(server);
    }
}

Test(openai, the_run_ends_if_nobody_listens)
{
    PsSystem system = system_of("m");
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/v1", unused_port());
    g_setenv("OPENAI_BASE_URL", url, true);
    assert_run_ends(&system, PS_ERROR_UNAVAILABLE, "OPENAI_BASE_URL: ");
    g_setenv("OPENAI_BASE_URL", "http://no-such-host.invalid/v1", true);
    assert_run_ends(&system, PS_ERROR_UNAVAILABLE, "no-such-host.invalid");
}

Test(openai, a_404_after_a_success_is_only_a_failure)
{
    g_autofree char *ok = chat_answer("ok");
    g_autofree char *missing = http_answer("404 Not Found", "", "gone");
    const Reply replies[] = {{.bytes = ok}, {.bytes = missing}, {.bytes = ok}};
    g_autofree PsRequest *requests = text_requests("q", 3);
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.max_connections = 1;
    Server *server = server_start(replies, 3);
    server_use(server);
    ask(&asked, &ps_adapter_openai, &system, requests, 3);
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[1], PS_OUTCOME_FAILED, "HTTP 404: gone");
    assert_outcome(&asked.responses[2], PS_OUTCOME_ANSWERED, "ok");
    server_stop(server);
}

static void assert_cannot_open(const char *model, PsErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    PsSystem system = system_of(model);
    cr_assert_null(ps_adapter_openai.open(&system, &error));
    cr_assert(g_error_matches(error, PS_ERROR, (int)code));
    assert_contains(error->message, message);
}

Test(openai, what_is_missing_or_wrong_in_the_environment_is_named)
{
    g_unsetenv("OPENAI_API_KEY");
    g_unsetenv("OPENAI_BASE_URL");
    assert_cannot_open("m", PS_ERROR_CONFIG, "OPENAI_API_KEY is not set");
    assert_cannot_open("", PS_ERROR_USAGE, "which model");
    g_setenv("OPENAI_BASE_URL", "not an address", true);
    assert_cannot_open("m", PS_ERROR_CONFIG, "OPENAI_BASE_URL");
    g_setenv("OPENAI_BASE_URL", "gopher://host/v1", true);
    assert_cannot_open("m", PS_ERROR_CONFIG, "OPENAI_BASE_URL");
    g_setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1", true);
    g_setenv("OPENAI_API_KEY", "a\r\nX-Injected: yes", true);
    assert_cannot_open("m", PS_ERROR_CONFIG, "control character");
}

Test(openai, many_requests_come_back_with_their_own_answers)
{
    enum { N = 500 };
    g_autofree char *ok = chat_answer("ok");
    g_autofree PsRequest *requests = text_requests("q", N);
    g_auto(Asked) asked;
    PsSystem system = system_of("m");
    system.max_connections = 32;
    Server *server = server_start(&(Reply){.bytes = ok}, 1);
    server_use(server);
    ask(&asked, &ps_adapter_openai, &system, requests, N);
    cr_assert_eq(asked.n_done, N);
    for (int i = 0; i < N; i++)
        assert_outcome(&asked.responses[i], PS_OUTCOME_ANSWERED, "ok");
    cr_assert_leq(server_n_connections(server), 32);
    server_stop(server);
}
