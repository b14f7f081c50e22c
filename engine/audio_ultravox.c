#include "engine/audio_ultravox.h"

#include "engine/mel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL 3
#define N_FRAMES PE_MEL_CHUNK_FRAMES
#define N_POSITIONS PE_ULTRAVOX_POSITIONS
#define HIDDEN_MOST ((size_t)1 << 16)
#define NORM_EPSILON 1e-6f // a constant of the projector

// ---- Reading

static bool read_conv(
    PeUltravox *audio, PeSensesReader *reader, const char *number, size_t n_in, PeLinear *conv)
{
    char name[PE_TENSOR_NAME_BYTES_MOST + 1];
    const PeTensor *weight;
    const size_t d = audio->layers.n_embedding;
    snprintf(name, sizeof name, "a.conv1d.%s.weight", number);
    if (!pe_reader_tensor(reader, name, 3, (size_t[]){d, n_in, KERNEL}, &weight)) return false;
    conv->weight = pe_tensor_matrix(weight);
    snprintf(name, sizeof name, "a.conv1d.%s.bias", number);
    return pe_reader_vector(reader, name, d, &conv->bias);
}

// A tensor [n_rows, n] of any n_rows ≥ least and ≤ most, of two dimensions.
static bool read_rows(PeSensesReader *reader,
                      const char *name,
                      size_t least,
                      size_t most,
                      size_t n,
                      PeMatrix *matrix)
{
    const PeTensor *tensor = pe_gguf_tensor_find(reader->gguf, name);
    const size_t n_rows = tensor != NULL ? tensor->shape[0] : 0;
    if (!pe_reader_tensor(reader, name, 2, (size_t[]){n_rows, n}, &tensor)) return false;
    *matrix = pe_tensor_matrix(tensor);
    return (n_rows >= least && n_rows <= most)
           || pe_fail(reader->error, "tensor %s: %zu rows are not within %zu and %zu", name,
                      n_rows, least, most);
}

static bool read_projector(PeUltravox *audio, PeSensesReader *reader)
{
    const size_t n_stacked = audio->stack * audio->layers.n_embedding;
    const PeTensor *second;
    if (!pe_reader_vector(reader, "mm.a.norm_pre.weight", n_stacked, &audio->norm_before)
        || !read_rows(reader, "mm.a.mlp.1.weight", 2, HIDDEN_MOST, n_stacked, &audio->first))
        return false;
    audio->n_hidden = audio->first.n_out / 2;
    if (audio->first.n_out % 2 != 0)
        return pe_fail(reader->error, "tensor mm.a.mlp.1.weight: %zu rows are no two halves",
                       audio->first.n_out);
    if (!pe_reader_vector(reader, "mm.a.norm_mid.weight", audio->n_hidden, &audio->norm_between)
        || !pe_reader_tensor(reader, "mm.a.mlp.2.weight", 2,
                             (size_t[]){audio->n_model, audio->n_hidden}, &second))
        return false;
    audio->second = pe_tensor_matrix(second);
    return true;
}

static bool read_sizes(PeUltravox *audio, PeSensesReader *reader)
{
    if (!pe_reader_size(reader, "audio", "num_mel_bins", PE_MELS_MOST, &audio->n_mels)
        || !pe_reader_size(reader, "audio", "projector.stack_factor", N_POSITIONS,
                           &audio->stack))
        return false;
    audio->n_rows = N_POSITIONS / audio->stack;
    return N_POSITIONS % audio->stack == 0
           || pe_fail(reader->error,
                      "key clip.audio.projector.stack_factor: %zu does not divide %d",
                      audio->stack, N_POSITIONS);
}

bool pe_ultravox_init(PeUltravox *audio, PeSensesReader *reader, size_t n_model)
{
    *audio = (PeUltravox){.n_model = n_model};
    if (!pe_senses_layers_init(&audio->layers, reader, "audio", 'a')) return false;
    audio->layers.gelu = PE_GELU_ERF;
    const size_t d = audio->layers.n_embedding;
    return read_sizes(audio, reader)
           && read_conv(audio, reader, "1", audio->n_mels, &audio->convs[0])
           && read_conv(audio, reader, "2", d, &audio->convs[1])
           && read_rows(reader, "a.position_embd.weight", N_POSITIONS, SIZE_MAX, d,
                        &audio->position)
           && read_projector(audio, reader);
}

void pe_ultravox_clear(PeUltravox *audio)
{
    pe_senses_layers_clear(&audio->layers);
    *audio = (PeUltravox){0};
}

// ---- Working memory

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t column_values(const PeUltravox *audio)
{
    return KERNEL * larger(N_FRAMES * audio->n_mels, N_POSITIONS * audio->layers.n_embedding);
}

