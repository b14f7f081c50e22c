// The shares are a mapping with free keys, which a libcyaml schema cannot describe; so this
// reads libyaml's document.
#include "harness/verdict/audit/target.h"

#include "harness/yaml.h"

#include <math.h>
#include <string.h>
#include <yaml.h>

#define ATTRIBUTES_MOST 8
#define VALUES_MOST 1000
#define TOLERANCE 0.001 // of the sum of the shares: 0.333 three times is fine

static const char *const actions[] = {"abstain", "fallback", "human"};

bool ps_audit_is_action(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        if (strcmp(word, actions[i]) == 0) return true;
    return false;
}

static void shares_clear(PsTargetShares *shares)
{
    g_free(shares->attribute);
    for (size_t i = 0; i < shares->n_values; i++)
        g_free(shares->values[i]);
    g_free(shares->values);
    g_free(shares->shares);
}

void ps_audit_target_free(PsAuditTarget *target)
{
    if (target == NULL) return;
    for (size_t i = 0; i < target->n_attributes; i++)
        shares_clear(&target->attributes[i]);
    g_free(target->attributes);
    g_free(target->action);
    g_free(target);
}

// ---- the document

typedef struct {
    const char *path;
    yaml_document_t *document;
} Place;

G_GNUC_PRINTF(4, 5)
static bool
fail_at(const Place *place, const yaml_node_t *node, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *problem = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return ps_fail(error, PS_ERROR_CONFIG, "%s:%zu: %s", place->path,
                   node != NULL ? node->start_mark.line + 1 : 1, problem);
}

static yaml_node_t *node_at(const Place *place, int index)
{
    return yaml_document_get_node(place->document, index);
}

// The text of a scalar, or NULL.
static const char *text_of(const yaml_node_t *node)
{
    bool is_text = node != NULL && node->type == YAML_SCALAR_NODE
                   && strlen((const char *)node->data.scalar.value) == node->data.scalar.length;
    return is_text ? (const char *)node->data.scalar.value : NULL;
}

static size_t n_pairs(const yaml_node_t *mapping)
{
    return (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start);
}

static yaml_node_t *member(const Place *place, const yaml_node_t *mapping, const char *key)
{
    for (size_t i = 0; i < n_pairs(mapping); i++) {
        const yaml_node_pair_t *pair = &mapping->data.mapping.pairs.start[i];
        const char *name = text_of(node_at(place, pair->key));
        if (name != NULL && strcmp(name, key) == 0) return node_at(place, pair->value);
    }
    return NULL;
}

// A mapping that has no other keys than these.
static bool check_mapping(const Place *place,
                          const yaml_node_t *node,
                          const char *const *keys,
                          GError **error)
{
    if (node == NULL || node->type != YAML_MAPPING_NODE)
        return fail_at(place, node, error, "is not a mapping");
    for (size_t i = 0; i < n_pairs(node); i++) {
        const yaml_node_t *key = node_at(place, node->data.mapping.pairs.start[i].key);
        const char *name = text_of(key);
        if (name == NULL || !g_strv_contains(keys, name))
            return fail_at(place, key, error, "unexpected key: %s", name ? name : "?");
    }
    return true;
}

// ---- shares

static bool read_share(PsTargetShares *shares,
                       const Place *place,
                       const yaml_node_pair_t *pair,
                       GError **error)
{
    const yaml_node_t *key = node_at(place, pair->key);
    const char *name = text_of(key), *number = text_of(node_at(place, pair->value));
    char *end = NULL;
    if (name == NULL || number == NULL)
        return fail_at(place, key, error, "shares: needs VALUE: SHARE");
    double share = g_ascii_strtod(number, &end);
    if (end == number || *end != '\0' || !isfinite(share) || share < 0)
        return fail_at(place, key, error, "%s: %s is not a share", name, number);
    for (size_t i = 0; i < shares->n_values; i++)
        if (strcmp(shares->values[i], name) == 0)
            return fail_at(place, key, error, "%s: is there twice", name);
    shares->values[shares->n_values] = g_strdup(name);
    shares->shares[shares->n_values++] = share;
    return true;
}

// Shares, or percentages.
static bool
normalize(PsTargetShares *shares, const Place *place, const yaml_node_t *node, GError **error)
{
    double sum = 0;
    for (size_t i = 0; i < shares->n_values; i++)
        sum += shares->shares[i];
    bool is_percent = fabs(sum - 100) <= 100 * TOLERANCE;
    if (!is_percent && fabs(sum - 1) > TOLERANCE)
        return fail_at(place, node, error, "%s: the shares sum to %g, not to 1",
                       shares->attribute, sum);
    for (size_t i = 0; i < shares->n_values; i++)
        shares->shares[i] /= sum;
    return true;
}

