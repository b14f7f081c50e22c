#include "metrics/shared/bleu.h"

#include <math.h>
#include <string.h>

#define TINY 1e-15
#define SMALL 1e-9

enum { RIGHT = 0, ALL = PS_NGRAMS_ORDERS, WORDS = 2 * PS_NGRAMS_ORDERS, REFERENCE_WORDS };

const PsBleuOptions ps_bleu_default = {.smoothing = PS_BLEU_EXP, .n_orders = PS_NGRAMS_ORDERS};

// ---- tokenizer 13a

static const struct {
    const char *entity, *text;
} entities[] = {{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}};

// Replaces every from, left to right.
static void replace(GString *text, const char *from, const char *to)
{
    g_string_replace(text, from, to, 0);
}

// ASCII marks but for the apostrophe, the hyphen, the full stop and the comma.
static bool is_mark(char c)
{
    return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/'
           || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_point(char c)
{
    return c == '.' || c == ',';
}

// What one of the passes puts in place of text[at], and how many bytes it took; 0: nothing.
typedef size_t (*Pass)(const char *text, GString *out);

static size_t part_marks(const char *text, GString *out)
{
    if (!is_mark(*text)) return 0;
    g_string_append_printf(out, " %c ", *text);
    return 1;
}

// A point or comma behind anything but a digit.
static size_t part_point_behind(const char *text, GString *out)
{
    if (is_digit(text[0]) || !is_point(text[1])) return 0;
    g_string_append_printf(out, "%c %c ", text[0], text[1]);
    return 2;
}

static size_t part_point_before(const char *text, GString *out)
{
    if (!is_point(text[0]) || text[1] == '\0' || is_digit(text[1])) return 0;
    g_string_append_printf(out, " %c %c", text[0], text[1]);
    return 2;
}

static size_t part_hyphen_behind_digit(const char *text, GString *out)
{
    if (!is_digit(text[0]) || text[1] != '-') return 0;
    g_string_append_printf(out, "%c - ", text[0]);
    return 2;
}

static void run_pass(GString *text, Pass pass)
{
    g_autoptr(GString) out = g_string_sized_new(text->len + 16);
    for (const char *at = text->str; *at != '\0';) {
        const size_t n_taken = pass(at, out);
        if (n_taken == 0) g_string_append_c(out, *at);
        at += MAX(n_taken, 1);
    }
    g_string_assign(text, out->str);
}

char *ps_bleu_tokenize_13a(const char *raw)
{
    static const Pass passes[] = {part_marks, part_point_behind, part_point_before,
                                  part_hyphen_behind_digit};
    g_autoptr(GString) text = g_string_new(raw);
    replace(text, "<skipped>", "");
    replace(text, "-\n", "");
    replace(text, "\n", " ");
    for (size_t i = 0; i < G_N_ELEMENTS(entities); i++)
        replace(text, entities[i].entity, entities[i].text);
    g_string_prepend_c(text, ' ');
    g_string_append_c(text, ' ');
    for (size_t i = 0; i < G_N_ELEMENTS(passes); i++)
        run_pass(text, passes[i]);
    return g_strdup(text->str);
}

// ---- counts

static uint32_t most_in(PsNgrams *const *references, size_t n, int order, uint64_t key)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = MAX(most, ps_ngrams_find(references[i], order, key));
    return most;
}

static size_t closest_length(size_t n_words, PsNgrams *const *references, size_t n)
{
    size_t closest = references[0]->n_words;
    for (size_t i = 1; i < n; i++) {
        const size_t length = references[i]->n_words;
        const size_t here = MAX(length, n_words) - MIN(length, n_words);
        const size_t best = MAX(closest, n_words) - MIN(closest, n_words);
        if (here < best || (here == best && length < closest)) closest = length;
    }
    return closest;
}

void ps_bleu_add(const PsNgrams *answer,
                 PsNgrams *const *references,
                 size_t n_references,
                 double *stats)
{
    for (int order = 0; order < PS_NGRAMS_ORDERS; order++) {
        for (size_t i = 0; i < answer->n[order]; i++) {
            const PsNgram *one = &answer->of[order][i];
            stats[RIGHT + order] +=
                MIN(one->n, most_in(references, n_references, order, one->key));
        }
        stats[ALL + order] += (double)ps_ngrams_total(answer, order);
    }
    stats[WORDS] += (double)answer->n_words;
    stats[REFERENCE_WORDS] += (double)closest_length(answer->n_words, references, n_references);
}

static PsNgrams *read_text(const char *text)
{
    g_autofree char *line = g_strdup(text);
    g_autofree char *words = ps_bleu_tokenize_13a(g_strchomp(line));
    return ps_ngrams_new(words);
}

