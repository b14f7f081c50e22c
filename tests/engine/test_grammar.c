#include "engine/grammar.h"
#include "engine/json_pattern.h"
#include "engine/sampler.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// ---- patterns

static bool allows(const PeAutomaton *automaton, const char *text)
{
    return automaton
        ->accepts[pe_automaton_run(automaton, PE_AUTOMATON_START, text, strlen(text))];
}

static void expect(PePattern *pattern,
                   PePiece whole,
                   const char *const *allowed,
                   const char *const *refused)
{
    PeAutomaton automaton;
    PeError error = {0};
    cr_assert(pe_automaton_init(&automaton, pattern, whole, &error), "%s", error.message);
    for (; *allowed != NULL; allowed++)
        cr_expect(allows(&automaton, *allowed), "%s is refused", *allowed);
    for (; *refused != NULL; refused++)
        cr_expect(!allows(&automaton, *refused), "%s is allowed", *refused);
    pe_automaton_clear(&automaton);
    pe_pattern_clear(pattern);
}
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(grammar, choices_are_exactly_those)
{
    PePattern pattern = {0};
    const PePiece whole =
        pe_pattern_choices(&pattern, TEXTS("yes", "yesterday", "no", "né"), 4);
    expect(&pattern, whole, TEXTS("yes", "yesterday", "no", "né"),
           TEXTS("", "y", "yesno", "yester", "Yes", "yes ", "n\xc3"));
}

