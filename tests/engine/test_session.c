// Answers are those of the plain network, whatever shares the steps, is reused or ends them.
#include "engine/evaluate.h"
#include "engine/grammar.h"
#include "engine/session.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifndef __SANITIZE_ADDRESS__
// Every allocation of the test program is counted.
static _Atomic size_t n_allocations;

extern void *__libc_malloc(size_t n_bytes);
extern void *__libc_calloc(size_t n, size_t n_bytes);
extern void *__libc_realloc(void *old, size_t n_bytes);
extern void *__libc_memalign(size_t alignment, size_t n_bytes);

void *malloc(size_t n_bytes)
{
    n_allocations++;
    return __libc_malloc(n_bytes);
}

void *calloc(size_t n, size_t n_bytes)
{
    n_allocations++;
    return __libc_calloc(n, n_bytes);
}

void *realloc(void *old, size_t n_bytes)
{
    n_allocations++;
    return __libc_realloc(old, n_bytes);
}

void *aligned_alloc(size_t alignment, size_t n_bytes)
{
    n_allocations++;
    return __libc_memalign(alignment, n_bytes);
}
#endif

enum { ANSWER_MOST = 64 };

// What came of a request.
typedef struct {
    size_t n;
    PeChoice tokens[ANSWER_MOST];
    PeChoice first_top[PE_TOP_MOST];
    char text[4096];
    size_t n_text;
    bool is_over, wants_stop;
    PeEnd end;
    PeAnswerCost cost;
    PeGrammar *grammar; // or NULL
} Answer;

static void on_token(void *data, const PeAnswered *answered)
{
    Answer *answer = data;
    if (answer->n == 0)
        memcpy(answer->first_top, answered->top, answered->n_top * sizeof(PeChoice));
    answer->tokens[answer->n++] = answered->choice;
    memcpy(answer->text + answer->n_text, answered->bytes, answered->n_bytes);
    answer->n_text += answered->n_bytes;
    answer->text[answer->n_text] = '\0';
}

static void on_end(void *data, PeEnd end, const PeAnswerCost *cost)
{
    Answer *answer = data;
    answer->is_over = true;
    answer->end = end;
    answer->cost = *cost;
}

static bool wants_stop(void *data)
{
    return ((Answer *)data)->wants_stop;
}

static PeRequest request_of(Answer *answer, size_t n_tokens)
{
    *answer = (Answer){0};
    return (PeRequest){.sampling = {.top_p = 1},
                       .n_tokens_most = n_tokens,
                       .n_top = 5,
                       .on_token = on_token,
                       .on_end = on_end,
                       .should_stop = wants_stop,
                       .data = answer};
}

static PePrompt prompt_of(const PeModel *model, const char *text)
{
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeTokens tokens = {0};
    PeError error;
    cr_assert(pe_tokenize(model->vocabulary, text, strlen(text), true, &tokens, &error));
    cr_assert(pe_prompt_add_tokens(&prompt, tokens.ids, tokens.n, &error));
    pe_tokens_clear(&tokens);
    return prompt;
}

static PeSession *session_of_precision(const PeModel *model,
                                       PePrecision precision,
                                       size_t n_sequences,
                                       size_t n_rows,
                                       unsigned n_threads)
{
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .precision = precision,
                                      .n_threads = n_threads,
                                      .n_sequences = n_sequences,
                                      .n_positions = 256,
                                      .n_rows = n_rows};
    PeError error = {0};
    PeSession *session = pe_session_new(model, &options, &error);
    cr_assert(session != NULL, "%s", error.message);
    return session;
}

static PeSession *
session_of(const PeModel *model, size_t n_sequences, size_t n_rows, unsigned n_threads)
{
    return session_of_precision(model, PE_PRECISION_EXACT, n_sequences, n_rows, n_threads);
}

static void
admit(PeSession *session, const PeModel *model, const char *text, const PeRequest *request)
{
    PePrompt prompt = prompt_of(model, text);
    PeError error = {0};
    cr_assert(pe_session_admit(session, &prompt, request, &error), "%s", error.message);
    cr_assert_eq(prompt.n_items, 0);
}

