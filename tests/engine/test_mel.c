#include "tests/engine/senses_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_MELS 80

static float *frames_of(const PeSound *sound, PeMelEnd end, size_t n_mels, unsigned n_threads)
{
    PeMel *mel = pe_mel_new(n_mels);
    PeCompute *compute = pe_compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, n_threads, 0);
    float *frames = calloc(pe_mel_n_frames(end, sound->n_samples), n_mels * sizeof *frames);
    pe_mel_run(mel, end, sound->samples, sound->n_samples, compute, frames);
    pe_compute_free(compute);
    pe_mel_free(mel);
    return frames;
}

// fixtures/make: numpy.fft.rfft and its own triangles, in f64.
Test(mel, agrees_with_numpy)
{
    size_t n_bytes;
    PeSound sound = fixture_sound("tone2s.wav");
    float *expected = (float *)fixture_read("mel80-tone2s.f32", &n_bytes);
    float *frames = frames_of(&sound, PE_MEL_MIRROR, N_MELS, 2);
    cr_assert_eq(n_bytes, 201 * N_MELS * sizeof *expected);
    for (size_t i = 0; i < 201 * N_MELS; i++)
        cr_assert_float_eq(frames[i], expected[i], 1e-6, "value %zu: %g, %g", i, frames[i],
                           expected[i]);
    free(frames);
    free(expected);
    free((void *)sound.samples);
}

Test(mel, a_tone_is_loudest_where_it_is)
{
    float samples[16000];
    const PeSound sound = {16000, samples};
    for (size_t i = 0; i < 16000; i++)
        samples[i] = 0.5f * sinf(2 * 3.14159265f * 1000 * (float)i / 16000);
    float *frames = frames_of(&sound, PE_MEL_MIRROR, N_MELS, 1);
    size_t loudest = 0;
    for (size_t i = 0; i < N_MELS; i++)
        if (frames[50 * N_MELS + i] > frames[50 * N_MELS + loudest]) loudest = i;
    // 1000 Hz is 15 mel of 45.2; corners are 45.2/81 apart.
    cr_assert_eq(loudest, 26);
    free(frames);
}

Test(mel, silence_is_the_floor)
{
    static const float samples[1600];
    const PeSound sound = {1600, samples};
    float *frames = frames_of(&sound, PE_MEL_MIRROR, N_MELS, 1);
    for (size_t i = 0; i < 11 * N_MELS; i++)
        cr_assert_float_eq(frames[i], (log10(ldexp(1, -24)) + 4) / 4, 1e-6);
    free(frames);
}

Test(mel, count_of_frames)
{
    static const struct {
        size_t n_samples, n_mirror, n_silence;
    } cases[] = {
        {201, 2, 3000},       {32000, 201, 3000},
        {479999, 3000, 3000}, {480000, 3001, 6000}, // exactly 30 s begin another chunk
        {960000, 6001, 9000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(pe_mel_n_frames(PE_MEL_MIRROR, cases[i].n_samples), cases[i].n_mirror);
        cr_assert_eq(pe_mel_n_frames(PE_MEL_SILENCE, cases[i].n_samples), cases[i].n_silence);
    }
}

Test(mel, shortest_recording_and_any_threads_give_the_same_bits)
{
    PeSound sound = fixture_sound("tone2s.wav");
    sound.n_samples = PE_MEL_SAMPLES_LEAST;
    free(frames_of(&sound, PE_MEL_MIRROR, PE_MELS_MOST, 1));
    sound.n_samples = 32000;
    float *one = frames_of(&sound, PE_MEL_SILENCE, 1, 1),
          *three = frames_of(&sound, PE_MEL_SILENCE, 1, 3);
    cr_assert_arr_eq(one, three, 3000 * sizeof *one);
    free(one);
    free(three);
    free((void *)sound.samples);
}
