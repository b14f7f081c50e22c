// YAML mapped by a schema of libcyaml to structs, with the file and line in every error.
#pragma once

#include "harness/error.h"

#include <cyaml/cyaml.h>

#define PS_YAML_MOST_BYTES (1u << 20)

// The text of a file (the caller's). PS_ERROR_NO_INPUT if it cannot be read; PS_ERROR_CONFIG if
// it is too large or not UTF-8.
char *ps_yaml_read(const char *path, size_t *length, GError **error);

// Maps text[length], which ends in a zero; path is what it is called in errors, first_key
// ("suite:") the word whose line is named where libcyaml names none. Freed with ps_yaml_free.
void *ps_yaml_load(const char *path,
                   const char *text,
                   size_t length,
                   const char *first_key,
                   const cyaml_schema_value_t *schema,
                   GError **error);
void ps_yaml_free(void *data, const cyaml_schema_value_t *schema);

// The line on which word stands as a whole word; 1 if nowhere.
int ps_yaml_line(const char *text, const char *word);

// Sets PS_ERROR_CONFIG "PATH:LINE: WORD PROBLEM"; returns false.
bool ps_yaml_fail(
    const char *path, const char *text, const char *word, const char *problem, GError **error);