static void answer_alone(PeSession *session,
                         const PeModel *model,
                         const char *text,
                         const PeRequest *request)
{
    admit(session, model, text, request);
    while (pe_session_step(session))
        ;
}

#define LONG                                                                                   \
    "Count the red things, then say 42 and 2026. the answer is yes, and the other answer is "  \
    "no; look again at the picture and listen to the sound before you say what it is."

// The slow way: the whole sequence anew for each token.
static void expect_like_evaluate(const PeModel *model, const char *text, const Answer *answer)
{
    PePrompt prompt = prompt_of(model, text);
    const PeWorkOptions options = {.level = pe_level_default(), .n_threads = 1};
    const size_t n = model->decoder.n_tokens;
    float *logits = malloc(n * sizeof *logits);
    PeError error;
    for (size_t i = 0; i < answer->n; i++) {
        cr_assert(pe_evaluate(model, &prompt, &options, logits, &error));
        pe_log_softmax(options.level, logits, n);
        size_t best = 0;
        for (size_t k = 1; k < n; k++)
            if (logits[k] > logits[best]) best = k;
        cr_expect_eq(answer->tokens[i].token, (int32_t)best);
        cr_expect_float_eq(answer->tokens[i].log_probability, logits[best], 1e-4);
        cr_assert(pe_prompt_add_tokens(&prompt, &answer->tokens[i].token, 1, &error));
    }
    free(logits);
    pe_prompt_clear(&prompt);
}

Test(session, answers_as_the_network_does)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 1, 0, 1);
    Answer answer;
    const PeRequest request = request_of(&answer, 12);
    answer_alone(session, model, "the answer is", &request);
    cr_expect(answer.is_over && answer.n >= 1);
    expect_like_evaluate(model, "the answer is", &answer);
    cr_expect_eq(answer.first_top[0].token, answer.tokens[0].token);
    cr_expect_eq(answer.first_top[0].token, 541);
    cr_expect_float_eq(answer.first_top[1].log_probability, -2.194622, 0.0005);
    cr_expect(answer.cost.prefilled_ns >= answer.cost.started_ns && answer.cost.started_ns > 0);
    pe_session_free(session);
    pe_model_free(model);
}

static void expect_same_bits(const Answer *a, const Answer *b)
{
    cr_assert_eq(a->n, b->n);
    cr_expect_eq(memcmp(a->tokens, b->tokens, a->n * sizeof *a->tokens), 0);
    cr_expect_str_eq(a->text, b->text);
}

Test(session, threads_chunks_and_the_place_among_slots_change_no_bit)
{
    static const struct {
        size_t n_sequences, n_rows;
        unsigned n_threads;
    } ways[] = {{1, 0, 1}, {1, 0, 2}, {1, 33, 1}, {1, 40, 2}, {3, 35, 1}};
    PeModel *model = fixture_open(FIXTURE_Q8);
    Answer answers[5];
    for (size_t i = 0; i < 5; i++) {
        PeSession *session =
            session_of(model, ways[i].n_sequences, ways[i].n_rows, ways[i].n_threads);
        const PeRequest request = request_of(&answers[i], 10);
        answer_alone(session, model, LONG, &request);
        expect_same_bits(&answers[i], &answers[0]);
        pe_session_free(session);
    }
    pe_model_free(model);
}

Test(session, a_prompt_that_begins_alike_is_taken_up_with_the_same_bits)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 2, 0, 1), *fresh = session_of(model, 2, 0, 1);
    Answer first, second, third, alone;
    PeRequest request = request_of(&first, 8);
    answer_alone(session, model, LONG, &request);
    request = request_of(&second, 8);
    answer_alone(session, model, LONG " And now?", &request);
    request = request_of(&alone, 8);
    answer_alone(fresh, model, LONG " And now?", &request);
    cr_expect(second.cost.n_reused > 50, "%zu", second.cost.n_reused);
    cr_expect_eq(alone.cost.n_reused, 0);
    expect_same_bits(&second, &alone);
    request = request_of(&third, 8);
    answer_alone(session, model, LONG, &request);
    expect_same_bits(&third, &first);
    cr_expect_eq(third.cost.n_reused, third.cost.n_prompt - PE_PREFILL_ROWS);
    pe_session_free(session);
    pe_session_free(fresh);
    pe_model_free(model);
}

