#include "tests/serve/fixture.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Whether somebody else's stream ends while this one is asked whether to stop encoding.
typedef struct {
    PsJob *stream;
    size_t n_tokens;
} Meanwhile;

static bool drain(void *data)
{
    Meanwhile *meanwhile = data;
    if (meanwhile->stream == NULL) return false;
    meanwhile->n_tokens = job_count(meanwhile->stream);
    g_clear_pointer(&meanwhile->stream, ps_job_unref);
    return false;
}

Test(serve_worker, a_stream_goes_on_while_a_picture_is_encoded, .timeout = 60)
{
    Serving serving;
    Meanwhile meanwhile = {0};
    PsClient client = {.socket = -1};
    serving_open(&serving, 2);
    PePrompt prompt = {.n_embedding = ps_unified_model(serving.unified)->decoder.n_embedding};
    g_autoptr(PsDraft) draft = serving_draft(&serving, drain, &meanwhile);
    draft_add_picture(draft);
    meanwhile.stream = serving_ask(&serving, "the answer is", 30);
    cr_assert(ps_serve_worker_encode(serving.worker, &client, draft, &prompt, NULL));
    cr_expect_null(meanwhile.stream);
    cr_expect_gt(meanwhile.n_tokens, 0);
    cr_expect_eq(prompt.n_positions, ps_draft_cost(draft)->n_positions);
    pe_prompt_clear(&prompt);
    serving_close(&serving);
}

static bool cancel(void *data)
{
    ps_client_cancel(data);
    return true;
}

Test(serve_worker, encoding_stops_for_a_client_that_has_gone)
{
    Serving serving;
    PsClient client = {.socket = -1};
    serving_open(&serving, 1);
    PePrompt prompt = {.n_embedding = ps_unified_model(serving.unified)->decoder.n_embedding};
    g_autoptr(PsDraft) draft = serving_draft(&serving, NULL, NULL);
    draft_add_picture(draft);
    g_autoptr(PsDraft) gone = serving_draft(&serving, ps_client_stops, &client);
    draft_add_picture(gone);
    cancel(&client);
    cr_expect_not(ps_serve_worker_encode(serving.worker, &client, gone, &prompt, NULL));
    cr_expect(ps_draft_was_stopped(gone));
    // The turn was given on.
    client.is_cancelled = 0;
    pe_prompt_clear(&prompt);
    cr_expect(ps_serve_worker_encode(serving.worker, &client, draft, &prompt, NULL));
    pe_prompt_clear(&prompt);
    serving_close(&serving);
}

// An encoder that is held until told otherwise.
typedef struct {
    Serving *serving;
    gint is_held, has_begun;
} Holder;

static bool hold(void *data)
{
    Holder *holder = data;
    g_atomic_int_set(&holder->has_begun, 1);
    while (g_atomic_int_get(&holder->is_held))
        g_usleep(1000);
    return false;
}

static void *encode_held(void *data)
{
    Holder *holder = data;
    PsClient client = {.socket = -1};
    PePrompt prompt = {.n_embedding =
                           ps_unified_model(holder->serving->unified)->decoder.n_embedding};
    g_autoptr(PsDraft) draft = serving_draft(holder->serving, NULL, NULL);
    draft_add_picture(draft);
    g_autoptr(PsDraft) held = serving_draft(holder->serving, hold, holder);
    g_atomic_int_set(&holder->is_held, 0); // decoding asks too
    draft_add_picture(held);
    g_atomic_int_set(&holder->has_begun, 0);
    g_atomic_int_set(&holder->is_held, 1);
    cr_expect(ps_serve_worker_encode(holder->serving->worker, &client, held, &prompt, NULL));
    pe_prompt_clear(&prompt);
    return NULL;
}

