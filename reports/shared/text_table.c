#include "reports/shared/text_table.h"

#include "reports/shared/text.h"

#include <stdbool.h>

void ps_text_table_init(PsTextTable *table, size_t n_columns)
{
    *table =
        (PsTextTable){.cells = g_ptr_array_new_with_free_func(g_free), .n_columns = n_columns};
}

void ps_text_table_clear(PsTextTable *table)
{
    g_ptr_array_unref(table->cells);
}

void ps_text_table_take(PsTextTable *table, char *text)
{
    g_ptr_array_add(table->cells, text);
}

// Width on a terminal: wide characters take two cells, combining ones none.
static size_t text_width(const char *text)
{
    size_t width = 0;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_iszerowidth(c)) width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

static void append_spaces(GString *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_string_append_c(out, ' ');
}

static size_t column_width(const PsTextTable *table, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < table->cells->len; i += table->n_columns)
        width = MAX(width, text_width(table->cells->pdata[i]));
    return width;
}

// Without the spaces that a row of empty cells would end in.
static void end_line(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

void ps_text_table_append(const PsTextTable *table, GString *out)
{
    g_autofree size_t *widths = g_new(size_t, table->n_columns);
    for (size_t c = 0; c < table->n_columns; c++)
        widths[c] = column_width(table, c);
    for (size_t i = 0; i < table->cells->len; i++) {
        const char *text = table->cells->pdata[i];
        bool is_last = i % table->n_columns == table->n_columns - 1;
        g_string_append(out, i % table->n_columns == 0 ? "  " : "   ");
        g_string_append(out, text);
        if (is_last)
            end_line(out);
        else
            append_spaces(out, widths[i % table->n_columns] - text_width(text));
    }
}

char *ps_text_plain(const char *text, size_t max_chars)
{
    GString *out = g_string_new(NULL);
    ps_text_append(out, PS_TEXT_PLAIN, text, max_chars);
    return g_string_free(out, false);
}
