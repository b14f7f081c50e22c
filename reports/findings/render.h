// Findings in each format, one file each: the render_findings of the report of that name
// (harness/report.h).
#pragma once

#include "harness/findings.h"

bool ps_findings_render_text(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_json(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_csv(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_markdown(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_junit(const PsFindings *findings, GString *out, GError **error);
bool ps_findings_render_html(const PsFindings *findings, GString *out, GError **error);
