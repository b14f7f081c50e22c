// A table of texts for the terminal; columns are padded to their widest cell.
#pragma once

#include <glib.h>

typedef struct {
    GPtrArray *cells; // char *, row by row; owned
    size_t n_columns;
} PsTextTable;

void ps_text_table_init(PsTextTable *table, size_t n_columns);
void ps_text_table_clear(PsTextTable *table);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsTextTable, ps_text_table_clear)

// The next cell, from left to right. Takes ownership of text, which is one line.
void ps_text_table_take(PsTextTable *table, char *text);

// Appends the rows, indented by two spaces.
void ps_text_table_append(const PsTextTable *table, GString *out);

// text as one harmless line (PS_TEXT_PLAIN) of at most max_chars characters; the caller's.
char *ps_text_plain(const char *text, size_t max_chars);
