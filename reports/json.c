// JSON: the whole sheet except the bytes of the media. Every number is in the metric's printed
// `unit`; divide by `unit_scale` for the metric's own. What is undefined is null. `version`
// grows when a member changes its meaning or goes away; readers ignore members that they do not
// know. Findings: findings/json.c.
#include "harness/json.h"
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/member.h"
#include "reports/shared/number.h"

#include <math.h>
#include <string.h>

#define FORMAT_VERSION 1

// Unix time in ns does not fit a double: it is there as text too.
static void add_time(GString *out, const char *key_ns, const char *key, int64_t unix_ns)
{
    ps_json_append_key(out, key_ns);
    ps_json_append_integer(out, unix_ns);
    g_autoptr(GString) text = g_string_new(NULL);
    ps_number_append_time_rfc3339(text, unix_ns);
    ps_member_add_string(out, key, text->len > 0 ? text->str : NULL);
}

static void
add_estimate(GString *out, const char *key, const PsEstimate *estimate, double scale)
{
    ps_member_open(out, key, '{');
    ps_member_add_numbers(out, estimate, scale);
    g_string_append_c(out, '}');
}

static void append_cell(GString *out, const PsMetric *metric, const PsSheetCell *cell)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "metric", metric->name);
    add_estimate(out, "estimate", &cell->estimate, metric->unit_scale);
    if (cell->difference.is_defined)
        add_estimate(out, "difference_to_clean", &cell->difference, metric->unit_scale);
    g_string_append_c(out, '}');
}

static void append_slice(GString *out, const PsSheetTask *task, const PsSheetSlice *slice)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "slicer", slice->slicer);
    ps_member_add_string(out, "title", slice->title);
    ps_member_add_string(out, "key", slice->key);
    if (slice->condition != NULL) {
        ps_member_add_string(out, "condition", slice->condition->name);
        ps_member_add_number(out, "amount", slice->amount);
        ps_member_add_string(out, "amount_unit", slice->condition->unit);
    }
    ps_member_add_count(out, "n_items", slice->n_items);
    ps_member_open(out, "outcomes", '{');
    for (int i = 0; i < PS_N_OUTCOMES; i++)
        ps_member_add_count(out, ps_outcome_name((PsOutcome)i), slice->outcomes[i]);
    g_string_append_c(out, '}');
    ps_member_open(out, "cells", '[');
    for (size_t i = 0; i < task->n_metrics; i++) {
        ps_member_next(out, i);
        append_cell(out, task->metrics[i], &slice->cells[i]);
    }
    g_string_append_c(out, ']');
    ps_member_open(out, "evidence", '[');
    for (size_t i = 0; i < slice->n_evidence; i++) {
        ps_member_next(out, i);
        ps_json_append_integer(out, (int64_t)slice->evidence[i]);
    }
    g_string_append(out, "]}");
}

static const char *direction_name(PsDirection direction)
{
    switch (direction) {
    case PS_HIGHER_IS_BETTER:
        return "higher is better";
    case PS_LOWER_IS_BETTER:
        return "lower is better";
    case PS_NEITHER_IS_BETTER:
        return "neither is better";
    }
    return NULL;
}

static void append_metric(GString *out, const PsMetric *metric, bool is_of_suite)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "name", metric->name);
    ps_member_add_string(out, "title", metric->title);
    ps_member_add_string(out, "summary", metric->summary);
    ps_member_add_string(out, "unit", metric->unit);
    ps_member_add_number(out, "unit_scale", metric->unit_scale);
    ps_member_add_string(out, "source", metric->source);
    ps_member_add_string(out, "direction", direction_name(metric->direction));
    ps_member_add_bool(out, "is_derived", metric->is_derived);
    ps_member_add_bool(out, "is_of_suite", is_of_suite);
    g_string_append_c(out, '}');
}

// The manifest as it stands, if it is JSON at all.
static void add_manifest(GString *out, const PsManifest *manifest)
{
    size_t length = manifest->json ? strlen(manifest->json) : 0;
    g_autoptr(cJSON) parsed = ps_json_parse(manifest->json ? manifest->json : "", length, NULL);
    ps_json_append_key(out, "manifest");
    g_string_append(out, parsed ? manifest->json : "null");
}

static void add_dataset(GString *out, const PsSheetTask *task)
{
    const PsManifest *manifest = task->manifest;
    ps_member_open(out, "dataset", '{');
    ps_member_add_string(out, "path", task->dataset_path);
    ps_member_add_string(out, "sha256", task->dataset_sha256);
    if (manifest) {
        ps_member_add_string(out, "name", manifest->name);
        ps_member_add_string(out, "version", manifest->version);
        ps_member_add_string(out, "title", manifest->title);
        ps_member_add_string(out, "kind", manifest->kind);
        ps_member_add_string(out, "licence", manifest->licence);
        ps_member_add_string(out, "label_origin", manifest->label_origin);
        add_manifest(out, manifest);
    }
    g_string_append_c(out, '}');
}

static void add_slices(GString *out, const PsSheetTask *task)
{
    ps_json_append_key(out, "whole");
    append_slice(out, task, &task->whole);
    ps_member_open(out, "slices", '[');
    for (size_t i = 0; i < task->n_slices; i++) {
        ps_member_next(out, i);
        append_slice(out, task, &task->slices[i]);
    }
    g_string_append_c(out, ']');
}

