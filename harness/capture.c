#include "harness/capture.h"

#include <math.h>
#include <string.h>

static const PsDevice *find_device(const PsRegistry *registry, const char *name)
{
    for (const PsDevice *device = registry->devices; device && device->name; device++)
        if (strcmp(device->name, name) == 0) return device;
    return NULL;
}

// What stands after the '/': NAN unless it is one digit of 1 to 5.
static double amount_of_severity(const PsCondition *condition, const char *digit)
{
    const bool is_one = digit[0] >= '1' && digit[0] <= '5' && digit[1] == '\0';
    return is_one ? condition->severities[digit[0] - '1'] : NAN;
}

static bool parse_amount(PsCaptureStep *step, const char *mark, char **problem)
{
    char *end = NULL;
    step->amount = g_ascii_strtod(mark + 1, &end);
    if (end == mark + 1 || *end != '\0')
        return *problem = g_strdup("needs an amount, as in blur@2"), false;
    const PsCondition *known = step->condition;
    if (step->amount >= known->least && step->amount <= known->most) return true;
    *problem =
        g_strdup_printf("is outside %g to %g %s", known->least, known->most, known->unit);
    return false;
}

static bool
parse_step(const char *word, const PsRegistry *registry, PsCaptureStep *step, char **problem)
{
    const size_t length = strcspn(word, "@/");
    g_autofree char *name = g_strndup(word, length);
    const char *mark = word + length;
    step->condition = ps_registry_condition(registry, name);
    if (step->condition == NULL)
        return *problem = g_strdup("is not a capture condition (see: proofsheet list)"), false;
    if (*mark == '@') {
        step->label = g_strdup(word);
        return parse_amount(step, mark, problem);
    }
    if (*mark == '\0') return *problem = g_strdup("needs an amount, as in blur@2"), false;
    step->amount = amount_of_severity(step->condition, mark + 1);
    if (isnan(step->amount))
        return *problem = g_strdup("needs a severity from 1 to 5, as in blur/3"), false;
    step->label = g_strdup_printf("%s@%g", name, step->amount);
    return true;
}

static char *chain_of(const PsCapture *capture)
{
    GString *chain = g_string_new(NULL);
    for (size_t i = 0; i < capture->n_steps; i++)
        g_string_append_printf(chain, "%s%s", i > 0 ? "+" : "", capture->steps[i].label);
    return g_string_free(chain, FALSE);
}

bool ps_capture_parse(const char *label,
                      const PsRegistry *registry,
                      PsCapture *capture,
                      char **problem)
{
    const PsDevice *device = find_device(registry, label);
    g_auto(GStrv) words = g_strsplit(device ? device->chain : label, "+", -1);
    const size_t n_words = g_strv_length(words);
    if (n_words == 0 || n_words > PS_CAPTURE_MAX_STEPS) {
        *problem =
            g_strdup_printf("is not a chain of 1 to %d conditions", PS_CAPTURE_MAX_STEPS);
        return false;
    }
    PsCapture parsed = {0};
    for (size_t i = 0; i < n_words; i++) {
        parsed.n_steps++;
        if (parse_step(words[i], registry, &parsed.steps[i], problem)) continue;
        ps_capture_clear(&parsed);
        return false;
    }
    parsed.chain = chain_of(&parsed);
    *capture = parsed;
    return true;
}

void ps_capture_clear(PsCapture *capture)
{
    for (size_t i = 0; i < capture->n_steps; i++)
        g_free(capture->steps[i].label);
    g_free(capture->chain);
    *capture = (PsCapture){0};
}

bool ps_capture_step_changes(const PsCaptureStep *step, PsPartKind kind)
{
    const PsPartKind own = step->condition->kind;
    return own == kind || (own == PS_PART_IMAGE && kind == PS_PART_PAGE);
}
