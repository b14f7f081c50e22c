// The pieces of JSON (RFC 8259) as patterns, for answers that have to be JSON. Between things
// there is no white space but one space after a comma or a colon, which may be left out.
// Strings are UTF-8 without control characters; \u escapes name no surrogates.
#pragma once

#include "engine/pattern.h"

#define PE_JSON_NO_LIMIT SIZE_MAX

// "…" of n_least … n_most characters; an escape is one.
PePiece pe_json_string(PePattern *pattern, size_t n_least, size_t n_most);
PePiece pe_json_integer(PePattern *pattern);
PePiece pe_json_number(PePattern *pattern);
// Any value; depth: how many objects and lists may lie within each other. A pattern doubles
// with each.
PePiece pe_json_value(PePattern *pattern, unsigned depth);
PePiece pe_json_object(PePattern *pattern, unsigned depth); // any; depth ≥ 1

// Skips from from to to, with "," or ":" between them.
void pe_json_comma(PePattern *pattern, uint32_t from, uint32_t to);
void pe_json_colon(PePattern *pattern, uint32_t from, uint32_t to);
