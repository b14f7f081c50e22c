#include "engine/session.h"

#include "engine/evaluate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_OF_A_STEP 256
#define ROWS_MOST 4096

typedef enum {
    SLOT_FREE,
    SLOT_PREFILL, // prompt[0 … n_done) is in the cache
    SLOT_ANSWER,  // last_token is not in the cache
} SlotState;

typedef struct {
    SlotState state;
    PeCache cache;
    PeCrossMedia media; // of a model with cross-attention
    PePrompt prompt;    // of now, or of the last request
    size_t n_prompt;    // positions of it
    size_t n_done;      // positions in the cache
    size_t n_kept;      // positions of prompt in the cache that another may take over
    uint64_t order;     // of admission
    PeRequest request;
    PeRandom random;
    PeAnswerCost cost;
    int32_t last_token;
    char *answer; // [n_answer_room]
    size_t n_answer_bytes, n_answer_room, n_shown;
    size_t row; // of the batch under way, whose logits are looked at
} Slot;

struct PeSession {
    const PeModel *model;
    PeSessionOptions options;
    PeWork work;
    Slot *slots;                // [n_sequences]
    PeSpan *spans;              // [n_sequences]
    const PeCrossMedia **media; // [n_sequences]
    uint64_t n_admitted;
    float *logits;   // [n_logits, V]
    size_t n_logits; // sequences whose logits are had at once
    PeSamplerScratch scratch;
    PeChoice *top;     // [PE_TOP_MOST]
    uint64_t *allowed; // [V / 64]
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// ---- memory

static PeSessionOptions completed(const PeModel *model, const PeSessionOptions *options)
{
    PeSessionOptions full = *options;
    const size_t most = model->decoder.n_positions_most;
    if (full.n_positions == 0) full.n_positions = most;
    if (full.n_rows == 0) full.n_rows = ROWS_OF_A_STEP;
    return full;
}

static PeWorkOptions work_options(const PeSessionOptions *options)
{
    return (PeWorkOptions){options->level, options->precision, options->n_threads,
                           options->n_rows, options->n_positions};
}

// The longest token, in bytes.
static size_t token_bytes_most(const PeVocabulary *vocabulary)
{
    size_t most = 1;
    for (size_t i = 0; i < vocabulary->n_tokens; i++)
        if (vocabulary->tokens[i].bytes.n_bytes > most)
            most = vocabulary->tokens[i].bytes.n_bytes;
    return most;
}

// Shown bytes leave the buffer, so it holds what is held back and one token more.
static size_t answer_room(const PeModel *model)
{
    return 2 * (PE_STOP_BYTES_MOST + 4 + token_bytes_most(model->vocabulary));
}

static size_t slot_bytes(const PeModel *model, const PeSessionOptions *options)
{
    size_t n = sizeof(Slot) + pe_cache_bytes(&model->decoder, options->n_positions)
               + answer_room(model);
    if (model->decoder.has_cross)
        n += pe_cross_media_bytes(&model->cross, &model->decoder, options->n_positions);
    return n;
}

static size_t n_logits(const PeSessionOptions *options)
{
    return smaller(options->n_sequences, PE_LOGITS_MOST);
}

size_t pe_session_bytes(const PeModel *model, const PeSessionOptions *options)
{
    const PeSessionOptions full = completed(model, options);
    const PeWorkOptions work = work_options(&full);
    const size_t n_tokens = model->decoder.n_tokens;
    return full.n_sequences * slot_bytes(model, &full) + pe_work_bytes(&model->decoder, &work)
           + n_tokens * n_logits(&full) * sizeof(float) + pe_sampler_scratch_bytes(n_tokens)
           + n_tokens / 8;
}

static bool check(const PeModel *model, const PeSessionOptions *options, PeError *error)
{
    const size_t n_bytes = pe_session_bytes(model, options);
    if (options->n_sequences < 1 || options->n_sequences > PE_SEQUENCES_MOST)
        return pe_fail(error, "%zu sequences: 1 to %d are possible", options->n_sequences,
                       PE_SEQUENCES_MOST);
    if (options->n_positions > model->decoder.n_positions_most)
        return pe_fail(error, "%zu positions: the model takes %zu", options->n_positions,
                       model->decoder.n_positions_most);
    const size_t n_rows_least = 2 * PE_PREFILL_ROWS;
    if (options->n_rows < n_rows_least || options->n_rows > ROWS_MOST)
        return pe_fail(error, "%zu rows of a batch: %zu to %d are possible", options->n_rows,
                       n_rows_least, ROWS_MOST);
    if (options->n_bytes > 0 && n_bytes > options->n_bytes)
        return pe_fail(error, "%zu bytes of memory would be needed, %zu are allowed", n_bytes,
                       options->n_bytes);
    return true;
}

static bool slot_init(Slot *slot, const PeSession *session, PeError *error)
{
    const PeModel *model = session->model;
    slot->n_answer_room = answer_room(model);
    slot->answer = malloc(slot->n_answer_room);
    slot->prompt.n_embedding = model->decoder.n_embedding;
    if (slot->answer == NULL) return pe_fail_memory(error);
    if (model->decoder.has_cross
        && !pe_cross_media_init(&slot->media, &model->cross, &model->decoder,
                                session->options.n_positions, error))
        return false;
    return pe_cache_init(&slot->cache, &model->decoder, session->options.n_positions, error);
}

static void slot_clear(Slot *slot)
{
    pe_cache_clear(&slot->cache);
    pe_cross_media_clear(&slot->media);
    pe_prompt_clear(&slot->prompt);
    free(slot->answer);
}

static bool init(PeSession *session, PeError *error)
{
    const size_t n_tokens = session->model->decoder.n_tokens;
    const size_t n = session->options.n_sequences;
    const PeWorkOptions work = work_options(&session->options);
    session->slots = calloc(n, sizeof *session->slots);
    session->spans = calloc(n, sizeof *session->spans);
    session->media = calloc(n, sizeof(void *));
    session->n_logits = n_logits(&session->options);
    session->logits = pe_rows_new(session->n_logits, n_tokens);
    session->top = calloc(PE_TOP_MOST, sizeof *session->top);
    session->allowed = calloc((n_tokens + 63) / 64, sizeof *session->allowed);
    if (session->slots == NULL || session->spans == NULL || session->media == NULL
        || session->logits == NULL || session->top == NULL || session->allowed == NULL
        || !pe_sampler_scratch_init(&session->scratch, n_tokens))
        return pe_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        if (!slot_init(&session->slots[i], session, error)) return false;
    return pe_work_init(&session->work, &session->model->decoder, &work, error);
}

PeSession *pe_session_new(const PeModel *model, const PeSessionOptions *options, PeError *error)
{
    const PeSessionOptions full = completed(model, options);
    if (!check(model, &full, error)) return NULL;
    PeSession *session = calloc(1, sizeof *session);
    if (session == NULL) return pe_fail_memory(error), NULL;
    session->model = model;
    session->options = full;
    if (init(session, error)) return session;
    pe_session_free(session);
    return NULL;
}

void pe_session_free(PeSession *session)
{
    if (session == NULL) return;
    for (size_t i = 0; session->slots != NULL && i < session->options.n_sequences; i++)
        slot_clear(&session->slots[i]);
    pe_work_clear(&session->work);
    free(session->slots);
    free(session->spans);
    free(session->media);
    free(session->logits);
    pe_sampler_scratch_clear(&session->scratch);
    free(session->top);
    free(session->allowed);
    free(session);
}

// ---- admission

size_t pe_session_room(const PeSession *session)
{
    size_t n = 0;
    for (size_t i = 0; i < session->options.n_sequences; i++)
        n += session->slots[i].state == SLOT_FREE;
    return n;
}

// Positions that two prompts begin with alike.
static size_t common(const PePrompt *a, const PePrompt *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_items && i < b->n_items; i++) {
        const PeItem *x = &a->items[i], *y = &b->items[i];
        const bool are_rows = x->kind != PE_ITEM_TOKENS;
        if (x->kind != y->kind || (are_rows && x->n != y->n)) return n;
        if (are_rows && memcmp(x->rows, y->rows, x->n * a->n_embedding * sizeof(float)) != 0)
            return n;
        size_t same = 0;
        while (!are_rows && same < x->n && same < y->n && x->tokens[same] == y->tokens[same])
            same++;
        n += are_rows ? x->n : same;
        if (!are_rows && (same < x->n || same < y->n)) return n;
    }
    return n;
}