// Short prompts and long ones, some of which come while others are under way; more answers than
// are multiplied at once. Fast rounds otherwise where there are many rows.
static void expect_nothing_is_shared(const PeModel *model, PePrecision precision)
{
    static const char *const texts[] = {"the answer is",
                                        LONG,
                                        "yes",
                                        "Count the red things",
                                        "It's  a na\u00efve caf\u00e9",
                                        "42",
                                        "see",
                                        LONG LONG,
                                        "listen",
                                        "what",
                                        LONG " again",
                                        "no"};
    enum { N_TEXTS = sizeof texts / sizeof *texts, N = PE_PREFILL_ROWS + 4 };
    static Answer shared[N], alone;
    PeSession *together = session_of_precision(model, precision, N, 64, 2);
    for (size_t i = 0; i < N; i++) {
        const PeRequest request = request_of(&shared[i], 6 + i);
        admit(together, model, texts[i % N_TEXTS], &request);
        if (i % 3 == 0) pe_session_step(together);
    }
    while (pe_session_step(together))
        ;
    for (size_t i = 0; i < N; i++) {
        PeSession *session = session_of_precision(model, precision, 1, 0, 1);
        const PeRequest request = request_of(&alone, 6 + i);
        answer_alone(session, model, texts[i % N_TEXTS], &request);
        expect_same_bits(&shared[i], &alone);
        pe_session_free(session);
    }
    pe_session_free(together);
}

Test(session, what_shares_the_steps_changes_no_bit)
{
    PeModel *f32 = fixture_open(FIXTURE_F32), *q8 = fixture_open(FIXTURE_Q8);
    expect_nothing_is_shared(f32, PE_PRECISION_EXACT);
    expect_nothing_is_shared(f32, PE_PRECISION_FAST);
    expect_nothing_is_shared(q8, PE_PRECISION_FAST);
    pe_model_free(f32);
    pe_model_free(q8);
}

Test(session, a_stop_string_ends_the_answer_and_is_not_shown)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 1, 0, 1);
    Answer whole, cut;
    PeRequest request = request_of(&whole, 16);
    answer_alone(session, model, "the answer is", &request);
    cr_assert(whole.n_text > 6);
    char stop[4] = {whole.text[whole.n_text / 2], whole.text[whole.n_text / 2 + 1], '\0'};
    request = request_of(&cut, 16);
    request.stops = (PeStops){1, {stop}};
    answer_alone(session, model, "the answer is", &request);
    cr_expect_eq(cut.end, PE_END_STOP);
    cr_expect_eq(cut.n_text, (size_t)(strstr(whole.text, stop) - whole.text));
    cr_expect_eq(strncmp(cut.text, whole.text, cut.n_text), 0);
    pe_session_free(session);
    pe_model_free(model);
}

Test(session, draws_follow_the_seed_and_nothing_else)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 1, 0, 1);
    Answer answers[3];
    for (int i = 0; i < 3; i++) {
        PeRequest request = request_of(&answers[i], 20);
        request.sampling =
            (PeSampling){.temperature = 1, .top_k = 50, .top_p = 0.95, .seed = i == 2 ? 8 : 7};
        answer_alone(session, model, "the answer is", &request);
    }
    expect_same_bits(&answers[0], &answers[1]);
    cr_expect(answers[2].n != answers[0].n
              || memcmp(answers[2].tokens, answers[0].tokens, answers[0].n * sizeof(PeChoice))
                     != 0);
    pe_session_free(session);
    pe_model_free(model);
}

