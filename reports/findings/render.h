// Findings in each format, one file each: the render_findings of the report of that name
// (harness/report.h).
#pragma once

#include "harness/findings.h"
#include "reports/shared/xml.h"

bool ps_findings_render_text(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_json(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_csv(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_markdown(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_junit(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_html(const PsFindings *findings, GString *out, GError **error);

// Pieces for the reports of a run that was gated: its JUnit testsuites and how many cases they
// add, and the section of its page.
void ps_findings_append_junit(GString *out, const PsFindings *findings);
void ps_findings_count_junit(const PsFindings *findings, PsXmlCounts *counts);
void ps_findings_append_banner(GString *out, const PsFindings *findings);
// The section's id is the findings' kind; n_before: tables of findings on the page before it.
void ps_findings_append_section(GString *out, const PsFindings *findings, size_t n_before);