bool ps_bleu_score(const char *answer,
                   char *const *references,
                   size_t n_references,
                   double *stats)
{
    if (n_references == 0) return false;
    g_autoptr(PsNgrams) ngrams = read_text(answer);
    PsNgrams **of_references = g_new(PsNgrams *, n_references);
    for (size_t i = 0; i < n_references; i++)
        of_references[i] = read_text(references[i]);
    memset(stats, 0, PS_BLEU_STATS * sizeof *stats);
    ps_bleu_add(ngrams, of_references, n_references, stats);
    ps_ngrams_free_all(of_references, n_references);
    return true;
}

// ---- values

static double brevity(const double *stats)
{
    if (stats[WORDS] >= stats[REFERENCE_WORDS]) return 1;
    return stats[WORDS] > 0 ? exp(1 - stats[REFERENCE_WORDS] / stats[WORDS]) : 0;
}

static double smoothed(const PsBleuOptions *options, double all, int *n_zero)
{
    if (options->smoothing == PS_BLEU_EXP) return 1 / (exp2(++*n_zero) * all);
    if (options->smoothing == PS_BLEU_FLOOR) return options->amount / all;
    return 0;
}

double ps_bleu_value(const double *stats, const PsBleuOptions *options, double *precisions)
{
    double found[PS_NGRAMS_ORDERS] = {0}, logs = 0, n_right = 0;
    int n_zero = 0, n_effective = options->n_orders;
    for (int order = 0; order < options->n_orders; order++)
        n_right += stats[RIGHT + order];
    for (int order = 0; n_right > 0 && order < options->n_orders; order++) {
        const double more =
            options->smoothing == PS_BLEU_ADD_K && order > 0 ? options->amount : 0;
        const double right = stats[RIGHT + order] + more, all = stats[ALL + order] + more;
        if (all == 0) break;
        if (options->has_effective_order) n_effective = order + 1;
        found[order] = right > 0 ? right / all : smoothed(options, all, &n_zero);
    }
    if (precisions != NULL)
        memcpy(precisions, found, sizeof *found * (size_t)options->n_orders);
    for (int order = 0; order < n_effective; order++)
        logs += log(found[order]); // of 0: the value is 0
    return n_right > 0 ? brevity(stats) * exp(logs / n_effective) : 0;
}

// Where an answer that is too short gets longer, and where its references do.
static void add_brevity_gradient(const double *sums, double value, double *gradient)
{
    if (sums[WORDS] >= sums[REFERENCE_WORDS] || sums[WORDS] <= 0) return;
    gradient[WORDS] += value * sums[REFERENCE_WORDS] / (sums[WORDS] * sums[WORDS]);
    gradient[REFERENCE_WORDS] -= value / sums[WORDS];
}

// Of the geometric mean of right / all; what is smoothed does not move.
static void set_gradient(const double *sums, double value, double *gradient)
{
    for (int i = 0; i < PS_BLEU_STATS; i++)
        gradient[i] = 0;
    for (int order = 0; order < PS_NGRAMS_ORDERS; order++) {
        const double right = sums[RIGHT + order], all = sums[ALL + order];
        if (right > 0) gradient[RIGHT + order] = value / (PS_NGRAMS_ORDERS * right);
        if (right > 0) gradient[ALL + order] = -value / (PS_NGRAMS_ORDERS * all);
    }
    add_brevity_gradient(sums, value, gradient);
}

double ps_bleu_of_sums(const double *sums, double *gradient)
{
    const double value = ps_bleu_value(sums, &ps_bleu_default, NULL);
    if (gradient != NULL) set_gradient(sums, value, gradient);
    return value;
}

void ps_bleu_coco_values(const double *sums, double *values)
{
    const double ratio = (sums[WORDS] + TINY) / (sums[REFERENCE_WORDS] + SMALL);
    const double penalty = ratio < 1 ? exp(1 - 1 / ratio) : 1;
    double product = 1;
    for (int order = 0; order < PS_NGRAMS_ORDERS; order++) {
        product *= (sums[RIGHT + order] + TINY) / (sums[ALL + order] + SMALL);
        values[order] = pow(product, 1.0 / (order + 1)) * penalty;
    }
}

double ps_bleu_coco_of_sums(const double *sums, double *gradient)
{
    double values[PS_NGRAMS_ORDERS];
    ps_bleu_coco_values(sums, values);
    if (gradient != NULL) set_gradient(sums, values[PS_NGRAMS_ORDERS - 1], gradient);
    return MIN(values[PS_NGRAMS_ORDERS - 1], 1);
}