Test(session, whoever_is_gone_is_dropped_and_the_others_go_on)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 2, 0, 1);
    Answer stays, goes, alone;
    PeRequest request = request_of(&stays, 8);
    admit(session, model, "the answer is", &request);
    request = request_of(&goes, 30);
    admit(session, model, LONG, &request);
    pe_session_step(session);
    pe_session_step(session);
    goes.wants_stop = true;
    while (pe_session_step(session))
        ;
    cr_expect(goes.is_over && goes.end == PE_END_CANCELLED && goes.n < 30);
    request = request_of(&alone, 8);
    answer_alone(session, model, "the answer is", &request);
    cr_assert_eq(stays.n, alone.n);
    for (size_t i = 0; i < alone.n; i++)
        cr_expect_eq(stays.tokens[i].token, alone.tokens[i].token);
    pe_session_free(session);
    pe_model_free(model);
}

static bool is_refused(const PeModel *model, PeSessionOptions options)
{
    PeError error = {0};
    PeSession *session = pe_session_new(model, &options, &error);
    pe_session_free(session);
    return session == NULL && error.message[0] != '\0';
}

Test(session, what_cannot_be_is_refused_before_memory_is_taken)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    const PeSessionOptions options = {.n_threads = 1, .n_sequences = 1};
    PeSessionOptions changed = options;
    changed.n_bytes = pe_session_bytes(model, &options) - 1;
    cr_expect(is_refused(model, changed));
    changed.n_bytes++;
    cr_expect_not(is_refused(model, changed));
    changed = options, changed.n_sequences = 0;
    cr_expect(is_refused(model, changed));
    changed = options, changed.n_positions = model->decoder.n_positions_most + 1;
    cr_expect(is_refused(model, changed));
    changed = options, changed.n_rows = 16;
    cr_expect(is_refused(model, changed));
    PeSession *session = session_of(model, 1, 0, 1);
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    Answer answer;
    PeRequest request = request_of(&answer, 1);
    PeError error;
    cr_expect_not(pe_session_admit(session, &prompt, &request, &error));
    prompt = prompt_of(model, "yes");
    request.sampling.top_p = 0;
    cr_expect_not(pe_session_admit(session, &prompt, &request, &error));
    cr_expect_eq(prompt.n_items, 1, "a prompt that is refused stays the caller's");
    pe_prompt_clear(&prompt);
    pe_session_free(session);
    pe_model_free(model);
}

// The last token has the last position.
Test(session, an_answer_ends_where_positions_do)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSessionOptions options = {.n_threads = 1, .n_sequences = 1, .n_positions = 24};
    PeError error;
    PeSession *session = pe_session_new(model, &options, &error);
    Answer answer;
    const PeRequest request = request_of(&answer, 60);
    answer_alone(session, model, "the answer is", &request);
    cr_expect(answer.is_over);
    if (answer.end == PE_END_LENGTH) cr_expect_eq(answer.n, 24 - answer.cost.n_prompt + 1);
    pe_session_free(session);
    pe_model_free(model);
}

#ifndef __SANITIZE_ADDRESS__
static size_t n_in_use(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// What is stated is what is taken, whatever the sizes: the weights are mapped and not copied.
Test(session, memory_is_known_before)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    static const size_t sizes[][3] = {{1, 64, 64}, {4, 256, 256}, {16, 512, 512}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const PeSessionOptions options = {.level = pe_level_default(),
                                          .n_threads = 2,
                                          .n_sequences = sizes[i][0],
                                          .n_positions = sizes[i][1],
                                          .n_rows = sizes[i][2]};
        PeError error = {0};
        const size_t n_stated = pe_session_bytes(model, &options), n_before = n_in_use();
        PeSession *session = pe_session_new(model, &options, &error);
        const size_t n_taken = n_in_use() - n_before;
        cr_assert(session != NULL, "%s", error.message);
        cr_expect_leq(n_taken, n_stated + 32768, "%zu are taken, %zu stated", n_taken,
                      n_stated);
        cr_expect_geq(n_taken, n_stated / 2, "%zu are taken, %zu stated", n_taken, n_stated);
        pe_session_free(session);
    }
    pe_model_free(model);
}
#endif

