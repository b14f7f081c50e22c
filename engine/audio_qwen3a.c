#include "engine/audio_qwen3a.h"

#include "engine/mel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_CONVS 3
#define KERNEL 3
#define TAPS (KERNEL * KERNEL)
#define CHANNELS_MOST 4096
#define HIDDEN_MOST ((size_t)1 << 16)
#define WINDOW_ROWS ((size_t)PE_QWEN3A_WINDOW_CHUNKS * PE_QWEN3A_CHUNK_ROWS)

// The map before conv i, or after the last (i = 3).
typedef struct {
    size_t n_mels, n_times, n_channels;
} Size;

static Size map_size(const PeQwen3a *audio, size_t i)
{
    static const size_t n_times[N_CONVS + 1] = {PE_QWEN3A_CHUNK_FRAMES, 50, 25,
                                                PE_QWEN3A_CHUNK_ROWS};
    return (Size){audio->n_mels >> i, n_times[i], i == 0 ? 1 : audio->n_channels};
}

static size_t map_values(const PeQwen3a *audio, size_t i)
{
    const Size size = map_size(audio, i);
    return size.n_mels * size.n_times * size.n_channels;
}

static size_t n_features(const PeQwen3a *audio)
{
    return audio->n_channels * (audio->n_mels >> N_CONVS);
}

// ---- Reading

static bool read_conv(PeQwen3a *audio, PeSensesReader *reader, size_t i)
{
    char name[PE_TENSOR_NAME_BYTES_MOST + 1];
    const PeTensor *weight;
    const size_t n_in = map_size(audio, i).n_channels;
    snprintf(name, sizeof name, "a.conv2d.%zu.weight", i + 1);
    if (!pe_reader_tensor(reader, name, 4, (size_t[]){audio->n_channels, n_in, KERNEL, KERNEL},
                          &weight))
        return false;
    audio->convs[i].weight = pe_tensor_matrix(weight);
    snprintf(name, sizeof name, "a.conv2d.%zu.bias", i + 1);
    return pe_reader_vector(reader, name, audio->n_channels, &audio->convs[i].bias);
}

// How large the first dimension of a tensor is; 0 if it is not there.
static size_t first_size(const PeSensesReader *reader, const char *name)
{
    const PeTensor *tensor = pe_gguf_tensor_find(reader->gguf, name);
    return tensor != NULL ? tensor->shape[0] : 0;
}

static bool read_sizes(PeQwen3a *audio, PeSensesReader *reader)
{
    if (!pe_reader_size(reader, "audio", "num_mel_bins", PE_MELS_MOST, &audio->n_mels))
        return false;
    if (audio->n_mels % 8 != 0)
        return pe_fail(reader->error, "key clip.audio.num_mel_bins: %zu is no multiple of 8",
                       audio->n_mels);
    audio->n_channels = first_size(reader, "a.conv2d.1.weight");
    return audio->n_channels <= CHANNELS_MOST
           || pe_fail(reader->error, "tensor a.conv2d.1.weight: %zu channels are too many",
                      audio->n_channels);
}

static bool read_position(PeQwen3a *audio, PeSensesReader *reader)
{
    const char *const name = "a.position_embd.weight";
    const size_t n = first_size(reader, name);
    const PeTensor *tensor;
    if (!pe_reader_tensor(reader, name, 2, (size_t[]){n, audio->layers.n_embedding}, &tensor))
        return false;
    audio->position = pe_tensor_matrix(tensor);
    return n >= PE_QWEN3A_CHUNK_ROWS
           || pe_fail(reader->error, "tensor %s: has %zu rows, fewer than %d", name, n,
                      PE_QWEN3A_CHUNK_ROWS);
}