// What slot has of prompt already. PE_PREFILL_ROWS positions stay to be computed at least.
static size_t reusable(const Slot *slot, const PePrompt *prompt)
{
    const size_t same = smaller(common(&slot->prompt, prompt), slot->n_kept);
    if (prompt->n_positions < 2 * PE_PREFILL_ROWS || same < PE_PREFILL_ROWS) return 0;
    return smaller(same, prompt->n_positions - PE_PREFILL_ROWS);
}

// The free slot that has most of the prompt; of those that have nothing the one used longest
// ago.
static Slot *choose(PeSession *session, const PePrompt *prompt, size_t *n_reused)
{
    Slot *best = NULL;
    for (size_t i = 0; i < session->options.n_sequences; i++) {
        Slot *slot = &session->slots[i];
        if (slot->state != SLOT_FREE) continue;
        const size_t n = session->model->decoder.has_cross ? 0 : reusable(slot, prompt);
        if (best != NULL && (n < *n_reused || (n == *n_reused && slot->order >= best->order)))
            continue;
        best = slot;
        *n_reused = n;
    }
    return best;
}

static bool check_request(const PeRequest *request, PeError *error)
{
    const PeSampling *sampling = &request->sampling;
    if (request->n_tokens_most < 1 || request->n_top > PE_TOP_MOST
        || request->stops.n > PE_STOPS_MOST)
        return pe_fail(error, "a request for no token, %d probable ones or %d stop strings",
                       PE_TOP_MOST + 1, PE_STOPS_MOST + 1);
    for (size_t i = 0; i < request->stops.n; i++) {
        const size_t length = strlen(request->stops.texts[i]);
        if (length < 1 || length > PE_STOP_BYTES_MOST)
            return pe_fail(error, "a stop string has 1 to %d bytes", PE_STOP_BYTES_MOST);
    }
    if (!(sampling->temperature >= 0) || !(sampling->top_p > 0) || !(sampling->min_p >= 0)
        || sampling->min_p > 1)
        return pe_fail(error, "temperature, top_p or min_p is out of range");
    return true;
}

