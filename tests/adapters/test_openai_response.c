#include "adapters/shared/openai_response.h"

#include "driver.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void read_body(PsResponse *response, const char *body)
{
    ps_response_init(response);
    ps_openai_read(response, body, strlen(body));
}

static const struct {
    const char *body;
    PsOutcome outcome;
    const char *text;
} bodies[] = {
    {"{\"choices\":[{\"message\":{\"content\":\"Paris\"},\"finish_reason\":\"stop\"}]}",
     PS_OUTCOME_ANSWERED, "Paris"},
    {"{\"choices\":[{\"message\":{\"content\":\"\\u00e9\\n\\\"x\\\"\"}}]}", PS_OUTCOME_ANSWERED,
     "\xc3\xa9\n\"x\""},
    {"{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
     "{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"b\"}]}}]}",
     PS_OUTCOME_ANSWERED, "ab"},
    {"{\"choices\":[{\"message\":{\"content\":\"first\"}},{\"message\":{\"content\":\"2\"}}]}",
     PS_OUTCOME_ANSWERED, "first"},
    {"{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not.\"}}]}",
     PS_OUTCOME_REFUSED, "I will not."},
    {"{\"choices\":[{\"message\":{\"content\":\"Bad\"},\"finish_reason\":\"content_filter\"}]}",
     PS_OUTCOME_REFUSED, "the server's content filter"},
    {"{\"choices\":[{\"message\":{\"content\":\"I don't know.\"}}]}", PS_OUTCOME_ABSTAINED,
     "I don't know."},
    {"{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[]}}]}", PS_OUTCOME_FAILED,
     "the answer holds no text"},
    {"{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"length\"}]}",
     PS_OUTCOME_FAILED, "the tokens were used up before an answer"},
    {"{\"error\":{\"message\":\"boom\"}}", PS_OUTCOME_FAILED, "boom"},
    {"{\"choices\":[]}", PS_OUTCOME_FAILED, "the answer is not a chat completion"},
    {"{}", PS_OUTCOME_FAILED, "the answer is not a chat completion"},
};

Test(openai_response, outcomes)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_auto(PsResponse) response;
        read_body(&response, bodies[i].body);
        assert_outcome(&response, bodies[i].outcome, bodies[i].text);
        cr_assert_str_eq(response.raw, bodies[i].body);
    }
}

Test(openai_response, broken_json_is_a_failure_that_keeps_what_came)
{
    static const char *const broken[] = {"",
                                         "{\"choices\":[{\"message\":{\"cont",
                                         "[]",
                                         "null",
                                         "<html>busy</html>",
                                         "{\"choices\":[{}]} more",
                                         "{\"choices\":\"\xff\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_auto(PsResponse) response;
        read_body(&response, broken[i]);
        cr_assert_eq(response.outcome, PS_OUTCOME_FAILED);
        assert_contains(response.error, "the answer is not");
        cr_assert(g_utf8_validate(response.raw, -1, NULL));
    }
}

Test(openai_response, counts_tokens_where_the_server_does)
{
    g_auto(PsResponse) response;
    read_body(&response, "{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,\"x\":{}},"
                         "\"choices\":[{\"message\":{\"content\":\"a\"},"
                         "\"finish_reason\":\"length\"}]}");
    cr_assert_eq(response.input_tokens, 12);
    cr_assert_eq(response.output_tokens, 3);
    cr_assert_str_eq(response.finish_reason, "length");
    ps_response_clear(&response);
    read_body(&response, "{\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":\"3\"},"
                         "\"choices\":[{\"message\":{\"content\":\"a\"}}]}");
    cr_assert_eq(response.input_tokens, -1);
    cr_assert_eq(response.output_tokens, -1);
    cr_assert_null(response.finish_reason);
}

#define TOKEN(logprob)                                                                         \
    "{\"token\":\"x\",\"logprob\":" logprob ",\"top_logprobs\":[{\"logprob\":-9}]}"
#define LOGPROBS(tokens) "\"logprobs\":{\"refusal\":null,\"content\":" tokens "}"

static const struct {
    const char *logprobs;
    double confidence; // NAN: none
} probabilities[] = {
    {LOGPROBS("[" TOKEN("-0.5") "," TOKEN("-1.5e0") "," TOKEN("-0") "," TOKEN("0") "]"),
     0.6065306597126334},
    {LOGPROBS("[" TOKEN("-9999.0") "]"), 0},
    {LOGPROBS("[" TOKEN("-0.5") "," TOKEN("0.5") "]"), NAN},
    {LOGPROBS("[" TOKEN("-0.5") "," TOKEN("null") "]"), NAN},
    {LOGPROBS("[" TOKEN("-0.5") "," TOKEN("\"-1\"") "]"), NAN},
    {LOGPROBS("[" TOKEN("-1e999") "]"), NAN},
    {LOGPROBS("[" TOKEN("-0.5") ",{\"token\":\"x\"}]"), NAN},
    {LOGPROBS("[" TOKEN("-0.5") ",7]"), NAN},
    {LOGPROBS("[]"), NAN},
    {LOGPROBS("null"), NAN},
    {LOGPROBS("-1"), NAN},
    {"\"logprobs\":null", NAN},
    {"\"logprobs\":[" TOKEN("-0.5") "]", NAN},
};