size_t pe_ultravox_work_bytes(const PeUltravox *audio)
{
    const size_t n = column_values(audio) + N_FRAMES * audio->layers.n_embedding
                     + audio->n_rows * 4 * audio->n_hidden;
    return n * sizeof(float) + pe_senses_rows_bytes(&audio->layers, N_POSITIONS);
}

size_t pe_ultravox_scratch_bytes(const PeUltravox *audio, unsigned n_threads)
{
    const size_t layers =
        pe_senses_layers_scratch_bytes(&audio->layers, n_threads, N_POSITIONS);
    const size_t convs =
        larger(pe_matrix_scratch_bytes(n_threads, N_FRAMES, audio->convs[0].weight.n_in),
               pe_matrix_scratch_bytes(n_threads, N_POSITIONS, audio->convs[1].weight.n_in));
    const size_t projector = pe_matrix_scratch_bytes(
        n_threads, audio->n_rows, larger(audio->first.n_in, audio->n_hidden));
    return larger(layers, larger(convs, projector));
}

bool pe_ultravox_work_init(PeUltravoxWork *work, const PeUltravox *audio, PeError *error)
{
    *work = (PeUltravoxWork){
        .columns = calloc(column_values(audio), sizeof(float)),
        .convolved = calloc(N_FRAMES, audio->layers.n_embedding * sizeof(float)),
        .projected = calloc(audio->n_rows, 2 * audio->n_hidden * sizeof(float)),
        .gate = calloc(audio->n_rows, audio->n_hidden * sizeof(float)),
        .up = calloc(audio->n_rows, audio->n_hidden * sizeof(float)),
    };
    if (!work->columns || !work->convolved || !work->projected || !work->gate || !work->up)
        return pe_fail_memory(error);
    return pe_senses_rows_init(&work->rows, &audio->layers, N_POSITIONS, error);
}

void pe_ultravox_work_clear(PeUltravoxWork *work)
{
    pe_senses_rows_clear(&work->rows);
    free(work->columns);
    free(work->convolved);
    free(work->projected);
    free(work->gate);
    free(work->up);
    *work = (PeUltravoxWork){0};
}

// ---- Running

// y[n_out, d] = gelu(conv of x[n_in, n_values]); output i sees the inputs around stride · i.
static void convolve(const PeLinear *conv,
                     PeUltravoxWork *work,
                     PeCompute *compute,
                     const float *x,
                     size_t n_in,
                     size_t stride,
                     float *y)
{
    const size_t n_values = conv->weight.n_in / KERNEL, n_out = n_in / stride;
    float *column = work->columns;
    for (size_t i = 0; i < n_out; i++)
        for (size_t value = 0; value < n_values; value++)
            for (size_t tap = 0; tap < KERNEL; tap++) {
                const size_t at = i * stride + tap; // one too many, for the zeros before
                *column++ = at >= 1 && at <= n_in ? x[(at - 1) * n_values + value] : 0;
            }
    pe_linear_run(conv, compute, work->columns, n_out, y);
    pe_gelu(compute, PE_GELU_ERF, y, n_out * conv->weight.n_out);
}

// k rows of d that lie one after another are a row of k·d already.
static void
project(const PeUltravox *audio, PeUltravoxWork *work, PeCompute *compute, float *rows)
{
    const size_t n = audio->n_rows, h = audio->n_hidden;
    pe_rms_norm(compute, work->rows.x, n, audio->first.n_in, audio->norm_before, NORM_EPSILON,
                work->rows.x);
    pe_matrix_multiply(compute, &audio->first, work->rows.x, n, NULL, work->projected);
    for (size_t i = 0; i < n; i++) {
        memcpy(work->up + i * h, work->projected + i * 2 * h, h * sizeof(float));
        memcpy(work->gate + i * h, work->projected + (i * 2 + 1) * h, h * sizeof(float));
    }
    pe_silu_gate(compute, work->gate, work->up, n * h);
    pe_rms_norm(compute, work->gate, n, h, audio->norm_between, NORM_EPSILON, work->gate);
    pe_matrix_multiply(compute, &audio->second, work->gate, n, NULL, rows);
}

bool pe_ultravox_run(const PeUltravox *audio,
                     PeUltravoxWork *work,
                     PeCompute *compute,
                     const float *frames,
                     const PeStop *stop,
                     float *rows)
{
    if (pe_stop_is(stop)) return false;
    convolve(&audio->convs[0], work, compute, frames, N_FRAMES, 1, work->convolved);
    convolve(&audio->convs[1], work, compute, work->convolved, N_FRAMES, 2, work->rows.x);
    pe_senses_rows_add_positions(&work->rows, &audio->position, 0, N_POSITIONS);
    if (!pe_senses_layers_run(&audio->layers, &work->rows, N_POSITIONS, compute, stop))
        return false;
    project(audio, work, compute, rows);
    return true;
}
