#include "serve/timings.h"

static double ms(int64_t ns)
{
    return (double)ns * 1e-6;
}

void ps_timings_append_encoding(GString *out, const PeSensesCost *encoding)
{
    g_string_append_printf(out,
                           "\"resize_ms\":%.3f,\"spectrum_ms\":%.3f,\"vision_ms\":%.3f,"
                           "\"audio_ms\":%.3f,\"encoded\":%zu,\"cached\":%zu",
                           ms((int64_t)encoding->resize_ns), ms((int64_t)encoding->spectrum_ns),
                           ms((int64_t)encoding->vision_ns), ms((int64_t)encoding->audio_ns),
                           encoding->n_encoded, encoding->n_cached);
}

static void append_tokens(GString *out, const GArray *token_ns)
{
    g_string_append(out, ",\"token_ms\":[");
    for (guint i = 1; i < token_ns->len; i++)
        g_string_append_printf(
            out, i > 1 ? ",%.3f" : "%.3f",
            ms(g_array_index(token_ns, int64_t, i) - g_array_index(token_ns, int64_t, i - 1)));
    g_string_append_c(out, ']');
}

void ps_timings_append(GString *out, const PsJob *job)
{
    const PsDraftCost *drafted = &job->drafted;
    const PeAnswerCost *cost = &job->cost;
    // The engine's clock is another, so what it says are lengths.
    const int64_t running_ns = (int64_t)(cost->ended_ns - cost->started_ns);
    const int64_t first_ns =
        job->token_ns->len > 0 ? g_array_index(job->token_ns, int64_t, 0) : job->over_ns;
    g_string_append_printf(out, ",\"timings\":{\"decode_ms\":%.3f,\"wait_ms\":%.3f,",
                           ms(drafted->decode_ns),
                           ms(drafted->encode_start_ns - job->drafted_ns));
    ps_timings_append_encoding(out, &drafted->encoding);
    g_string_append_printf(
        out,
        ",\"queue_ms\":%.3f,\"prefill_ms\":%.3f,\"positions\":%zu,\"reused\":%zu,"
        "\"first_token_ms\":%.3f",
        ms(MAX(job->over_ns - job->admitted_ns - running_ns, 0)),
        ms((int64_t)(cost->prefilled_ns - cost->started_ns)), cost->n_prompt, cost->n_reused,
        ms(first_ns - job->received_ns));
    append_tokens(out, job->token_ns);
    g_string_append_printf(
        out, ",\"decode_bytes\":%zu,\"encode_bytes\":%zu,\"cache_bytes\":%zu,\"bytes\":%zu}",
        drafted->n_decode_bytes, drafted->n_encode_bytes, drafted->n_cache_bytes,
        drafted->n_bytes);
}
