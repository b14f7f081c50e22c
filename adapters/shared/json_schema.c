#include "adapters/shared/json_schema.h"

#include "harness/error.h"
#include "harness/json.h"

#include <math.h>
#include <string.h>

// Where in the schema, and how deep.
typedef struct Place {
    const struct Place *outer;
    const char *name; // the member of the outer one; NULL for the root
    unsigned depth;
} Place;

typedef struct {
    const cJSON *root;
    PePattern *pattern;
} Reading;

static bool read_schema(const Reading *, const cJSON *, const Place *, PePiece *, GError **);

static void append_place(GString *out, const Place *place)
{
    if (place->outer == NULL) return;
    append_place(out, place->outer);
    g_string_append_printf(out, "/%.100s", place->name);
}

G_GNUC_PRINTF(3, 4)
static bool refuse(GError **error, const Place *place, const char *format, ...)
{
    g_autoptr(GString) where = g_string_new("schema");
    va_list arguments;
    append_place(where, place);
    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return ps_fail(error, PS_ERROR_DATA, "%s: %s", where->str, why);
}

static const cJSON *member(const cJSON *schema, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(schema, name);
}

// The pieces of a choice, one after the other.
static void add_choice(PePattern *pattern, PePiece *any, bool *is_first, PePiece piece)
{
    *any = *is_first ? piece : pe_pattern_either(pattern, *any, piece);
    *is_first = false;
}

// ---- keywords

static bool is_one_of(const char *name, const char *const *names)
{
    return g_strv_contains(names, name);
}

static bool check_keywords(const cJSON *schema, const Place *place, GError **error)
{
    static const char *const known[] = {"type",     "properties", "additionalProperties",
                                        "required", "items",      "minItems",
                                        "maxItems", "minLength",  "maxLength",
                                        "enum",     "const",      "anyOf",
                                        "oneOf",    "$ref",       NULL};
    static const char *const passed_over[] = {
        "title",    "description", "default",     "examples",   "format",   "$schema",   "$id",
        "$comment", "$defs",       "definitions", "deprecated", "readOnly", "writeOnly", NULL};
    const cJSON *keyword;
    if (!cJSON_IsObject(schema)) return refuse(error, place, "it is no object");
    if (place->depth > PS_SCHEMA_DEPTH_MOST)
        return refuse(error, place, "more than %d schemas within each other",
                      PS_SCHEMA_DEPTH_MOST);
    cJSON_ArrayForEach(
        keyword,
        schema) if (!is_one_of(keyword->string, known)
                    && !is_one_of(keyword->string,
                                  passed_over)) return refuse(error, place,
                                                              "%.100s is not known here",
                                                              keyword->string);
    return true;
}

// A count; the fallback if it is not there.
static bool read_count(const cJSON *schema,
                       const char *name,
                       size_t fallback,
                       const Place *place,
                       size_t *count,
                       GError **error)
{
    const cJSON *number = member(schema, name);
    *count = fallback;
    if (number == NULL) return true;
    if (!cJSON_IsNumber(number) || number->valuedouble < 0
        || number->valuedouble > PS_SCHEMA_REPEAT_MOST
        || number->valuedouble != (double)(size_t)number->valuedouble)
        return refuse(error, place, "%s is no whole number from 0 to %d", name,
                      PS_SCHEMA_REPEAT_MOST);
    *count = (size_t)number->valuedouble;
    return true;
}

static bool read_counts(const cJSON *schema,
                        const char *const names[2],
                        const Place *place,
                        size_t counts[2],
                        GError **error)
{
    if (!read_count(schema, names[0], 0, place, &counts[0], error)
        || !read_count(schema, names[1], PE_JSON_NO_LIMIT, place, &counts[1], error))
        return false;
    return counts[0] <= counts[1]
           || refuse(error, place, "%s is more than %s", names[0], names[1]);
}

// ---- types