Test(grammar, numbers_are_those_of_json)
{
    PePattern pattern = {0};
    expect(&pattern, pe_json_number(&pattern),
           TEXTS("0", "-0", "10", "1.05", "-12.5e-7", "1E+9", "3e0"),
           TEXTS("", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", "--1", "Infinity"));
    expect(&pattern, pe_json_integer(&pattern), TEXTS("0", "-7", "120"),
           TEXTS("1.0", "-", "007", "1e3"));
}

Test(grammar, strings_are_utf8_with_escapes)
{
    PePattern pattern = {0};
    expect(&pattern, pe_json_string(&pattern, 0, PE_JSON_NO_LIMIT),
           TEXTS("\"\"", "\"a b\"", "\"\\n\\\"\\\\ \\u00e9\\uD7ff\"",
                 "\"é 語 \xf0\x9f\x98\x80\"", "\"\xf4\x8f\xbf\xbf\""),
           TEXTS("", "\"", "a", "\"a", "\"\n\"", "\"\x1f\"", "\"\\x\"", "\"\\u12\"",
                 "\"\\ud800\"", "\"\xc0\x80\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"",
                 "\"\xf4\x90\x80\x80\"", "\"\xff\"", "\"\xc3\"", "\"a\"b"));
}

Test(grammar, characters_of_strings_are_counted_not_bytes)
{
    PePattern pattern = {0};
    expect(&pattern, pe_json_string(&pattern, 2, 3),
           TEXTS("\"ab\"", "\"é語a\"", "\"\\u00e9x\""), TEXTS("\"\"", "\"é\"", "\"abcd\""));
    expect(&pattern, pe_json_string(&pattern, 1, PE_JSON_NO_LIMIT),
           TEXTS("\"a\"", "\"abcdefg\""), TEXTS("\"\""));
}

Test(grammar, any_value_nests_as_deep_as_is_said)
{
    PePattern pattern = {0};
    expect(
        &pattern, pe_json_value(&pattern, 2),
        TEXTS("null", "true", "\"x\"", "[]", "{}", "[1, 2,3]", "{\"a\": [1],\"b\":{}}", "[[]]"),
        TEXTS("", "nul", "[1,]", "[,1]", "{\"a\"}", "{a:1}", "{\"a\":1,}", "[[[]]]", "[1 ,2]",
              "[1,  2]", "[1", "]"));
    expect(&pattern, pe_json_object(&pattern, 1), TEXTS("{}", "{\"a\": 1}"),
           TEXTS("[]", "1", "{\"a\":{}}"));
}

Test(grammar, what_is_too_large_says_so)
{
    PePattern pattern = {0};
    PeAutomaton automaton;
    PeError error = {0};
    PePiece whole = pe_json_string(&pattern, 0, 3000);
    cr_expect(!pe_automaton_init(&automaton, &pattern, whole, &error));
    cr_expect(strstr(error.message, "states"), "%s", error.message);
    pe_pattern_clear(&pattern);
    whole = pe_json_value(&pattern, 30);
    cr_expect(!pe_automaton_init(&automaton, &pattern, whole, &error));
    cr_expect(strstr(error.message, "too large"), "%s", error.message);
    pe_pattern_clear(&pattern);
}

// ---- tokens

typedef struct {
    PeModel *model;
    PeTokenOrder order;
    PeGrammar *grammar;
    PeAutomaton automaton; // the same, to compare with
    uint64_t *bits;
} Fixture;

static void fixture_init(Fixture *it, PePattern *pattern, PePiece whole)
{
    PeError error = {0};
    it->model = fixture_open(FIXTURE_F32);
    cr_assert(pe_token_order_init(&it->order, it->model->vocabulary, &error), "%s",
              error.message);
    it->grammar = pe_grammar_new(&it->order, pattern, whole, &error);
    cr_assert_not_null(it->grammar, "%s", error.message);
    cr_assert(pe_automaton_init(&it->automaton, pattern, whole, &error));
    it->bits = calloc(it->model->vocabulary->n_tokens / 64 + 1, sizeof *it->bits);
    pe_pattern_clear(pattern);
}

static void fixture_clear(Fixture *it)
{
    free(it->bits);
    pe_automaton_clear(&it->automaton);
    pe_grammar_free(it->grammar);
    pe_token_order_clear(&it->order);
    pe_model_free(it->model);
}

static bool has(const uint64_t *bits, size_t token)
{
    return bits[token / 64] >> (token % 64) & 1;
}

// Every token by itself: may it come after state?
static bool may_come(const Fixture *it, uint16_t state, int32_t token)
{
    const PeVocabulary *vocabulary = it->model->vocabulary;
    const PeToken *what = &vocabulary->tokens[token];
    if (pe_token_is_end(vocabulary, token)) return it->automaton.accepts[state];
    if (what->kind != PE_TOKEN_NORMAL) return false;
    return pe_automaton_run(&it->automaton, state, what->bytes.bytes, what->bytes.n_bytes)
           != PE_AUTOMATON_DEAD;
}

// Draws an answer; its text ends with NUL in text. Every mask on the way is what asking token
// by token gives.
static bool draw_answer(Fixture *it, PeRandom *random, char *text, size_t n_most)
{
    const PeVocabulary *vocabulary = it->model->vocabulary;
    uint16_t state = PE_AUTOMATON_START;
    size_t n = 0;
    for (;;) {
        size_t n_allowed = 0;
        pe_grammar_allow(it->grammar, it->bits);
        for (size_t token = 0; token < vocabulary->n_tokens; token++) {
            cr_assert_eq(has(it->bits, token), may_come(it, state, (int32_t)token));
            n_allowed += has(it->bits, token);
        }
        cr_assert_gt(n_allowed, 0);
        size_t nth = (size_t)(pe_random_uniform(random) * (double)n_allowed);
        int32_t token = 0;
        while (!has(it->bits, (size_t)token) || nth-- > 0)
            token++;
        pe_grammar_take(it->grammar, token);
        if (pe_token_is_end(vocabulary, token)) return text[n] = '\0', true;
        const PeString bytes = vocabulary->tokens[token].bytes;
        if (n + bytes.n_bytes >= n_most) return false;
        memcpy(text + n, bytes.bytes, bytes.n_bytes);
        n += bytes.n_bytes;
        state = pe_automaton_run(&it->automaton, state, bytes.bytes, bytes.n_bytes);
    }
}

Test(grammar, every_byte_has_to_have_a_token_that_does_not_end)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeTokenOrder order;
    PeError error = {0};
    model->vocabulary->end = model->vocabulary->byte_tokens['"'];
    cr_expect(!pe_token_order_init(&order, model->vocabulary, &error));
    cr_expect(strstr(error.message, "byte 0x22"), "%s", error.message);
    pe_model_free(model);
}

Test(grammar, drawn_answers_are_one_of_the_choices)
{
    static const char *const choices[] = {"the answer", "the cat", "blue and red", "né", "42"};
    PeRandom random = pe_random(7);
    bool was_drawn[5] = {0};
    for (size_t round = 0; round < 100; round++) {
        PePattern pattern = {0};
        Fixture it;
        fixture_init(&it, &pattern, pe_pattern_choices(&pattern, choices, 5));
        char text[100];
        cr_assert(draw_answer(&it, &random, text, sizeof text));
        size_t i = 0;
        while (i < 5 && strcmp(text, choices[i]) != 0)
            i++;
        cr_assert_lt(i, 5, "%s", text);
        was_drawn[i] = true;
        fixture_clear(&it);
    }
    for (size_t i = 0; i < 5; i++)
        cr_expect(was_drawn[i], "%s never came", choices[i]);
}

Test(grammar, masks_stay_right_when_more_states_come_than_are_kept)
{
    PeRandom random = pe_random(11);
    size_t n_ended = 0;
    PePattern pattern = {0};
    Fixture it;
    fixture_init(&it, &pattern, pe_json_string(&pattern, 0, 2 * PE_GRAMMAR_MASKS));
    char text[4096];
    n_ended += draw_answer(&it, &random, text, sizeof text);
    cr_expect_eq(n_ended, 1);
    cr_expect(allows(&it.automaton, text));
    fixture_clear(&it);
}
