// Few rows: each thread streams its part of the weights once and multiplies it with row after
// row.
#include "engine/kernels/multiply.h"

// Weights of a task, about: small enough to balance, large enough to stream.
#define STREAM_BYTES 32768
#define STREAM_OUTS 4 // a multiple of so many
#define STREAM_OUTS_MOST 4096

static size_t row16_bytes(size_t n_in)
{
    return pe_scratch_round(n_in * sizeof(int16_t))
           + pe_scratch_round((n_in / PE_Q8_0_VALUES + 16) * sizeof(float));
}

size_t pe_few_scratch_bytes(unsigned n_threads, size_t n_in)
{
    return PE_PREFILL_ROWS * row16_bytes(n_in) + n_threads * STREAM_OUTS_MOST * sizeof(float);
}

typedef struct {
    const PeKernels *kernels;
    PeParts parts;
    const float *x;
    size_t n_rows;
    unsigned n_threads;
    PeRow16 rows16[PE_PREFILL_ROWS];
    float *waiting; // [n_threads, STREAM_OUTS_MOST], products that are added or gate
} Few;

static void
few_product(const Few *few, const PeTask *task, const PeProduct *product, float *waiting)
{
    const PeMatrix *w = product->w;
    // Most likely the threads take turns.
    const size_t next = task->first + few->n_threads * task->part->outs_per_task;
    for (size_t row = 0; row < few->n_rows; row++) {
        float *y = product->y + row * w->n_out + task->first;
        float *to = product->after == PE_AFTER_NOTHING ? y : waiting;
        few->kernels->row_multiply(w, task->first, task->n, next, few->x + row * w->n_in,
                                   few->rows16[row], to);
        if (product->bias) few->kernels->add(to, product->bias + task->first, task->n);
        pe_after_do(few->kernels, product->after, waiting, task->n, y);
    }
}

static void few_work(void *data, size_t number, unsigned thread)
{
    const Few *few = data;
    const PeTask task = pe_task_get(&few->parts, number);
    for (size_t i = 0; i < task.part->n_products; i++)
        few_product(few, &task, &task.part->products[i],
                    few->waiting + thread * STREAM_OUTS_MOST);
}

static void rows_quantise(Few *few, size_t n_in, unsigned char *scratch)
{
    for (size_t row = 0; row < few->n_rows; row++, scratch += row16_bytes(n_in)) {
        few->rows16[row] = (PeRow16){.values = (int16_t *)scratch,
                                     .scales = (float *)(scratch + pe_scratch_round(2 * n_in))};
        few->kernels->row_quantise(few->x + row * n_in, n_in, few->rows16[row]);
    }
}

// About STREAM_BYTES a task, as many tasks for each thread.
static void few_divide(Few *few)
{
    for (size_t i = 0; i < few->parts.n_parts; i++) {
        PePart *part = &few->parts.parts[i];
        const PeMatrix *w = part->products->w;
        const size_t n_bytes =
            part->n_products * w->n_out * pe_type_row_bytes(w->type, w->n_in);
        const size_t n_tasks = pe_round_up(1 + n_bytes / STREAM_BYTES, few->n_threads);
        const size_t n_outs = pe_round_up((w->n_out + n_tasks - 1) / n_tasks, STREAM_OUTS);
        part->outs_per_task = n_outs < STREAM_OUTS_MOST ? n_outs : STREAM_OUTS_MOST;
    }
    pe_tasks_count(&few->parts);
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
    Few few = {.kernels = compute->kernels,
               .x = x,
               .n_rows = n_rows,
               .n_threads = pe_pool_n_threads(compute->pool)};
    pe_parts_find(&few.parts, products, n_products);
    few_divide(&few);
    if (has_q8_0(products, n_products)) rows_quantise(&few, n_in, compute->scratch);
    few.waiting = (float *)(compute->scratch + PE_PREFILL_ROWS * row16_bytes(n_in));
    pe_pool_run(compute->pool, few.parts.n_tasks, few_work, &few);
}
