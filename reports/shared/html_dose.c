// Dose and response: for each capture condition that a task has in two amounts or more, a
// drawing of the first metric from clean to the strongest. Amounts stand in their order, not to
// scale; whole coordinates as in html_chart.c.
#include "reports/shared/html.h"
#include "reports/shared/number.h"

#include <math.h>

#define BOX_WIDTH 480
#define BOX_HEIGHT 270
#define LEFT 70 // of the room for the points
#define RIGHT 450
#define TOP 20
#define BOTTOM 210

// The slices of one condition, from mild to severe.
typedef struct {
    const PsCondition *condition;
    GPtrArray *doses; // const PsSheetSlice *
} Curve;

static void curve_clear(void *curve)
{
    g_ptr_array_unref(((Curve *)curve)->doses);
}

// A condition whose amount falls with the severity (a JPEG's quality) begins at the largest.
static int compare_doses(gconstpointer a, gconstpointer b)
{
    const PsSheetSlice *first = *(PsSheetSlice *const *)a, *second = *(PsSheetSlice *const *)b;
    const double *severities = first->condition->severities;
    const double order = (first->amount - second->amount) * (severities[4] - severities[0]);
    return (order > 0) - (order < 0);
}

static GPtrArray *doses_of(GArray *curves, const PsCondition *condition)
{
    for (guint i = 0; i < curves->len; i++)
        if (g_array_index(curves, Curve, i).condition == condition)
            return g_array_index(curves, Curve, i).doses;
    const Curve curve = {condition, g_ptr_array_new()};
    g_array_append_val(curves, curve);
    return curve.doses;
}

static int compare_curves(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(((const Curve *)a)->condition->name, ((const Curve *)b)->condition->name);
}

// Those with two doses or more, by name.
static GArray *curves_of(const PsSheetTask *task)
{
    GArray *curves = g_array_new(false, false, sizeof(Curve));
    g_array_set_clear_func(curves, curve_clear);
    for (size_t i = 0; i < task->n_slices; i++)
        if (task->slices[i].condition != NULL)
            g_ptr_array_add(doses_of(curves, task->slices[i].condition),
                            (void *)&task->slices[i]);
    for (guint i = curves->len; i-- > 0;) {
        GPtrArray *doses = g_array_index(curves, Curve, i).doses;
        g_ptr_array_sort(doses, compare_doses);
        if (doses->len < 2) g_array_remove_index(curves, i);
    }
    g_array_sort(curves, compare_curves);
    return curves;
}

// ---- the drawing

static const PsEstimate *estimate_of(const PsSheetSlice *slice)
{
    return &slice->cells[0].estimate;
}

// Of all curves of a task, so that they can be compared.
static PsHtmlAxis axis_of(const PsSheetTask *task, const GArray *curves)
{
    const PsEstimate *clean = estimate_of(&task->whole);
    g_autoptr(GPtrArray) estimates = g_ptr_array_new();
    g_ptr_array_add(estimates, (void *)clean);
    for (guint i = 0; i < curves->len; i++) {
        const GPtrArray *doses = g_array_index(curves, Curve, i).doses;
        for (guint d = 0; d < doses->len; d++)
            g_ptr_array_add(estimates, (void *)estimate_of(doses->pdata[d]));
    }
    const double mark = clean->is_defined ? clean->value * task->metrics[0]->unit_scale : NAN;
    return ps_html_axis_over((const PsEstimate *const *)estimates->pdata, estimates->len,
                             task->metrics[0], mark);
}

static int height_of(const PsHtmlAxis *axis, double value)
{
    const double share = (value - axis->low) / (axis->high - axis->low);
    return BOTTOM - (int)lround(CLAMP(share, 0, 1) * (BOTTOM - TOP));
}

static int place_of(guint index, guint n)
{
    return LEFT + 20 + (int)(index * (RIGHT - LEFT - 40) / MAX(n - 1, 1));
}

static void append_amount(GString *out, double amount)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", amount));
}

static void append_frame(GString *out, const PsHtmlAxis *axis, const PsMetric *metric)
{
    g_string_append_printf(out, "<path class=\"axes\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, BOTTOM,
                           RIGHT);
    if (isfinite(axis->mark))
        g_string_append_printf(out, "<path class=\"mark\" d=\"M%d %dH%d\"/>", LEFT,
                               height_of(axis, axis->mark), RIGHT);
    const double ends[] = {axis->high, axis->low};
    for (int i = 0; i < 2; i++) {
        g_string_append_printf(out, "<text class=\"end\" x=\"%d\" y=\"%d\">", LEFT - 8,
                               height_of(axis, ends[i]) + 6);
        ps_number_append_value(out, metric, ends[i] / metric->unit_scale);
        g_string_append(out, "</text>");
    }
}

