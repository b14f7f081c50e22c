// Members of JSON objects, as the documents of this folder have them: `"key":value` with a
// comma before it where one is due.
#pragma once

#include "harness/estimate.h"

#include <glib.h>

void ps_member_add_string(GString *out, const char *key, const char *text); // NULL: null
void ps_member_add_count(GString *out, const char *key, size_t count);
void ps_member_add_number(GString *out, const char *key, double number); // NAN: null
void ps_member_add_bool(GString *out, const char *key, bool value);

// The members value, low, high, n, n_clusters and method, the numbers times scale; null for
// what is not defined.
void ps_member_add_numbers(GString *out, const PsEstimate *estimate, double scale);

// Begins the member key as an array or object; open is '[' or '{'.
void ps_member_open(GString *out, const char *key, char open);

// A comma before element number index of an array, if one is due.
void ps_member_next(GString *out, size_t index);