// Bit 0 to 63 of the vocabulary alone.
static void allow_first(void *data, uint64_t *bits)
{
    (void)data;
    memset(bits, 0, 1024 / 8);
    bits[1] = 1u << 5; // token 69
}

Test(session, only_what_is_allowed_comes)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 1, 0, 1);
    Answer answer;
    PeRequest request = request_of(&answer, 4);
    request.allow = allow_first;
    answer_alone(session, model, "the answer is", &request);
    for (size_t i = 0; i < answer.n; i++)
        cr_expect_eq(answer.tokens[i].token, 69);
    pe_session_free(session);
    pe_model_free(model);
}

static void allow_form(void *data, uint64_t *bits)
{
    pe_grammar_allow(((Answer *)data)->grammar, bits);
}

static void took_token(void *data, int32_t token)
{
    pe_grammar_take(((Answer *)data)->grammar, token);
}

static PeGrammar *grammar_of(const PeTokenOrder *order, const char *const *choices, size_t n)
{
    PePattern pattern = {0};
    PeError error;
    PeGrammar *grammar =
        pe_grammar_new(order, &pattern, pe_pattern_choices(&pattern, choices, n), &error);
    cr_assert_not_null(grammar);
    pe_pattern_clear(&pattern);
    return grammar;
}

Test(session, an_answer_has_the_form_that_is_asked)
{
    static const char *const choices[] = {"red and blue", "blue and red, 42"};
    PeModel *model = fixture_open(FIXTURE_F32);
    PeTokenOrder order;
    PeError error;
    cr_assert(pe_token_order_init(&order, model->vocabulary, &error));
    PeSession *session = session_of(model, 2, 0, 2);
    for (uint64_t seed = 0; seed < 20; seed++) {
        static Answer answers[2]; // the second one is free, and shares the steps
        for (int i = 0; i < 2; i++) {
            PeRequest request = request_of(&answers[i], 30);
            request.sampling = (PeSampling){.temperature = 2, .top_p = 1, .seed = seed};
            if (i == 0) {
                answers[0].grammar = grammar_of(&order, choices, 2);
                request.allow = allow_form;
                request.took_token = took_token;
            }
            admit(session, model, "the answer is", &request);
        }
        while (pe_session_step(session))
            ;
        cr_expect_eq(answers[0].end, PE_END_OF_TURN);
        cr_expect(strcmp(answers[0].text, choices[0]) == 0
                      || strcmp(answers[0].text, choices[1]) == 0,
                  "%s", answers[0].text);
        pe_grammar_free(answers[0].grammar);
    }
    pe_session_free(session);
    pe_token_order_clear(&order);
    pe_model_free(model);
}

#ifndef __SANITIZE_ADDRESS__
Test(session, a_step_allocates_nothing)
{
    static const char *const choices[] = {"the one that is long enough for some steps", "no"};
    PeModel *model = fixture_open(FIXTURE_F32);
    PeSession *session = session_of(model, 2, 0, 2);
    PeTokenOrder order;
    PeError error;
    cr_assert(pe_token_order_init(&order, model->vocabulary, &error));
    static Answer answers[2];
    for (int i = 0; i < 2; i++) {
        PeRequest request = request_of(&answers[i], 30);
        request.sampling = (PeSampling){.temperature = 1, .top_p = 0.9, .seed = 3};
        if (i == 1) {
            answers[1].grammar = grammar_of(&order, choices, 2);
            request.allow = allow_form;
            request.took_token = took_token;
        }
        admit(session, model, i == 0 ? "the answer is" : LONG, &request);
    }
    const size_t before = n_allocations;
    cr_assert(before > 0, "allocations are counted");
    size_t n_steps = 0;
    while (pe_session_step(session))
        n_steps++;
    cr_expect(n_steps >= 2);
    cr_expect_eq(n_allocations, before, "%zu", n_allocations - before);
    pe_grammar_free(answers[1].grammar);
    pe_token_order_clear(&order);
    pe_session_free(session);
    pe_model_free(model);
}
#endif
