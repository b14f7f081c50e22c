// A request through the engine, from its parts to an answer with a trace.
#include "adapters/shared/draft.h"
#include "adapters/shared/unified_private.h"

#include "harness/error.h"
#include "harness/json.h"

#include <math.h>
#include <string.h>

#define TOKENS_OF_AN_ANSWER 256 // unless --max-tokens says

// An answer under way.
typedef struct {
    int64_t deadline_ns; // 0: none
    GString *text;
    PsResponse *response;
    double log_probability; // sum over tokens
    size_t n_tokens;
    uint64_t last_ns; // the engine's clock: the last token
    PeEnd end;
    PeAnswerCost cost;
} Answer;

static bool is_late(void *data)
{
    const Answer *answer = data;
    return answer->deadline_ns > 0 && ps_now_ns() > answer->deadline_ns;
}

static void add_gap(Answer *answer, uint64_t at_ns)
{
    const uint32_t gap_us = (uint32_t)MIN((at_ns - answer->last_ns) / 1000, UINT32_MAX);
    GArray **gaps = &answer->response->token_gaps_us;
    if (*gaps == NULL) *gaps = g_array_new(false, false, sizeof(uint32_t));
    g_array_append_val(*gaps, gap_us);
}

static void on_token(void *data, const PeAnswered *answered)
{
    Answer *answer = data;
    if (answer->n_tokens++ == 0)
        answer->response->first_token_ns = ps_now_ns();
    else
        add_gap(answer, answered->at_ns);
    answer->last_ns = answered->at_ns;
    answer->log_probability += answered->choice.log_probability;
    g_string_append_len(answer->text, answered->bytes, (gssize)answered->n_bytes);
}

static void on_end(void *data, PeEnd end, const PeAnswerCost *cost)
{
    Answer *answer = data;
    answer->end = end;
    answer->cost = *cost;
}

// ---- the trace

static void add_decoding(PsResponse *response, const PsBudget *budget, const PsDraftCost *cost)
{
    g_autoptr(GString) detail = g_string_new(NULL);
    const int64_t end_ns = cost->encode_start_ns > 0 ? cost->encode_start_ns : ps_now_ns();
    g_string_printf(detail,
                    "{\"decode_ms\":%.3f,\"pixels\":%zu,\"seconds\":%.3f,\"positions\":%zu,"
                    "\"bytes\":%zu",
                    (double)cost->decode_ns * 1e-6, cost->planned.n_pixels,
                    cost->planned.n_seconds, cost->n_positions, cost->n_bytes);
    ps_budget_append_json(detail, budget);
    g_string_append_c(detail, '}');
    ps_response_append_span(response, "decode", response->started_ns, end_ns, detail->str);
}

static void
add_encoding(PsResponse *response, const PsUnifiedWorker *worker, const PsDraftCost *cost)
{
    const PeSensesCost *encoding = &cost->encoding;
    if (cost->encode_start_ns == 0 || cost->planned.n_encodes == 0) return;
    g_autofree char *detail = g_strdup_printf(
        "{\"resize_ms\":%.3f,\"spectrum_ms\":%.3f,\"vision_ms\":%.3f,\"audio_ms\":%.3f,"
        "\"encoded\":%zu,\"cached\":%zu,\"bytes\":%zu}",
        (double)encoding->resize_ns * 1e-6, (double)encoding->spectrum_ns * 1e-6,
        (double)encoding->vision_ns * 1e-6, (double)encoding->audio_ns * 1e-6,
        encoding->n_encoded, encoding->n_cached, worker->senses_bytes + cost->planned.n_bytes);
    ps_response_append_span(response, "encode", cost->encode_start_ns, cost->encode_end_ns,
                            detail);
}

// From the engine's clock to Unix time.
static int64_t unix_ns(uint64_t engine_ns)
{
    return (int64_t)engine_ns + ps_now_ns() - (int64_t)g_get_monotonic_time() * 1000;
}

static void
add_answering(PsResponse *response, const PsUnifiedWorker *worker, const Answer *answer)
{
    const PeAnswerCost *cost = &answer->cost;
    if (cost->started_ns == 0) return;
    const uint64_t prefilled_ns = cost->prefilled_ns > 0 ? cost->prefilled_ns : cost->ended_ns;
    const int64_t shift_ns = unix_ns(0);
    g_autofree char *prefill =
        g_strdup_printf("{\"prefill_ms\":%.3f,\"positions\":%zu,\"reused\":%zu,\"bytes\":%zu}",
                        (double)(prefilled_ns - cost->started_ns) * 1e-6, cost->n_prompt,
                        cost->n_reused, worker->session_bytes);
    ps_response_append_span(response, "prefill", (int64_t)cost->started_ns + shift_ns,
                            (int64_t)prefilled_ns + shift_ns, prefill);
    if (cost->n_answer == 0) return;
    g_autofree char *detail = g_strdup_printf(
        "{\"tokens\":%zu,\"first_ms\":%.3f,\"answer_ms\":%.3f,\"bytes\":%zu}", cost->n_answer,
        (double)(response->first_token_ns - response->started_ns) * 1e-6,
        (double)(cost->ended_ns - prefilled_ns) * 1e-6, worker->session_bytes);
    ps_response_append_span(response, "answer", (int64_t)prefilled_ns + shift_ns,
                            (int64_t)cost->ended_ns + shift_ns, detail);
}

