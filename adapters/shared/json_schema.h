// A JSON schema as a pattern of the engine (engine/pattern.h), for answers that have to follow
// it: `response_format` of serve.
//
// Taken are type (also a list of types), properties, required, items, minItems, maxItems,
// minLength, maxLength, enum, const, anyOf, oneOf (any of them), and $ref to $defs or
// definitions that do not contain themselves. Properties come in the order of the schema and no
// others do, so `additionalProperties` is passed over, as are annotations (title, description,
// default, examples, format …). Any other keyword is refused by name: an answer always keeps to
// all that was asked. A value without a type is any, PS_SCHEMA_ANY_DEPTH deep at most.
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
