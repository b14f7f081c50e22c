// The vector file of AMBER, with the similarities and the rounding that are only needed there.
#include "harness/json.h"
#include "metrics/shared/amber.h"
#include "metrics/shared/vector_case.h"

#include <string.h>

static const double least_similarity = 0.8, first_count = 0.001;

// ---- Descriptions ---------------------------------------------------------------------------

// Words of a truth, or targets of hallucination, with their associates before them.
typedef struct {
    GPtrArray *words; // const char *
    GArray *owners;   // guint: which item each of them stands for
    bool *is_hit;     // [n_items]
    guint n_items;
} Items;

static void items_clear(Items *items)
{
    if (items->words) g_ptr_array_unref(items->words);
    if (items->owners) g_array_unref(items->owners);
    g_free(items->is_hit);
}

static void items_add(Items *items, const char *word, guint owner)
{
    g_ptr_array_add(items->words, (gpointer)word);
    g_array_append_val(items->owners, owner);
}

// False where an item has no entry in associations: the script fails.
static bool items_init(Items *items, const cJSON *names, const cJSON *associations)
{
    *items = (Items){.words = g_ptr_array_new(),
                     .owners = g_array_new(FALSE, FALSE, sizeof(guint)),
                     .n_items = (guint)cJSON_GetArraySize(names)};
    items->is_hit = g_new0(bool, items->n_items + 1);
    guint owner = 0;
    const cJSON *name, *associate;
    cJSON_ArrayForEach(name, names)
    {
        const cJSON *associates =
            cJSON_GetObjectItemCaseSensitive(associations, cJSON_GetStringValue(name));
        if (associates == NULL) return false;
        cJSON_ArrayForEach(associate, associates)
            items_add(items, cJSON_GetStringValue(associate), owner);
        owner++;
    }
    owner = 0;
    cJSON_ArrayForEach(name, names) items_add(items, cJSON_GetStringValue(name), owner++);
    return true;
}

// How alike two words are: as the case says, 1 for one word, else 0.
static double similarity(const cJSON *table, const char *first, const char *second)
{
    if (strcmp(first, second) == 0) return 1;
    const cJSON *entry, *member;
    cJSON_ArrayForEach(entry, table)
    {
        const char *words[2] = {NULL, NULL};
        double value = 0;
        cJSON_ArrayForEach(member, entry)
        {
            if (cJSON_IsString(member)) words[words[0] ? 1 : 0] = member->valuestring;
            if (cJSON_IsNumber(member)) value = member->valuedouble;
        }
        if (!words[0] || !words[1]) continue;
        if (strcmp(words[0], first) == 0 && strcmp(words[1], second) == 0) return value;
        if (strcmp(words[0], second) == 0 && strcmp(words[1], first) == 0) return value;
    }
    return 0;
}

// Hits the item of the first word that equals noun, or is similar to it (table not NULL).
static bool items_hit(Items *items, const char *noun, const cJSON *table)
{
    for (guint i = 0; i < items->words->len; i++) {
        const char *word = items->words->pdata[i];
        const bool is_match =
            table ? similarity(table, noun, word) > least_similarity : strcmp(noun, word) == 0;
        if (!is_match) continue;
        items->is_hit[g_array_index(items->owners, guint, i)] = true;
        return true;
    }
    return false;
}

static double items_n_hit(const Items *items)
{
    double n = 0;
    for (guint i = 0; i < items->n_items; i++)
        n += items->is_hit[i];
    return n;
}

// Rules 5 and 6: whether noun is hallucinated.
static bool is_hallucinated(const char *noun, Items *truth, Items *targets, const cJSON *table)
{
    if (items_hit(truth, noun, NULL)) return false;
    items_hit(targets, noun, NULL);
    items_hit(targets, noun, table);
    return !items_hit(truth, noun, table);
}

static bool holds(const cJSON *strings, const char *word)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, strings) if (g_strcmp0(cJSON_GetStringValue(item), word)
                                          == 0) return true;
    return false;
}

