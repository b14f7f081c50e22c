#include "harness/stats/sliceline_private.h"

#include <string.h>

// GROUP_LINES was the fastest of 1 to 512. A table of up to SMALL_TABLE cells, or
// CELLS_PER_ROW, is cleared faster than the rows are read for each of its lines.
enum { BATCH_ROWS = 1024, GROUP_LINES = 64, SMALL_TABLE = 4096, CELLS_PER_ROW = 4 };

// Rows whose cells are in the same table, each from its own base.
typedef struct {
    size_t n_rows;
    uint32_t rows[BATCH_ROWS], bases[BATCH_ROWS];
} Batch;

static void *grow(void *array, size_t *capacity, size_t n, size_t item_bytes)
{
    if (n <= *capacity) return array;
    *capacity = n;
    g_free(array);
    return g_malloc_n(n, item_bytes);
}

void ps_sliceline_node_reserve(PsSlicelineNode *node,
                               size_t n_rows,
                               size_t n_features,
                               size_t n_slots)
{
    node->n_rows = n_rows;
    node->n_features = n_features;
    node->codes =
        grow(node->codes, &node->codes_capacity, n_rows * n_features, sizeof *node->codes);
    node->errors = grow(node->errors, &node->errors_capacity, n_rows, sizeof *node->errors);
    node->firsts =
        grow(node->firsts, &node->firsts_capacity, n_features + 1, sizeof *node->firsts);
    if (n_slots <= node->slots_capacity) return;
    size_t capacity = 0;
    node->columns = grow(node->columns, &capacity, n_slots, sizeof *node->columns);
    node->tallies = grow(node->tallies, &node->slots_capacity, n_slots, sizeof *node->tallies);
}

void ps_sliceline_node_clear(PsSlicelineNode *node)
{
    g_free(node->codes);
    g_free(node->errors);
    g_free(node->firsts);
    g_free(node->columns);
    g_free(node->tallies);
}

static const uint16_t *node_codes(const PsSlicelineNode *node, size_t feature)
{
    return node->codes + feature * node->n_rows;
}

size_t ps_sliceline_node_n_slots(const PsSlicelineNode *node)
{
    return node->firsts[node->n_features];
}

// ---- Tallies

static void batch_fill(Batch *batch, size_t first_row, size_t n_rows)
{
    batch->n_rows = n_rows;
    for (size_t i = 0; i < n_rows; i++) {
        batch->rows[i] = (uint32_t)(first_row + i);
        batch->bases[i] = 0;
    }
}

// Only the rows that have a key of some feature of the group; their bases are their lines.
static void batch_fill_lines(Batch *batch,
                             const PsSlicelineNode *node,
                             const PsSlicelineGroup *group,
                             size_t first_row,
                             size_t n_rows)
{
    memset(batch->bases, 0, n_rows * sizeof *batch->bases);
    for (size_t feature = group->first; feature < group->end; feature++) {
        const uint16_t *codes = node_codes(node, feature) + first_row;
        const uint32_t none = node->firsts[feature], n = node->firsts[feature + 1] - none;
        for (size_t i = 0; i < n_rows; i++)
            batch->bases[i] = batch->bases[i] * n + codes[i] - none;
    }
    const uint32_t width = (uint32_t)ps_sliceline_node_n_slots(node);
    batch->n_rows = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const uint32_t line = batch->bases[i];
        batch->rows[batch->n_rows] = (uint32_t)(first_row + i);
        batch->bases[batch->n_rows] = line * width;
        batch->n_rows += line != 0;
    }
}

// Four features at a time: their cells are independent, so that the processor need not wait for
// one to be stored before it adds to the next.
static void tally_four(const Batch *batch,
                       const PsSlicelineNode *node,
                       size_t feature,
                       PsTally *restrict table)
{
    const uint16_t *a = node_codes(node, feature), *b = a + node->n_rows;
    const uint16_t *c = b + node->n_rows, *d = c + node->n_rows;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const uint32_t row = batch->rows[i];
        const PsTally one = {1, node->errors[row]};
        PsTally *cells = table + batch->bases[i];
        cells[a[row]] += one;
        cells[b[row]] += one;
        cells[c[row]] += one;
        cells[d[row]] += one;
    }
}

static void tally_one(const Batch *batch,
                      const PsSlicelineNode *node,
                      size_t feature,
                      PsTally *restrict table)
{
    const uint16_t *codes = node_codes(node, feature);
    for (size_t i = 0; i < batch->n_rows; i++) {
        const uint32_t row = batch->rows[i];
        table[batch->bases[i] + codes[row]] += (PsTally){1, node->errors[row]};
    }
}

