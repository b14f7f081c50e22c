#include "engine/audio.h"

static const char *const names[] = {
    [PE_AUDIO_QWEN3A] = "qwen3a",
    [PE_AUDIO_ULTRAVOX] = "ultravox",
};

const char *pe_audio_kind_name(PeAudioKind kind)
{
    return names[kind];
}

static bool init_qwen3a(PeAudio *audio, PeSensesReader *reader, size_t n_model)
{
    audio->kind = PE_AUDIO_QWEN3A;
    audio->end = PE_MEL_MIRROR;
    audio->window_frames = (size_t)PE_QWEN3A_WINDOW_CHUNKS * PE_QWEN3A_CHUNK_FRAMES;
    if (!pe_qwen3a_init(&audio->qwen3a, reader, n_model)) return false;
    audio->n_mels = audio->qwen3a.n_mels;
    return true;
}

static bool init_ultravox(PeAudio *audio, PeSensesReader *reader, size_t n_model)
{
    audio->kind = PE_AUDIO_ULTRAVOX;
    audio->end = PE_MEL_SILENCE;
    audio->window_frames = PE_MEL_CHUNK_FRAMES;
    if (!pe_ultravox_init(&audio->ultravox, reader, n_model)) return false;
    audio->n_mels = audio->ultravox.n_mels;
    return true;
}

bool pe_audio_init(PeAudio *audio, PeSensesReader *reader, PeString kind_name, size_t n_model)
{
    bool ok;
    *audio = (PeAudio){0};
    if (pe_string_is(kind_name, names[PE_AUDIO_QWEN3A]))
        ok = init_qwen3a(audio, reader, n_model);
    else if (pe_string_is(kind_name, names[PE_AUDIO_ULTRAVOX]))
        ok = init_ultravox(audio, reader, n_model);
    else
        ok = pe_fail(reader->error,
                     "an audio encoder of the kind %.*s is not known; qwen3a and ultravox are",
                     kind_name.n_bytes < 64 ? (int)kind_name.n_bytes : 64, kind_name.bytes);
    if (!ok) return false;
    audio->window_rows = pe_audio_n_rows(audio, audio->window_frames);
    audio->mel = pe_mel_new(audio->n_mels);
    return audio->mel != NULL || pe_fail_memory(reader->error);
}

void pe_audio_clear(PeAudio *audio)
{
    pe_qwen3a_clear(&audio->qwen3a);
    pe_ultravox_clear(&audio->ultravox);
    pe_mel_free(audio->mel);
    *audio = (PeAudio){0};
}

size_t pe_audio_n_rows(const PeAudio *audio, size_t n_frames)
{
    if (audio->kind == PE_AUDIO_ULTRAVOX) return audio->ultravox.n_rows;
    return (n_frames + PE_QWEN3A_CHUNK_FRAMES - 1) / PE_QWEN3A_CHUNK_FRAMES
           * PE_QWEN3A_CHUNK_ROWS;
}

size_t pe_audio_work_bytes(const PeAudio *audio)
{
    return audio->kind == PE_AUDIO_ULTRAVOX ? pe_ultravox_work_bytes(&audio->ultravox)
                                            : pe_qwen3a_work_bytes(&audio->qwen3a);
}

size_t pe_audio_scratch_bytes(const PeAudio *audio, unsigned n_threads)
{
    return audio->kind == PE_AUDIO_ULTRAVOX
               ? pe_ultravox_scratch_bytes(&audio->ultravox, n_threads)
               : pe_qwen3a_scratch_bytes(&audio->qwen3a, n_threads);
}

bool pe_audio_work_init(PeAudioWork *work, const PeAudio *audio, PeError *error)
{
    *work = (PeAudioWork){0};
    return audio->kind == PE_AUDIO_ULTRAVOX
               ? pe_ultravox_work_init(&work->ultravox, &audio->ultravox, error)
               : pe_qwen3a_work_init(&work->qwen3a, &audio->qwen3a, error);
}

void pe_audio_work_clear(PeAudioWork *work)
{
    pe_qwen3a_work_clear(&work->qwen3a);
    pe_ultravox_work_clear(&work->ultravox);
}

bool pe_audio_run(const PeAudio *audio,
                  PeAudioWork *work,
                  PeCompute *compute,
                  const float *frames,
                  size_t n_frames,
                  const PeStop *stop,
                  float *rows)
{
    if (audio->kind == PE_AUDIO_ULTRAVOX)
        return pe_ultravox_run(&audio->ultravox, &work->ultravox, compute, frames, stop, rows);
    return pe_qwen3a_run(&audio->qwen3a, &work->qwen3a, compute, frames, n_frames, stop, rows);
}
