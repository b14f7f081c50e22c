#include "harness/condition.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

extern const PsCondition ps_condition_band_limit, ps_condition_clipping, ps_condition_reverb,
    ps_condition_packet_loss, ps_condition_gsm, ps_condition_opus;

static const PsCondition *const all[] = {&ps_condition_band_limit, &ps_condition_clipping,
                                         &ps_condition_reverb, &ps_condition_packet_loss};

enum { RATE_HZ = 16000, N_FRAMES = 2 * RATE_HZ };

static PsMedia *recording(size_t n_frames, float (*value_at)(size_t frame))
{
    g_autoptr(PsAudio) audio = ps_audio_new(RATE_HZ, n_frames);
    for (size_t i = 0; i < n_frames; i++)
        audio->frames[i] = value_at(i);
    PsMedia *media = ps_audio_encode(audio, "audio/wav", NULL);
    cr_assert(media != NULL);
    return media;
}

static float tone(size_t frame) // 500 Hz
{
    return 0.5f * (float)sin(2 * M_PI * 500 * (double)frame / RATE_HZ);
}

static float click(size_t frame)
{
    return frame == 0 ? 0.5f : 0;
}

static PsAudio *applied(const PsCondition *condition, const PsMedia *media, double amount)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsMedia) changed = condition->apply(media, amount, 5, &error);
    cr_assert(changed != NULL, "%s: %s", condition->name, error ? error->message : "");
    cr_assert_str_eq(changed->type, "audio/wav");
    PsAudio *audio = ps_audio_decode(changed, 0, &error);
    cr_assert(audio != NULL);
    return audio;
}

// The mean power from one time to another.
static double power(const PsAudio *audio, double from_s, double to_s)
{
    const size_t first = (size_t)(from_s * RATE_HZ), end = (size_t)(to_s * RATE_HZ);
    double sum = 0;
    for (size_t i = first; i < end; i++)
        sum += (double)audio->frames[i] * audio->frames[i];
    return sum / (double)(end - first);
}

Test(conditions_sound, same_seed_gives_same_bytes)
{
    g_autoptr(PsMedia) media = recording(N_FRAMES, tone);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        const double amount = all[i]->least + 1;
        g_autoptr(PsMedia) one = all[i]->apply(media, amount, 9, NULL);
        g_autoptr(PsMedia) two = all[i]->apply(media, amount, 9, NULL);
        cr_expect(g_bytes_equal(one->bytes, two->bytes), "%s", all[i]->name);
    }
}

Test(conditions_sound, every_accepted_amount_works_on_short_and_long)
{
    static const size_t lengths[] = {1, 100, N_FRAMES};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        cr_expect_eq(all[i]->kind, PS_PART_AUDIO);
        for (size_t length = 0; length < G_N_ELEMENTS(lengths); length++) {
            g_autoptr(PsMedia) media = recording(lengths[length], tone);
            g_autoptr(PsAudio) least = applied(all[i], media, all[i]->least);
            g_autoptr(PsAudio) most = applied(all[i], media, all[i]->most);
            cr_expect_eq(least->n_frames, lengths[length]);
            cr_expect_eq(most->n_frames, lengths[length]);
        }
    }
}

Test(conditions_sound, damaged_media_are_a_data_error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("no sound", 8);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "audio/wav", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect(all[i]->apply(media, all[i]->least, 1, &error) == NULL);
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", all[i]->name);
    }
}

Test(conditions_sound, a_band_limit_passes_what_is_below_and_stops_what_is_above)
{
    g_autoptr(PsMedia) media = recording(N_FRAMES, tone);
    g_autoptr(PsAudio) passed = applied(&ps_condition_band_limit, media, 1000);
    g_autoptr(PsAudio) halved = applied(&ps_condition_band_limit, media, 500);
    g_autoptr(PsAudio) stopped = applied(&ps_condition_band_limit, media, 150);
    cr_expect_float_eq(power(passed, 0.5, 1.5), 0.125, 0.0005);
    cr_expect_float_eq(power(halved, 0.5, 1.5), 0.125 / 4, 0.0005);
    cr_expect(power(stopped, 0.5, 1.5) < 0.125e-6);
}

// A sine turned up by 6.02 dB too much lies beyond full scale two thirds of the time.
Test(conditions_sound, clipping_cuts_off_at_full_scale)
{
    g_autoptr(PsMedia) media = recording(N_FRAMES, tone);
    g_autoptr(PsAudio) clipped = applied(&ps_condition_clipping, media, 6.0206);
    double n_at_top = 0;
    for (size_t i = 0; i < clipped->n_frames; i++)
        n_at_top += fabsf(clipped->frames[i]) > 0.999f;
    cr_expect_float_eq(n_at_top / N_FRAMES, 2.0 / 3, 0.05, "%g", n_at_top / N_FRAMES);
}

Test(conditions_sound, silence_stays_silent)
{
    g_autoptr(PsMedia) media = recording(1000, click);
    g_autoptr(PsAudio) silent = applied(&ps_condition_packet_loss, media, 100);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(silent->frames[i], 0);
    g_autoptr(PsMedia) nothing = ps_audio_encode(silent, "audio/wav", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(PsAudio) still = applied(all[i], nothing, all[i]->least);
        cr_expect_eq(power(still, 0, 0.05), 0);
    }
}

