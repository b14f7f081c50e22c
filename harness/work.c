#include "harness/work.h"

#include "harness/error.h"

#include <math.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

struct PsSharedSample {
    gatomicrefcount n_users;
    PsSample *sample;
};

PsSharedSample *ps_shared_sample_new(PsSample *sample)
{
    PsSharedSample *shared = g_new(PsSharedSample, 1);
    g_atomic_ref_count_init(&shared->n_users);
    shared->sample = sample;
    return shared;
}

PsSharedSample *ps_shared_sample_ref(PsSharedSample *shared)
{
    g_atomic_ref_count_inc(&shared->n_users);
    return shared;
}

void ps_shared_sample_unref(PsSharedSample *shared)
{
    if (shared == NULL || !g_atomic_ref_count_dec(&shared->n_users)) return;
    ps_sample_free(shared->sample);
    g_free(shared);
}

const PsSample *ps_shared_sample_get(const PsSharedSample *shared)
{
    return shared->sample;
}

PsWork *ps_work_new(const PsPlan *plan,
                    const PsPlanTask *task,
                    PsSharedSample *sample,
                    PsItem item,
                    bool verify_media)
{
    PsWork *work = g_new0(PsWork, 1);
    work->item = item;
    work->plan = plan;
    work->task = task;
    work->sample = ps_shared_sample_ref(sample);
    work->verify_media = verify_media;
    work->link.data = work;
    work->view = ps_plan_view(task, (size_t)item.condition, sample->sample);
    work->sent = work->view != NULL ? work->view : sample->sample;
    work->media = g_new0(const PsMedia *, work->sent->n_parts);
    ps_response_init(&work->response);
    return work;
}

void ps_work_free(PsWork *work)
{
    if (work == NULL) return;
    ps_work_drop_media(work);
    ps_ingested_clear(&work->ingested);
    ps_ablation_view_free(work->view);
    for (size_t i = 0; i < work->n_slices; i++)
        g_free(work->slices[i].key);
    g_free(work->media);
    g_free(work->slices);
    ps_response_clear(&work->response);
    g_clear_error(&work->error);
    ps_shared_sample_unref(work->sample);
    g_free(work);
}

void ps_work_drop_media(PsWork *work)
{
    for (size_t i = 0; i < work->sent->n_parts; i++) {
        ps_media_free((PsMedia *)work->media[i]);
        work->media[i] = NULL;
    }
    ps_ingested_drop_media(&work->ingested);
}

static bool has_media(const PsSample *sample)
{
    for (size_t i = 0; i < sample->n_parts; i++)
        if (sample->parts[i].kind != PS_PART_TEXT) return true;
    return false;
}

bool ps_work_is_heavy(const PsWork *work)
{
    return has_media(work->sent);
}

// ---- media and conditions

static bool load_media(PsWork *work, GError **error)
{
    const PsSample *sample = work->sent;
    for (size_t i = 0; i < sample->n_parts; i++) {
        const PsPart *part = &sample->parts[i];
        if (part->kind == PS_PART_TEXT) continue;
        work->media[i] =
            ps_dataset_load_media(work->task->dataset, part, work->verify_media, error);
        if (work->media[i] == NULL) {
            g_prefix_error(error, "sample %s: ", sample->id);
            return false;
        }
    }
    return true;
}

// One picture under one condition is one picture, whatever is asked about it, in every epoch
// and of every system: pairs meet the same noise.
static guint64 condition_seed(const PsWork *work, const char *label, size_t part)
{
    const PsPart *changed = &work->sent->parts[part];
    const char *identity = changed->sha256 != NULL ? changed->sha256 : changed->path;
    XXH64_hash_t hash = identity != NULL ? XXH64(identity, strlen(identity), work->plan->seed)
                                         : work->plan->seed;
    return XXH64(label, strlen(label), hash);
}

static void break_item(PsWork *work, const char *what, const GError *problem)
{
    work->is_broken = true;
    ps_response_fail(&work->response, PS_OUTCOME_FAILED, "%s: %s", what, problem->message);
    work->response.scheduled_ns = work->response.started_ns = ps_now_ns();
    work->response.finished_ns = work->response.started_ns;
}