static bool read_string(const Reading *reading,
                        const cJSON *schema,
                        const Place *place,
                        PePiece *piece,
                        GError **error)
{
    size_t counts[2];
    if (!read_counts(schema, (const char *const[]){"minLength", "maxLength"}, place, counts,
                     error))
        return false;
    *piece = pe_json_string(reading->pattern, counts[0], counts[1]);
    return true;
}

// One item of a list: any value if the schema does not say.
static bool read_item(const Reading *reading,
                      const cJSON *items,
                      const Place *place,
                      PePiece *item,
                      GError **error)
{
    const Place within = {place, "items", place->depth + 1};
    if (items != NULL) return read_schema(reading, items, &within, item, error);
    *item = pe_json_value(reading->pattern, PS_SCHEMA_ANY_DEPTH - 1);
    return true;
}

// "[" item "," item … "]": as many copies of the item as there may be; the last one is its own
// next if there is no end.
static bool read_list(const Reading *reading,
                      const cJSON *schema,
                      const Place *place,
                      PePiece *list,
                      GError **error)
{
    PePattern *pattern = reading->pattern;
    const cJSON *items = member(schema, "items");
    size_t counts[2];
    if (!read_counts(schema, (const char *const[]){"minItems", "maxItems"}, place, counts,
                     error))
        return false;
    const size_t n_copies = counts[1] == PE_JSON_NO_LIMIT ? MAX(counts[0], 1) : counts[1];
    const uint32_t closing = pe_pattern_state(pattern), end = pe_pattern_state(pattern);
    PePiece last = pe_pattern_text(pattern, "[", 1);
    list->start = last.start;
    list->end = end;
    pe_pattern_edge(pattern, closing, end, ']', ']');
    if (counts[0] == 0) pe_pattern_skip(pattern, last.end, closing);
    for (size_t i = 0; i < n_copies && !pattern->is_full; i++) {
        PePiece item;
        if (!read_item(reading, items, place, &item, error)) return false;
        if (i == 0)
            pe_pattern_skip(pattern, last.end, item.start);
        else
            pe_json_comma(pattern, last.end, item.start);
        if (i + 1 >= counts[0]) pe_pattern_skip(pattern, item.end, closing);
        last = item;
    }
    if (counts[1] == PE_JSON_NO_LIMIT) pe_json_comma(pattern, last.end, last.start);
    return true;
}

static bool is_required(const cJSON *schema, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, member(schema, "required")) if (cJSON_IsString(one)
                                                            && strcmp(one->valuestring, name)
                                                                   == 0) return true;
    return false;
}

static bool check_required(const cJSON *schema, const Place *place, GError **error)
{
    const cJSON *required = member(schema, "required"), *one;
    if (required != NULL && !cJSON_IsArray(required))
        return refuse(error, place, "required is no list");
    cJSON_ArrayForEach(
        one,
        required) if (!cJSON_IsString(one)
                      || member(member(schema, "properties"), one->valuestring)
                             == NULL) return refuse(error, place,
                                                    "required names what is not in properties");
    return true;
}

// "name": value
static bool read_property(const Reading *reading,
                          const cJSON *property,
                          const Place *place,
                          PePiece *piece,
                          GError **error)
{
    const Place within = {place, property->string, place->depth + 1};
    g_autoptr(GString) name = g_string_new(NULL);
    PePiece value;
    if (!read_schema(reading, property, &within, &value, error)) return false;
    ps_json_append_string(name, property->string);
    *piece = pe_pattern_text(reading->pattern, name->str, name->len);
    pe_json_colon(reading->pattern, piece->end, value.start);
    piece->end = value.end;
    return true;
}

static bool check_additional(const cJSON *additional, const Place *place, GError **error)
{
    return additional == NULL || cJSON_IsBool(additional)
           || refuse(error, place,
                     "additionalProperties without properties is neither true nor false");
}

