// The search is depth first. A node is the rows of a slice; one pass over them tallies all of
// its children, the slices with one predicate more of a later feature, and keys that cannot
// lead to a wanted slice are dropped. For the last two predicates there is no node of each
// child. Instead the features are taken in groups, so small that the combinations of their keys
// are few, and one pass tallies each combination together with each key of the features after:
// three levels cost one pass over a key's rows for each group and each later feature, and
// memory is read in order.
#include "harness/stats/sliceline_private.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    uint32_t slot;
    size_t feature;
    double bound;
} Task;

// The keys of the root, which the threads take one by one.
typedef struct {
    const PsSlicelineSearch *search;
    size_t n_tasks;
    Task *tasks; // [n_tasks] most promising first
    int next;
} Tasks;

// One thread's state.
typedef struct {
    const PsSlicelineSearch *search;
    PsSlicelineNode *nodes; // [max_level] one for each depth below the root
    PsTally *lines;         // [lines_capacity] the table of a group
    size_t lines_capacity;
    PsTally *sums;       // [n_slots of the root] scratch
    uint32_t *rows;      // [n_rows of the root] scratch
    uint16_t *new_slots; // [n_slots of the root] scratch
    uint32_t *path;      // [max_level] columns of the slice at hand
    size_t n_path;
    double threshold;
} Worker;

// ---- What is wanted

// Offers the slice of worker->path.
static void offer(Worker *worker, PsTally tally)
{
    const PsScoring *scoring = worker->search->scoring;
    if (tally[PS_TALLY_ROWS] < scoring->min_support || tally[PS_TALLY_ERROR] <= 0) return;
    const double score = ps_scoring_score(scoring, tally);
    if (!(score > 0 && score >= worker->threshold)) return;
    const PsSlicelineEntry entry = {
        .score = score, .tally = tally, .n_columns = worker->n_path, .columns = worker->path};
    worker->threshold = ps_sliceline_top_offer(worker->search->top, &entry);
}

// Offers the slice of worker->path and one column more.
static void offer_with(Worker *worker, uint32_t column, PsTally tally)
{
    worker->path[worker->n_path++] = column;
    offer(worker, tally);
    worker->n_path--;
}

// Offers the slices of worker->path and one key of the node's features from first on.
static void offer_features(Worker *worker,
                           const PsSlicelineNode *node,
                           size_t first,
                           const PsTally *tallies)
{
    for (size_t feature = first; feature < node->n_features; feature++) {
        const uint32_t end = node->firsts[feature + 1];
        for (uint32_t slot = node->firsts[feature] + 1; slot < end; slot++)
            offer_with(worker, node->columns[slot], tallies[slot]);
    }
}

// Whether a slice within that of worker->path and column may be wanted.
static bool has_promise(const Worker *worker, uint32_t column, PsTally tally)
{
    const PsScoring *scoring = worker->search->scoring;
    const PsSlicelineColumn *columns = worker->search->columns;
    if (tally[PS_TALLY_ROWS] < scoring->min_support) return false;
    double max_error = columns[column].max_error;
    for (size_t i = 0; i < worker->n_path; i++)
        max_error = fmin(max_error, columns[worker->path[i]].max_error);
    return ps_scoring_bound(scoring, tally, max_error) + scoring->slack >= worker->threshold;
}

// Moves the slots of one feature that have promise to next and after; returns the slot after
// the last, next if there are none. The others' rows become rows without a key.
static uint32_t
feature_shrink(Worker *worker, PsSlicelineNode *node, size_t feature, uint32_t next)
{
    const uint32_t none = node->firsts[feature], end = node->firsts[feature + 1];
    uint32_t place = next + 1;
    worker->new_slots[none] = (uint16_t)next;
    for (uint32_t slot = none + 1; slot < end; slot++) {
        const uint32_t column = node->columns[slot];
        const PsTally tally = node->tallies[slot];
        const bool stays = has_promise(worker, column, tally);
        worker->new_slots[slot] = (uint16_t)(stays ? place : next);
        if (!stays) continue;
        node->columns[place] = column;
        node->tallies[place++] = tally;
    }
    return place > next + 1 ? place : next;
}

// Drops what has no promise.
static void node_shrink(Worker *worker, PsSlicelineNode *node)
{
    size_t n_features = 0;
    uint32_t next = 0;
    for (size_t feature = 0; feature < node->n_features; feature++) {
        const uint32_t end = feature_shrink(worker, node, feature, next);
        if (end == next) continue;
        const uint16_t *from = node->codes + feature * node->n_rows;
        uint16_t *to = node->codes + n_features * node->n_rows;
        for (size_t row = 0; row < node->n_rows; row++)
            to[row] = worker->new_slots[from[row]];
        node->firsts[n_features++] = next;
        next = end;
    }
    node->n_features = n_features;
    node->firsts[n_features] = next;
}

// ---- Going down

static void explore(Worker *worker, PsSlicelineNode *node, size_t n_more);

