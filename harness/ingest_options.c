#include "harness/error.h"
#include "harness/ingest.h"
#include "harness/json.h"
#include "harness/video.h"

#include <string.h>

static int64_t either(int64_t own, int64_t other)
{
    return other > 0 ? other : own;
}

PsIngest ps_ingest_merge(const PsIngest *ingest, const PsIngest *others)
{
    return (PsIngest){
        .frames = either(ingest->frames, others->frames),
        .has_sampling = ingest->has_sampling || others->has_sampling,
        .sampling = others->has_sampling ? others->sampling : ingest->sampling,
        .video_sound = ingest->video_sound || others->video_sound,
        .pages = either(ingest->pages, others->pages),
        .series_rows = either(ingest->series_rows, others->series_rows),
        .max_image_pixels = either(ingest->max_image_pixels, others->max_image_pixels),
        .max_image_side = either(ingest->max_image_side, others->max_image_side),
        .max_request_bytes = either(ingest->max_request_bytes, others->max_request_bytes),
        .max_request_tokens = either(ingest->max_request_tokens, others->max_request_tokens),
    };
}

// Name, value and range of each number.
typedef struct {
    const char *name;
    int64_t value, most;
} Number;

#define N_NUMBERS 7

static void numbers_of(const PsIngest *ingest, Number numbers[N_NUMBERS])
{
    const Number all[N_NUMBERS] = {
        {"frames", ingest->frames, PS_VIDEO_MAX_PICKED},
        {"pages", ingest->pages, PS_INGEST_PAGES_MOST},
        {"series_rows", ingest->series_rows, 100000},
        {"max_image_pixels", ingest->max_image_pixels, INT64_MAX},
        {"max_image_side", ingest->max_image_side, INT64_MAX},
        {"max_request_bytes", ingest->max_request_bytes, INT64_MAX},
        {"max_request_tokens", ingest->max_request_tokens, INT64_MAX},
    };
    memcpy(numbers, all, sizeof all);
}

void ps_ingest_append_json(GString *out, const PsIngest *ingest)
{
    Number numbers[N_NUMBERS];
    numbers_of(ingest, numbers);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        if (numbers[i].value == 0) continue;
        ps_json_append_key(out, numbers[i].name);
        ps_json_append_integer(out, numbers[i].value);
    }
    if (ingest->has_sampling) {
        ps_json_append_key(out, "sampling");
        ps_json_append_string(out, ps_sampling_name(ingest->sampling));
    }
    if (ingest->video_sound) {
        ps_json_append_key(out, "video_sound");
        g_string_append(out, "true");
    }
}

bool ps_ingest_check(const PsIngest *ingest, GError **error)
{
    Number numbers[N_NUMBERS];
    numbers_of(ingest, numbers);
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (numbers[i].value < 0 || numbers[i].value > numbers[i].most)
            return ps_fail(error, PS_ERROR_DATA,
                           "%s: %" G_GINT64_FORMAT " is not in 1 to %" G_GINT64_FORMAT,
                           numbers[i].name, numbers[i].value, numbers[i].most);
    return true;
}
