#include "harness/verdict/audit/groups.h"

#include "harness/error.h"
#include "harness/verdict/audit/audit.h"

#include <string.h>

#define FACTORS_MOST 16

static char *grouping_name(const PsAuditData *data, const PsAuditGrouping *grouping)
{
    GString *name = g_string_new(NULL);
    if (grouping->n_factors == 0) g_string_append(name, "all");
    for (size_t i = 0; i < grouping->n_factors; i++)
        g_string_append_printf(name, "%s%s", i > 0 ? " × " : "",
                               data->columns[grouping->factors[i]].name);
    return g_string_free(name, false);
}

// A cell is a crossing of values, numbered with the last factor fastest.
static char *cell_label(const PsAuditData *data, const PsAuditGrouping *grouping, size_t cell)
{
    const char *values[FACTORS_MOST];
    for (size_t i = grouping->n_factors; i-- > 0;) {
        const PsKeyColumn *keys = &data->columns[grouping->factors[i]].keys;
        values[i] = keys->names[cell % keys->n_keys];
        cell /= keys->n_keys;
    }
    GString *label = g_string_new(grouping->n_factors == 0 ? "all" : NULL);
    for (size_t i = 0; i < grouping->n_factors; i++)
        g_string_append_printf(label, "%s%s", i > 0 ? " × " : "", values[i]);
    return g_string_free(label, false);
}

// Attributes alone rest on clean rows; what is measured, and the condition itself, on all.
static bool counts_everywhere(const PsAuditData *data, const PsAuditGrouping *grouping)
{
    for (size_t i = 0; i < grouping->n_factors; i++)
        if (data->columns[grouping->factors[i]].is_everywhere) return true;
    return false;
}

static uint32_t
cell_of_row(const PsAuditData *data, const PsAuditGrouping *grouping, size_t row)
{
    uint32_t cell = 0;
    for (size_t i = 0; i < grouping->n_factors; i++) {
        const PsKeyColumn *keys = &data->columns[grouping->factors[i]].keys;
        if (keys->of_rows[row] == PS_NO_KEY) return PS_NO_KEY;
        cell = cell * (uint32_t)keys->n_keys + keys->of_rows[row];
    }
    return cell;
}

static void number_groups(const PsAuditData *data, PsAuditGrouping *grouping)
{
    const PsTaskRows *rows = data->rows;
    g_autofree uint32_t *numbers = g_new(uint32_t, grouping->n_cells + 1);
    g_autofree size_t *counts = g_new0(size_t, grouping->n_cells + 1);
    bool everywhere = counts_everywhere(data, grouping);
    for (size_t row = 0; row < rows->n_rows; row++) {
        bool is_in = everywhere || rows->conditions[row] == 0;
        grouping->of_rows[row] = is_in ? cell_of_row(data, grouping, row) : PS_NO_KEY;
        grouping->n_without += is_in && grouping->of_rows[row] == PS_NO_KEY;
        if (grouping->of_rows[row] != PS_NO_KEY) counts[grouping->of_rows[row]]++;
    }
    grouping->labels = g_new0(char *, grouping->n_cells + 1);
    grouping->n_rows = g_new0(size_t, grouping->n_cells + 1);
    for (size_t cell = 0; cell < grouping->n_cells; cell++) {
        char *label = cell_label(data, grouping, cell);
        numbers[cell] = (uint32_t)grouping->n_groups;
        if (counts[cell] == 0) {
            g_ptr_array_add(grouping->empty, label);
            continue;
        }
        grouping->n_rows[grouping->n_groups] = counts[cell];
        grouping->labels[grouping->n_groups++] = label;
    }
    for (size_t row = 0; row < rows->n_rows; row++)
        if (grouping->of_rows[row] != PS_NO_KEY)
            grouping->of_rows[row] = numbers[grouping->of_rows[row]];
}

static void count_sources(const PsTaskRows *rows, PsAuditGrouping *grouping)
{
    g_autofree uint32_t *last = g_new(uint32_t, grouping->n_groups + 1);
    memset(last, 0xff, grouping->n_groups * sizeof *last);
    grouping->n_sources = g_new0(size_t, grouping->n_groups + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        uint32_t group = grouping->of_rows[row];
        if (group == PS_NO_KEY || last[group] == rows->clusters[row]) continue;
        last[group] = rows->clusters[row];
        grouping->n_sources[group]++;
    }
}