// Of a model with cross-attention the tokens are the positions; rows stand beside them.
static size_t positions_of(const PeDecoder *decoder, const PePrompt *prompt)
{
    size_t n = prompt->n_positions;
    for (size_t i = 0; decoder->has_cross && i < prompt->n_items; i++)
        if (prompt->items[i].kind != PE_ITEM_TOKENS) n -= prompt->items[i].n;
    return n;
}

static bool split_media(PeSession *session, Slot *slot, PePrompt *prompt, PeError *error)
{
    const PeModel *model = session->model;
    PeTokens tokens = {0};
    PePrompt positions = {.n_embedding = prompt->n_embedding};
    slot->media.n_rows = 0;
    const bool is_ok = pe_cross_media_add_prompt(&slot->media, &model->cross, &model->decoder,
                                                 &session->work, prompt, &tokens, error)
                       && pe_prompt_add_tokens(&positions, tokens.ids, tokens.n, error);
    pe_tokens_clear(&tokens);
    if (!is_ok) return pe_prompt_clear(&positions), false;
    pe_prompt_clear(prompt);
    *prompt = positions;
    return true;
}

static void occupy(PeSession *session, Slot *slot, PePrompt *prompt, const PeRequest *request)
{
    const size_t n_embedding = prompt->n_embedding;
    pe_prompt_clear(&slot->prompt);
    slot->prompt = *prompt;
    *prompt = (PePrompt){.n_embedding = n_embedding};
    slot->request = *request;
    slot->random = pe_random(request->sampling.seed);
    slot->order = ++session->n_admitted;
    slot->n_prompt = slot->prompt.n_positions;
    slot->n_answer_bytes = slot->n_shown = 0;
    slot->state = SLOT_PREFILL;
}

