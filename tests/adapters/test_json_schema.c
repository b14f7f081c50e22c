#include "adapters/shared/json_schema.h"

#include "engine/automaton.h"
#include "engine/sampler.h"
#include "harness/error.h"
#include "harness/json.h"

#include <criterion/criterion.h>
#include <string.h>

#define PERSON                                                                                 \
    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1},"     \
    "\"age\":{\"type\":\"integer\"},\"tags\":{\"type\":\"array\",\"items\":{\"enum\":"         \
    "[\"a\",\"b\"]},\"maxItems\":2}},\"required\":[\"age\"],"                                  \
    "\"additionalProperties\":false,\"title\":\"x\"}"

static bool compile(const char *text, PeAutomaton *automaton, GError **error)
{
    g_autoptr(cJSON) schema = ps_json_parse(text, strlen(text), error);
    PePattern pattern = {0};
    PePiece whole;
    PeError problem = {0};
    bool is_ok = schema != NULL && ps_json_schema_pattern(schema, &pattern, &whole, error);
    if (is_ok && !pe_automaton_init(automaton, &pattern, whole, &problem))
        is_ok = ps_fail(error, PS_ERROR_DATA, "%s", problem.message);
    pe_pattern_clear(&pattern);
    return is_ok;
}

static bool allows(const PeAutomaton *automaton, const char *text)
{
    return automaton
        ->accepts[pe_automaton_run(automaton, PE_AUTOMATON_START, text, strlen(text))];
}

static const struct {
    const char *schema, *allowed[6], *refused[8];
} cases[] = {
    {PERSON,
     {"{\"age\":1}", "{\"name\": \"é\", \"age\": -3}", "{\"age\":0,\"tags\":[]}",
      "{\"name\":\"x\",\"age\":1,\"tags\":[\"a\", \"b\"]}"},
     {"{}", "{\"name\":\"x\"}", "{\"age\":1.5}", "{\"age\":1,\"name\":\"x\"}",
      "{\"name\":\"\",\"age\":1}", "{\"age\":1,\"tags\":[\"c\"]}", "{\"age\":1,}",
      "{\"age\":1,\"tags\":[\"a\",\"a\",\"a\"]}"}},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}}"
     "}",
     {"{}", "{\"a\":null}", "{\"b\":null}", "{\"a\":null,\"b\":null}"},
     {"{,}", "{\"b\":null,\"a\":null}", "{\"a\":null,}", "{,\"b\":null}", "{\"c\":null}"}},
    {"{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":2}",
     {"[1,2]", "[1, 2, 3, 4]"},
     {"[]", "[1]", "[1,2,]", "[1,\"x\"]"}},
    {"{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":2}",
     {"[true]", "[false,true]"},
     {"[]", "[true,true,true]", "[null]"}},
    {"{\"type\":\"array\",\"maxItems\":0}", {"[]"}, {"[1]", "[,]"}},
    {"{\"type\":[\"string\",\"null\"],\"maxLength\":1}",
     {"null", "\"\"", "\"x\""},
     {"\"xy\"", "1"}},
    {"{\"enum\":[\"red\",1,null,{\"a\":[1,2]}]}",
     {"\"red\"", "1", "null", "{\"a\":[1,2]}"},
     {"red", "\"blue\"", "{\"a\":[1, 2]}"}},
    {"{\"const\":\"x\\n\\\"\",\"type\":\"string\"}", {"\"x\\n\\\"\""}, {"\"x\""}},
    {"{\"anyOf\":[{\"type\":\"integer\"},{\"$ref\":\"#/$defs/P\"}],"
     "\"$defs\":{\"P\":{\"type\":\"object\",\"properties\":{\"k\":{\"const\":1}},"
     "\"required\":[\"k\"]}}}",
     {"12", "{\"k\":1}"},
     {"{}", "{\"k\":2}", "\"12\""}},
    {"{\"properties\":{\"a\\\"b\":{}}}",
     {"{}", "{\"a\\\"b\": [1, {\"x\":null}]}"},
     {"[]", "{\"a\"b\":1}"}},
    {"{\"type\":\"object\",\"additionalProperties\":false}",
     {"{}"},
     {"{\"a\":1}", "{\"\":null}", "null"}},
    {"{\"additionalProperties\":false}", {"{}"}, {"{\"a\":1}", "1"}},
    {"{\"type\":[\"object\",\"null\"],\"additionalProperties\":false}",
     {"{}", "null"},
     {"{\"a\":1}"}},
    {"{\"type\":\"object\",\"additionalProperties\":true}", {"{}", "{\"a\":1}"}, {"1"}},
    {"{\"additionalProperties\":true}", {"{\"a\":1}", "1"}, {"x"}},
    {"{\"properties\":{\"a\":{\"const\":1}},\"additionalProperties\":{\"type\":\"null\"}}",
     {"{}", "{\"a\":1}"},
     {"{\"b\":null}"}},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", {"1", "1.5"}, {"\"1\""}},
    {"{}", {"1", "[[[]]]", "{\"a\": {\"b\": [\"c\"]}}"}, {"", "[[[[[[]]]]]]", "x"}},
};