// Goes into the slice of one slot, and adds up to n_more predicates to it.
static void descend(
    Worker *worker, const PsSlicelineNode *node, size_t feature, uint32_t slot, size_t n_more)
{
    const uint32_t column = node->columns[slot];
    if (!has_promise(worker, column, node->tallies[slot])) return;
    PsSlicelineNode *child = &worker->nodes[worker->n_path];
    ps_sliceline_node_select(node, feature, slot, worker->rows, child);
    worker->path[worker->n_path++] = column;
    explore(worker, child, n_more);
    worker->n_path--;
}

static void lines_reserve(Worker *worker, size_t n_cells)
{
    if (n_cells <= worker->lines_capacity) return;
    g_free(worker->lines);
    worker->lines = g_new(PsTally, n_cells);
    worker->lines_capacity = n_cells;
}

// Offers the slices with a key of a feature of the group and a key of a later feature.
static void
explore_group(Worker *worker, const PsSlicelineNode *node, const PsSlicelineGroup *group)
{
    lines_reserve(worker, group->n_lines * ps_sliceline_node_n_slots(node));
    ps_sliceline_node_tally_group(node, group, worker->lines);
    for (size_t feature = group->first; feature < group->end; feature++) {
        const uint32_t end = node->firsts[feature + 1];
        for (uint32_t slot = node->firsts[feature] + 1; slot < end; slot++) {
            ps_sliceline_node_sum_lines(node, group, worker->lines, feature, slot,
                                        worker->sums);
            worker->path[worker->n_path++] = node->columns[slot];
            offer_features(worker, node, feature + 1, worker->sums);
            worker->n_path--;
        }
    }
}

// Offers the slices with 1 … n_more predicates more than the node's. Changes the node.
static void explore(Worker *worker, PsSlicelineNode *node, size_t n_more)
{
    ps_sliceline_node_tally(node);
    worker->threshold = ps_sliceline_top_threshold(worker->search->top);
    offer_features(worker, node, 0, node->tallies);
    if (n_more == 1) return;
    node_shrink(worker, node);
    for (size_t feature = 0; feature + 1 < node->n_features;) {
        const PsSlicelineGroup group = ps_sliceline_node_group(node, feature);
        if (n_more == 2 && group.end > feature) {
            explore_group(worker, node, &group);
            feature = group.end;
            continue;
        }
        for (uint32_t i = node->firsts[feature] + 1; i < node->firsts[feature + 1]; i++)
            descend(worker, node, feature, i, n_more - 1);
        feature++;
    }
}

// ---- Threads

static void *worker_run(void *data)
{
    Tasks *tasks = data;
    const PsSlicelineSearch *search = tasks->search;
    const PsSlicelineNode *root = search->root;
    Worker worker = {.search = search,
                     .nodes = g_new0(PsSlicelineNode, search->max_level),
                     .rows = g_new(uint32_t, root->n_rows + 1),
                     .new_slots = g_new(uint16_t, ps_sliceline_node_n_slots(root)),
                     .sums = g_new(PsTally, ps_sliceline_node_n_slots(root)),
                     .path = g_new(uint32_t, search->max_level)};
    size_t i;
    while ((i = (size_t)g_atomic_int_add(&tasks->next, 1)) < tasks->n_tasks) {
        const Task *task = &tasks->tasks[i];
        worker.threshold = ps_sliceline_top_threshold(search->top);
        descend(&worker, root, task->feature, task->slot, search->max_level - 1);
    }
    for (size_t depth = 0; depth < search->max_level; depth++)
        ps_sliceline_node_clear(&worker.nodes[depth]);
    g_free(worker.nodes);
    g_free(worker.lines);
    g_free(worker.sums);
    g_free(worker.rows);
    g_free(worker.new_slots);
    g_free(worker.path);
    return NULL;
}

static int task_compare(const void *a, const void *b)
{
    const Task *first = a, *second = b;
    return (first->bound < second->bound) - (first->bound > second->bound);
}

static void tasks_fill(Tasks *tasks, const PsSlicelineSearch *search)
{
    const PsSlicelineNode *root = search->root;
    for (size_t feature = 0; feature + 1 < root->n_features; feature++) {
        for (uint32_t i = root->firsts[feature] + 1; i < root->firsts[feature + 1]; i++) {
            const PsSlicelineColumn *column = &search->columns[root->columns[i]];
            const double bound =
                ps_scoring_bound(search->scoring, column->tally, column->max_error);
            tasks->tasks[tasks->n_tasks++] =
                (Task){.slot = i, .feature = feature, .bound = bound};
        }
    }
    qsort(tasks->tasks, tasks->n_tasks, sizeof *tasks->tasks, task_compare);
}

void ps_sliceline_search(const PsSlicelineSearch *search)
{
    if (search->max_level < 2 || search->root->n_features < 2) return;
    g_autofree Task *items = g_new(Task, ps_sliceline_node_n_slots(search->root));
    Tasks tasks = {.search = search, .tasks = items};
    tasks_fill(&tasks, search);
    const unsigned n_others = search->n_threads - 1;
    g_autofree GThread **threads = g_new(GThread *, n_others + 1);
    for (unsigned i = 0; i < n_others; i++)
        threads[i] = g_thread_new("sliceline", worker_run, &tasks);
    worker_run(&tasks);
    for (unsigned i = 0; i < n_others; i++)
        g_thread_join(threads[i]);
}
