#include "metrics/shared/yes_no.h"

#include "metrics/shared/code_points.h"
#include "metrics/shared/vector_case.h"

#include <string.h>

// ---- Answers --------------------------------------------------------------------------------

static bool piece_says_no(const char *piece, size_t length)
{
    static const char *const words[] = {"No", "no", "not"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (length == strlen(words[i]) && memcmp(piece, words[i], length) == 0) return true;
    return false;
}

// A piece that a comma stood in is compared without it, so a walk keeps up to three characters.
bool ps_pope_says_no(const char *answer)
{
    char piece[4];
    size_t length = 0;
    for (const char *at = answer;; at++) {
        const bool is_end = *at == '\0' || *at == '.';
        if (is_end || *at == ' ') {
            if (length < sizeof piece && piece_says_no(piece, length)) return true;
            length = 0;
            if (is_end) return false;
        } else if (*at != ',') {
            if (length < sizeof piece) piece[length++] = *at;
        }
    }
}

// ---- Verdicts -------------------------------------------------------------------------------

static PsYesNo verdict_of(bool says_no, bool is_no)
{
    if (says_no) return is_no ? PS_TRUE_NEGATIVE : PS_FALSE_NEGATIVE;
    return is_no ? PS_FALSE_POSITIVE : PS_TRUE_POSITIVE;
}

PsYesNo ps_pope_judge(const PsSample *sample, const PsResponse *response)
{
    if (sample->n_references == 0) return PS_YES_NO_NONE;
    return verdict_of(ps_pope_says_no(response->answer),
                      g_ascii_strcasecmp(sample->references[0], "no") == 0);
}

static bool set(double *stats, double numerator, double denominator)
{
    stats[0] = numerator;
    stats[1] = denominator;
    return true;
}

bool ps_yes_no_accuracy(PsYesNo verdict, double *stats)
{
    const bool is_right = verdict == PS_TRUE_POSITIVE || verdict == PS_TRUE_NEGATIVE;
    return verdict != PS_YES_NO_NONE && set(stats, is_right ? 1 : 0, 1);
}

bool ps_yes_no_precision(PsYesNo verdict, double *stats)
{
    const bool is_positive = verdict == PS_TRUE_POSITIVE || verdict == PS_FALSE_POSITIVE;
    return verdict != PS_YES_NO_NONE
           && set(stats, verdict == PS_TRUE_POSITIVE ? 1 : 0, is_positive ? 1 : 0);
}

bool ps_yes_no_recall(PsYesNo verdict, double *stats)
{
    return (verdict == PS_TRUE_POSITIVE || verdict == PS_FALSE_NEGATIVE)
           && set(stats, verdict == PS_TRUE_POSITIVE ? 1 : 0, 1);
}

bool ps_yes_no_f1(PsYesNo verdict, double *stats)
{
    switch (verdict) {
    case PS_TRUE_POSITIVE:
        return set(stats, 2, 2);
    case PS_FALSE_POSITIVE:
    case PS_FALSE_NEGATIVE:
        return set(stats, 0, 1);
    case PS_TRUE_NEGATIVE:
        return set(stats, 0, 0);
    default:
        return false;
    }
}

// ---- Vectors --------------------------------------------------------------------------------

typedef struct {
    double n[PS_FALSE_NEGATIVE + 1]; // by verdict
} Counts;

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void add_measures(cJSON *object, const Counts *counts, double accuracy)
{
    const double tp = counts->n[PS_TRUE_POSITIVE], fp = counts->n[PS_FALSE_POSITIVE],
                 fn = counts->n[PS_FALSE_NEGATIVE];
    cJSON_AddNumberToObject(object, "acc", accuracy);
    cJSON_AddNumberToObject(object, "precision", share(tp, tp + fp));
    cJSON_AddNumberToObject(object, "recall", share(tp, tp + fn));
    cJSON_AddNumberToObject(object, "f1", share(2 * tp, 2 * tp + fp + fn));
}

// Null where the script divides by zero.
static cJSON *compute_official(char *const *answers, char *const *labels, size_t n)
{
    Counts counts = {0};
    cJSON *result = cJSON_CreateObject(), *parsed = cJSON_AddArrayToObject(result, "parsed");
    for (size_t i = 0; i < n; i++) {
        const bool says_no = ps_pope_says_no(answers[i]);
        cJSON_AddItemToArray(parsed, cJSON_CreateString(says_no ? "no" : "yes"));
        counts.n[verdict_of(says_no, strcmp(labels[i], "no") == 0)]++;
    }
    const double tp = counts.n[PS_TRUE_POSITIVE], fp = counts.n[PS_FALSE_POSITIVE],
                 tn = counts.n[PS_TRUE_NEGATIVE], fn = counts.n[PS_FALSE_NEGATIVE];
    cJSON_AddNumberToObject(result, "TP", tp);
    cJSON_AddNumberToObject(result, "FP", fp);
    cJSON_AddNumberToObject(result, "TN", tn);
    cJSON_AddNumberToObject(result, "FN", fn);
    cJSON_AddNumberToObject(result, "yes_ratio", (tp + fp) / (double)n);
    add_measures(result, &counts, (tp + tn) / (double)n);
    if (tp > 0) return result;
    cJSON_Delete(result);
    return cJSON_CreateNull();
}

// text.lower().strip(); the caller's.
static char *lower_stripped(const char *utf8)
{
    g_auto(PsCodePoints) raw, lower;
    ps_code_points_init(&raw);
    ps_code_points_init(&lower);
    ps_code_points_decode(&raw, utf8);
    ps_code_points_lower(&lower, ps_slice_strip(ps_code_points_slice(&raw)));
    return ps_slice_to_utf8(ps_code_points_slice(&lower));
}

static cJSON *compute_lmms(char *const *answers, char *const *labels, size_t n)
{
    Counts counts = {0};
    double n_right = 0, n_yes = 0;
    for (size_t i = 0; i < n; i++) {
        g_autofree char *answer = lower_stripped(answers[i]);
        g_autofree char *label = lower_stripped(labels[i]);
        const bool is_no = strcmp(label, "no") == 0, says_no = strcmp(answer, "no") == 0;
        n_right += strcmp(answer, label) == 0;
        n_yes += !is_no;
        if (says_no || strcmp(answer, "yes") == 0) counts.n[verdict_of(says_no, is_no)]++;
    }
    cJSON *result = cJSON_CreateObject();
    add_measures(result, &counts, n_right / (double)n);
    cJSON_AddNumberToObject(result, "yes_ratio", n_yes / (double)n);
    return result;
}

cJSON *ps_pope_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n, n_labels;
    g_autofree char **answers = ps_case_strings(input, "answers", &n);
    g_autofree char **labels = ps_case_strings(input, "labels", &n_labels);
    if (!answers || !labels || n != n_labels || n == 0) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddItemToObject(result, "official", compute_official(answers, labels, n));
    cJSON_AddItemToObject(result, "lmms_eval", compute_lmms(answers, labels, n));
    return result;
}
