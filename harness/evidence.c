#include "harness/evidence.h"

#include "harness/error.h"
#include "harness/evidence_picture.h"
#include "harness/work.h"

#include <string.h>

#define AS_IS_MOST_BYTES (100u << 10)
#define PICTURE_MOST_PX 900
#define WEBP_QUALITY 65

static bool is_shown_by_browsers(const PsMedia *media)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/webp", "image/gif"};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(media->type, types[i]) == 0) return true;
    return false;
}

static PsMedia *shrink_picture(const PsMedia *media, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    double scale = (double)PICTURE_MOST_PX / MAX(image->width_px, image->height_px);
    g_autoptr(PsImage) small = scale < 1 ? ps_image_resize(image, scale, error) : NULL;
    if (scale < 1 && small == NULL) return NULL;
    return ps_image_encode(small != NULL ? small : image, "image/webp", WEBP_QUALITY, error);
}

static PsMedia *encode_picture(PsImage *image, GError **error)
{
    PsMedia *media =
        image != NULL ? ps_image_encode(image, "image/webp", WEBP_QUALITY, error) : NULL;
    ps_image_free(image);
    return media;
}

static PsMedia *strip_of_video(const PsMedia *media, GError **error)
{
    g_autoptr(PsClip) clip =
        ps_video_sample(media, PS_SAMPLING_UNIFORM, PS_STRIP_FRAMES, 0, error);
    return clip != NULL ? encode_picture(ps_clip_picture(clip, PICTURE_MOST_PX, error), error)
                        : NULL;
}

static PsMedia *plot_of_series(const PsMedia *media, GError **error)
{
    g_autoptr(PsSeries) series = ps_series_decode(media, error);
    return series != NULL ? encode_picture(ps_series_picture(series), error) : NULL;
}

static PsMedia *for_browser(PsPartKind kind, const PsMedia *media, GError **error)
{
    if (kind == PS_PART_AUDIO) {
        g_autoptr(PsAudio) audio = ps_audio_decode(media, 0, error);
        if (audio == NULL) return NULL;
        size_t most = (size_t)audio->rate_hz * PS_EVIDENCE_MOST_SECONDS;
        audio->n_frames = MIN(audio->n_frames, most);
        return ps_audio_encode(audio, "audio/flac", error);
    }
    if (kind == PS_PART_VIDEO) return strip_of_video(media, error);
    if (kind == PS_PART_SERIES) return plot_of_series(media, error);
    if (is_shown_by_browsers(media) && g_bytes_get_size(media->bytes) <= AS_IS_MOST_BYTES)
        return ps_media_new(media->bytes, media->type, NULL);
    return shrink_picture(media, error);
}

static bool store_media(PsRunFile *run, const PsWork *work, GError **error)
{
    const PsSample *sample = work->sent;
    for (size_t i = 0; i < sample->n_parts; i++) {
        if (work->media[i] == NULL) continue;
        g_autoptr(PsMedia) shown = for_browser(sample->parts[i].kind, work->media[i], NULL);
        if (shown != NULL && g_bytes_get_size(shown->bytes) <= PS_EVIDENCE_MOST_BYTES
            && !ps_runfile_store_evidence(run, work->item.item_id, i, shown, error))
            return false;
    }
    return true;
}

static bool
store_one(PsRunFile *run, const PsPlan *plan, const PsSheetEvidence *evidence, GError **error)
{
    const PsPlanTask *task = &plan->tasks[evidence->task];
    uint64_t place = (evidence->item_id - task->first_item) / (uint64_t)plan->epochs;
    uint64_t sample_id = task->first_sample + place / task->task->n_conditions;
    int condition = (int)(place % task->task->n_conditions);
    PsSample *sample = ps_runfile_load_sample(run, sample_id, error);
    if (sample == NULL) return false;
    PsSharedSample *shared = ps_shared_sample_new(sample);
    PsItem item = ps_plan_item(plan, task, sample_id, condition, evidence->epoch);
    g_autoptr(PsWork) work = ps_work_new(plan, task, shared, item, false);
    ps_shared_sample_unref(shared);
    g_autoptr(GError) problem = NULL;
    if (ps_work_load(work, &problem)) return store_media(run, work, error);
    // The answers are there; a picture that has gone since must not cost the report.
    g_log("harness", G_LOG_LEVEL_WARNING, "no evidence of %s: %s", evidence->sample->id,
          problem->message);
    return true;
}

bool ps_evidence_store(PsRunFile *run, const PsPlan *plan, const PsSheet *sheet, GError **error)
{
    for (size_t i = 0; i < sheet->n_evidence; i++)
        if (!store_one(run, plan, &sheet->evidence[i], error)) return false;
    return ps_runfile_commit(run, error);
}