// The echoes of a click fall by 60 dB in the time that is asked: by 30 dB in half of it.
Test(conditions_sound, echoes_fall_as_fast_as_asked)
{
    static const double times_s[] = {0.5, 1, 1.5};
    g_autoptr(PsMedia) media = recording(N_FRAMES, click);
    for (size_t i = 0; i < G_N_ELEMENTS(times_s); i++) {
        g_autoptr(PsAudio) room = applied(&ps_condition_reverb, media, times_s[i]);
        const double half_s = times_s[i] / 2;
        const double fall_db =
            10 * log10(power(room, 0.1, 0.3) / power(room, 0.1 + half_s, 0.3 + half_s));
        cr_expect_float_eq(fall_db, 30, 2, "%g s: %g dB", times_s[i], fall_db);
        cr_expect_float_eq(room->frames[0], 0.5, 1e-3);
    }
}

Test(conditions_sound, as_many_packets_are_lost_as_asked)
{
    g_autoptr(PsMedia) media = recording(30 * RATE_HZ, tone);
    g_autoptr(PsAudio) holed = applied(&ps_condition_packet_loss, media, 20);
    double n_lost = 0;
    for (int packet = 0; packet < 1500; packet++)
        n_lost += power(holed, packet * 0.02, packet * 0.02 + 0.02) == 0;
    cr_expect_float_eq(n_lost / 1500, 0.2, 5 * sqrt(0.2 * 0.8 / 1500), "%g", n_lost / 1500);
}

// ---- codecs

// Of a falling row of tones up to 4 kHz, which a codec of speech has to work for.
static float speech_like(size_t frame)
{
    double sum = 0, t = (double)frame / RATE_HZ;
    for (int k = 1; k <= 20; k++)
        sum += sin(2 * M_PI * 190 * k * t + k * k) / k;
    return (float)(0.15 * sum * (1 + 0.8 * sin(2 * M_PI * 3 * t)));
}

// How far what is lost or added lies below what was there, in dB, behind the first 0.2 s.
static double fidelity_db(const PsCondition *condition, double amount, float (*of)(size_t))
{
    g_autoptr(PsMedia) media = recording(N_FRAMES, of);
    g_autoptr(PsAudio) left = applied(condition, media, amount);
    cr_assert_eq(left->n_frames, N_FRAMES);
    cr_assert_eq(left->rate_hz, RATE_HZ);
    double signal = 0, error = 0;
    for (size_t i = RATE_HZ / 5; i < N_FRAMES - RATE_HZ / 5; i++) {
        const double was = of(i), is = left->frames[i];
        signal += was * was;
        error += (is - was) * (is - was);
    }
    return 10 * log10(signal / error);
}

// A delay of a single millisecond would leave next to nothing.
Test(conditions_sound, a_codec_keeps_what_it_can_in_its_place)
{
    const double gsm = fidelity_db(&ps_condition_gsm, 1, speech_like);
    const double opus = fidelity_db(&ps_condition_opus, 64, speech_like);
    cr_expect(gsm > 6, "%g dB", gsm);
    cr_expect(opus > 12, "%g dB", opus);
}

Test(conditions_sound, every_pass_through_gsm_costs)
{
    double last = INFINITY;
    for (int i = 0; i < 5; i++) {
        const double now =
            fidelity_db(&ps_condition_gsm, ps_condition_gsm.severities[i], speech_like);
        cr_expect(now < last, "gsm/%d: %g dB after %g", i + 1, now, last);
        last = now;
    }
}

// Not step by step: Opus changes its way of working between these rates, and with it what a
// comparison of waves can say.
Test(conditions_sound, opus_at_a_tenth_of_the_rate_keeps_less)
{
    cr_expect(fidelity_db(&ps_condition_opus, 64, speech_like)
              > fidelity_db(&ps_condition_opus, 6, speech_like) + 3);
}

static float high_tone(size_t frame) // 6 kHz
{
    return 0.5f * (float)sin(2 * M_PI * 6000 * (double)frame / RATE_HZ);
}

Test(conditions_sound, a_mobile_call_carries_nothing_above_4_kHz)
{
    g_autoptr(PsMedia) media = recording(N_FRAMES, high_tone);
    g_autoptr(PsAudio) left = applied(&ps_condition_gsm, media, 1);
    cr_expect(power(left, 0.5, 1.5) < 0.125e-3);
}

Test(conditions_sound, a_codec_gives_the_same_bytes_every_time)
{
    static const PsCondition *const codecs[] = {&ps_condition_gsm, &ps_condition_opus};
    g_autoptr(PsMedia) media = recording(N_FRAMES, speech_like);
    for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
        g_autoptr(PsMedia) one = codecs[i]->apply(media, 8, 1, NULL);
        g_autoptr(PsMedia) two = codecs[i]->apply(media, 8, 2, NULL);
        cr_expect(g_bytes_equal(one->bytes, two->bytes), "%s", codecs[i]->name);
    }
}

Test(conditions_sound, what_is_no_recording_is_an_error)
{
    g_autoptr(GBytes) bytes = g_bytes_new("no sound", 8);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "audio/wav", NULL);
    g_autoptr(GError) error = NULL;
    cr_expect(ps_condition_opus.apply(media, 16, 1, &error) == NULL);
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}