static void assert_confidence(const PsResponse *response, double confidence)
{
    cr_assert_eq(response->outcome, PS_OUTCOME_ANSWERED);
    cr_assert_eq(isnan(response->confidence), isnan(confidence));
    cr_assert_not(fabs(response->confidence - confidence) > 1e-15);
    cr_assert_eq(response->is_confidence_of_tokens, !isnan(confidence));
}

Test(openai_response, confidence_is_the_geometric_mean_of_the_tokens_probabilities)
{
    for (size_t i = 0; i < G_N_ELEMENTS(probabilities); i++) {
        g_auto(PsResponse) response;
        g_autofree char *body =
            g_strdup_printf("{\"choices\":[{%s,\"message\":{\"content\":\"a\"}},{%s}]}",
                            probabilities[i].logprobs, LOGPROBS("[" TOKEN("-3") "]"));
        read_body(&response, body);
        assert_confidence(&response, probabilities[i].confidence);
    }
}

Test(openai_response, raw_is_cut_at_a_whole_character)
{
    g_auto(PsResponse) response;
    g_autoptr(GString) body = g_string_new("{\"choices\":[{\"message\":{\"content\":\"x");
    for (int i = 0; i < 10000; i++)
        g_string_append(body, "\xc3\xa9");
    g_string_append(body, "\"}}]}");
    read_body(&response, body->str);
    cr_assert_leq(strlen(response.raw), PS_OPENAI_MAX_RAW_BYTES);
    cr_assert_geq(strlen(response.raw), PS_OPENAI_MAX_RAW_BYTES - 1);
    cr_assert(g_utf8_validate(response.raw, -1, NULL));
    cr_assert_eq(strlen(response.answer), 20001);
}

static const struct {
    const char *body, *message;
} errors[] = {
    {"{\"error\":{\"message\":\"boom\",\"code\":null}}", "boom"},
    {"{\"error\":\"boom\"}", "boom"},
    {"{\"message\":\"boom\"}", "boom"},
    {"{\"detail\":\"boom\"}", "boom"},
    {"[{\"error\":{\"message\":\"boom\"}}]", "boom"},
    {"  <h1>502</h1>\n", "<h1>502</h1>"},
    {"{\"error\":{}}", "{\"error\":{}}"},
    {"", "(no message)"},
};

Test(openai_response, finds_the_servers_message)
{
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
        g_autofree char *message =
            ps_openai_error_message(errors[i].body, strlen(errors[i].body));
        cr_assert_str_eq(message, errors[i].message);
    }
}

Test(openai_response, a_long_message_is_cut)
{
    g_autofree char *body = g_strnfill(100000, 'x');
    g_autofree char *message = ps_openai_error_message(body, strlen(body));
    cr_assert_eq(strlen(message), PS_OPENAI_MAX_MESSAGE_CHARS);
}

Test(openai_response, an_error_status_is_a_failure_unless_the_filter_gave_it)
{
    g_auto(PsResponse) response;
    const char *plain = "{\"error\":{\"message\":\"too long\",\"code\":\"context\"}}";
    const char *filter = "{\"error\":{\"message\":\"policy\",\"code\":\"content_filter\"}}";
    ps_response_init(&response);
    ps_openai_read_error(&response, 400, plain, strlen(plain));
    assert_outcome(&response, PS_OUTCOME_FAILED, "HTTP 400: too long");
    ps_openai_read_error(&response, 400, filter, strlen(filter));
    assert_outcome(&response, PS_OUTCOME_REFUSED, "policy");
}

#define CHUNK(delta) "data: {\"choices\":[{\"delta\":{" delta "}}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE                                                                                  \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\n"

static void read_stream(PsResponse *response, const char *text, size_t split)
{
    PsOpenaiStream stream;
    ps_response_init(response);
    ps_openai_stream_init(&stream);
    ps_openai_stream_feed(&stream, text, split, 1000000);
    ps_openai_stream_feed(&stream, text + split, strlen(text) - split, 3000000);
    ps_openai_stream_finish(&stream, response);
    ps_openai_stream_clear(&stream);
}

