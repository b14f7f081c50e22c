// The pieces of the HTML report (html.c), one file each. A piece appends whole elements to
// `out`. Markup is written as string literals with numbers in them; every other text goes
// through ps_html_text or ps_html_name, which no text can leave.
#pragma once

#include "harness/sheet.h"

// ---- Text ----------------------------------------------------------------------------

void ps_html_text(GString *out, const char *text); // long texts: answers, prompts
void ps_html_name(GString *out, const char *text); // names, keys, titles
// The same inside <bdi>, so that right-to-left names do not reorder what stands around them.
void ps_html_bdi(GString *out, const char *text);
// Appends ` name="text"`.
void ps_html_attribute(GString *out, const char *name, const char *text);

// ---- Style (html_style.c) ------------------------------------------------------------

extern const char ps_html_css[]; // html.css, put into the program by the build

// The document's policy: nothing is fetched, nothing runs, only this style applies. Caller's.
char *ps_html_policy(void);

// ---- The page (html_page.c) ----------------------------------------------------------

// Everything before and after what <main> holds. results is the id that a skip link leads to.
void ps_html_begin(GString *out, const char *title, const char *subtitle, const char *results);
void ps_html_end(GString *out);

// The logo and the name, first in the header.
void ps_html_brand(GString *out);

// An entry of <dl class="facts">.
void ps_html_fact(GString *out, const char *name, const char *value);

// ---- Drawings (html_chart.c) ---------------------------------------------------------

// The horizontal axis that the cells of one metric share, in the metric's printed unit.
typedef struct {
    double low, high; // low < high, or both 0: there is nothing to draw
    double mark;      // a line across every cell (the whole task's value, or 0); NAN: none
} PsHtmlAxis;

// The axis that holds every value and interval of estimates[n_estimates] of one metric; those
// that are not defined do not count.
PsHtmlAxis ps_html_axis_over(const PsEstimate *const *estimates,
                             size_t n_estimates,
                             const PsMetric *metric,
                             double mark);

// The axis of differences, with 0 in its middle.
PsHtmlAxis ps_html_difference_axis_over(const PsEstimate *const *estimates,
                                        size_t n_estimates,
                                        const PsMetric *metric);

// The axis that holds every value and interval of metric number index of task.
PsHtmlAxis ps_html_axis(const PsSheetTask *task, size_t index);

// The axis of the differences to clean, with 0 in its middle.
PsHtmlAxis ps_html_difference_axis(const PsSheetTask *task, size_t index);

// The axis' ends in figures, to stand above or below what is drawn on it.
void ps_html_axis_ends(GString *out, const PsHtmlAxis *axis, const PsMetric *metric);

// A dot with whiskers. It repeats the numbers beside it, so it is hidden from screen readers.
void ps_html_interval(GString *out,
                      const PsHtmlAxis *axis,
                      const PsEstimate *estimate,
                      double scale);

// A bar of the outcomes' shares, also beside its numbers.
void ps_html_outcomes(GString *out, const size_t outcomes[PS_N_OUTCOMES]);

// The class of an outcome, "o0" to "o4".
void ps_html_outcome_class(GString *out, PsOutcome outcome);

// ---- Sections ------------------------------------------------------------------------

// Title, system, time, facts, datasets, the strip of tasks (html_head.c).
void ps_html_head(GString *out, const PsSheet *sheet);

// The values of one task and its slices (html_table.c).
void ps_html_whole(GString *out, const PsSheetTask *task);
void ps_html_slices(GString *out, const PsSheet *sheet, size_t task_index);

// What more and more of each capture condition does (html_dose.c); nothing if none has two
// amounts.
void ps_html_doses(GString *out, const PsSheetTask *task);

// The samples behind the numbers of one task (html_frame.c). *media_bytes counts what the
// document already holds.
void ps_html_frames(GString *out, const PsSheet *sheet, size_t task_index, size_t *media_bytes);

// Anchors: t0, t0s3, f12. They come from positions, never from text.