static bool read_ends(PeQwen3a *audio, PeSensesReader *reader)
{
    const size_t d = audio->layers.n_embedding, n = first_size(reader, "mm.a.mlp.1.weight");
    for (size_t i = 0; i < N_CONVS; i++)
        if (!read_conv(audio, reader, i)) return false;
    if (n > HIDDEN_MOST)
        return pe_fail(reader->error, "tensor mm.a.mlp.1.weight: %zu rows are too many", n);
    return pe_reader_linear(reader, "a.conv_out", d, n_features(audio), &audio->out)
           && read_position(audio, reader)
           && pe_reader_linear(reader, "mm.a.mlp.1", n, d, &audio->first)
           && pe_reader_linear(reader, "mm.a.mlp.2", audio->n_model, n, &audio->second);
}

bool pe_qwen3a_init(PeQwen3a *audio, PeSensesReader *reader, size_t n_model)
{
    *audio = (PeQwen3a){.n_model = n_model};
    if (!pe_senses_layers_init(&audio->layers, reader, "audio", 'a')
        || !read_sizes(audio, reader) || !read_ends(audio, reader))
        return false;
    audio->layers.gelu = PE_GELU_ERF;
    return true;
}

void pe_qwen3a_clear(PeQwen3a *audio)
{
    pe_senses_layers_clear(&audio->layers);
    *audio = (PeQwen3a){0};
}

// ---- Working memory

static size_t column_values(const PeQwen3a *audio)
{
    size_t most = 1;
    for (size_t i = 0; i < N_CONVS; i++) {
        const Size in = map_size(audio, i), out = map_size(audio, i + 1);
        const size_t n = out.n_mels * out.n_times * in.n_channels * TAPS;
        if (n > most) most = n;
    }
    return most;
}