// Rule 4.
static bool is_in_vocabulary(const cJSON *associations, const char *word)
{
    const cJSON *associates;
    if (cJSON_GetObjectItemCaseSensitive(associations, word)) return true;
    cJSON_ArrayForEach(associates, associations) if (holds(associates, word)) return true;
    return false;
}

typedef struct {
    double n_nouns, n_hallucinated, n_truth, n_covered, n_targets, n_hit, n, n_clean;
} Descriptions;

static void add_nouns(
    Descriptions *sums, const char *response, Items *truth, Items *targets, const cJSON *input)
{
    const cJSON *associations = cJSON_GetObjectItemCaseSensitive(input, "associations");
    const cJSON *safe = cJSON_GetObjectItemCaseSensitive(input, "safe_words");
    const cJSON *table = cJSON_GetObjectItemCaseSensitive(input, "similarity");
    g_auto(GStrv) nouns = g_regex_split_simple("\\s+", response, 0, 0);
    double n_hallucinated = 0;
    for (size_t i = 0; nouns[i]; i++) {
        if (!is_in_vocabulary(associations, nouns[i])) continue;
        sums->n_nouns++;
        if (!holds(safe, nouns[i]))
            n_hallucinated += is_hallucinated(nouns[i], truth, targets, table);
    }
    sums->n_hallucinated += n_hallucinated;
    sums->n_clean += n_hallucinated == 0;
    sums->n++;
}

static bool add_description(Descriptions *sums,
                            const char *response,
                            const cJSON *annotation,
                            const cJSON *input)
{
    const cJSON *associations = cJSON_GetObjectItemCaseSensitive(input, "associations");
    Items truth = {0}, targets = {0};
    const bool is_ok =
        items_init(&truth, cJSON_GetObjectItemCaseSensitive(annotation, "truth"), associations)
        && items_init(&targets, cJSON_GetObjectItemCaseSensitive(annotation, "hallu"),
                      associations);
    if (is_ok) {
        add_nouns(sums, response, &truth, &targets, input);
        sums->n_truth += truth.n_items;
        sums->n_covered += items_n_hit(&truth);
        sums->n_targets += targets.n_items;
        sums->n_hit += items_n_hit(&targets);
    }
    items_clear(&truth);
    items_clear(&targets);
    return is_ok;
}

// ---- Questions
// -------------------------------------------------------------------------------- Rule 3: per
// cents rounded to one digit, from sums that start at 0.001.

enum { STATE, NUMBER, ACTION, EXISTENCE, RELATION, N_KINDS };

static int kind_of(const char *type)
{
    static const char *const types[] = {
        [STATE] = "discriminative-attribute-state",
        [NUMBER] = "discriminative-attribute-number",
        [ACTION] = "discriminative-attribute-action",
        [EXISTENCE] = "discriminative-hallucination",
    };
    for (int i = 0; i < RELATION; i++)
        if (strcmp(type, types[i]) == 0) return i;
    return RELATION;
}

static double round_1(double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_strtod(g_ascii_formatd(digits, sizeof digits, "%.1f", value), NULL);
}

static double percent(double part, double whole, double n_firsts)
{
    return round_1(part / (whole + n_firsts * first_count) * 100);
}

