#include "adapters/shared/engine_media.h"

#include "harness/error.h"

#include <string.h>

bool ps_engine_fail(GError **error, int code, const char *where, const PeError *problem)
{
    g_autofree char *valid = g_utf8_make_valid(problem->message, -1);
    return ps_fail(error, code, "%s%s%s", where != NULL ? where : "", where != NULL ? ": " : "",
                   valid);
}

// Grey becomes RGB; the caller's.
static uint8_t *rgb_of(const PsImage *image)
{
    const size_t n = (size_t)image->width_px * (size_t)image->height_px;
    uint8_t *pixels = g_malloc(3 * n);
    for (size_t i = 0; i < n; i++)
        for (size_t band = 0; band < 3; band++)
            pixels[3 * i + band] = image->pixels[image->n_bands == 1 ? i : 3 * i + band];
    return pixels;
}

bool ps_engine_picture(const PsMedia *media, PePicture *picture, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return false;
    *picture = (PePicture){(size_t)image->width_px, (size_t)image->height_px, rgb_of(image)};
    return true;
}

// A resampled recording that is as loud as can be goes beyond that here and there.
static void clip(PsAudio *audio)
{
    for (size_t i = 0; i < audio->n_frames; i++)
        audio->frames[i] = CLAMP(audio->frames[i], -1, 1);
}

PsAudio *ps_engine_sound(const PsMedia *media, GError **error)
{
    PsAudio *audio = ps_audio_decode(media, PE_SOUND_RATE_HZ, error);
    if (audio != NULL) clip(audio);
    return audio;
}

bool ps_engine_add_picture(PeSensesWork *work,
                           const PsMedia *media,
                           PePrompt *prompt,
                           GError **error)
{
    PePicture picture;
    PeError problem = {0};
    if (!ps_engine_picture(media, &picture, error)) return false;
    const bool is_ok = pe_senses_add_picture(work, &picture, prompt, &problem);
    g_free((void *)picture.pixels);
    return is_ok || ps_engine_fail(error, PS_ERROR_DATA, "the picture", &problem);
}

bool ps_engine_add_sound(PeSensesWork *work,
                         const PsMedia *media,
                         PePrompt *prompt,
                         GError **error)
{
    g_autoptr(PsAudio) audio = ps_engine_sound(media, error);
    if (audio == NULL) return false;
    const PeSound sound = {audio->n_frames, audio->frames};
    PeError problem = {0};
    return pe_senses_add_sound(work, &sound, prompt, &problem)
           || ps_engine_fail(error, PS_ERROR_DATA, "the recording", &problem);
}

bool ps_engine_add_text(const PeModel *model,
                        const char *text,
                        size_t length,
                        bool with_control,
                        PePrompt *prompt,
                        GError **error)
{
    PeTokens tokens = {0};
    PeError problem = {0};
    const bool is_ok =
        pe_tokenize(model->vocabulary, text, length, with_control, &tokens, &problem)
        && pe_prompt_add_tokens(prompt, tokens.ids, tokens.n, &problem);
    pe_tokens_clear(&tokens);
    return is_ok || ps_engine_fail(error, PS_ERROR_DATA, "the text", &problem);
}
