// A JSON schema as a pattern of the engine (engine/pattern.h), for answers that have to follow
// it: `response_format` of serve.
//
// Taken are type (also a list of types), properties, additionalProperties, required, items,
// minItems, maxItems, minLength, maxLength, enum, const, anyOf, oneOf, and $ref to $defs or
// definitions that do not contain themselves. Properties come in the order of the schema and no
// others do, whatever additionalProperties says; without properties it may be false, which
// leaves {}, or true. Annotations (title, description, default, examples, format …) are passed
// over. Any other keyword is refused by name, and so is one that says something of a value
// whose type is not given. A value with none of these is any, PS_SCHEMA_ANY_DEPTH deep at most.
// An answer keeps to all that was asked, but that oneOf is taken as anyOf: an answer may match
// more than one of its schemas.
#pragma once

#include "engine/json_pattern.h"

#include <cjson/cJSON.h>
#include <glib.h>

#define PS_SCHEMA_ANY_DEPTH 5
#define PS_SCHEMA_DEPTH_MOST 32 // schemas within each other
#define PS_SCHEMA_REPEAT_MOST 10000

// Adds what schema allows to pattern. False with PS_ERROR_DATA and where in the schema it is.
bool ps_json_schema_pattern(const cJSON *schema,
                            PePattern *pattern,
                            PePiece *whole,
                            GError **error);