Test(serve_worker, who_waits_for_a_turn_leaves_at_his_deadline, .timeout = 60)
{
    Serving serving;
    serving_open(&serving, 1);
    Holder holder = {.serving = &serving};
    PsClient client = {.socket = -1};
    PePrompt prompt = {.n_embedding = ps_unified_model(serving.unified)->decoder.n_embedding};
    g_autoptr(PsDraft) draft = serving_draft(&serving, ps_client_stops, &client);
    draft_add_picture(draft);
    GThread *thread = g_thread_new("held", encode_held, &holder);
    while (!g_atomic_int_get(&holder.is_held) || !g_atomic_int_get(&holder.has_begun))
        g_usleep(1000);
    client.deadline_ns = ps_now_ns() + 30000000;
    g_autoptr(GError) error = NULL;
    cr_expect_not(ps_serve_worker_encode(serving.worker, &client, draft, &prompt, &error));
    cr_expect_str_eq(error->message, "stopped while others were encoded");
    cr_expect(ps_client_was_late(&client));
    g_atomic_int_set(&holder.is_held, 0);
    g_thread_join(thread);
    serving_close(&serving);
}

Test(serve_worker, a_job_that_waits_for_a_sequence_ends_at_its_deadline, .timeout = 60)
{
    Serving serving;
    serving_open(&serving, 1);
    g_autoptr(PsJob) late = ps_job_new(ps_unified_model(serving.unified)->decoder.n_embedding);
    late->client.deadline_ns = ps_now_ns() + 60000000;
    // Nobody runs it.
    cr_expect_eq(job_count(late), 0);
    cr_expect_str_eq(late->problem, "no answer until the deadline");
    // What its end would be otherwise comes too late.
    ps_job_finish(late, PE_END_LENGTH, NULL, NULL);
    cr_expect_str_eq(late->problem, "no answer until the deadline");
    serving_close(&serving);
}

Test(serve_worker, one_that_has_gone_is_not_begun, .timeout = 60)
{
    Serving serving;
    serving_open(&serving, 1);
    g_autoptr(PsJob) gone = ps_job_new(ps_unified_model(serving.unified)->decoder.n_embedding);
    ps_client_cancel(&gone->client);
    ps_serve_worker_add(serving.worker, gone); // its empty prompt would be a problem
    cr_expect_eq(job_count(gone), 0);
    cr_expect_str_eq(gone->problem, "the client has gone");
    serving_close(&serving);
}

Test(serve_worker, one_that_hangs_up_ends_in_the_middle, .timeout = 60)
{
    Serving serving;
    int ends[2];
    serving_open(&serving, 1);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    g_autoptr(PsJob) job = serving_ask(&serving, "the answer is", 100000);
    g_autoptr(PsJob) other = serving_job(&serving, "the answer is", 100000);
    const size_t n_whole = job_count(job);
    cr_assert_gt(n_whole, 50);
    other->client.socket = ends[0];
    ps_serve_worker_add(serving.worker, other);
    g_autoptr(PsJobToken) first = ps_job_next(other);
    cr_assert_not_null(first);
    close(ends[1]);
    cr_expect_lt(job_count(other), n_whole - 1);
    cr_expect_str_eq(other->problem, "the client has gone");
    close(ends[0]);
    serving_close(&serving);
}

Test(serve_worker, each_token_has_its_time)
{
    Serving serving;
    serving_open(&serving, 1);
    g_autoptr(PsJob) job = serving_ask(&serving, "the answer is", 8);
    const size_t n = job_count(job);
    cr_expect_null(job->problem);
    cr_assert_eq(job->token_ns->len, n);
    for (guint i = 1; i < n; i++)
        cr_expect_geq(g_array_index(job->token_ns, int64_t, i),
                      g_array_index(job->token_ns, int64_t, i - 1));
    cr_expect_geq(job->over_ns, g_array_index(job->token_ns, int64_t, n - 1));
    serving_close(&serving);
}

Test(serve_worker, more_memory_than_is_allowed_is_refused)
{
    g_autoptr(PsUnified) unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    const PsServeWorkerOptions options = {1, 1, 1 << 20};
    g_autoptr(GError) error = NULL;
    cr_assert_null(ps_serve_worker_new(unified, &options, &error));
    cr_expect_not_null(strstr(error->message, "1 are allowed"));
}
