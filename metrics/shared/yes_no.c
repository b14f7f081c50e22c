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
    return (PsYesNo){
        .is_positive = !is_no, .says_positive = !says_no, .is_right = says_no == is_no};
}

bool ps_pope_judge(const PsSample *sample, const PsResponse *response, PsYesNo *verdict)
{
    if (sample->n_references == 0) return false;
    *verdict = verdict_of(ps_pope_says_no(response->answer),
                          g_ascii_strcasecmp(sample->references[0], "no") == 0);
    return true;
}

static bool is_true_positive(PsYesNo verdict)
{
    return verdict.is_positive && verdict.says_positive;
}

bool ps_yes_no_accuracy(PsYesNo verdict, double *stats)
{
    stats[0] = verdict.is_right ? 1 : 0;
    stats[1] = 1;
    return true;
}

bool ps_yes_no_precision(PsYesNo verdict, double *stats)
{
    stats[0] = is_true_positive(verdict) ? 1 : 0;
    stats[1] = verdict.says_positive ? 1 : 0;
    return true;
}

bool ps_yes_no_recall(PsYesNo verdict, double *stats)
{
    stats[0] = is_true_positive(verdict) ? 1 : 0;
    stats[1] = 1;
    return verdict.is_positive;
}

bool ps_yes_no_f1(PsYesNo verdict, double *stats)
{
    stats[0] = is_true_positive(verdict) ? 2 : 0;
    stats[1] = (verdict.is_positive ? 1 : 0) + (verdict.says_positive ? 1 : 0);
    return true;
}

void ps_yes_no_count(PsYesNoCounts *counts, PsYesNo verdict)
{
    counts->n++;
    counts->n_right += verdict.is_right;
    counts->n_positive += verdict.is_positive;
    counts->n_says_positive += verdict.says_positive;
    counts->n_true_positive += is_true_positive(verdict);
}

// ---- Vectors --------------------------------------------------------------------------------

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void add_measures(cJSON *object, const PsYesNoCounts *counts, double accuracy)
{
    const double tp = counts->n_true_positive;
    cJSON_AddNumberToObject(object, "acc", accuracy);
    cJSON_AddNumberToObject(object, "precision", share(tp, counts->n_says_positive));
    cJSON_AddNumberToObject(object, "recall", share(tp, counts->n_positive));
    cJSON_AddNumberToObject(object, "f1",
                            share(2 * tp, counts->n_positive + counts->n_says_positive));
}

// Null where the script divides by zero.
static cJSON *compute_official(char *const *answers, char *const *labels, size_t n)
{
    PsYesNoCounts counts = {0};
    cJSON *result = cJSON_CreateObject(), *parsed = cJSON_AddArrayToObject(result, "parsed");
    for (size_t i = 0; i < n; i++) {
        const bool says_no = ps_pope_says_no(answers[i]);
        cJSON_AddItemToArray(parsed, cJSON_CreateString(says_no ? "no" : "yes"));
        ps_yes_no_count(&counts, verdict_of(says_no, strcmp(labels[i], "no") == 0));
    }
    const double tp = counts.n_true_positive;
    cJSON_AddNumberToObject(result, "TP", tp);
    cJSON_AddNumberToObject(result, "FP", counts.n_says_positive - tp);
    cJSON_AddNumberToObject(result, "TN", counts.n_right - tp);
    cJSON_AddNumberToObject(result, "FN", counts.n_positive - tp);
    cJSON_AddNumberToObject(result, "yes_ratio", counts.n_says_positive / counts.n);
    add_measures(result, &counts, counts.n_right / counts.n);
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
    PsYesNoCounts counts = {0};
    double n_right = 0, n_yes = 0;
    for (size_t i = 0; i < n; i++) {
        g_autofree char *answer = lower_stripped(answers[i]);
        g_autofree char *label = lower_stripped(labels[i]);
        const bool is_no = strcmp(label, "no") == 0, says_no = strcmp(answer, "no") == 0;
        n_right += strcmp(answer, label) == 0;
        n_yes += !is_no;
        if (says_no || strcmp(answer, "yes") == 0)
            ps_yes_no_count(&counts, verdict_of(says_no, is_no));
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
