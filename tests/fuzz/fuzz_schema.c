// Fuzzes JSON schemas as forms of answers. The first byte seeds a walk through what the schema
// allows; whatever comes of it has to be JSON in UTF-8. A corpus: any schema after a byte.
#include "adapters/shared/json_schema.h"
#include "engine/automaton.h"
#include "engine/sampler.h"
#include "harness/error.h"
#include "harness/json.h"

#include <stdint.h>

#define STEPS_MOST 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A byte that may come after state; 0 if there is none (no text holds a NUL).
static char next_byte(const PeAutomaton *automaton, uint16_t state, PeRandom *random)
{
    char alive[256];
    size_t n = 0;
    for (int byte = 1; byte < 256; byte++) {
        const char c = (char)byte;
        if (pe_automaton_run(automaton, state, &c, 1) != PE_AUTOMATON_DEAD) alive[n++] = c;
    }
    return n > 0 ? alive[(size_t)(pe_random_uniform(random) * (double)n)] : '\0';
}

static void walk(const PeAutomaton *automaton, uint64_t seed)
{
    PeRandom random = pe_random(seed);
    uint16_t state = PE_AUTOMATON_START;
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len < STEPS_MOST) {
        const char c = next_byte(automaton, state, &random);
        g_assert(c != '\0' || automaton->accepts[state]);
        if (automaton->accepts[state] && (c == '\0' || pe_random_uniform(&random) < 0.2)) break;
        g_string_append_c(text, c);
        state = pe_automaton_run(automaton, state, &c, 1);
    }
    if (!automaton->accepts[state]) return; // cut off
    g_autoptr(cJSON) json = cJSON_ParseWithLength(text->str, text->len);
    g_assert(json != NULL);
    g_assert(g_utf8_validate_len(text->str, text->len, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    if (size == 0) return 0;
    g_autoptr(cJSON) schema = ps_json_parse((const char *)data + 1, size - 1, &error);
    if (schema == NULL) return 0;
    PePattern pattern = {0};
    PePiece whole;
    PeAutomaton automaton;
    PeError problem = {0};
    const bool is_read = ps_json_schema_pattern(schema, &pattern, &whole, &error);
    g_assert(is_read == (error == NULL));
    if (error != NULL) g_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    if (is_read && pe_automaton_init(&automaton, &pattern, whole, &problem)) {
        for (uint64_t round = 0; round < 4; round++)
            walk(&automaton, data[0] * 4 + round);
        pe_automaton_clear(&automaton);
    }
    pe_pattern_clear(&pattern);
    return 0;
}