bool pe_session_admit(PeSession *session,
                      PePrompt *prompt,
                      const PeRequest *request,
                      PeError *error)
{
    size_t n_reused = 0;
    if (!check_request(request, error)) return false;
    const size_t n_positions = positions_of(&session->model->decoder, prompt);
    if (n_positions == 0) return pe_fail(error, "the prompt is empty");
    if (n_positions >= session->options.n_positions)
        return pe_fail(error,
                       "the prompt has %zu positions, which leaves none of %zu for an answer",
                       n_positions, session->options.n_positions);
    Slot *slot = choose(session, prompt, &n_reused);
    if (slot == NULL)
        return pe_fail(error, "%zu sequences are under way", session->options.n_sequences);
    if (session->model->decoder.has_cross && !split_media(session, slot, prompt, error))
        return false;
    occupy(session, slot, prompt, request);
    slot->n_done = slot->n_kept = n_reused;
    slot->cost = (PeAnswerCost){
        .n_prompt = slot->n_prompt, .n_reused = n_reused, .admitted_ns = now_ns()};
    return true;
}

// ---- a step: which rows
//
// Products of few rows are summed in one way, those of many in another (kernels.h). Each row is
// in a batch of the kind that it has alone: answers and short prompts in one of few rows, long
// prompts in one of many.

static bool is_few(const Slot *slot)
{
    return slot->state == SLOT_ANSWER || slot->n_prompt < PE_PREFILL_ROWS;
}

static void set_row(PeSession *session, const Slot *slot, size_t row, size_t position)
{
    const size_t d = session->model->decoder.n_embedding;
    for (size_t i = 0; i < slot->prompt.n_items; position -= slot->prompt.items[i++].n) {
        const PeItem *item = &slot->prompt.items[i];
        if (position >= item->n) continue;
        if (item->kind == PE_ITEM_TOKENS)
            pe_work_set_token(&session->work, &session->model->decoder, row,
                              item->tokens[position]);
        else
            memcpy(session->work.x + row * d, item->rows + position * d, d * sizeof(float));
        return;
    }
}

// How many rows of a long prompt run now: PE_PREFILL_ROWS at least, and as many are left over
// if any are.
static size_t chunk(const Slot *slot, size_t n_free)
{
    const size_t left = slot->n_prompt - slot->n_done;
    if (left <= n_free) return left;
    if (n_free < PE_PREFILL_ROWS) return 0;
    if (left - n_free >= PE_PREFILL_ROWS) return n_free;
    return n_free >= 2 * PE_PREFILL_ROWS ? n_free - PE_PREFILL_ROWS : 0;
}

// What runs together.
typedef struct {
    PeSession *session;
    Slot *slots[PE_SEQUENCES_MOST];
    size_t n_slots, n_rows;
} Batch;

static void batch_add(Batch *batch, Slot *slot, size_t n)
{
    PeSession *session = batch->session;
    for (size_t i = 0; slot->state == SLOT_PREFILL && i < n; i++)
        set_row(session, slot, batch->n_rows + i, slot->n_done + i);
    if (slot->state == SLOT_ANSWER)
        pe_work_set_token(&session->work, &session->model->decoder, batch->n_rows,
                          slot->last_token);
    if (slot->cost.started_ns == 0) slot->cost.started_ns = now_ns();
    session->spans[batch->n_slots] = (PeSpan){&slot->cache, slot->n_done, n};
    session->media[batch->n_slots] = &slot->media;
    batch->slots[batch->n_slots++] = slot;
    batch->n_rows += n;
    slot->row = batch->n_rows - 1;
}