// One block of the script's output, from the sums of the kinds first … last.
static void add_block(cJSON *result,
                      const char *name,
                      const PsYesNoCounts *kinds,
                      int first,
                      int last,
                      double n_firsts,
                      double f1_slack)
{
    PsYesNoCounts sum = {0};
    for (int i = first; i <= last; i++) {
        sum.n += kinds[i].n;
        sum.n_right += kinds[i].n_right;
        sum.n_positive += kinds[i].n_positive;
        sum.n_says_positive += kinds[i].n_says_positive;
        sum.n_true_positive += kinds[i].n_true_positive;
    }
    const double p = percent(sum.n_true_positive, sum.n_says_positive, n_firsts);
    const double r = percent(sum.n_true_positive, sum.n_positive, n_firsts);
    const double f1 = 2 * (p / 100) * (r / 100) / (p / 100 + r / 100 + f1_slack) * 100;
    cJSON *block = cJSON_AddObjectToObject(result, name);
    cJSON_AddNumberToObject(block, "Accuracy", percent(sum.n_right, sum.n, n_firsts));
    cJSON_AddNumberToObject(block, "Precision", p);
    cJSON_AddNumberToObject(block, "Recall", r);
    cJSON_AddNumberToObject(block, "F1", round_1(f1));
}

static void add_question_blocks(cJSON *result, const char *type, const PsYesNoCounts *kinds)
{
    const bool is_every = strcmp(type, "a") == 0 || strcmp(type, "d") == 0;
    if (is_every) add_block(result, "Descriminative Task", kinds, 0, N_KINDS - 1, 1, 0.0001);
    if (is_every || strcmp(type, "de") == 0)
        add_block(result, "Exsitence", kinds, EXISTENCE, EXISTENCE, 1, 0.001);
    if (is_every || strcmp(type, "da") == 0) {
        add_block(result, "Attribute", kinds, STATE, ACTION, 3, 0.0001);
        add_block(result, "State", kinds, STATE, STATE, 1, 0.0001);
        add_block(result, "Number", kinds, NUMBER, NUMBER, 1, 0.0001);
        add_block(result, "Action", kinds, ACTION, ACTION, 1, 0.0001);
    }
    if (is_every || strcmp(type, "dr") == 0)
        add_block(result, "Relation", kinds, RELATION, RELATION, 1, 0.0001);
}

static void add_description_block(cJSON *result, const Descriptions *sums)
{
    cJSON *block = cJSON_AddObjectToObject(result, "Generative Task");
    cJSON_AddNumberToObject(block, "CHAIR", percent(sums->n_hallucinated, sums->n_nouns, 1));
    cJSON_AddNumberToObject(block, "Cover", percent(sums->n_covered, sums->n_truth, 1));
    cJSON_AddNumberToObject(block, "Hal",
                            round_1(100 - sums->n_clean / (sums->n + first_count) * 100));
    cJSON_AddNumberToObject(block, "Cog", percent(sums->n_hit, sums->n_targets, 1));
}

// Adds one response; false where the script fails.
static bool add_response(Descriptions *descriptions,
                         PsYesNoCounts *kinds,
                         const cJSON *item,
                         const cJSON *input)
{
    const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(input, "annotations");
    const char *response = ps_json_string(item, "response");
    const int place = (int)ps_json_number(item, "id", 0) - 1;
    const cJSON *annotation = cJSON_GetArrayItem(annotations, place);
    const char *type = ps_json_string(annotation, "type");
    if (!response || !type) return false;
    if (strcmp(type, "generative") == 0)
        return add_description(descriptions, response, annotation, input);
    const bool is_no = g_strcmp0(ps_json_string(annotation, "truth"), "yes") != 0;
    ps_yes_no_count(&kinds[kind_of(type)], ps_amber_verdict(response, is_no));
    return true;
}

cJSON *ps_amber_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    Descriptions descriptions = {0};
    PsYesNoCounts kinds[N_KINDS] = {0};
    const char *type = ps_case_string(input, "evaluation_type");
    const cJSON *item;
    if (!type) return NULL;
    cJSON_ArrayForEach(item,
                       cJSON_GetObjectItemCaseSensitive(
                           input, "responses")) if (!add_response(&descriptions, kinds, item,
                                                                  input)) return NULL;
    cJSON *result = cJSON_CreateObject();
    if (strcmp(type, "a") == 0 || strcmp(type, "g") == 0)
        add_description_block(result, &descriptions);
    add_question_blocks(result, type, kinds);
    return result;
}