static void add_trace(PsResponse *response,
                      const PsUnifiedWorker *worker,
                      const PsBudget *budget,
                      const PsDraftCost *cost,
                      const Answer *answer)
{
    add_decoding(response, budget, cost);
    add_encoding(response, worker, cost);
    add_answering(response, worker, answer);
    response->input_tokens = (int64_t)cost->n_positions;
    response->output_tokens = (int64_t)answer->cost.n_answer;
}

// ---- the whole

static PeRequest request_of(const PsSystem *system, size_t n_tokens, Answer *answer)
{
    return (PeRequest){
        .sampling = {.temperature = isnan(system->temperature) ? 0 : system->temperature,
                     .top_p = 1,
                     .seed = system->seed >= 0 ? (uint64_t)system->seed : 0},
        .n_tokens_most = n_tokens,
        .on_token = on_token,
        .on_end = on_end,
        .should_stop = is_late,
        .data = answer,
    };
}

static void settle(const PsSystem *system, const Answer *answer, PsResponse *response)
{
    static const char *const reasons[] = {"stop", "stop", "length", "cancelled"};
    g_autofree char *text = g_utf8_make_valid(answer->text->str, (gssize)answer->text->len);
    ps_response_answer(response, g_strstrip(text));
    response->finish_reason = g_strdup(reasons[answer->end]);
    if (!system->logprobs || answer->n_tokens == 0) return;
    response->confidence = exp(answer->log_probability / (double)answer->n_tokens);
    response->is_confidence_of_tokens = true;
}

// Runs draft's prompt to the end of the answer.
static bool run(PsUnifiedWorker *worker, PsDraft *draft, const PeRequest *asked, GError **error)
{
    PePrompt prompt = {.n_embedding = worker->unified->model->decoder.n_embedding};
    PeError problem = {0};
    bool is_ok = ps_draft_encode(draft, worker->senses, &prompt, error);
    if (is_ok && !pe_session_admit(worker->session, &prompt, asked, &problem))
        is_ok = ps_engine_fail(error, PS_ERROR_DATA, "the request", &problem);
    while (is_ok && pe_session_step(worker->session))
        ;
    pe_prompt_clear(&prompt);
    return is_ok;
}

bool ps_unified_answer(PsUnifiedWorker *worker,
                       const PsSystem *system,
                       const PsRequest *request,
                       PsResponse *response,
                       GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) fault = NULL;
    Answer answer = {.text = text, .response = response};
    const size_t n_tokens =
        system->max_tokens > 0 ? (size_t)system->max_tokens : TOKENS_OF_AN_ANSWER;
    const PsDraftOptions options = {.model = worker->unified->model,
                                    .senses = worker->unified->senses,
                                    .budget = system->budget,
                                    .n_positions_most = worker->n_positions,
                                    .n_answer = n_tokens,
                                    .should_stop = is_late,
                                    .data = &answer};
    const PeRequest asked = request_of(system, n_tokens, &answer);
    g_autoptr(PsDraft) draft = ps_draft_new(&options);
    (void)error;
    response->n_attempts = 1;
    response->started_ns = ps_now_ns();
    if (system->timeout_ns > 0) answer.deadline_ns = response->started_ns + system->timeout_ns;
    const bool is_ok = ps_unified_prompt_add(draft, worker->unified->chat, request, &fault)
                       && run(worker, draft, &asked, &fault);
    response->finished_ns = ps_now_ns();
    add_trace(response, worker, &system->budget, ps_draft_cost(draft), &answer);
    if (ps_draft_was_stopped(draft) || (is_ok && answer.end == PE_END_CANCELLED))
        ps_response_fail(response, PS_OUTCOME_TIMED_OUT, "no answer within %.3g s",
                         (double)system->timeout_ns * 1e-9);
    else if (!is_ok)
        ps_response_fail(response, PS_OUTCOME_FAILED, "%s", fault->message);
    else
        settle(system, &answer, response);
    return true;
}
