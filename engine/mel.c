#include "engine/mel.h"

#include <math.h>
#include <stdlib.h>

#define N 400   // samples of a frame
#define ROOT 20 // N = ROOT · ROOT
#define BINS (N / 2 + 1)
#define CHUNK_SAMPLES (PE_MEL_CHUNK_FRAMES * PE_MEL_HOP_SAMPLES)
#define LEAST_POWER 5.960464477539063e-08
#define FRAMES_OF_A_TASK 64

// A triangle over the bins first … first + n.
typedef struct {
    size_t first, n;
    double weights[BINS];
} Triangle;

struct PeMel {
    size_t n_mels;
    double window[N];
    double cosines[N], sines[N]; // of 2π·i/N
    Triangle triangles[];        // [n_mels]
};

// ---- The triangles

// Slaney's Auditory Toolbox: linear up to 1000 Hz, 15 mel, and 27 to each 6.4-fold above.
static double mel_of_hz(double hz)
{
    return hz < 1000 ? hz * 3 / 200 : 15 + log(hz / 1000) * 27 / log(6.4);
}

static double hz_of_mel(double mel)
{
    return mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27);
}

// Corners are equally far apart in mel.
static void triangle_fill(Triangle *triangle, size_t i, size_t n_mels)
{
    const double top = mel_of_hz(PE_SOUND_RATE_HZ / 2.0), step = top / (double)(n_mels + 1);
    const double low = hz_of_mel((double)i * step), middle = hz_of_mel((double)(i + 1) * step),
                 high = hz_of_mel((double)(i + 2) * step);
    for (size_t bin = 0; bin < BINS; bin++) {
        const double hz = (double)bin * PE_SOUND_RATE_HZ / N;
        const double height = fmin((hz - low) / (middle - low), (high - hz) / (high - middle));
        if (height <= 0) continue;
        if (triangle->n == 0) triangle->first = bin;
        triangle->weights[triangle->n++] = height * 2 / (high - low);
    }
}

PeMel *pe_mel_new(size_t n_mels)
{
    const double turn = 2 * 3.14159265358979323846;
    PeMel *mel = calloc(1, sizeof *mel + n_mels * sizeof *mel->triangles);
    if (mel == NULL) return NULL;
    mel->n_mels = n_mels;
    for (size_t i = 0; i < N; i++) {
        mel->cosines[i] = cos(turn * (double)i / N);
        mel->sines[i] = sin(turn * (double)i / N);
        mel->window[i] = 0.5 - 0.5 * mel->cosines[i];
    }
    for (size_t i = 0; i < n_mels; i++)
        triangle_fill(&mel->triangles[i], i, n_mels);
    return mel;
}

void pe_mel_free(PeMel *mel)
{
    free(mel);
}

size_t pe_mel_n_frames(PeMelEnd end, size_t n_samples)
{
    if (end == PE_MEL_MIRROR) return n_samples / PE_MEL_HOP_SAMPLES + 1;
    return (n_samples / CHUNK_SAMPLES + 1) * PE_MEL_CHUNK_FRAMES;
}

// ---- A frame

// What the functions of a run share.
typedef struct {
    const PeMel *mel;
    PeMelEnd end;
    const float *samples;
    size_t n_samples, n_frames;
    float *frames;
} Run;

static double sample_at(const Run *run, ptrdiff_t i)
{
    const ptrdiff_t n = (ptrdiff_t)run->n_samples;
    if (i < 0) return run->samples[-i];
    if (i < n) return run->samples[i];
    return run->end == PE_MEL_MIRROR ? run->samples[2 * (n - 1) - i] : 0;
}

// The transform of x over n = ROOT · a + b for each b and k < ROOT, turned by k · b:
// inner[k][b] = e^(-2πi·k·b/N) Σ_a x[ROOT · a + b] e^(-2πi·k·a/ROOT).
static void transform_inner(const PeMel *mel, const double *x, double inner[ROOT][ROOT][2])
{
    for (size_t k = 0; k < ROOT; k++)
        for (size_t b = 0; b < ROOT; b++) {
            double real = 0, imaginary = 0;
            for (size_t a = 0; a < ROOT; a++) {
                const size_t angle = k * a % ROOT * ROOT;
                real += x[ROOT * a + b] * mel->cosines[angle];
                imaginary -= x[ROOT * a + b] * mel->sines[angle];
            }
            const double cosine = mel->cosines[k * b], sine = mel->sines[k * b];
            inner[k][b][0] = real * cosine + imaginary * sine;
            inner[k][b][1] = imaginary * cosine - real * sine;
        }
}

// |X[k]|² for k < BINS, by Cooley and Tukey: X[k + ROOT · c] = Σ_b inner[k][b]
// e^(-2πi·b·c/ROOT).
static void transform(const PeMel *mel, const double *x, double *powers)
{
    double inner[ROOT][ROOT][2];
    transform_inner(mel, x, inner);
    for (size_t bin = 0; bin < BINS; bin++) {
        const size_t k = bin % ROOT, c = bin / ROOT;
        double real = 0, imaginary = 0;
        for (size_t b = 0; b < ROOT; b++) {
            const double cosine = mel->cosines[b * c % ROOT * ROOT],
                         sine = mel->sines[b * c % ROOT * ROOT];
            real += inner[k][b][0] * cosine + inner[k][b][1] * sine;
            imaginary += inner[k][b][1] * cosine - inner[k][b][0] * sine;
        }
        powers[bin] = real * real + imaginary * imaginary;
    }
}

static void fill_frame(const Run *run, size_t frame)
{
    const PeMel *mel = run->mel;
    const ptrdiff_t first = (ptrdiff_t)(frame * PE_MEL_HOP_SAMPLES) - N / 2;
    double x[N], powers[BINS];
    for (size_t i = 0; i < N; i++)
        x[i] = sample_at(run, first + (ptrdiff_t)i) * mel->window[i];
    transform(mel, x, powers);
    for (size_t i = 0; i < mel->n_mels; i++) {
        const Triangle *triangle = &mel->triangles[i];
        double sum = 0;
        for (size_t k = 0; k < triangle->n; k++)
            sum += triangle->weights[k] * powers[triangle->first + k];
        run->frames[frame * mel->n_mels + i] = (float)log10(fmax(sum, LEAST_POWER));
    }
}

static void fill_frames(void *data, size_t task, unsigned thread)
{
    const Run *run = data;
    const size_t first = task * FRAMES_OF_A_TASK, rest = run->n_frames - first;
    (void)thread;
    for (size_t i = 0; i < FRAMES_OF_A_TASK && i < rest; i++)
        fill_frame(run, first + i);
}

void pe_mel_run(const PeMel *mel,
                PeMelEnd end,
                const float *samples,
                size_t n_samples,
                PeCompute *compute,
                float *frames)
{
    Run run = {mel, end, samples, n_samples, pe_mel_n_frames(end, n_samples), frames};
    const size_t n = run.n_frames * mel->n_mels;
    float loudest = -INFINITY;
    pe_compute_run(compute, (run.n_frames + FRAMES_OF_A_TASK - 1) / FRAMES_OF_A_TASK,
                   fill_frames, &run);
    for (size_t i = 0; i < n; i++)
        loudest = fmaxf(loudest, frames[i]);
    for (size_t i = 0; i < n; i++)
        frames[i] = (fmaxf(frames[i], loudest - 8) + 4) / 4;
}