// "{" property "," property … "}" in order. What may be left out is gone around; a comma comes
// before each but the first that is there, so it matters whether there was one:
//
//     bare  ──→ property ──→ filled      after a property
//     bare  ───────────────→ bare        around it
//     filled ─ , → property ─→ filled ;  filled ───→ filled
static bool read_properties(const Reading *reading,
                            const cJSON *schema,
                            const Place *place,
                            PePiece *object,
                            GError **error)
{
    PePattern *pattern = reading->pattern;
    const cJSON *property;
    const PePiece opening = pe_pattern_text(pattern, "{", 1);
    const PePiece closing = pe_pattern_text(pattern, "}", 1);
    uint32_t bare = opening.end, filled = pe_pattern_state(pattern);
    cJSON_ArrayForEach(property, member(schema, "properties"))
    {
        PePiece piece;
        const uint32_t next_bare = pe_pattern_state(pattern);
        const uint32_t next_filled = pe_pattern_state(pattern);
        if (!read_property(reading, property, place, &piece, error)) return false;
        pe_pattern_skip(pattern, bare, piece.start);
        pe_json_comma(pattern, filled, piece.start);
        pe_pattern_skip(pattern, piece.end, next_filled);
        if (!is_required(schema, property->string)) {
            pe_pattern_skip(pattern, bare, next_bare);
            pe_pattern_skip(pattern, filled, next_filled);
        }
        bare = next_bare;
        filled = next_filled;
    }
    pe_pattern_skip(pattern, bare, closing.start);
    pe_pattern_skip(pattern, filled, closing.start);
    *object = (PePiece){opening.start, closing.end};
    return true;
}

static bool read_object(const Reading *reading,
                        const cJSON *schema,
                        const Place *place,
                        PePiece *object,
                        GError **error)
{
    const cJSON *properties = member(schema, "properties");
    const cJSON *additional = member(schema, "additionalProperties");
    if (properties == NULL && member(schema, "required") == NULL) {
        if (!check_additional(additional, place, error)) return false;
        if (cJSON_IsFalse(additional))
            return read_properties(reading, schema, place, object, error);
        *object = pe_json_object(reading->pattern, PS_SCHEMA_ANY_DEPTH);
        return true;
    }
    if (!cJSON_IsObject(properties)) return refuse(error, place, "properties is no object");
    return check_required(schema, place, error)
           && read_properties(reading, schema, place, object, error);
}

static bool read_type(const Reading *reading,
                      const cJSON *schema,
                      const char *type,
                      const Place *place,
                      PePiece *piece,
                      GError **error)
{
    PePattern *pattern = reading->pattern;
    if (strcmp(type, "object") == 0) return read_object(reading, schema, place, piece, error);
    if (strcmp(type, "array") == 0) return read_list(reading, schema, place, piece, error);
    if (strcmp(type, "string") == 0) return read_string(reading, schema, place, piece, error);
    if (strcmp(type, "number") == 0)
        *piece = pe_json_number(pattern);
    else if (strcmp(type, "integer") == 0)
        *piece = pe_json_integer(pattern);
    else if (strcmp(type, "null") == 0)
        *piece = pe_pattern_text(pattern, "null", 4);
    else if (strcmp(type, "boolean") == 0)
        *piece = pe_pattern_either(pattern, pe_pattern_text(pattern, "true", 4),
                                   pe_pattern_text(pattern, "false", 5));
    else
        return refuse(error, place, "no type is called %.100s", type);
    return true;
}

static bool read_types(const Reading *reading,
                       const cJSON *schema,
                       const Place *place,
                       PePiece *piece,
                       GError **error)
{
    const cJSON *types = member(schema, "type"), *type;
    bool is_first = true;
    if (cJSON_IsString(types))
        return read_type(reading, schema, types->valuestring, place, piece, error);
    if (cJSON_GetArraySize(types) == 0 || !cJSON_IsArray(types))
        return refuse(error, place, "type is neither a name nor a list of names");
    cJSON_ArrayForEach(type, types)
    {
        PePiece one = {0, 0};
        if (!cJSON_IsString(type)) return refuse(error, place, "a type is no name");
        if (!read_type(reading, schema, type->valuestring, place, &one, error)) return false;
        add_choice(reading->pattern, piece, &is_first, one);
    }
    return true;
}

