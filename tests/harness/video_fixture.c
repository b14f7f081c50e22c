#include "video_fixture.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static PsMedia *run_ffmpeg(const char *extension, const char *const *inputs)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *name = g_strdup_printf("proofsheet-XXXXXX.%s", extension);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    int fd = g_mkstemp(path), status = 0;
    cr_assert(fd >= 0);
    close(fd);
    g_autoptr(GError) error = NULL;
    static const char *const head[] = {"ffmpeg",  "-v",        "error", "-y",
                                       "-fflags", "+bitexact", NULL};
    for (size_t i = 0; head[i] != NULL; i++)
        g_ptr_array_add(words, (char *)head[i]);
    for (; *inputs != NULL; inputs++)
        g_ptr_array_add(words, (char *)*inputs);
    g_ptr_array_add(words, path);
    g_ptr_array_add(words, NULL);
    cr_assert(g_spawn_sync(NULL, (char **)words->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                           NULL, NULL, &status, &error),
              "%s", error != NULL ? error->message : "");
    char *data;
    size_t length;
    cr_assert_eq(status, 0);
    cr_assert(g_file_get_contents(path, &data, &length, NULL));
    g_unlink(path);
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, length);
    return ps_media_new(bytes, NULL, path);
}

PsMedia *video_fixture(const char *extension, bool with_sound)
{
    const char *inputs[] = {"-f",
                            "lavfi",
                            "-i",
                            "color=red:s=160x120:r=10:d=2[a];color=blue:s=160x120:r=10:d=1[b];"
                            "color=lime:s=160x120:r=10:d=3[c];[a][b][c]concat=n=3",
                            "-f",
                            "lavfi",
                            "-i",
                            "sine=440:d=6",
                            "-map",
                            "0:v",
                            "-map",
                            "1:a",
                            "-pix_fmt",
                            "yuv420p",
                            "-shortest",
                            NULL};
    if (with_sound) return run_ffmpeg(extension, inputs);
    inputs[4] = "-map", inputs[5] = "0:v", inputs[6] = "-pix_fmt", inputs[7] = "yuv420p";
    inputs[8] = NULL;
    return run_ffmpeg(extension, inputs);
}

PsMedia *video_fixture_of(const char *lavfi)
{
    const char *const inputs[] = {"-f", "lavfi", "-i", lavfi, "-pix_fmt", "yuv420p", NULL};
    return run_ffmpeg("mp4", inputs);
}

// ffmpeg writes the turn only where it copies what was encoded before.
PsMedia *turned_video_fixture(int degrees)
{
    g_autoptr(PsMedia) stored =
        video_fixture_of("color=red:s=80x120:r=5:d=1[a];color=blue:s=80x120:r=5:d=1[b];"
                         "[a][b]hstack");
    g_autofree char *turn = g_strdup_printf("rotate=%d", degrees);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "proofsheet-XXXXXX.mp4", NULL);
    int fd = g_mkstemp(path);
    cr_assert(fd >= 0);
    close(fd);
    size_t length;
    const char *bytes = g_bytes_get_data(stored->bytes, &length);
    cr_assert(g_file_set_contents(path, bytes, (gssize)length, NULL));
    const char *const inputs[] = {"-i", path, "-c", "copy", "-metadata:s:v:0", turn, NULL};
    PsMedia *turned = run_ffmpeg("mp4", inputs);
    g_unlink(path);
    return turned;
}

PsMedia *document_fixture(int n_pages)
{
    g_autoptr(GString) kids = g_string_new(NULL);
    g_autoptr(GString) pdf = g_string_new("%PDF-1.4\n");
    g_autoptr(GArray) offsets = g_array_new(false, false, sizeof(size_t));
    for (int i = 0; i < n_pages; i++)
        g_string_append_printf(kids, "%d 0 R ", 4 + 2 * i);
    g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(objects, g_strdup("<</Type/Catalog/Pages 2 0 R>>"));
    g_ptr_array_add(objects,
                    g_strdup_printf("<</Type/Pages/Kids[%s]/Count %d>>", kids->str, n_pages));
    g_ptr_array_add(objects, g_strdup("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"));
    for (int i = 0; i < n_pages; i++) {
        g_autofree char *text =
            g_strdup_printf("BT /F1 24 Tf 50 150 Td (Page %d) Tj ET", i + 1);
        g_ptr_array_add(objects,
                        g_strdup_printf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]"
                                        "/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>",
                                        5 + 2 * i));
        g_ptr_array_add(objects, g_strdup_printf("<</Length %zu>>stream\n%s\nendstream",
                                                 strlen(text), text));
    }
    for (guint i = 0; i < objects->len; i++) {
        g_array_append_val(offsets, pdf->len);
        g_string_append_printf(pdf, "%u 0 obj\n%s\nendobj\n", i + 1, (char *)objects->pdata[i]);
    }
    size_t start = pdf->len;
    g_string_append_printf(pdf, "xref\n0 %u\n0000000000 65535 f \n", objects->len + 1);
    for (guint i = 0; i < objects->len; i++)
        g_string_append_printf(pdf, "%010zu 00000 n \n", g_array_index(offsets, size_t, i));
    g_string_append_printf(pdf, "trailer<</Size %u/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF",
                           objects->len + 1, start);
    g_autoptr(GBytes) bytes = g_bytes_new(pdf->str, pdf->len);
    return ps_media_new(bytes, NULL, "document.pdf");
}

PsMedia *series_fixture(const char *csv)
{
    g_autoptr(GBytes) bytes = g_bytes_new(csv, strlen(csv));
    return ps_media_new(bytes, NULL, "series.csv");
}

char middle_colour(const PsImage *image)
{
    size_t middle = (size_t)(image->height_px / 2) * (size_t)image->width_px
                    + (size_t)(image->width_px / 2);
    const uint8_t *pixel = image->pixels + 3 * middle;
    if (pixel[0] >= pixel[1] && pixel[0] >= pixel[2]) return 'r';
    return pixel[1] >= pixel[2] ? 'g' : 'b';
}

PsMedia *truncated(const PsMedia *media)
{
    g_autoptr(GBytes) half =
        g_bytes_new_from_bytes(media->bytes, 0, g_bytes_get_size(media->bytes) / 2);
    return ps_media_new(half, media->type, NULL);
}
