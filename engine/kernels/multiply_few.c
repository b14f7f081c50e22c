// Few rows: each thread streams its part of the weights once and multiplies it with all rows.
//
// Each thread has a share of the weights, and takes it piece by piece: one that is done takes
// pieces from the end of another's share, so that all end together.
#include "engine/kernels/multiply.h"

#define STREAM_OUTS_MOST 4096

// Bytes of a piece, few enough to balance, and how far ahead of them is asked.
typedef struct {
    size_t piece, distance;
} Streaming;

// Where streams are long enough the processor asks best by itself, but for Q8_0, whose blocks
// are no whole part of a line, and where it multiplies for longer than it looks ahead: measured
// on an EPYC (Zen 4). On a Xeon with AMX only the first was measured.
static Streaming streaming_get(PeLevel level, PeType type, size_t n_rows)
{
    if (level >= PE_LEVEL_AMX) return (Streaming){64 * 1024, 4096};
    if (type == PE_TYPE_Q8_0) return (Streaming){256 * 1024, 3072};
    return (Streaming){1024 * 1024, n_rows > 2 ? 4096 : 1024};
}

static size_t row16_bytes(size_t n_in)
{
    return pe_scratch_round(n_in * sizeof(int16_t))
           + pe_scratch_round((n_in / PE_Q8_0_VALUES + 16) * sizeof(float));
}

size_t pe_few_scratch_bytes(unsigned n_threads, size_t n_in)
{
    return PE_PREFILL_ROWS * row16_bytes(n_in) + n_threads * STREAM_OUTS_MOST * sizeof(float);
}

// ---- Pieces

// As many for each thread.
static void pieces_divide(PeParts *parts, PeLevel level, size_t n_rows, unsigned n_threads)
{
    const size_t n_outs_most = STREAM_OUTS_MOST / n_rows / PE_STREAMS * PE_STREAMS;
    for (size_t i = 0; i < parts->n_parts; i++) {
        PePart *part = &parts->parts[i];
        const PeMatrix *w = part->products->w;
        const size_t n_bytes =
            part->n_products * w->n_out * pe_type_row_bytes(w->type, w->n_in);
        const size_t n_pieces =
            pe_round_up(1 + n_bytes / streaming_get(level, w->type, n_rows).piece, n_threads);
        const size_t n_outs = pe_round_up((w->n_out + n_pieces - 1) / n_pieces, PE_STREAMS);
        part->outs_per_task = n_outs < n_outs_most ? n_outs : n_outs_most;
    }
    pe_parts_share(parts, n_threads);
}

static PeAhead ahead_of(const PeMatrix *w, size_t first, size_t n)
{
    const size_t n_bytes = pe_type_row_bytes(w->type, w->n_in);
    return (PeAhead){.bytes = (const unsigned char *)w->data + first * n_bytes,
                     .stride = n / PE_STREAMS * n_bytes};
}

static PeAhead ahead_of_task(const PeTask *task)
{
    return ahead_of(task->part->products->w, task->first, task->n);
}

// ---- Multiplying

typedef struct {
    const PeKernels *kernels;
    PeLevel level;
    PeParts parts;
    PeFewRows x;
    PeRow16 rows16[PE_PREFILL_ROWS];
    float *waiting; // [n_threads, STREAM_OUTS_MOST], products that are added or gate
} Few;

static void few_product(
    const Few *few, const PeTask *task, const PeProduct *product, PeAhead ahead, float *waiting)
{
    const PeMatrix *w = product->w;
    ahead.distance = streaming_get(few->level, w->type, few->x.n_rows).distance;
    const bool is_waiting = product->after != PE_AFTER_NOTHING;
    float *y = product->y + task->first, *to = is_waiting ? waiting : y;
    const size_t stride = is_waiting ? task->n : w->n_out;
    few->kernels->rows_multiply(w, task->first, task->n, ahead, &few->x, to, stride);
    for (size_t row = 0; row < few->x.n_rows; row++, y += w->n_out, to += stride) {
        if (product->bias) few->kernels->add(to, product->bias + task->first, task->n);
        pe_after_do(few->kernels, product->after, to, task->n, y);
    }
}

// The caller's first piece, which nothing before it asked for: it comes while x is quantised.
static void first_piece_ask(const Few *few)
{
    const PeTask task = pe_task_get(&few->parts, 0);
    const PeAhead ahead = ahead_of_task(&task);
    const size_t distance =
        streaming_get(few->level, few->parts.parts->products->w->type, few->x.n_rows).distance;
    const size_t n_bytes = distance < ahead.stride ? distance : ahead.stride;
    for (size_t i = 0; i < n_bytes; i += 64)
        for (size_t stream = 0; stream < PE_STREAMS; stream++)
            __builtin_prefetch(ahead.bytes + stream * ahead.stride + i, 0, 2);
}

// Where the thread reads after a task, if that is of its share. Behind its end nothing is
// known, and what has just been read costs nothing.
static PeAhead ahead_of_next(const Few *few, size_t number, const PeTask *task)
{
    if ((number + 1) % few->parts.tasks_per_share == 0) return ahead_of_task(task);
    const PeTask next = pe_task_get(&few->parts, number + 1);
    return ahead_of_task(next.n ? &next : task);
}

static void few_work(void *data, size_t number, unsigned thread)
{
    const Few *few = data;
    const PeTask task = pe_task_get(&few->parts, number);
    const PeProduct *products = task.part->products;
    const size_t n = task.n ? task.part->n_products : 0;
    for (size_t i = 0; i < n; i++)
        few_product(few, &task, &products[i],
                    i + 1 < n ? ahead_of(products[i + 1].w, task.first, task.n)
                              : ahead_of_next(few, number, &task),
                    few->waiting + thread * STREAM_OUTS_MOST);
}

static void rows_quantise(Few *few, size_t n_in, unsigned char *scratch)
{
    for (size_t row = 0; row < few->x.n_rows; row++, scratch += row16_bytes(n_in)) {
        few->rows16[row] = (PeRow16){.values = (int16_t *)scratch,
                                     .scales = (float *)(scratch + pe_scratch_round(2 * n_in))};
        few->kernels->row_quantise(few->x.values + row * n_in, n_in, few->rows16[row]);
    }
}

static bool has_q8_0(const PeProduct *products, size_t n_products)
{
    for (size_t i = 0; i < n_products; i++)
        if (products[i].w->type == PE_TYPE_Q8_0) return true;
    return false;
}

void pe_few_multiply(PeCompute *compute,
                     const PeProduct *products,
                     size_t n_products,
                     const float *x,
                     size_t n_rows)
{
    const size_t n_in = products->w->n_in;
    const unsigned n_threads = pe_pool_n_threads(compute->pool);
    Few few = {
        .kernels = compute->kernels, .level = compute->level, .x = {x, NULL, n_rows, n_in}};
    few.x.rows16 = few.rows16;
    pe_parts_find(&few.parts, products, n_products);
    pieces_divide(&few.parts, compute->level, n_rows, n_threads);
    first_piece_ask(&few);
    if (has_q8_0(products, n_products)) rows_quantise(&few, n_in, compute->scratch);
    few.waiting = (float *)(compute->scratch + PE_PREFILL_ROWS * row16_bytes(n_in));
    pe_pool_run(compute->pool, pe_parts_n_tasks(&few.parts), few_work, &few);
}