PsAuditGrouping *
ps_audit_grouping_new(const PsAuditData *data, const size_t *factors, size_t n_factors)
{
    PsAuditGrouping *grouping = g_new0(PsAuditGrouping, 1);
    grouping->n_factors = n_factors;
    grouping->factors = g_memdup2(factors, n_factors * sizeof *factors);
    grouping->name = grouping_name(data, grouping);
    grouping->empty = g_ptr_array_new_with_free_func(g_free);
    grouping->of_rows = g_new(uint32_t, data->rows->n_rows + 1);
    memset(grouping->of_rows, 0xff, data->rows->n_rows * sizeof *grouping->of_rows);
    grouping->n_cells = 1;
    for (size_t i = 0; i < n_factors; i++)
        if (grouping->n_cells <= PS_AUDIT_CELLS_MOST)
            grouping->n_cells *= data->columns[factors[i]].keys.n_keys;
    if (grouping->n_cells <= PS_AUDIT_CELLS_MOST) {
        number_groups(data, grouping);
        count_sources(data->rows, grouping);
    }
    return grouping;
}

void ps_audit_grouping_free(PsAuditGrouping *grouping)
{
    if (grouping == NULL) return;
    for (size_t i = 0; i < grouping->n_groups; i++)
        g_free(grouping->labels[i]);
    g_free(grouping->labels);
    g_free(grouping->factors);
    g_free(grouping->name);
    g_free(grouping->of_rows);
    g_free(grouping->n_rows);
    g_free(grouping->n_sources);
    g_ptr_array_unref(grouping->empty);
    g_free(grouping);
}

bool ps_audit_is_small(const PsAuditGrouping *grouping, size_t group, size_t least_rows)
{
    return grouping->n_rows[group] < least_rows
           || grouping->n_sources[group] < PS_AUDIT_LEAST_SOURCES;
}

// ---- every grouping

static bool add_grouping(GPtrArray *groupings,
                         const PsAuditData *data,
                         const size_t *factors,
                         size_t n_factors,
                         GPtrArray *notes,
                         GError **error)
{
    g_autoptr(PsAuditGrouping) grouping = ps_audit_grouping_new(data, factors, n_factors);
    bool is_too_many = grouping->n_cells > PS_AUDIT_CELLS_MOST;
    if (is_too_many && n_factors == 1)
        return ps_fail(error, PS_ERROR_USAGE, "--group %s: has %zu values, more than %d",
                       grouping->name, data->columns[factors[0]].keys.n_keys,
                       PS_AUDIT_CELLS_MOST);
    if (is_too_many)
        g_ptr_array_add(notes, g_strdup_printf("%s: %s is left out: it has more than %d cells",
                                               data->task->task->name, grouping->name,
                                               PS_AUDIT_CELLS_MOST));
    else
        g_ptr_array_add(groupings, g_steal_pointer(&grouping));
    return true;
}

static size_t count_bits(size_t bits)
{
    size_t n = 0;
    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

GPtrArray *ps_audit_groupings(const PsAuditData *data,
                              char *const *columns,
                              GPtrArray *notes,
                              GError **error)
{
    g_autoptr(GPtrArray) groupings =
        g_ptr_array_new_with_free_func((GDestroyNotify)ps_audit_grouping_free);
    size_t there[PS_AUDIT_GROUPS_MOST], n_there = 0;
    for (; *columns != NULL; columns++) {
        size_t column = ps_audit_data_column(data, *columns);
        if (data->columns[column].keys.n_keys > 0) there[n_there++] = column;
    }
    for (size_t n_factors = 1; n_factors <= n_there; n_factors++)
        for (size_t set = 1; set < (size_t)1 << n_there; set++) {
            size_t factors[PS_AUDIT_GROUPS_MOST], n = 0;
            if (count_bits(set) != n_factors) continue;
            for (size_t i = 0; i < n_there; i++)
                if (set >> i & 1) factors[n++] = there[i];
            if (!add_grouping(groupings, data, factors, n, notes, error)) return NULL;
        }
    return g_steal_pointer(&groupings);
}