// ---- values and choices

static bool fits_type(const cJSON *value, const char *type)
{
    if (cJSON_IsObject(value)) return strcmp(type, "object") == 0;
    if (cJSON_IsArray(value)) return strcmp(type, "array") == 0;
    if (cJSON_IsString(value)) return strcmp(type, "string") == 0;
    if (cJSON_IsBool(value)) return strcmp(type, "boolean") == 0;
    if (cJSON_IsNull(value)) return strcmp(type, "null") == 0;
    return strcmp(type, "number") == 0
           || (strcmp(type, "integer") == 0 && value->valuedouble == floor(value->valuedouble));
}

// Whether value is of the schema's type, or of one of them.
static bool fits(const cJSON *value, const cJSON *types)
{
    const cJSON *type;
    if (types == NULL) return true;
    if (cJSON_IsString(types)) return fits_type(value, types->valuestring);
    cJSON_ArrayForEach(type, types) if (cJSON_IsString(type)
                                        && fits_type(value, type->valuestring)) return true;
    return false;
}

static PePiece value_piece(PePattern *pattern, const cJSON *value)
{
    char *printed = cJSON_PrintUnformatted(value);
    const PePiece piece = pe_pattern_text(pattern, printed, strlen(printed));
    cJSON_free(printed);
    return piece;
}

static bool add_value(const Reading *reading,
                      const cJSON *value,
                      const cJSON *types,
                      const Place *place,
                      PePiece *piece,
                      GError **error)
{
    if (!fits(value, types)) return refuse(error, place, "a value is not of the type");
    *piece = value_piece(reading->pattern, value);
    return true;
}

static bool read_enum(const Reading *reading,
                      const cJSON *values,
                      const cJSON *types,
                      const Place *place,
                      PePiece *piece,
                      GError **error)
{
    const cJSON *value;
    bool is_first = true;
    if (!cJSON_IsArray(values) || values->child == NULL)
        return refuse(error, place, "enum is no list of values");
    cJSON_ArrayForEach(value, values)
    {
        PePiece one = {0, 0};
        if (!add_value(reading, value, types, place, &one, error)) return false;
        add_choice(reading->pattern, piece, &is_first, one);
    }
    return true;
}

static bool read_any_of(const Reading *reading,
                        const cJSON *schemas,
                        const Place *place,
                        PePiece *piece,
                        GError **error)
{
    const Place within = {place, schemas->string, place->depth + 1};
    const cJSON *schema;
    bool is_first = true;
    if (!cJSON_IsArray(schemas) || schemas->child == NULL)
        return refuse(error, &within, "it is no list of schemas");
    cJSON_ArrayForEach(schema, schemas)
    {
        PePiece one = {0, 0};
        if (!read_schema(reading, schema, &within, &one, error)) return false;
        add_choice(reading->pattern, piece, &is_first, one);
    }
    return true;
}

static bool read_reference(const Reading *reading,
                           const cJSON *reference,
                           const Place *place,
                           PePiece *piece,
                           GError **error)
{
    static const char *const folders[] = {"$defs", "definitions"};
    const Place within = {place, "$ref", place->depth + 1};
    const char *name = cJSON_IsString(reference) ? reference->valuestring : "";
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *prefix = g_strdup_printf("#/%s/", folders[i]);
        if (!g_str_has_prefix(name, prefix)) continue;
        const cJSON *schema = member(member(reading->root, folders[i]), name + strlen(prefix));
        if (schema != NULL) return read_schema(reading, schema, &within, piece, error);
    }
    return refuse(error, &within, "%.100s names nothing in $defs", name);
}