static void append_task(GString *out, const PsSheetTask *task)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "name", task->name);
    ps_member_add_string(out, "prompt", task->prompt);
    add_dataset(out, task);
    ps_member_add_count(out, "n_samples", task->n_samples);
    ps_member_add_count(out, "n_items", task->n_items);
    ps_member_add_count(out, "n_done", task->n_done);
    ps_member_open(out, "metrics", '[');
    for (size_t i = 0; i < task->n_metrics; i++) {
        ps_member_next(out, i);
        append_metric(out, task->metrics[i], i < task->n_suite_metrics);
    }
    g_string_append_c(out, ']');
    add_slices(out, task);
    ps_member_open(out, "latencies_ms", '[');
    for (size_t i = 0; i < task->n_latencies; i++) {
        ps_member_next(out, i);
        ps_json_append_number(out, task->latencies_ms[i]);
    }
    g_string_append(out, "]}");
}

static void append_part(GString *out, const PsPart *part)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "kind", ps_part_kind_name(part->kind));
    if (part->kind == PS_PART_TEXT) {
        ps_member_add_string(out, "text", part->text);
    } else {
        ps_member_add_string(out, "path", part->path);
        ps_member_add_string(out, "media_type", part->media_type);
        ps_member_add_string(out, "sha256", part->sha256);
    }
    g_string_append_c(out, '}');
}

static void add_strings(GString *out, const char *key, char *const *strings, size_t n_strings)
{
    ps_member_open(out, key, '[');
    for (size_t i = 0; i < n_strings; i++) {
        ps_member_next(out, i);
        ps_json_append_string(out, strings[i]);
    }
    g_string_append_c(out, ']');
}

static void add_scores(GString *out, const PsSheetTask *task, const PsSheetEvidence *evidence)
{
    ps_member_open(out, "scores", '{');
    for (size_t i = 0; i < task->n_suite_metrics; i++)
        ps_member_add_number(out, task->metrics[i]->name,
                             evidence->scores[i] * task->metrics[i]->unit_scale);
    g_string_append_c(out, '}');
}

static void append_evidence(GString *out, const PsSheet *sheet, const PsSheetEvidence *evidence)
{
    g_string_append_c(out, '{');
    ps_member_add_count(out, "task", evidence->task);
    ps_member_add_string(out, "sample", evidence->sample->id);
    ps_member_add_string(out, "condition", evidence->condition);
    ps_member_add_count(out, "epoch", (size_t)evidence->epoch);
    ps_member_open(out, "parts", '[');
    for (size_t i = 0; i < evidence->n_parts; i++) {
        ps_member_next(out, i);
        append_part(out, &evidence->parts[i]);
    }
    g_string_append_c(out, ']');
    add_strings(out, "references", evidence->sample->references,
                evidence->sample->n_references);
    ps_member_add_string(out, "outcome", ps_outcome_name(evidence->outcome));
    ps_member_add_string(out, "answer", evidence->answer);
    ps_member_add_string(out, "error", evidence->error);
    ps_member_add_number(out, "latency_ms", evidence->latency_ms);
    add_scores(out, &sheet->tasks[evidence->task], evidence);
    add_strings(out, "keys", evidence->keys, evidence->n_keys);
    g_string_append_c(out, '}');
}

static void add_run(GString *out, const PsSheet *sheet)
{
    ps_member_add_string(out, "suite", sheet->suite);
    ps_member_add_string(out, "system", sheet->system);
    ps_member_add_string(out, "run", sheet->run_path);
    ps_member_add_bool(out, "is_finished", sheet->is_finished);
    add_time(out, "started_ns", "started", sheet->started_ns);
    add_time(out, "finished_ns", "finished", sheet->finished_ns);
    ps_member_open(out, "facts", '[');
    for (size_t i = 0; i < sheet->n_facts; i++) {
        ps_member_next(out, i);
        g_string_append_c(out, '{');
        ps_member_add_string(out, "name", sheet->facts[i].name);
        ps_member_add_string(out, "value", sheet->facts[i].value);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static bool
add_findings(GString *out, const char *key, const PsFindings *findings, GError **error)
{
    if (findings == NULL) return true;
    ps_json_append_key(out, key);
    return ps_findings_render_json(findings, out, error);
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "format", "proofsheet-report");
    ps_member_add_count(out, "version", FORMAT_VERSION);
    ps_member_add_string(out, "proofsheet", PS_VERSION);
    add_run(out, sheet);
    if (!add_findings(out, "gate", sheet->gate, error)
        || !add_findings(out, "modality", sheet->modality, error))
        return false;
    ps_member_open(out, "tasks", '[');
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        ps_member_next(out, i);
        append_task(out, &sheet->tasks[i]);
    }
    g_string_append_c(out, ']');
    ps_member_open(out, "evidence", '[');
    for (size_t i = 0; i < sheet->n_evidence; i++) {
        ps_member_next(out, i);
        append_evidence(out, sheet, &sheet->evidence[i]);
    }
    g_string_append(out, "]}\n");
    return true;
}

const PsReport ps_report_json = {
    .name = "json",
    .extension = ".json",
    .summary = "The whole sheet for programs, without the bytes of the media.",
    .render = render,
    .render_findings = ps_findings_render_json,
};