Test(json_schema, allows_what_follows_it_and_nothing_else)
{
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        PeAutomaton automaton;
        g_autoptr(GError) error = NULL;
        cr_assert(compile(cases[c].schema, &automaton, &error), "%s: %s", cases[c].schema,
                  error->message);
        for (size_t i = 0; i < 6 && cases[c].allowed[i] != NULL; i++)
            cr_expect(allows(&automaton, cases[c].allowed[i]), "%s refuses %s", cases[c].schema,
                      cases[c].allowed[i]);
        for (size_t i = 0; i < 8 && cases[c].refused[i] != NULL; i++)
            cr_expect(!allows(&automaton, cases[c].refused[i]), "%s allows %s", cases[c].schema,
                      cases[c].refused[i]);
        pe_automaton_clear(&automaton);
    }
}

// A text that the automaton allows, byte by byte by chance; what closes comes more often, so
// that it comes to an end.
static void draw(const PeAutomaton *automaton, PeRandom *random, GString *text)
{
    uint16_t state = PE_AUTOMATON_START;
    g_string_truncate(text, 0);
    for (;;) {
        unsigned char alive[256];
        size_t n = 0;
        const bool closes = pe_random_uniform(random) < 0.3;
        for (size_t round = 0; round < 2 && n == 0; round++)
            for (unsigned byte = 0; byte < 256; byte++) {
                const char c = (char)byte;
                const bool is_wanted = !closes || round == 1 || strchr("\"}]", c) != NULL;
                if (is_wanted && byte != 0
                    && pe_automaton_run(automaton, state, &c, 1) != PE_AUTOMATON_DEAD)
                    alive[n++] = (unsigned char)byte;
            }
        if (automaton->accepts[state] && (n == 0 || pe_random_uniform(random) < 0.3)) return;
        cr_assert_gt(n, 0, "after %s nothing comes", text->str);
        const char c = (char)alive[(size_t)(pe_random_uniform(random) * (double)n)];
        g_string_append_c(text, c);
        state = pe_automaton_run(automaton, state, &c, 1);
    }
}

Test(json_schema, whatever_is_drawn_is_json_in_utf8)
{
    PeRandom random = pe_random(3);
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        PeAutomaton automaton;
        cr_assert(compile(cases[c].schema, &automaton, NULL));
        for (size_t round = 0; round < 300; round++) {
            draw(&automaton, &random, text);
            g_autoptr(GError) error = NULL;
            g_autoptr(cJSON) json = cJSON_ParseWithLength(text->str, text->len);
            cr_assert_not_null(json, "%s drew %s", cases[c].schema, text->str);
            cr_assert(g_utf8_validate(text->str, (gssize)text->len, NULL));
        }
        pe_automaton_clear(&automaton);
    }
}