// ---- a step: what came of it

static void finish(Slot *slot, PeEnd end)
{
    slot->state = SLOT_FREE;
    slot->cost.ended_ns = now_ns();
    if (slot->request.on_end != NULL)
        slot->request.on_end(slot->request.data, end, &slot->cost);
}

static bool wants_to_stop(const Slot *slot)
{
    return slot->request.should_stop != NULL && slot->request.should_stop(slot->request.data);
}

// Anyone who is gone ends the run; the others run again.
static bool any_stops(void *data)
{
    const Batch *batch = data;
    for (size_t i = 0; i < batch->n_slots; i++)
        if (wants_to_stop(batch->slots[i])) return true;
    return false;
}

static void drop_stopped(PeSession *session)
{
    for (size_t i = 0; i < session->options.n_sequences; i++) {
        Slot *slot = &session->slots[i];
        if (slot->state != SLOT_FREE && wants_to_stop(slot)) finish(slot, PE_END_CANCELLED);
    }
}

// Moves bytes that were shown out of the buffer.
static void forget_shown(Slot *slot)
{
    memmove(slot->answer, slot->answer + slot->n_shown, slot->n_answer_bytes - slot->n_shown);
    slot->n_answer_bytes -= slot->n_shown;
    slot->n_shown = 0;
}

static PeShown add_bytes(Slot *slot, PeString bytes)
{
    memcpy(slot->answer + slot->n_answer_bytes, bytes.bytes, bytes.n_bytes);
    slot->n_answer_bytes += bytes.n_bytes;
    return pe_stops_look(&slot->request.stops, slot->answer, slot->n_answer_bytes, 0);
}

// Tells of a token; true if the answer ends with it.
static bool tell(PeSession *session, Slot *slot, PeChoice choice, PeEnd *end)
{
    const PeVocabulary *vocabulary = session->model->vocabulary;
    const PeRequest *request = &slot->request;
    const bool is_last = slot->cost.n_answer >= request->n_tokens_most
                         || slot->n_done >= session->options.n_positions;
    PeShown shown = {0};
    forget_shown(slot);
    *end = pe_token_is_end(vocabulary, choice.token) ? PE_END_OF_TURN : PE_END_LENGTH;
    if (*end != PE_END_OF_TURN)
        shown = add_bytes(slot, pe_token_bytes(vocabulary, choice.token, false));
    if (shown.is_stopped) *end = PE_END_STOP;
    const bool is_over = *end != PE_END_LENGTH || is_last;
    if (is_over && !shown.is_stopped)
        shown.n_shown = slot->n_answer_bytes; // nothing else will come
    const PeAnswered answered = {choice,       session->top,  request->n_top,
                                 slot->answer, shown.n_shown, now_ns()};
    slot->n_shown = shown.n_shown;
    if (request->on_token != NULL) request->on_token(request->data, &answered);
    return is_over;
}

static void take_token(PeSession *session, Slot *slot, float *logits)
{
    const PeRequest *request = &slot->request;
    const size_t n_tokens = session->model->decoder.n_tokens;
    PeEnd end;
    if (request->allow != NULL) request->allow(request->data, session->allowed);
    const PeChoice choice =
        pe_sample(session->options.level, &request->sampling, &slot->random, logits, n_tokens,
                  request->allow != NULL ? session->allowed : NULL, &session->scratch);
    if (request->n_top > 0) {
        pe_most_probable(logits, n_tokens, request->n_top, session->scratch.choices);
        memcpy(session->top, session->scratch.choices, request->n_top * sizeof *session->top);
    }
    slot->last_token = choice.token;
    slot->cost.n_answer++;
    if (request->took_token != NULL) request->took_token(request->data, choice.token);
    if (tell(session, slot, choice, &end)) finish(slot, end);
}

