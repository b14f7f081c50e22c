#include "harness/judge.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

void ps_judge_free(PsJudge *judge)
{
    if (judge == NULL) return;
    g_free(judge->model);
    g_free(judge->rubric);
    g_free(judge);
}

// ---- the question

char *ps_judge_prompt(const PsJudge *judge)
{
    return g_strdup_printf("%s\n\nRate the answer by this, from %d (worst) to %d (best). "
                           "Reply with the number alone.",
                           judge->rubric, judge->least, judge->most);
}

static void append_parts(GString *out, const PsSample *sample)
{
    for (size_t i = 0; i < sample->n_parts; i++) {
        const PsPart *part = &sample->parts[i];
        if (part->kind == PS_PART_TEXT)
            g_string_append_printf(out, "%s\n", part->text);
        else
            g_string_append_printf(out, "(%s)\n", ps_part_kind_name(part->kind));
    }
}

char *ps_judge_question(const char *prompt, const PsSample *sample, const char *answer)
{
    GString *out = g_string_new("Question:\n");
    if (prompt != NULL) g_string_append_printf(out, "%s\n", prompt);
    append_parts(out, sample);
    g_string_append(out, "\nAccepted answers:\n");
    for (size_t i = 0; i < sample->n_references; i++)
        g_string_append_printf(out, "- %s\n", sample->references[i]);
    if (sample->n_references == 0) g_string_append(out, "(none is given)\n");
    g_string_append_printf(out, "\nAnswer to rate:\n%s\n", answer);
    return g_string_free(out, FALSE);
}

static void hash_text(XXH3_state_t *state, const char *text)
{
    XXH3_128bits_update(state, text, strlen(text) + 1);
}

void ps_judge_key(const PsJudge *judge, const char *question, uint8_t key[16])
{
    g_autofree char *prompt = ps_judge_prompt(judge);
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    hash_text(&state, judge->model);
    hash_text(&state, prompt);
    hash_text(&state, question);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    memcpy(key, canonical.digest, sizeof canonical.digest);
}

// ---- the reply

static bool is_mark(char c)
{
    return g_ascii_isspace(c) || (c != '\0' && strchr("*_`'\".{}[]()", c) != NULL);
}

// text[*length] without the marks around it.
static const char *without_marks(const char *text, size_t *length)
{
    while (*length > 0 && is_mark(text[*length - 1]))
        --*length;
    for (; *length > 0 && is_mark(*text); --*length)
        text++;
    return text;
}

static bool is_whole(char *text, int least, int most, int *value)
{
    gint64 number;
    if (!g_ascii_string_to_signed(g_strstrip(text), 10, least, most, &number, NULL))
        return false;
    *value = (int)number;
    return true;
}

// A number of the scale, and perhaps "/MOST" behind it.
static bool read_number(const PsJudge *judge, const char *text, size_t length, int *rating)
{
    text = without_marks(text, &length);
    g_autofree char *number = g_strndup(text, length);
    char *slash = strchr(number, '/');
    int most;
    if (slash != NULL && !is_whole(slash + 1, judge->most, judge->most, &most)) return false;
    if (slash != NULL) *slash = '\0';
    return is_whole(number, judge->least, judge->most, rating);
}

bool ps_judge_read_rating(const PsJudge *judge, const char *reply, int *rating)
{
    size_t length = strlen(reply);
    const char *text = without_marks(reply, &length);
    if (read_number(judge, text, length, rating)) return true;
    const char *end = text + length, *line = end;
    while (line > text && line[-1] != '\n')
        line--;
    size_t line_length = (size_t)(end - line);
    line = without_marks(line, &line_length);
    const char *colon = g_strrstr_len(line, (gssize)line_length, ":");
    if (colon == NULL || g_ascii_strncasecmp(line, "rating", strlen("rating")) != 0)
        return false;
    return read_number(judge, colon + 1, (size_t)(end - colon - 1), rating);
}
