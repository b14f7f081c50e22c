// A report renders a sheet, or the findings of a verdict stage, in one format. It computes
// nothing.
#pragma once

#include "harness/findings.h"

typedef struct PsReport {
    const char *name;      // "html"
    const char *extension; // ".html": how -o FILE chooses it
    const char *summary;

    // Appends the whole document to out. One of the two may be NULL: the format has no such
    // document.
    bool (*render)(const PsSheet *sheet, GString *out, GError **error);
    bool (*render_findings)(const PsFindings *findings, GString *out, GError **error);
} PsReport;

// Renders into the file at path, which is replaced as a whole or not at all ("-": stdout).
bool ps_report_write(const PsReport *report,
                     const PsSheet *sheet,
                     const char *path,
                     GError **error);
bool ps_report_write_findings(const PsReport *report,
                              const PsFindings *findings,
                              const char *path,
                              GError **error);