// The tokens of some sequences, whose last rows are multiplied with the head in one go.
static void take_tokens(PeSession *session, Slot *const *slots, size_t n)
{
    const PeDecoder *decoder = &session->model->decoder;
    size_t rows[PE_LOGITS_MOST];
    for (size_t i = 0; i < n; i++)
        rows[i] = slots[i]->row;
    pe_decoder_logits(decoder, &session->work, rows, n, session->logits);
    for (size_t i = 0; i < n; i++)
        take_token(session, slots[i], session->logits + i * decoder->n_tokens);
}

// True if it is the sequence's turn to take a token.
static bool advance(Slot *slot, size_t n)
{
    slot->n_done += n;
    if (slot->state == SLOT_ANSWER) return true;
    if (!is_few(slot)) slot->n_kept = slot->n_done;
    if (slot->n_done < slot->n_prompt) return false;
    slot->cost.prefilled_ns = now_ns();
    slot->state = SLOT_ANSWER;
    return true;
}

static bool run(Batch *batch)
{
    PeSession *session = batch->session;
    const PeModel *model = session->model;
    if (model->decoder.has_cross)
        return pe_cross_run(&model->cross, &model->decoder, &session->work, session->spans,
                            session->media, batch->n_slots, any_stops, batch);
    return pe_decoder_run(&model->decoder, &session->work, session->spans, batch->n_slots,
                          any_stops, batch);
}

// Runs it and empties it. False if somebody stopped: the next step drops them, and runs the
// others again.
static bool batch_run(Batch *batch)
{
    PeSession *session = batch->session;
    Slot *due[PE_SEQUENCES_MOST];
    size_t n_due = 0;
    if (batch->n_slots > 0 && !run(batch)) return false;
    for (size_t i = 0; i < batch->n_slots; i++)
        if (advance(batch->slots[i], session->spans[i].n)) due[n_due++] = batch->slots[i];
    for (size_t i = 0; i < n_due; i += session->n_logits)
        take_tokens(session, due + i, smaller(session->n_logits, n_due - i));
    batch->n_slots = batch->n_rows = 0;
    return true;
}

static bool run_few(PeSession *session)
{
    Batch batch = {.session = session};
    for (size_t i = 0; i < session->options.n_sequences; i++) {
        Slot *slot = &session->slots[i];
        if (slot->state == SLOT_FREE || !is_few(slot)) continue;
        const size_t n = slot->state == SLOT_ANSWER ? 1 : slot->n_prompt;
        if (batch.n_rows + n >= PE_PREFILL_ROWS && !batch_run(&batch)) return false;
        batch_add(&batch, slot, n);
    }
    return batch_run(&batch);
}

static Slot *next_to_prefill(PeSession *session, uint64_t after)
{
    Slot *first = NULL;
    for (size_t i = 0; i < session->options.n_sequences; i++) {
        Slot *slot = &session->slots[i];
        if (slot->state == SLOT_PREFILL && !is_few(slot) && slot->order > after
            && (first == NULL || slot->order < first->order))
            first = slot;
    }
    return first;
}

static bool run_many(PeSession *session)
{
    Batch batch = {.session = session};
    uint64_t after = 0;
    for (Slot *slot; (slot = next_to_prefill(session, after)) != NULL; after = slot->order) {
        const size_t n = chunk(slot, session->options.n_rows - batch.n_rows);
        if (n == 0) break;
        batch_add(&batch, slot, n);
    }
    return batch_run(&batch);
}

bool pe_session_step(PeSession *session)
{
    drop_stopped(session);
    if (pe_session_room(session) == session->options.n_sequences) return false;
    if (run_few(session)) run_many(session);
    return true;
}