static void batch_tally(const Batch *batch,
                        const PsSlicelineNode *node,
                        size_t first_feature,
                        PsTally *table)
{
    size_t feature = first_feature;
    for (; feature + 4 <= node->n_features; feature += 4)
        tally_four(batch, node, feature, table);
    for (; feature < node->n_features; feature++)
        tally_one(batch, node, feature, table);
}

void ps_sliceline_node_tally(PsSlicelineNode *node)
{
    Batch batch;
    memset(node->tallies, 0, ps_sliceline_node_n_slots(node) * sizeof *node->tallies);
    for (size_t row = 0; row < node->n_rows; row += BATCH_ROWS) {
        batch_fill(&batch, row, MIN(BATCH_ROWS, node->n_rows - row));
        batch_tally(&batch, node, 0, node->tallies);
    }
}

// ---- Groups

PsSlicelineGroup ps_sliceline_node_group(const PsSlicelineNode *node, size_t first)
{
    const size_t n_slots = ps_sliceline_node_n_slots(node);
    const size_t most_cells = MAX(SMALL_TABLE, CELLS_PER_ROW * node->n_rows);
    PsSlicelineGroup group = {.first = first, .end = first, .n_lines = 1};
    while (group.end < node->n_features) {
        const size_t n = node->firsts[group.end + 1] - node->firsts[group.end];
        const size_t n_lines = group.n_lines * n;
        if (n_lines * n_slots > most_cells) break;
        if (group.end > first && n_lines > GROUP_LINES) break;
        group.n_lines = n_lines;
        group.end++;
    }
    return group;
}

void ps_sliceline_node_tally_group(const PsSlicelineNode *node,
                                   const PsSlicelineGroup *group,
                                   PsTally *lines)
{
    Batch batch;
    memset(lines, 0, group->n_lines * ps_sliceline_node_n_slots(node) * sizeof *lines);
    for (size_t row = 0; row < node->n_rows; row += BATCH_ROWS) {
        batch_fill_lines(&batch, node, group, row, MIN(BATCH_ROWS, node->n_rows - row));
        batch_tally(&batch, node, group->first + 1, lines);
    }
}

void ps_sliceline_node_sum_lines(const PsSlicelineNode *node,
                                 const PsSlicelineGroup *group,
                                 const PsTally *lines,
                                 size_t feature,
                                 uint32_t slot,
                                 PsTally *sums)
{
    const size_t n_slots = ps_sliceline_node_n_slots(node), first = node->firsts[feature + 1];
    const size_t n = first - node->firsts[feature], place = slot - node->firsts[feature];
    size_t stride = 1; // between lines that differ by one slot of the feature
    for (size_t later = feature + 1; later < group->end; later++)
        stride *= node->firsts[later + 1] - node->firsts[later];
    memset(sums + first, 0, (n_slots - first) * sizeof *sums);
    for (size_t start = place * stride; start < group->n_lines; start += n * stride) {
        for (size_t line = start; line < start + stride; line++) {
            for (size_t i = first; i < n_slots; i++)
                sums[i] += lines[line * n_slots + i];
        }
    }
}

// ---- Parts

static size_t
rows_select(const PsSlicelineNode *node, size_t feature, uint32_t slot, uint32_t *rows)
{
    const uint16_t *codes = node_codes(node, feature);
    size_t n_rows = 0;
    for (size_t row = 0; row < node->n_rows && n_rows < (size_t)node->tallies[slot][0]; row++) {
        rows[n_rows] = (uint32_t)row;
        n_rows += codes[row] == slot;
    }
    return n_rows;
}

void ps_sliceline_node_select(const PsSlicelineNode *node,
                              size_t feature,
                              uint32_t slot,
                              uint32_t *rows,
                              PsSlicelineNode *child)
{
    const size_t n_rows = rows_select(node, feature, slot, rows);
    const size_t first = feature + 1, n_features = node->n_features - first;
    const uint32_t shift = node->firsts[first];
    const size_t n_slots = ps_sliceline_node_n_slots(node) - shift;
    ps_sliceline_node_reserve(child, n_rows, n_features, n_slots);
    for (size_t i = 0; i < n_rows; i++)
        child->errors[i] = node->errors[rows[i]];
    for (size_t later = 0; later < n_features; later++) {
        const uint16_t *from = node_codes(node, first + later);
        uint16_t *to = child->codes + later * n_rows;
        for (size_t i = 0; i < n_rows; i++)
            to[i] = (uint16_t)(from[rows[i]] - shift);
    }
    for (size_t later = 0; later <= n_features; later++)
        child->firsts[later] = node->firsts[first + later] - shift;
    memcpy(child->columns, node->columns + shift, n_slots * sizeof *child->columns);
}
