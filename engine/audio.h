// The audio encoders that are known, behind one interface: windows of mel frames, encoded one
// by one.
#pragma once

#include "engine/audio_qwen3a.h"
#include "engine/audio_ultravox.h"
#include "engine/mel.h"

typedef enum {
    PE_AUDIO_QWEN3A,
    PE_AUDIO_ULTRAVOX,
} PeAudioKind;

typedef struct {
    PeAudioKind kind;
    size_t n_mels;
    PeMelEnd end;
    size_t window_frames; // the most that are encoded together
    size_t window_rows;   // of so many
    PeMel *mel;
    PeQwen3a qwen3a;
    PeUltravox ultravox;
} PeAudio;

// "qwen3a", "ultravox"; static storage.
const char *pe_audio_kind_name(PeAudioKind kind);

// Reads the encoder called kind_name for a model of n_model.
bool pe_audio_init(PeAudio *audio, PeSensesReader *reader, PeString kind_name, size_t n_model);
void pe_audio_clear(PeAudio *audio);

// The rows of a window of n_frames.
size_t pe_audio_n_rows(const PeAudio *audio, size_t n_frames);

typedef struct {
    PeQwen3aWork qwen3a;
    PeUltravoxWork ultravox;
} PeAudioWork;

size_t pe_audio_work_bytes(const PeAudio *audio);
size_t pe_audio_scratch_bytes(const PeAudio *audio, unsigned n_threads);
bool pe_audio_work_init(PeAudioWork *work, const PeAudio *audio, PeError *error);
void pe_audio_work_clear(PeAudioWork *work);

// Encodes a window: frames[n_frames, n_mels] to rows[pe_audio_n_rows, n_model]. False if
// stopped.
bool pe_audio_run(const PeAudio *audio,
                  PeAudioWork *work,
                  PeCompute *compute,
                  const float *frames,
                  size_t n_frames,
                  const PeStop *stop,
                  float *rows);
