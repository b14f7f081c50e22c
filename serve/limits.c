#include "serve/limits.h"

#include "harness/error.h"

#include <math.h>
#include <string.h>

// A positive number of object; left as it is if it is not there or null.
static bool read_number(const cJSON *object, const char *name, double *value, GError **error)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    if (member == NULL || cJSON_IsNull(member)) return true;
    *value = cJSON_IsNumber(member) ? member->valuedouble : NAN;
    return (*value > 0 && *value <= 0x1p53)
           || ps_fail(error, PS_ERROR_DATA, "%s is not a number above 0", name);
}

static bool read_integer(const cJSON *object, const char *name, int64_t *value, GError **error)
{
    double number = (double)*value;
    if (!read_number(object, name, &number, error)) return false;
    *value = (int64_t)number;
    return true;
}

// The smaller of two limits, of which 0 is none.
static double tighter(double a, double b)
{
    if (a == 0 || b == 0) return fmax(a, b);
    return fmin(a, b);
}

static bool read_budget(PsServeLimits *limits, const cJSON *body, GError **error)
{
    const cJSON *asked = cJSON_GetObjectItemCaseSensitive(body, "limits");
    PsBudget *budget = &limits->budget, own = {0};
    double deadline_s = 0;
    if (!read_integer(asked, "pixels", &own.pixels, error)
        || !read_number(asked, "seconds", &own.seconds, error)
        || !read_integer(asked, "tokens", &own.tokens, error)
        || !read_integer(asked, "bytes", &own.bytes, error)
        || !read_number(asked, "deadline_s", &deadline_s, error))
        return false;
    *budget = (PsBudget){(int64_t)tighter((double)budget->pixels, (double)own.pixels),
                         tighter(budget->seconds, own.seconds),
                         (int64_t)tighter((double)budget->tokens, (double)own.tokens),
                         (int64_t)tighter((double)budget->bytes, (double)own.bytes)};
    limits->deadline_s = tighter(limits->deadline_s, deadline_s);
    return true;
}

static bool read_sampling(PsIngest *ingest, const cJSON *media, GError **error)
{
    const char *name = ps_json_string(media, "sampling");
    ingest->has_sampling = name != NULL;
    return name == NULL || ps_sampling_find(name, &ingest->sampling)
           || ps_fail(error, PS_ERROR_DATA,
                      "sampling is not uniform, keyframe or hierarchical");
}

static bool read_media(PsIngest *ingest, const cJSON *body, GError **error)
{
    const cJSON *media = cJSON_GetObjectItemCaseSensitive(body, "media");
    const cJSON *foreign = cJSON_GetObjectItemCaseSensitive(body, "media_io_kwargs");
    const cJSON *video = cJSON_GetObjectItemCaseSensitive(foreign, "video");
    return read_integer(video, "num_frames", &ingest->frames, error)
           && read_integer(media, "frames", &ingest->frames, error)
           && read_integer(media, "pages", &ingest->pages, error)
           && read_integer(media, "max_image_pixels", &ingest->max_image_pixels, error)
           && read_integer(media, "max_image_side", &ingest->max_image_side, error)
           && read_sampling(ingest, media, error) && ps_ingest_check(ingest, error);
}

bool ps_serve_limits_read(PsServeLimits *limits, const cJSON *body, GError **error)
{
    return read_budget(limits, body, error) && read_media(&limits->ingest, body, error);
}
