// The vector file of temporal grounding, and the variants that are only needed there.
#include "metrics/shared/python_float.h"
#include "metrics/shared/temporal.h"
#include "metrics/shared/vector_case.h"

#include <math.h>
#include <string.h>

// ---- How lmms-eval reads spans --------------------------------------------------------------
// Numbered as they are tried, sentence by sentence; sentences with a word of start or end are
// looked at alone if there are any. The first span that is found counts.
//
// 1. clock times with a dash between them; 2. numbers with a dash; 3. clock times anywhere, in
// pairs; 4. the first number of each sentence, in pairs; 5. as 2, with an "s" behind numbers.

#define CLOCK "(\\d{1,2}:\\d{2}(?::\\d{2})?)"
#define NUMBER "(\\d+(?:\\.\\d+)?)"
#define DASH "\\s*[–-]\\s*"

typedef struct {
    const char *pattern;
    bool is_pair;   // the pattern finds both times
    bool takes_all; // single times: all of a sentence, or the first only
} Reading;

static const Reading readings[] = {
    {"\\b" CLOCK DASH CLOCK "\\b", true, false},
    {NUMBER DASH NUMBER, true, false},
    {"\\b" CLOCK "\\b", false, true},
    {"\\b" NUMBER "\\b", false, false},
    {NUMBER "\\s*s?" DASH NUMBER "\\s*s?", true, false},
};

// Seconds of "M:SS", "H:MM:SS" or a number.
static double seconds_of(const char *text)
{
    g_auto(GStrv) fields = g_strsplit(text, ":", -1);
    double seconds = 0;
    for (size_t i = 0; fields[i]; i++) {
        g_auto(PsCodePoints) field;
        ps_code_points_init(&field);
        ps_code_points_decode(&field, fields[i]);
        double value = NAN;
        ps_python_float(ps_code_points_slice(&field), &value);
        seconds = 60 * seconds + value;
    }
    return seconds;
}

// Adds the times of sentence, two at most are of use.
static void add_times(const Reading *reading, const char *sentence, GArray *times)
{
    g_autoptr(GRegex) regex = g_regex_new(reading->pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match(regex, sentence, 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        for (int group = 1; group <= (reading->is_pair ? 2 : 1); group++) {
            g_autofree char *text = g_match_info_fetch(match, group);
            const double seconds = seconds_of(text);
            g_array_append_val(times, seconds);
        }
        if (reading->is_pair || !reading->takes_all) break;
    }
}

static bool has_keyword(const char *sentence)
{
    static const char *const keywords[] = {"start", "end", "happens in", "happen"};
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
        if (strstr(sentence, keywords[i])) return true;
    return false;
}

static char *replaced(char *text, const char *old, const char *new)
{
    g_auto(GStrv) pieces = g_strsplit(text, old, -1);
    g_free(text);
    return g_strjoinv(new, pieces);
}

static bool lmms_read(const char *text, PsTimeSpan *span)
{
    char *lower =
        replaced(g_utf8_strdown(text, -1), "a specific example is : 20.8 - 30.0 seconds", "");
    g_autofree char *paragraph = replaced(lower, "to", "-");
    g_auto(GStrv) sentences = g_regex_split_simple("[!?\\n]", paragraph, 0, 0);
    bool needs_keyword = false;
    for (size_t i = 0; sentences[i]; i++)
        needs_keyword = needs_keyword || has_keyword(sentences[i]);
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    for (size_t r = 0; r < G_N_ELEMENTS(readings) && times->len < 2; r++) {
        g_array_set_size(times, 0);
        for (size_t i = 0; sentences[i] && times->len < 2; i++)
            if (!needs_keyword || has_keyword(sentences[i]))
                add_times(&readings[r], sentences[i], times);
    }
    if (times->len < 2) return false;
    const double first = g_array_index(times, double, 0),
                 second = g_array_index(times, double, 1);
    *span = (PsTimeSpan){MIN(first, second), MAX(first, second)};
    return true;
}

// ---- Cases ----------------------------------------------------------------------------------

// A pair of numbers; a text is read as lmms-eval does.
static bool read_span(const cJSON *value, PsTimeSpan *span)
{
    if (cJSON_IsString(value)) return lmms_read(value->valuestring, span);
    const cJSON *start = cJSON_GetArrayItem(value, 0), *end = cJSON_GetArrayItem(value, 1);
    if (cJSON_GetArraySize(value) != 2 || !cJSON_IsNumber(start) || !cJSON_IsNumber(end))
        return false;
    *span = (PsTimeSpan){start->valuedouble, end->valuedouble};
    return true;
}

// Means over samples, as fractions; what is no span has an IoU of 0 (rule 6).
static cJSON *compute_corpus(const cJSON *gts, const cJSON *preds)
{
    static const char *const names[] = {"R1@0.3", "R1@0.5", "R1@0.7"};
    static const double thresholds[] = {0.3, 0.5, 0.7};
    double sum = 0, hits[G_N_ELEMENTS(names)] = {0};
    const int n = cJSON_GetArraySize(gts);
    if (n == 0 || n != cJSON_GetArraySize(preds)) return NULL;
    const cJSON *gt = gts->child, *pred = preds->child;
    for (; gt; gt = gt->next, pred = pred->next) {
        PsTimeSpan truth, answer;
        if (!read_span(gt, &truth)) return NULL;
        const double iou = read_span(pred, &answer) ? ps_time_span_iou(truth, answer) : 0;
        sum += iou;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            hits[i] += iou >= thresholds[i];
    }
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "mIoU", sum / n);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        cJSON_AddNumberToObject(result, names[i], hits[i] / n);
    return result;
}

static cJSON *compute_spans(const char *text)
{
    PsTimeSpan span;
    cJSON *result = cJSON_CreateObject(), *spans = cJSON_AddArrayToObject(result, "spans");
    if (lmms_read(text, &span)) {
        const double times[] = {span.start_s, span.end_s};
        cJSON_AddItemToArray(spans, cJSON_CreateDoubleArray(times, 2));
    }
    return result;
}

// TALL's IoU: not clamped, and a division by zero where both spans are one moment.
static void add_signed(cJSON *result, PsTimeSpan gt, PsTimeSpan pred)
{
    const double hull = MAX(gt.end_s, pred.end_s) - MIN(gt.start_s, pred.start_s);
    const double overlap = MIN(gt.end_s, pred.end_s) - MAX(gt.start_s, pred.start_s);
    if (hull == 0)
        cJSON_AddNullToObject(result, "iou_signed");
    else
        cJSON_AddNumberToObject(result, "iou_signed", overlap / hull);
}

cJSON *ps_temporal_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *text = ps_case_string(input, "text");
    if (text) return compute_spans(text);
    PsTimeSpan gt, pred;
    const cJSON *truth = cJSON_GetObjectItemCaseSensitive(input, "gt");
    const cJSON *answer = cJSON_GetObjectItemCaseSensitive(input, "pred");
    if (!read_span(truth, &gt)) return compute_corpus(truth, answer);
    if (!read_span(answer, &pred)) return NULL;
    const double iou = ps_time_span_iou(gt, pred);
    cJSON *result = cJSON_CreateObject();
    add_signed(result, gt, pred);
    cJSON_AddNumberToObject(result, "iou", iou);
    cJSON_AddNumberToObject(result, "hit@0.3", iou >= 0.3 ? 1 : 0);
    cJSON_AddNumberToObject(result, "hit@0.5", iou >= 0.5 ? 1 : 0);
    cJSON_AddNumberToObject(result, "hit@0.7", iou >= 0.7 ? 1 : 0);
    return result;
}