static bool read_attribute(PsAuditTarget *target,
                           const Place *place,
                           const yaml_node_t *mapping,
                           GError **error)
{
    const char *name = text_of(member(place, mapping, "attribute"));
    const yaml_node_t *node = member(place, mapping, "shares");
    if (name == NULL || *name == '\0')
        return fail_at(place, mapping, error, "attribute: is missing");
    if (node == NULL || node->type != YAML_MAPPING_NODE || n_pairs(node) == 0
        || n_pairs(node) > VALUES_MOST)
        return fail_at(place, node != NULL ? node : mapping, error,
                       "shares: is not a mapping of 1 to %d values", VALUES_MOST);
    for (size_t i = 0; i < target->n_attributes; i++)
        if (strcmp(target->attributes[i].attribute, name) == 0)
            return fail_at(place, mapping, error, "attribute %s: is there twice", name);
    PsTargetShares *shares = &target->attributes[target->n_attributes++];
    shares->attribute = g_strdup(name);
    shares->values = g_new0(char *, n_pairs(node));
    shares->shares = g_new0(double, n_pairs(node));
    for (size_t i = 0; i < n_pairs(node); i++)
        if (!read_share(shares, place, &node->data.mapping.pairs.start[i], error)) return false;
    return normalize(shares, place, node, error);
}

static bool
read_list(PsAuditTarget *target, const Place *place, const yaml_node_t *list, GError **error)
{
    static const char *const keys[] = {"attribute", "shares", NULL};
    if (list->type != YAML_SEQUENCE_NODE)
        return fail_at(place, list, error, "targets: is no list");
    const yaml_node_item_t *start = list->data.sequence.items.start;
    size_t n = (size_t)(list->data.sequence.items.top - start);
    if (n == 0 || n > ATTRIBUTES_MOST)
        return fail_at(place, list, error, "targets: needs 1 to %d attributes",
                       ATTRIBUTES_MOST);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *node = node_at(place, start[i]);
        if (!check_mapping(place, node, keys, error)
            || !read_attribute(target, place, node, error))
            return false;
    }
    return true;
}

static bool read_root(PsAuditTarget *target, const Place *place, GError **error)
{
    static const char *const keys[] = {"attribute", "shares", "targets", "action", NULL};
    const yaml_node_t *root = yaml_document_get_root_node(place->document);
    if (!check_mapping(place, root, keys, error)) return false;
    const yaml_node_t *list = member(place, root, "targets"),
                      *action = member(place, root, "action");
    if (action != NULL) {
        const char *word = text_of(action);
        if (word == NULL || !ps_audit_is_action(word))
            return fail_at(place, action, error, "action: is not abstain, fallback or human");
        target->action = g_strdup(word);
    }
    bool has_one = member(place, root, "attribute") || member(place, root, "shares");
    if (list != NULL && has_one)
        return fail_at(place, list, error, "has both targets and an attribute of its own");
    if (list != NULL) return read_list(target, place, list, error);
    if (has_one) return read_attribute(target, place, root, error);
    return action != NULL || fail_at(place, root, error, "has neither targets nor an action");
}

static bool
parse(PsAuditTarget *target, const char *path, const char *text, size_t length, GError **error)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return ps_fail(error, PS_ERROR_SOFTWARE, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool is_ok = yaml_parser_load(&parser, &document);
    if (is_ok) {
        const Place place = {path, &document};
        is_ok = read_root(target, &place, error);
        yaml_document_delete(&document);
    } else {
        ps_fail(error, PS_ERROR_CONFIG, "%s:%zu: %s", path, parser.problem_mark.line + 1,
                parser.problem != NULL ? parser.problem : "is not YAML");
    }
    yaml_parser_delete(&parser);
    return is_ok;
}

PsAuditTarget *
ps_audit_target_parse(const char *path, const char *text, size_t length, GError **error)
{
    g_autoptr(PsAuditTarget) target = g_new0(PsAuditTarget, 1);
    target->attributes = g_new0(PsTargetShares, ATTRIBUTES_MOST);
    return parse(target, path, text, length, error) ? g_steal_pointer(&target) : NULL;
}

PsAuditTarget *ps_audit_target_load(const char *path, GError **error)
{
    size_t length = 0;
    g_autofree char *text = ps_yaml_read(path, &length, error);
    return text != NULL ? ps_audit_target_parse(path, text, length, error) : NULL;
}
