// Drawings are small SVGs in a box of 1200 × 140 units with whole coordinates: no decimal point
// can come out in the wrong locale. Colours are classes, so that dark mode and print change
// them.
#include "reports/shared/html.h"

#include <math.h>
#include <string.h>

#define BOX_WIDTH 1200
#define BOX_HEIGHT 140
#define MARGIN 35 // room for the dot at either end

typedef struct {
    double low, high;
} Span;

static void widen(Span *span, double value)
{
    if (!isfinite(value)) return;
    span->low = fmin(span->low, value);
    span->high = fmax(span->high, value);
}

// Ends of an interval count up to limit on either side: one slice of few rows must not press
// all the others together.
static void
widen_by_interval(Span *span, const PsEstimate *estimate, double scale, double limit)
{
    if (!estimate->is_defined || !estimate->has_interval) return;
    widen(span, fmax(estimate->low * scale, -limit));
    widen(span, fmin(estimate->high * scale, limit));
}

static Span
measure(const PsEstimate *const *estimates, size_t n_estimates, const PsMetric *metric)
{
    double scale = metric->unit_scale;
    Span span = {INFINITY, -INFINITY};
    for (size_t i = 0; i < n_estimates; i++)
        if (estimates[i]->is_defined) widen(&span, estimates[i]->value * scale);
    double limit = 1.5 * fmax(fabs(span.low), fabs(span.high));
    // Shares that are all 0 have intervals all the same.
    if (limit <= 0 && metric->range != PS_RANGE_POSITIVE) limit = scale;
    for (size_t i = 0; i < n_estimates && span.low <= span.high; i++)
        widen_by_interval(&span, estimates[i], scale, limit);
    return span;
}

// The smallest of 1, 2, 5 times a power of ten that is at least size.
static double nice_step(double size)
{
    double power = pow(10, floor(log10(size)));
    double lead = size / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

// Ends on round numbers. Shares do not go beyond 0 and 1.
static PsHtmlAxis round_axis(Span span, const PsMetric *metric, double mark)
{
    PsHtmlAxis axis = {.mark = mark};
    if (span.low > span.high) return axis;
    double width = fmax(span.high - span.low, fmax(fabs(span.high), 1e-9) * 0.01);
    double step = nice_step(width / 4);
    axis.low = floor(span.low / step) * step;
    axis.high = ceil(span.high / step) * step;
    if (axis.high <= axis.low) axis.high = axis.low + step;
    if (metric->range != PS_RANGE_POSITIVE) {
        axis.low = fmax(axis.low, 0);
        axis.high = fmin(axis.high, metric->unit_scale);
    }
    return axis.high > axis.low ? axis : (PsHtmlAxis){.mark = mark};
}

PsHtmlAxis ps_html_axis_over(const PsEstimate *const *estimates,
                             size_t n_estimates,
                             const PsMetric *metric,
                             double mark)
{
    return round_axis(measure(estimates, n_estimates, metric), metric, mark);
}

PsHtmlAxis ps_html_difference_axis_over(const PsEstimate *const *estimates,
                                        size_t n_estimates,
                                        const PsMetric *metric)
{
    Span span = measure(estimates, n_estimates, metric);
    double end = fmax(fabs(span.low), fabs(span.high));
    if (span.low > span.high || end <= 0) return (PsHtmlAxis){.mark = 0};
    return (PsHtmlAxis){.low = -end, .high = end, .mark = 0};
}

// The estimates of metric number index: those of the slices, then the whole task's. The array
// is the caller's.
static const PsEstimate **
collect_estimates(const PsSheetTask *task, size_t index, bool is_difference)
{
    const PsEstimate **estimates = g_new(const PsEstimate *, task->n_slices + 1);
    for (size_t i = 0; i <= task->n_slices; i++) {
        const PsSheetSlice *slice = i < task->n_slices ? &task->slices[i] : &task->whole;
        const PsSheetCell *cell = &slice->cells[index];
        estimates[i] = is_difference ? &cell->difference : &cell->estimate;
    }
    return estimates;
}

PsHtmlAxis ps_html_axis(const PsSheetTask *task, size_t index)
{
    const PsMetric *metric = task->metrics[index];
    const PsEstimate *whole = &task->whole.cells[index].estimate;
    double mark = whole->is_defined ? whole->value * metric->unit_scale : (double)NAN;
    g_autofree const PsEstimate **estimates = collect_estimates(task, index, false);
    return ps_html_axis_over(estimates, task->n_slices + 1, metric, mark);
}

PsHtmlAxis ps_html_difference_axis(const PsSheetTask *task, size_t index)
{
    g_autofree const PsEstimate **estimates = collect_estimates(task, index, true);
    return ps_html_difference_axis_over(estimates, task->n_slices + 1, task->metrics[index]);
}

// An end of an axis is a round number and needs no decimals.
static void append_end(GString *out, const PsMetric *metric, double printed)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", printed));
    g_string_append(out, strcmp(metric->unit, "%") == 0 || *metric->unit == '\0' ? "" : " ");
    ps_html_name(out, metric->unit);
}