// A line between neighbours that both have a value.
static void append_step(GString *out,
                        const PsHtmlAxis *axis,
                        const PsEstimate *const *points,
                        guint index,
                        guint n,
                        double scale)
{
    if (!points[index]->is_defined || !points[index - 1]->is_defined) return;
    g_string_append_printf(out, "<path class=\"line\" d=\"M%d %dL%d %d\"/>",
                           place_of(index - 1, n),
                           height_of(axis, points[index - 1]->value * scale),
                           place_of(index, n), height_of(axis, points[index]->value * scale));
}

static void
append_point(GString *out, const PsHtmlAxis *axis, const PsEstimate *point, int x, double scale)
{
    if (!point->is_defined) return;
    if (point->has_interval)
        g_string_append_printf(out, "<path class=\"whisker\" d=\"M%d %dV%d\"/>", x,
                               height_of(axis, point->low * scale),
                               height_of(axis, point->high * scale));
    g_string_append_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"6\"/>", x,
                           height_of(axis, point->value * scale));
}

static void append_under(GString *out, const PsSheetSlice *dose, int x)
{
    g_string_append_printf(out, "<text x=\"%d\" y=\"%d\">", x, BOTTOM + 26);
    if (dose->condition != NULL)
        append_amount(out, dose->amount);
    else
        g_string_append(out, "clean");
    g_string_append(out, "</text>");
}

// The same in words, for who does not see it: "blur: clean 93.1%, 1 90.2%, 2 n/a".
static void append_words(GString *out,
                         const Curve *curve,
                         const PsSheetSlice *const *doses,
                         guint n,
                         const PsMetric *metric)
{
    g_autoptr(GString) words = g_string_new(curve->condition->name);
    for (guint i = 0; i < n; i++) {
        g_string_append(words, i == 0 ? ": clean " : ", ");
        if (i > 0) append_amount(words, doses[i]->amount);
        if (i > 0) g_string_append_c(words, ' ');
        if (estimate_of(doses[i])->is_defined)
            ps_number_append_value(words, metric, estimate_of(doses[i])->value);
        else
            g_string_append(words, "n/a");
    }
    ps_html_attribute(out, "aria-label", words->str);
}

static void
append_curve(GString *out, const PsSheetTask *task, const Curve *curve, const PsHtmlAxis *axis)
{
    const PsMetric *metric = task->metrics[0];
    const guint n = curve->doses->len + 1;
    g_autofree const PsSheetSlice **doses = g_new(const PsSheetSlice *, n);
    g_autofree const PsEstimate **points = g_new(const PsEstimate *, n);
    for (guint i = 0; i < n; i++) {
        doses[i] = i == 0 ? &task->whole : curve->doses->pdata[i - 1];
        points[i] = estimate_of(doses[i]);
    }
    g_string_append_printf(out, "<svg class=\"dose\" viewBox=\"0 0 %d %d\" role=\"img\"",
                           BOX_WIDTH, BOX_HEIGHT);
    append_words(out, curve, doses, n, metric);
    g_string_append_c(out, '>');
    append_frame(out, axis, metric);
    for (guint i = 1; i < n; i++)
        append_step(out, axis, points, i, n, metric->unit_scale);
    for (guint i = 0; i < n; i++) {
        append_point(out, axis, points[i], place_of(i, n), metric->unit_scale);
        append_under(out, doses[i], place_of(i, n));
    }
    g_string_append_printf(out, "<text x=\"%d\" y=\"%d\">", (LEFT + RIGHT) / 2, BOTTOM + 52);
    ps_html_name(out, curve->condition->unit);
    g_string_append(out, "</text></svg>");
}

void ps_html_doses(GString *out, const PsSheetTask *task)
{
    g_autoptr(GArray) curves = curves_of(task);
    const PsHtmlAxis axis = axis_of(task, curves);
    if (curves->len == 0 || axis.high <= axis.low) return;
    g_string_append(out, "<h3>Dose and response</h3><p class=\"legend\">");
    ps_html_name(out, task->metrics[0]->title);
    g_string_append(out, " under more and more of a capture condition, on the same samples; "
                         "amounts in their order, not to scale. Whiskers: 95% intervals; "
                         "dashed: clean.</p><div class=\"doses\">");
    for (guint i = 0; i < curves->len; i++) {
        const Curve *curve = &g_array_index(curves, Curve, i);
        g_string_append(out, "<figure><h4>");
        ps_html_name(out, curve->condition->name);
        g_string_append(out, "</h4>");
        append_curve(out, task, curve, &axis);
        g_string_append(out, "<figcaption>");
        ps_html_text(out, curve->condition->summary);
        g_string_append(out, "</figcaption></figure>");
    }
    g_string_append(out, "</div>");
}
