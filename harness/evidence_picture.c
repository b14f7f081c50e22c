#include "harness/evidence_picture.h"

#include <math.h>
#include <string.h>

#define PANEL_WIDTH_PX 600
#define PANEL_HEIGHT_PX 90
#define PANEL_MARGIN_PX 6
#define PANELS_MOST 6
#define INK 40
#define PAPER 255
#define RULE 225

// ---- videos

static void paste(PsImage *sheet, const PsImage *image, int left_px)
{
    int width = MIN(image->width_px, sheet->width_px - left_px);
    int height = MIN(image->height_px, sheet->height_px);
    for (int y = 0; y < height; y++)
        memcpy(sheet->pixels + 3 * ((size_t)y * (size_t)sheet->width_px + (size_t)left_px),
               image->pixels + 3 * (size_t)y * (size_t)image->width_px, 3 * (size_t)width);
}

PsImage *ps_clip_picture(const PsClip *clip, int width_px, GError **error)
{
    const PsImage *first = clip->frames[0].image;
    int share_px = MAX(width_px / (int)clip->n_frames, 1);
    double scale = fmin(1, (double)share_px / first->width_px);
    g_autoptr(PsImage) sheet = NULL;
    for (size_t i = 0; i < clip->n_frames; i++) {
        g_autoptr(PsImage) small = ps_image_resize(clip->frames[i].image, scale, error);
        if (small == NULL) return NULL;
        if (sheet == NULL) {
            sheet = ps_image_new(small->width_px * (int)clip->n_frames, small->height_px, 3);
            memset(sheet->pixels, PAPER,
                   3 * (size_t)sheet->width_px * (size_t)sheet->height_px);
        }
        paste(sheet, small, (int)i * (sheet->width_px / (int)clip->n_frames));
    }
    return g_steal_pointer(&sheet);
}

// ---- series

// The least and greatest of values[first … end-1] that are there; NAN if none is.
static void
range_of(const double *values, size_t first, size_t end, double *least, double *greatest)
{
    *least = *greatest = NAN;
    for (size_t row = first; row < end; row++) {
        *least = fmin(*least, values[row]);
        *greatest = fmax(*greatest, values[row]);
    }
}

static int height_of(double value, double least, double greatest)
{
    double inner = PANEL_HEIGHT_PX - 2 * PANEL_MARGIN_PX - 1;
    double share = greatest > least ? (value - least) / (greatest - least) : 0.5;
    return PANEL_MARGIN_PX + (int)lround(inner * (1 - share));
}

static void stroke(PsImage *image, int x, int top, int bottom)
{
    for (int y = top; y <= bottom; y++)
        image->pixels[(size_t)y * (size_t)image->width_px + (size_t)x] = INK;
}

static void draw_panel(PsImage *image, const PsChannel *channel, size_t n_rows, int top_px)
{
    double least, greatest;
    const double *values = channel->values;
    memset(image->pixels + (size_t)top_px * PANEL_WIDTH_PX, RULE, PANEL_WIDTH_PX);
    if (values == NULL) return;
    range_of(values, 0, n_rows, &least, &greatest);
    for (int x = 0; x < PANEL_WIDTH_PX && !isnan(least); x++) {
        size_t first = (size_t)x * n_rows / PANEL_WIDTH_PX;
        size_t end = MAX(((size_t)x + 1) * n_rows / PANEL_WIDTH_PX, first + 1);
        // One row more, so that neighbouring strokes meet, but not across a gap.
        bool meets = end < n_rows && !isnan(values[end - 1]);
        double low, high;
        range_of(values, first, end + meets, &low, &high);
        if (isnan(low)) continue;
        stroke(image, x, top_px + height_of(high, least, greatest),
               top_px + height_of(low, least, greatest));
    }
}

PsImage *ps_series_picture(const PsSeries *series)
{
    int n_panels = (int)MIN(series->n_channels, PANELS_MOST);
    PsImage *image = ps_image_new(PANEL_WIDTH_PX, n_panels * PANEL_HEIGHT_PX, 1);
    memset(image->pixels, PAPER, (size_t)image->width_px * (size_t)image->height_px);
    for (int i = 0; i < n_panels; i++)
        draw_panel(image, &series->channels[i], series->n_rows, i * PANEL_HEIGHT_PX);
    return image;
}
