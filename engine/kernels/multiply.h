// Lists of products as tasks (inside engine/kernels): what multiply.c, multiply_few.c and
// multiply_many.c share.
#pragma once

#include "engine/kernels/compute.h"

// A product and those that gate it, and how its outputs are dealt out.
typedef struct {
    const PeProduct *products; // [n_products]
    size_t n_products;
    size_t outs_per_task, tasks_per_share;
} PePart;

// Tasks are numbered share by share, so that each thread has a share (engine/kernels/pool.h). A
// share has as many outputs of every part, which follow each other.
typedef struct {
    PePart parts[PE_PRODUCTS_MOST];
    size_t n_parts;
    size_t n_shares, tasks_per_share;
} PeParts;

// Outputs first … first + n of a part. None where they do not suffice for all shares.
typedef struct {
    const PePart *part;
    size_t first, n;
} PeTask;

// The parts of a list; outs_per_task is still open.
void pe_parts_find(PeParts *parts, const PeProduct *products, size_t n_products);

// Once each outs_per_task is known.
void pe_parts_share(PeParts *parts, size_t n_shares);

static inline size_t pe_parts_n_tasks(const PeParts *parts)
{
    return parts->n_shares * parts->tasks_per_share;
}

PeTask pe_task_get(const PeParts *parts, size_t task);

// y of n outputs, from what the product is (unless NOTHING: it lies in y).
void pe_after_do(
    const PeKernels *kernels, PeAfter after, const float *product, size_t n, float *y);

// Fewer than PE_PREFILL_ROWS rows, and more: as pe_matrices_multiply.
size_t pe_few_scratch_bytes(unsigned n_threads, size_t n_in);
void pe_few_multiply(PeCompute *compute,
                     const PeProduct *products,
                     size_t n_products,
                     const float *x,
                     size_t n_rows);
size_t pe_many_scratch_bytes(unsigned n_threads, size_t n_rows, size_t n_in);
void pe_many_multiply(PeCompute *compute,
                      const PeProduct *products,
                      size_t n_products,
                      const float *x,
                      size_t n_rows);