// False only if the module is missing; damaged media break the item.
static bool apply_step(PsWork *work, const PsCaptureStep *step, size_t part, GError **error)
{
    g_autoptr(GError) problem = NULL;
    PsMedia *changed = step->condition->apply(
        work->media[part], step->amount, condition_seed(work, step->label, part), &problem);
    if (changed == NULL && g_error_matches(problem, PS_ERROR, PS_ERROR_UNAVAILABLE))
        return g_propagate_error(error, g_steal_pointer(&problem)), false;
    if (changed == NULL) {
        g_autofree char *what = g_strdup_printf("condition %s cannot be applied", step->label);
        return break_item(work, what, problem), true;
    }
    ps_media_free((PsMedia *)work->media[part]);
    work->media[part] = changed;
    return true;
}

static bool apply_condition(PsWork *work, GError **error)
{
    const PsCapture *capture = &work->task->task->conditions[work->item.condition].capture;
    for (size_t s = 0; s < capture->n_steps; s++) {
        const PsCaptureStep *step = &capture->steps[s];
        for (size_t i = 0; i < work->sent->n_parts && !work->is_broken; i++)
            if (ps_capture_step_changes(step, work->sent->parts[i].kind)
                && !apply_step(work, step, i, error))
                return false;
    }
    return true;
}

// ---- ingest

// False only if the module is missing; media that cannot be made fit break the item.
static bool ingest(PsWork *work, GError **error)
{
    g_autoptr(GError) problem = NULL;
    work->ingest_start_ns = ps_now_ns();
    const PsSample *sent = work->sent;
    bool is_done =
        ps_ingest(&work->task->ingest, work->plan->cannot_take, work->task->task->prompt,
                  sent->parts, work->media, sent->n_parts, &work->ingested, &problem);
    work->ingest_end_ns = ps_now_ns();
    if (is_done) return true;
    if (g_error_matches(problem, PS_ERROR, PS_ERROR_UNAVAILABLE))
        return g_propagate_error(error, g_steal_pointer(&problem)), false;
    return break_item(work, "cannot be sent", problem), true;
}

void ps_work_add_trace(PsWork *work)
{
    if (work->ingested.trace != NULL)
        ps_response_prepend_span(&work->response, "ingest", work->ingest_start_ns,
                                 work->ingest_end_ns, work->ingested.trace);
}

// ---- slices

static const PsMedia *
first_of(const PsPart *parts, const PsMedia *const *media, size_t n_parts, unsigned kinds)
{
    for (size_t i = 0; i < n_parts; i++)
        if (kinds & 1u << parts[i].kind) return media[i];
    return NULL;
}

// Of the parts as they are sent.
static const PsMedia *first_media(const PsWork *work, unsigned kinds)
{
    const PsIngested *made = &work->ingested;
    if (made->n_parts > 0) return first_of(made->parts, made->media, made->n_parts, kinds);
    return first_of(work->sent->parts, work->media, work->sent->n_parts, kinds);
}

static bool task_reads(const PsTask *task, PsSlicerReads reads)
{
    for (size_t i = 0; i < task->n_slicers; i++)
        if (task->slicers[i].slicer->reads == reads) return true;
    return false;
}

static bool can_measure(PsSlicerReads reads, const PsSlicerInput *input)
{
    if (reads == PS_SLICER_READS_IMAGE) return input->image != NULL;
    if (reads == PS_SLICER_READS_AUDIO) return input->audio != NULL;
    return true;
}

// Media that cannot be decoded are in no slice of a measuring slicer; what the system makes of
// them is its outcome. Only a missing module ends the run. Takes problem, which may be NULL.
static bool is_tolerable(GError *problem, GError **error)
{
    bool is_missing = g_error_matches(problem, PS_ERROR, PS_ERROR_UNAVAILABLE);
    if (is_missing)
        g_propagate_error(error, problem);
    else
        g_clear_error(&problem);
    return !is_missing;
}

static bool decode(const PsTask *task, PsSlicerInput *input, GError **error)
{
    GError *problem = NULL;
    if (input->image_media != NULL && task_reads(task, PS_SLICER_READS_IMAGE))
        input->image = ps_image_decode(input->image_media, &problem);
    if (!is_tolerable(problem, error)) return false;
    problem = NULL;
    if (input->audio_media != NULL && task_reads(task, PS_SLICER_READS_AUDIO))
        input->audio = ps_audio_decode(input->audio_media, 0, &problem);
    return is_tolerable(problem, error);
}