size_t pe_qwen3a_work_bytes(const PeQwen3a *audio)
{
    size_t n = column_values(audio) + PE_QWEN3A_CHUNK_ROWS * n_features(audio)
               + WINDOW_ROWS * audio->first.weight.n_out;
    for (size_t i = 0; i <= N_CONVS; i++)
        n += map_values(audio, i);
    return n * sizeof(float) + pe_senses_rows_bytes(&audio->layers, WINDOW_ROWS);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t pe_qwen3a_scratch_bytes(const PeQwen3a *audio, unsigned n_threads)
{
    size_t most = pe_senses_layers_scratch_bytes(&audio->layers, n_threads, WINDOW_ROWS);
    for (size_t i = 0; i < N_CONVS; i++) {
        const Size out = map_size(audio, i + 1);
        most = larger(most, pe_matrix_scratch_bytes(n_threads, out.n_mels * out.n_times,
                                                    audio->convs[i].weight.n_in));
    }
    most = larger(most,
                  pe_matrix_scratch_bytes(n_threads, PE_QWEN3A_CHUNK_ROWS, n_features(audio)));
    return larger(most,
                  pe_matrix_scratch_bytes(n_threads, WINDOW_ROWS, audio->first.weight.n_out));
}

static float *values_new(size_t n)
{
    return calloc(n, sizeof(float));
}

bool pe_qwen3a_work_init(PeQwen3aWork *work, const PeQwen3a *audio, PeError *error)
{
    *work = (PeQwen3aWork){
        .columns = values_new(column_values(audio)),
        .features = values_new(PE_QWEN3A_CHUNK_ROWS * n_features(audio)),
        .hidden = values_new(WINDOW_ROWS * audio->first.weight.n_out),
    };
    bool ok = work->columns && work->features && work->hidden;
    for (size_t i = 0; i <= N_CONVS; i++) {
        work->maps[i] = values_new(map_values(audio, i));
        ok = ok && work->maps[i] != NULL;
    }
    if (!ok) return pe_fail_memory(error);
    return pe_senses_rows_init(&work->rows, &audio->layers, WINDOW_ROWS, error);
}

void pe_qwen3a_work_clear(PeQwen3aWork *work)
{
    pe_senses_rows_clear(&work->rows);
    for (size_t i = 0; i <= N_CONVS; i++)
        free(work->maps[i]);
    free(work->columns);
    free(work->features);
    free(work->hidden);
    *work = (PeQwen3aWork){0};
}

// ---- Running

// The mel frames as a map: [M, 100, 1]; what is missing are zeros.
static void lay(const PeQwen3a *audio, const float *frames, size_t n_frames, float *map)
{
    for (size_t mel = 0; mel < audio->n_mels; mel++)
        for (size_t time = 0; time < PE_QWEN3A_CHUNK_FRAMES; time++)
            *map++ = time < n_frames ? frames[time * audio->n_mels + mel] : 0;
}

// What the kernel sees at the output (mel, time): [channels, 3, 3], zeros outside of the map.
static void look(const Size *size, const float *map, size_t mel, size_t time, float *column)
{
    for (size_t tap = 0; tap < TAPS; tap++) {
        // Of the map with one row and column of zeros around it.
        const size_t y = 2 * mel + tap / KERNEL, x = 2 * time + tap % KERNEL;
        const bool is_inside = y >= 1 && y <= size->n_mels && x >= 1 && x <= size->n_times;
        const float *from =
            is_inside ? map + ((y - 1) * size->n_times + x - 1) * size->n_channels : NULL;
        for (size_t channel = 0; channel < size->n_channels; channel++)
            column[channel * TAPS + tap] = is_inside ? from[channel] : 0;
    }
}

static void convolve(const PeQwen3a *audio, PeQwen3aWork *work, PeCompute *compute, size_t i)
{
    const Size in = map_size(audio, i), out = map_size(audio, i + 1);
    float *column = work->columns;
    for (size_t mel = 0; mel < out.n_mels; mel++)
        for (size_t time = 0; time < out.n_times; time++, column += in.n_channels * TAPS)
            look(&in, work->maps[i], mel, time, column);
    pe_linear_run(&audio->convs[i], compute, work->columns, out.n_mels * out.n_times,
                  work->maps[i + 1]);
    pe_gelu(compute, PE_GELU_ERF, work->maps[i + 1], map_values(audio, i + 1));
}

// features[13, c·M/8] of map[M/8, 13, c].
static void gather(const PeQwen3a *audio, const float *map, float *features)
{
    const Size size = map_size(audio, N_CONVS);
    for (size_t time = 0; time < size.n_times; time++)
        for (size_t channel = 0; channel < size.n_channels; channel++)
            for (size_t mel = 0; mel < size.n_mels; mel++)
                *features++ = map[(mel * size.n_times + time) * size.n_channels + channel];
}

static void run_chunk(const PeQwen3a *audio,
                      PeQwen3aWork *work,
                      PeCompute *compute,
                      const float *frames,
                      size_t n_frames,
                      size_t chunk)
{
    const size_t first = chunk * PE_QWEN3A_CHUNK_ROWS;
    lay(audio, frames, n_frames, work->maps[0]);
    for (size_t i = 0; i < N_CONVS; i++)
        convolve(audio, work, compute, i);
    gather(audio, work->maps[N_CONVS], work->features);
    pe_linear_run(&audio->out, compute, work->features, PE_QWEN3A_CHUNK_ROWS,
                  work->rows.x + first * audio->layers.n_embedding);
    pe_senses_rows_add_positions(&work->rows, &audio->position, first, PE_QWEN3A_CHUNK_ROWS);
}

bool pe_qwen3a_run(const PeQwen3a *audio,
                   PeQwen3aWork *work,
                   PeCompute *compute,
                   const float *frames,
                   size_t n_frames,
                   const PeStop *stop,
                   float *rows)
{
    size_t n_chunks = 0;
    for (size_t first = 0; first < n_frames; first += PE_QWEN3A_CHUNK_FRAMES) {
        if (pe_stop_is(stop)) return false;
        run_chunk(audio, work, compute, frames + first * audio->n_mels, n_frames - first,
                  n_chunks++);
    }
    const size_t n_rows = n_chunks * PE_QWEN3A_CHUNK_ROWS;
    if (!pe_senses_layers_run(&audio->layers, &work->rows, n_rows, compute, stop)) return false;
    pe_linear_run(&audio->first, compute, work->rows.x, n_rows, work->hidden);
    pe_gelu(compute, PE_GELU_ERF, work->hidden, n_rows * audio->first.weight.n_out);
    pe_linear_run(&audio->second, compute, work->hidden, n_rows, rows);
    return true;
}