Test(json_schema, a_drawn_object_has_what_is_required)
{
    PeRandom random = pe_random(5);
    PeAutomaton automaton;
    g_autoptr(GString) text = g_string_new(NULL);
    size_t n_named = 0;
    cr_assert(compile(PERSON, &automaton, NULL));
    for (size_t round = 0; round < 500; round++) {
        draw(&automaton, &random, text);
        g_autoptr(cJSON) json = cJSON_ParseWithLength(text->str, text->len);
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(json, "name");
        cr_assert(cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(json, "age")));
        cr_assert(name == NULL || (cJSON_IsString(name) && *name->valuestring != '\0'));
        n_named += name != NULL;
    }
    cr_expect(n_named > 50 && n_named < 450, "%zu", n_named);
    pe_automaton_clear(&automaton);
}

Test(json_schema, what_it_does_not_know_it_refuses_by_name_and_place)
{
    static const struct {
        const char *schema, *piece;
    } refused[] = {
        {"[]", "schema: it is no object"},
        {"{\"type\":\"text\"}", "no type is called text"},
        {"{\"type\":3}", "type is neither"},
        {"{\"type\":\"string\",\"pattern\":\"a*\"}", "pattern is not known"},
        {"{\"properties\":{\"a\":{\"minimum\":3}}}", "schema/a: minimum is not known"},
        {"{\"properties\":[]}", "properties is no object"},
        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
         "schema: additionalProperties without properties is neither true nor false"},
        {"{\"items\":{\"additionalProperties\":{}},\"type\":\"array\"}",
         "schema/items: additionalProperties without properties"},
        {"{\"type\":\"object\",\"required\":[\"x\"]}", "properties is no object"},
        {"{\"properties\":{},\"required\":[\"x\"]}", "required names"},
        {"{\"type\":\"array\",\"minItems\":3,\"maxItems\":2}",
         "minItems is more than maxItems"},
        {"{\"type\":\"array\",\"minItems\":1e9}", "minItems is no whole number"},
        {"{\"type\":\"string\",\"maxLength\":1.5}", "maxLength is no whole number"},
        {"{\"type\":\"string\",\"maxLength\":9999}", "too large"},
        {"{\"type\":\"array\",\"minItems\":9999}", "too large"},
        {"{\"enum\":[]}", "enum is no list"},
        {"{\"type\":\"integer\",\"enum\":[1,\"a\"]}", "a value is not of the type"},
        {"{\"anyOf\":[]}", "anyOf: it is no list"},
        {"{\"anyOf\":[{}],\"enum\":[1]}", "enum and anyOf together"},
        {"{\"anyOf\":[{}],\"type\":\"string\"}", "type beside anyOf"},
        {"{\"const\":[1],\"minItems\":2}", "minItems beside const"},
        {"{\"anyOf\":[{}],\"additionalProperties\":false}",
         "additionalProperties beside anyOf"},
        {"{\"properties\":{\"a\":{\"items\":{\"type\":\"null\"}}}}",
         "schema/a: items without type"},
        {"{\"maxLength\":2}", "schema: maxLength without type"},
        {"{\"$ref\":\"#/$defs/X\"}", "#/$defs/X names nothing"},
        {"{\"$ref\":\"http://x/y\"}", "names nothing"},
        {"{\"$ref\":\"#/$defs/L\",\"$defs\":{\"L\":{\"properties\":{\"n\":{\"$ref\":"
         "\"#/$defs/L\"}}}}}",
         "within each other"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        PeAutomaton automaton;
        g_autoptr(GError) error = NULL;
        cr_assert(!compile(refused[i].schema, &automaton, &error), "%s", refused[i].schema);
        cr_expect(strstr(error->message, refused[i].piece) != NULL, "%s: %s", refused[i].schema,
                  error->message);
    }
}

// Each definition has the next one twice: 2^24 in all.
Test(json_schema, definitions_that_multiply_are_too_large_at_once, .timeout = 20)
{
    g_autoptr(GString) schema = g_string_new("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
    for (int i = 0; i < 24; i++)
        g_string_append_printf(schema,
                               "\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":"
                               "\"#/$defs/d%d\"}]},",
                               i, i + 1, i + 1);
    g_string_append(schema, "\"d24\":{\"type\":\"null\"}}}");
    PeAutomaton automaton;
    g_autoptr(GError) error = NULL;
    cr_assert(!compile(schema->str, &automaton, &error));
}