void ps_html_axis_ends(GString *out, const PsHtmlAxis *axis, const PsMetric *metric)
{
    if (axis->high <= axis->low) return;
    g_string_append(out, "<span class=\"axis\"><span>");
    append_end(out, metric, axis->low);
    g_string_append(out, "</span><span>");
    append_end(out, metric, axis->high);
    g_string_append(out, "</span></span>");
}

static int position(const PsHtmlAxis *axis, double value)
{
    double share = (value - axis->low) / (axis->high - axis->low);
    share = fmin(fmax(share, 0), 1);
    return MARGIN + (int)lround(share * (BOX_WIDTH - 2 * MARGIN));
}

static void append_mark(GString *out, const PsHtmlAxis *axis)
{
    if (!isfinite(axis->mark)) return;
    g_string_append_printf(out, "<path class=\"mark\" d=\"M%d 0v%d\"/>",
                           position(axis, axis->mark), BOX_HEIGHT);
}

// A whisker that goes on beyond the axis has no end there.
static void append_whiskers(GString *out, const PsHtmlAxis *axis, double low, double high)
{
    int start = position(axis, low), end = position(axis, high);
    g_string_append_printf(out, "<path class=\"whisker\" d=\"M%d 70H%d", start, end);
    if (low >= axis->low) g_string_append_printf(out, "M%d 35v70", start);
    if (high <= axis->high) g_string_append_printf(out, "M%d 35v70", end);
    g_string_append(out, "\"/>");
}

void ps_html_interval(GString *out,
                      const PsHtmlAxis *axis,
                      const PsEstimate *estimate,
                      double scale)
{
    if (!estimate->is_defined || axis->high <= axis->low) return;
    g_string_append_printf(
        out, "<svg class=\"interval\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">", BOX_WIDTH,
        BOX_HEIGHT);
    append_mark(out, axis);
    if (estimate->has_interval)
        append_whiskers(out, axis, estimate->low * scale, estimate->high * scale);
    g_string_append_printf(out, "<circle cx=\"%d\" cy=\"70\" r=\"30\"/></svg>",
                           position(axis, estimate->value * scale));
}

void ps_html_outcome_class(GString *out, PsOutcome outcome)
{
    g_string_append_printf(out, "o%d", (int)outcome);
}

void ps_html_outcomes(GString *out, const size_t outcomes[PS_N_OUTCOMES])
{
    double total = 0, before = 0;
    for (int i = 0; i < PS_N_OUTCOMES; i++)
        total += (double)outcomes[i];
    if (total <= 0) return;
    g_string_append_printf(out,
                           "<svg class=\"outcomes\" viewBox=\"0 0 %d 80\" "
                           "preserveAspectRatio=\"none\" aria-hidden=\"true\">",
                           BOX_WIDTH);
    for (int i = 0; i < PS_N_OUTCOMES; i++) {
        if (outcomes[i] == 0) continue;
        int start = (int)lround(before / total * BOX_WIDTH);
        before += (double)outcomes[i];
        int end = (int)lround(before / total * BOX_WIDTH);
        g_string_append_printf(out, "<rect class=\"o%d\" x=\"%d\" width=\"%d\" height=\"80\"/>",
                               i, start, MAX(end - start, 12));
    }
    g_string_append(out, "</svg>");
}
