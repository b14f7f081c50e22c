#include "harness/response.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const char *const outcome_names[PS_N_OUTCOMES] = {
    [PS_OUTCOME_ANSWERED] = "answered",   [PS_OUTCOME_REFUSED] = "refused",
    [PS_OUTCOME_ABSTAINED] = "abstained", [PS_OUTCOME_TIMED_OUT] = "timed out",
    [PS_OUTCOME_FAILED] = "failed",
};

// Whole answers (case and final punctuation aside) that say "I don't know".
static const char *const abstentions[] = {
    "i don't know",         "i do not know",       "i don\u2019t know",
    "don't know",           "do not know",         "unanswerable",
    "cannot be determined", "can't be determined", "not enough information",
    "i am not sure",        "i'm not sure",        "no answer",
};

// Beginnings (case aside) of answers that decline.
static const char *const refusals[] = {
    "i'm sorry, but i can't",
    "i'm sorry, but i cannot",
    "i'm sorry, i can't",
    "i'm sorry, i cannot",
    "i am sorry, but i can't",
    "i am sorry, but i cannot",
    "sorry, but i can't",
    "sorry, i can't",
    "i can't help with",
    "i cannot help with",
    "i can't assist with",
    "i cannot assist with",
    "i can't comply",
    "i cannot comply",
    "i'm unable to help with",
    "i am unable to help with",
    "i'm not able to help with",
};

const char *ps_outcome_name(PsOutcome outcome)
{
    return outcome_names[outcome];
}

bool ps_outcome_find(const char *name, PsOutcome *outcome)
{
    for (int i = 0; i < PS_N_OUTCOMES; i++)
        if (strcmp(outcome_names[i], name) == 0) return *outcome = (PsOutcome)i, true;
    if (strcmp(name, "timed_out") == 0) return *outcome = PS_OUTCOME_TIMED_OUT, true;
    return false;
}

static void span_free(gpointer data)
{
    PsSpan *span = data;
    g_free(span->name);
    g_free(span->detail);
    g_free(span);
}

void ps_response_init(PsResponse *response)
{
    *response = (PsResponse){
        .outcome = PS_OUTCOME_FAILED,
        .input_tokens = -1,
        .output_tokens = -1,
        .confidence = NAN,
        .cost = NAN,
    };
}

void ps_response_clear(PsResponse *response)
{
    g_free(response->answer);
    g_free(response->error);
    g_free(response->raw);
    g_free(response->finish_reason);
    if (response->token_gaps_us != NULL) g_array_unref(response->token_gaps_us);
    if (response->spans != NULL) g_ptr_array_unref(response->spans);
    ps_response_init(response);
}

void ps_response_fail(PsResponse *response, PsOutcome outcome, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_clear_pointer(&response->answer, g_free);
    g_free(response->error);
    response->error = g_utf8_make_valid(message, -1);
    response->outcome = outcome;
}

static size_t trimmed_length(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n.!", text[length - 1]) != NULL)
        length--;
    return length;
}

static bool is_abstention(const char *text)
{
    size_t length = trimmed_length(text);
    for (size_t i = 0; i < G_N_ELEMENTS(abstentions); i++)
        if (strlen(abstentions[i]) == length
            && g_ascii_strncasecmp(text, abstentions[i], length) == 0)
            return true;
    return false;
}

static bool is_refusal(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (g_ascii_strncasecmp(text, refusals[i], strlen(refusals[i])) == 0) return true;
    return false;
}

void ps_response_answer(PsResponse *response, const char *answer)
{
    const char *text = answer + strspn(answer, " \t\r\n");
    if (is_abstention(text)) {
        ps_response_fail(response, PS_OUTCOME_ABSTAINED, "%s", answer);
    } else if (is_refusal(text)) {
        ps_response_fail(response, PS_OUTCOME_REFUSED, "%s", answer);
    } else {
        g_clear_pointer(&response->error, g_free);
        g_free(response->answer);
        response->answer = g_utf8_make_valid(answer, -1);
        response->outcome = PS_OUTCOME_ANSWERED;
    }
}

void ps_response_set_logprobs(PsResponse *response, double logprob_sum, size_t n_tokens)
{
    if (n_tokens == 0 || !isfinite(logprob_sum)) return;
    response->confidence = exp(logprob_sum / (double)n_tokens);
    response->is_confidence_of_tokens = true;
}

static void insert_span(PsResponse *response,
                        int index,
                        const char *name,
                        int64_t start_ns,
                        int64_t end_ns,
                        const char *detail)
{
    if (response->spans == NULL) response->spans = g_ptr_array_new_with_free_func(span_free);
    PsSpan *span = g_new(PsSpan, 1);
    *span = (PsSpan){g_strdup(name), start_ns, end_ns, g_strdup(detail)};
    g_ptr_array_insert(response->spans, index, span);
}

void ps_response_add_span(PsResponse *response,
                          const char *name,
                          int64_t start_ns,
                          const char *detail)
{
    insert_span(response, -1, name, start_ns, ps_now_ns(), detail);
}

void ps_response_append_span(PsResponse *response,
                             const char *name,
                             int64_t start_ns,
                             int64_t end_ns,
                             const char *detail)
{
    insert_span(response, -1, name, start_ns, end_ns, detail);
}

void ps_response_prepend_span(PsResponse *response,
                              const char *name,
                              int64_t start_ns,
                              int64_t end_ns,
                              const char *detail)
{
    insert_span(response, 0, name, start_ns, end_ns, detail);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t ps_now_ns(void)
{
    static gsize is_set;
    static int64_t offset_ns;
    if (g_once_init_enter(&is_set)) {
        offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
        g_once_init_leave(&is_set, 1);
    }
    return clock_ns(CLOCK_MONOTONIC) + offset_ns;
}

int64_t ps_ns_until(int64_t time_ns)
{
    int64_t left_ns = time_ns - ps_now_ns();
    return MAX(left_ns, 0);
}