static void add_keys(PsWork *work, PsSlicerInput *input)
{
    const PsTask *task = work->task->task;
    work->slices = g_new0(PsItemSlice, task->n_slicers);
    for (size_t i = 0; i < task->n_slicers; i++) {
        const PsSuiteSlicer *slicer = &task->slicers[i];
        PsSliceKey key = {.value = NAN};
        input->argument = slicer->argument;
        if (!can_measure(slicer->slicer->reads, input)) continue;
        if (!slicer->slicer->key(input, &key)) continue;
        work->slices[work->n_slices++] = (PsItemSlice){
            .slicer = work->task->slicer_ids[i], .key = g_strdup(key.key), .value = key.value};
    }
}

static bool measure_slices(PsWork *work, GError **error)
{
    if (work->task->task->n_slicers == 0) return true;
    PsSlicerInput input = {
        .sample = work->sent,
        .image_media = first_media(work, 1u << PS_PART_IMAGE | 1u << PS_PART_PAGE),
        .audio_media = first_media(work, 1u << PS_PART_AUDIO),
    };
    bool is_ok = decode(work->task->task, &input, error);
    if (is_ok) add_keys(work, &input);
    ps_image_free((PsImage *)input.image);
    ps_audio_free((PsAudio *)input.audio);
    return is_ok;
}

// ---- key and request

static void hash_text(XXH3_state_t *state, const char *text)
{
    XXH3_128bits_update(state, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

static void hash_part(XXH3_state_t *state, const PsPart *part, const PsMedia *loaded)
{
    hash_text(state, ps_part_kind_name(part->kind));
    if (part->kind == PS_PART_TEXT) {
        hash_text(state, part->text);
    } else if (part->sha256 != NULL) {
        hash_text(state, part->sha256);
    } else {
        size_t length;
        const void *bytes = g_bytes_get_data(loaded->bytes, &length);
        XXH3_128bits_update(state, bytes, length);
    }
}

// Everything that the answer depends on; taken before the condition changes the media, whose
// steps, amounts and seed stand for what it does.
static void compute_key(PsWork *work)
{
    const PsSample *sample = work->sent;
    const PsSuiteCondition *under = &work->task->task->conditions[work->item.condition];
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    hash_text(&state, work->plan->system);
    hash_text(&state, work->plan->options);
    hash_text(&state, work->task->task->prompt);
    for (size_t i = 0; i < sample->n_parts; i++)
        hash_part(&state, &sample->parts[i], work->media[i]);
    hash_text(&state, under->capture.chain ? under->capture.chain : under->label);
    if (work->task->ingest_json != NULL) hash_text(&state, work->task->ingest_json);
    uint64_t seed = work->item.condition > 0 ? work->plan->seed : 0;
    uint64_t numbers[] = {seed, (uint64_t)work->item.epoch};
    XXH3_128bits_update(&state, numbers, sizeof numbers);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    memcpy(work->item.key, canonical.digest, sizeof work->item.key);
}

static void fill_request(PsWork *work)
{
    const PsSample *sample = work->sent;
    const PsIngested *made = &work->ingested;
    bool is_made = made->n_parts > 0;
    work->request = (PsRequest){
        .item_id = work->item.item_id,
        .sample_id = sample->id,
        .condition = work->task->task->conditions[work->item.condition].label,
        .epoch = work->item.epoch,
        .prompt = work->task->task->prompt,
        .n_parts = is_made ? made->n_parts : sample->n_parts,
        .parts = is_made ? made->parts : sample->parts,
        .media = is_made ? made->media : work->media,
        .notes = made->notes,
        .owner = work,
    };
}

static bool load(PsWork *work, GError **error)
{
    if (!load_media(work, error)) return false;
    compute_key(work);
    return apply_condition(work, error);
}

// Encodes what conditions left as pixels.
static bool settle(PsWork *work, GError **error)
{
    for (size_t i = 0; i < work->sent->n_parts; i++)
        if (work->media[i] != NULL && !ps_media_encode((PsMedia *)work->media[i], error))
            return false;
    return true;
}

bool ps_work_load(PsWork *work, GError **error)
{
    return load(work, error) && settle(work, error);
}

bool ps_work_prepare(PsWork *work, GError **error)
{
    if (!load(work, error)) return false;
    if (!work->is_broken && !ingest(work, error)) return false;
    if (work->ingested.n_parts == 0 && !settle(work, error)) return false;
    if (!work->is_broken && !measure_slices(work, error)) return false;
    fill_request(work);
    return true;
}