// A keyword that says all there is to say of a value may have no other such beside it.
static const cJSON *
whole_keyword(const cJSON *schema, const Place *place, bool *is_alone, GError **error)
{
    static const char *const names[] = {"enum", "const", "anyOf", "oneOf", "$ref"};
    const cJSON *found = NULL;
    *is_alone = true;
    for (size_t i = 0; i < G_N_ELEMENTS(names) && *is_alone; i++) {
        const cJSON *keyword = member(schema, names[i]);
        if (keyword != NULL && found != NULL)
            *is_alone = refuse(error, place, "%s and %s together are not known here",
                               found->string, keyword->string);
        if (keyword != NULL) found = keyword;
    }
    return found;
}

static const cJSON *constraint_of(const cJSON *schema)
{
    static const char *const names[] = {"properties", "required",  "items",    "minItems",
                                        "maxItems",   "minLength", "maxLength"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (member(schema, names[i]) != NULL) return member(schema, names[i]);
    const cJSON *additional = member(schema, "additionalProperties");
    return cJSON_IsTrue(additional) ? NULL : additional;
}

// What would have to be held against every value: refused beside one that says all.
static bool
check_beside(const cJSON *schema, const cJSON *whole, const Place *place, GError **error)
{
    const cJSON *constraint = constraint_of(schema);
    const bool has_values =
        strcmp(whole->string, "enum") == 0 || strcmp(whole->string, "const") == 0;
    if (member(schema, "type") != NULL && !has_values)
        return refuse(error, place, "type beside %s is not known here", whole->string);
    return constraint == NULL
           || refuse(error, place, "%s beside %s is not known here", constraint->string,
                     whole->string);
}

static bool read_whole(const Reading *reading,
                       const cJSON *schema,
                       const cJSON *keyword,
                       const Place *place,
                       PePiece *piece,
                       GError **error)
{
    if (strcmp(keyword->string, "enum") == 0)
        return read_enum(reading, keyword, member(schema, "type"), place, piece, error);
    if (strcmp(keyword->string, "const") == 0)
        return add_value(reading, keyword, member(schema, "type"), place, piece, error);
    if (strcmp(keyword->string, "$ref") == 0)
        return read_reference(reading, keyword, place, piece, error);
    return read_any_of(reading, keyword, place, piece, error);
}

// Whether a schema without a type speaks of an object.
static bool is_of_object(const cJSON *schema)
{
    const cJSON *additional = member(schema, "additionalProperties");
    return member(schema, "properties") != NULL
           || (additional != NULL && !cJSON_IsTrue(additional));
}

static bool read_schema(const Reading *reading,
                        const cJSON *schema,
                        const Place *place,
                        PePiece *piece,
                        GError **error)
{
    bool is_alone;
    *piece = (PePiece){0, 0};
    if (reading->pattern->is_full) return true; // which is told when it is made an automaton
    if (!check_keywords(schema, place, error)) return false;
    const cJSON *whole = whole_keyword(schema, place, &is_alone, error);
    if (!is_alone || (whole != NULL && !check_beside(schema, whole, place, error)))
        return false;
    if (whole != NULL) return read_whole(reading, schema, whole, place, piece, error);
    if (member(schema, "type") != NULL) return read_types(reading, schema, place, piece, error);
    if (is_of_object(schema)) return read_object(reading, schema, place, piece, error);
    const cJSON *constraint = constraint_of(schema);
    if (constraint != NULL)
        return refuse(error, place, "%s without type is not known here", constraint->string);
    *piece = pe_json_value(reading->pattern, PS_SCHEMA_ANY_DEPTH);
    return true;
}

bool ps_json_schema_pattern(const cJSON *schema,
                            PePattern *pattern,
                            PePiece *whole,
                            GError **error)
{
    const Reading reading = {schema, pattern};
    return read_schema(&reading, schema, &(Place){NULL, NULL, 0}, whole, error);
}
