// The spectrum that audio encoders hear: the log-mel frames of Whisper (Radford et al. 2022).
//
//     samples, 16 kHz
//       → frames of 400 (25 ms), 160 (10 ms) apart, the first centred on the first sample
//       → times a periodic Hann window, power spectrum     [201] 0 … 8000 Hz
//       → n_mels triangles on Slaney's mel scale, each of area 1
//       → log10(max(x, 2^-24)), not below the loudest of the recording - 8, (x + 4) / 4
//
// What is before the recording is its mirror image (numpy's "reflect"), what is after it
// depends on the encoder.
#pragma once

#include "engine/error.h"
#include "engine/kernels/kernels.h"

#define PE_SOUND_RATE_HZ 16000
#define PE_MEL_HOP_SAMPLES 160
#define PE_MELS_MOST 256

// A mirror needs this many samples.
#define PE_MEL_SAMPLES_LEAST 201
#define PE_MEL_SAMPLES_MOST ((size_t)1 << 28)

typedef enum {
    PE_MEL_MIRROR,  // the end is mirrored too: n_samples/160 + 1 frames
    PE_MEL_SILENCE, // silence up to whole chunks of 30 s, of which at least a sample is silent
} PeMelEnd;

#define PE_MEL_CHUNK_FRAMES 3000 // 30 s

size_t pe_mel_n_frames(PeMelEnd end, size_t n_samples);

// Windows, angles and triangles; immutable, shared by threads.
typedef struct PeMel PeMel;

// 1 ≤ n_mels ≤ PE_MELS_MOST. NULL without memory.
PeMel *pe_mel_new(size_t n_mels);
void pe_mel_free(PeMel *mel);

// frames[n_frames, n_mels], by compute's threads; n_samples within the bounds above. Same bits
// for any number of threads.
void pe_mel_run(const PeMel *mel,
                PeMelEnd end,
                const float *samples,
                size_t n_samples,
                PeCompute *compute,
                float *frames);
