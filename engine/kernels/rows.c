// What is done row by row or value by value. Rows are dealt out in tasks of about TASK_VALUES
// values, and so are values: where a task begins depends on the sizes alone.
#include "engine/kernels/compute.h"

#include <math.h>

#define TASK_VALUES 16384

typedef struct {
    const PeKernels *kernels;
    size_t n_rows, n, rows_per_task;
    const float *x, *weight, *bias;
    float *y;
    float epsilon;
    size_t stride, n_heads, head_dim; // rope
    PeGelu gelu;
} Rows;

typedef void (*RowsWork)(const Rows *rows, size_t first, size_t end);

typedef struct {
    Rows rows;
    RowsWork work;
} Job;

static void job_work(void *data, size_t task, unsigned thread)
{
    (void)thread;
    const Job *job = data;
    const size_t first = task * job->rows.rows_per_task, end = first + job->rows.rows_per_task;
    job->work(&job->rows, first, end < job->rows.n_rows ? end : job->rows.n_rows);
}

static void job_run(PeCompute *compute, Job job)
{
    Rows *rows = &job.rows;
    rows->kernels = compute->kernels;
    rows->rows_per_task = 1 + TASK_VALUES / (rows->n + 1);
    const size_t n_tasks = (rows->n_rows + rows->rows_per_task - 1) / rows->rows_per_task;
    pe_pool_run(compute->pool, n_tasks, job_work, &job);
}

static void rms_norm_work(const Rows *rows, size_t first, size_t end)
{
    for (size_t i = first * rows->n; i < end * rows->n; i += rows->n)
        rows->kernels->rms_norm(rows->x + i, rows->n, rows->weight, rows->epsilon, rows->y + i);
}

void pe_rms_norm(PeCompute *compute,
                 const float *x,
                 size_t n_rows,
                 size_t n,
                 const float *weight,
                 float epsilon,
                 float *y)
{
    const Rows rows = {
        .n_rows = n_rows, .n = n, .x = x, .weight = weight, .epsilon = epsilon, .y = y};
    job_run(compute, (Job){rows, rms_norm_work});
}

static void layer_norm_work(const Rows *rows, size_t first, size_t end)
{
    for (size_t i = first * rows->n; i < end * rows->n; i += rows->n)
        rows->kernels->layer_norm(rows->x + i, rows->n, rows->weight, rows->bias, rows->epsilon,
                                  rows->y + i);
}

void pe_layer_norm(PeCompute *compute,
                   const float *x,
                   size_t n_rows,
                   size_t n,
                   const float *weight,
                   const float *bias,
                   float epsilon,
                   float *y)
{
    const Rows rows = {.n_rows = n_rows,
                       .n = n,
                       .x = x,
                       .weight = weight,
                       .bias = bias,
                       .epsilon = epsilon,
                       .y = y};
    job_run(compute, (Job){rows, layer_norm_work});
}

static void softmax_work(const Rows *rows, size_t first, size_t end)
{
    for (size_t i = first * rows->n; i < end * rows->n; i += rows->n)
        rows->kernels->softmax(rows->y + i, rows->n);
}

void pe_softmax(PeCompute *compute, float *x, size_t n_rows, size_t n)
{
    job_run(compute, (Job){{.n_rows = n_rows, .n = n, .y = x}, softmax_work});
}

#define SUM_VALUES 1024 // are added in f32

void pe_log_softmax(PeLevel level, float *x, size_t n)
{
    const PeKernels *kernels = pe_level_kernels(level);
    const float most = kernels->most(x, n);
    double sum = 0;
    for (size_t i = 0; i < n; i += SUM_VALUES)
        sum += kernels->exp_sum(x + i, n - i < SUM_VALUES ? n - i : SUM_VALUES, most);
    const float log_sum = (float)(most + log(sum));
    for (size_t i = 0; i < n; i++)
        x[i] -= log_sum;
}

void pe_exp(PeLevel level, const float *x, size_t n, float shift, float factor, float *y)
{
    pe_level_kernels(level)->exp(x, n, shift, factor, y);
}

void pe_rope_angles(const int32_t *positions,
                    size_t n_rows,
                    float base,
                    size_t n_rotated,
                    float *cosines,
                    float *sines)
{
    const size_t n = n_rotated / 2;
    for (size_t i = 0; i < n; i++) {
        const double frequency = pow(base, -2.0 * (double)i / (double)n_rotated);
        for (size_t row = 0; row < n_rows; row++) {
            cosines[row * n + i] = (float)cos(positions[row] * frequency);
            sines[row * n + i] = (float)sin(positions[row] * frequency);
        }
    }
}

// Rows are tokens, n the rotated pairs of a head; x the cosines, weight the sines.
static void rope_work(const Rows *rows, size_t first, size_t end)
{
    const size_t n_angles = rows->n / rows->n_heads;
    for (size_t row = first; row < end; row++)
        for (size_t head = 0; head < rows->n_heads; head++)
            rows->kernels->rope(rows->y + row * rows->stride + head * rows->head_dim,
                                2 * n_angles, rows->x + row * n_angles,
                                rows->weight + row * n_angles);
}

void pe_rope(PeCompute *compute,
             float *x,
             size_t n_rows,
             size_t stride,
             size_t n_heads,
             size_t head_dim,
             size_t n_rotated,
             const float *cosines,
             const float *sines)
{
    const Rows rows = {.n_rows = n_rows,
                       .n = n_heads * (n_rotated / 2),
                       .x = cosines,
                       .weight = sines,
                       .y = x,
                       .stride = stride,
                       .n_heads = n_heads,
                       .head_dim = head_dim};
    job_run(compute, (Job){rows, rope_work});
}

static void silu_gate_work(const Rows *values, size_t first, size_t end)
{
    values->kernels->silu_gate(values->y + first, values->x + first, end - first);
}

void pe_silu_gate(PeCompute *compute, float *gate, const float *up, size_t n)
{
    job_run(compute, (Job){{.n_rows = n, .y = gate, .x = up}, silu_gate_work});
}

static void gelu_work(const Rows *values, size_t first, size_t end)
{
    values->kernels->gelu(values->gelu, values->y + first, end - first);
}

void pe_gelu(PeCompute *compute, PeGelu kind, float *x, size_t n)
{
    job_run(compute, (Job){{.n_rows = n, .y = x, .gelu = kind}, gelu_work});
}

static void add_work(const Rows *values, size_t first, size_t end)
{
    values->kernels->add(values->y + first, values->x + first, end - first);
}

void pe_add(PeCompute *compute, float *x, const float *y, size_t n)
{
    job_run(compute, (Job){{.n_rows = n, .y = x, .x = y}, add_work});
}
