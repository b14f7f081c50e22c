// Matrices times rows: few of them in multiply_few.c, many in multiply_many.c.
//
// A list of products is one loop of tasks. A product that gates is done by the same task as the
// one before it, output for output.
#include "engine/kernels/multiply.h"

size_t pe_matrix_scratch_bytes(unsigned n_threads, size_t n_rows, size_t n_in)
{
    const size_t few = pe_few_scratch_bytes(n_threads, n_in);
    if (n_rows < PE_PREFILL_ROWS) return few;
    const size_t many = pe_many_scratch_bytes(n_threads, n_rows, n_in);
    return few > many ? few : many;
}

// ---- Tasks

void pe_parts_find(PeParts *parts, const PeProduct *products, size_t n_products)
{
    parts->n_parts = 0;
    for (size_t i = 0; i < n_products; i++) {
        if (products[i].after != PE_AFTER_GATE)
            parts->parts[parts->n_parts++] = (PePart){.products = &products[i]};
        parts->parts[parts->n_parts - 1].n_products++;
    }
}

void pe_parts_share(PeParts *parts, size_t n_shares)
{
    parts->n_shares = n_shares;
    parts->tasks_per_share = 0;
    for (size_t i = 0; i < parts->n_parts; i++) {
        PePart *part = &parts->parts[i];
        const size_t n_outs = n_shares * part->outs_per_task;
        part->tasks_per_share = (part->products->w->n_out + n_outs - 1) / n_outs;
        parts->tasks_per_share += part->tasks_per_share;
    }
}

PeTask pe_task_get(const PeParts *parts, size_t task)
{
    const size_t share = task / parts->tasks_per_share;
    const PePart *part = parts->parts;
    for (task %= parts->tasks_per_share; task >= part->tasks_per_share; part++)
        task -= part->tasks_per_share;
    const size_t n_out = part->products->w->n_out,
                 first = (share * part->tasks_per_share + task) * part->outs_per_task;
    if (first >= n_out) return (PeTask){part, n_out, 0};
    const size_t left = n_out - first;
    return (PeTask){part, first, left < part->outs_per_task ? left : part->outs_per_task};
}

void pe_after_do(
    const PeKernels *kernels, PeAfter after, const float *product, size_t n, float *y)
{
    switch (after) {
    case PE_AFTER_NOTHING:
        break; // it lies in y
    case PE_AFTER_ADD:
        kernels->add(y, product, n);
        break;
    case PE_AFTER_GATE:
        kernels->silu_gate(y, product, n);
        break;
    }
}

// ---- Products

void pe_matrices_multiply(PeCompute *compute,
                          const PeProduct *products,
                          size_t n_products,
                          const float *x,
                          size_t n_rows)
{
    if (n_rows < PE_PREFILL_ROWS)
        pe_few_multiply(compute, products, n_products, x, n_rows);
    else
        pe_many_multiply(compute, products, n_products, x, n_rows);
}

void pe_matrix_multiply(PeCompute *compute,
                        const PeMatrix *w,
                        const float *x,
                        size_t n_rows,
                        const float *bias,
                        float *y)
{
    const PeProduct product = {.w = w, .bias = bias, .y = y};
    pe_matrices_multiply(compute, &product, 1, x, n_rows);
}