static const struct {
    const char *text;
    PsOutcome outcome;
    const char *result;
} streams[] = {
    {CHUNK("\"role\":\"assistant\",\"content\":\"\"") CHUNK("\"content\":\"Pa\"")
         CHUNK("\"content\":\"ris\"") STOP USAGE "data: [DONE]\n\n",
     PS_OUTCOME_ANSWERED, "Paris"},
    {": ping\r\n\r\ndata: "
     "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata:[DONE]\r\n\r\n",
     PS_OUTCOME_ANSWERED, "a"},
    {CHUNK("\"content\":\"a\"") STOP, PS_OUTCOME_ANSWERED, "a"}, // no [DONE]
    {CHUNK("\"content\":\"a\""), PS_OUTCOME_FAILED,
     "the stream ended before the answer was complete"},
    {"", PS_OUTCOME_FAILED, "the stream ended before the answer was complete"},
    {CHUNK("\"content\":\"a\"") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n",
     PS_OUTCOME_FAILED, "overloaded"},
    {"event: error\ndata: {\"message\":\"bad\"}\n\n", PS_OUTCOME_FAILED, "bad"},
    {"data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" STOP,
     PS_OUTCOME_ANSWERED, "a"},
    {CHUNK("\"refusal\":\"I \"") CHUNK("\"refusal\":\"won't.\"") STOP, PS_OUTCOME_REFUSED,
     "I won't."},
    {CHUNK("\"content\":\"a\"") "data: "
                                "{\"choices\":[{\"delta\":{},\"finish_reason\":\"content_"
                                "filter\"}]}\n\n",
     PS_OUTCOME_REFUSED, "the server's content filter"},
    {CHUNK("\"reasoning_content\":\"hmm\"") CHUNK("\"content\":\"a\"") STOP,
     PS_OUTCOME_ANSWERED, "a"},
    {CHUNK("\"content\":\"a\"") "data: [DONE]\n\n" CHUNK("\"content\":\"after\""),
     PS_OUTCOME_ANSWERED, "a"},
};

Test(openai_response, streams_wherever_the_bytes_are_cut)
{
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        for (size_t split = 0; split <= strlen(streams[i].text); split++) {
            g_auto(PsResponse) response;
            read_stream(&response, streams[i].text, split);
            assert_outcome(&response, streams[i].outcome, streams[i].result);
        }
}

Test(openai_response, a_stream_has_the_time_of_its_pieces_and_its_usage)
{
    g_auto(PsResponse) response;
    const char *second = CHUNK("\"content\":\"ris\"") CHUNK("\"content\":\"!\"") STOP USAGE;
    g_autofree char *text = g_strconcat(CHUNK("\"content\":\"Pa\""), second, NULL);
    read_stream(&response, text, strlen(text) - strlen(second));
    assert_outcome(&response, PS_OUTCOME_ANSWERED, "Paris!");
    cr_assert_eq(response.first_token_ns, 1000000);
    cr_assert_eq(response.token_gaps_us->len, 2);
    cr_assert_eq(g_array_index(response.token_gaps_us, uint32_t, 0), 2000);
    cr_assert_eq(g_array_index(response.token_gaps_us, uint32_t, 1), 0);
    cr_assert_eq(response.input_tokens, 5);
    cr_assert_eq(response.output_tokens, 2);
    cr_assert_str_eq(response.finish_reason, "stop");
}

#define PIECE(logprobs) "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}," logprobs "}]}\n\n"

Test(openai_response, a_streams_confidence_counts_the_tokens_of_all_its_pieces)
{
    g_auto(PsResponse) response;
    const char *first = PIECE(LOGPROBS("[" TOKEN("-0.5") "]")) PIECE("\"logprobs\":null");
    g_autofree char *text = g_strconcat(
        first, PIECE(LOGPROBS("[" TOKEN("-0.25") "," TOKEN("-2.25") "]")), STOP, NULL);
    read_stream(&response, text, strlen(first));
    assert_confidence(&response, 0.36787944117144233);
    ps_response_clear(&response);
    g_autofree char *damaged =
        g_strconcat(first, PIECE(LOGPROBS("[" TOKEN("1") "]")), STOP, NULL);
    read_stream(&response, damaged, strlen(first));
    assert_confidence(&response, NAN);
}

Test(openai_response, a_broken_piece_fails_the_stream)
{
    g_auto(PsResponse) response;
    read_stream(&response, CHUNK("\"content\":\"a\"") "data: {\"choi\n\n" STOP, 5);
    cr_assert_eq(response.outcome, PS_OUTCOME_FAILED);
    assert_contains(response.error, "a piece of the stream is not JSON");
}

Test(openai_response, a_reset_stream_knows_nothing_of_the_attempt_before)
{
    g_auto(PsResponse) response;
    PsOpenaiStream stream;
    const char *first = CHUNK("\"content\":\"old\"") CHUNK("\"refusal\":\"old\"")
        PIECE(LOGPROBS("[" TOKEN("-1") "]")) USAGE;
    const char *second = CHUNK("\"content\":\"new\"") STOP;
    ps_response_init(&response);
    ps_openai_stream_init(&stream);
    ps_openai_stream_feed(&stream, first, strlen(first), 1);
    ps_openai_stream_reset(&stream);
    ps_openai_stream_feed(&stream, second, strlen(second), 7);
    ps_openai_stream_finish(&stream, &response);
    ps_openai_stream_clear(&stream);
    assert_outcome(&response, PS_OUTCOME_ANSWERED, "new");
    cr_assert_eq(response.first_token_ns, 7);
    cr_assert(isnan(response.confidence));
    cr_assert_null(response.token_gaps_us);
    cr_assert_eq(response.input_tokens, -1);
}
