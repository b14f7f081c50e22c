// What the commands that end in reports share: choosing them by file name, writing them all.
#pragma once

#include "harness/registry.h"
#include "harness/report.h"

typedef enum {
    PS_OUTPUT_SHEET,    // what a run found: run, report
    PS_OUTPUT_FINDINGS, // what a verdict stage found: compare, gate, …
} PsOutputKind;

// Checks that every path's extension names a report that has a document of this kind;
// PS_ERROR_USAGE otherwise. paths may be NULL.
bool ps_output_check(const PsRegistry *registry,
                     PsOutputKind kind,
                     char **paths,
                     GError **error);

// Writes one report per path, prints each path on stderr, and the table on stdout unless one of
// the paths is "-" or is_quiet.
bool ps_output_write(const PsRegistry *registry,
                     const PsSheet *sheet,
                     char **paths,
                     bool is_quiet,
                     GError **error);
bool ps_output_write_findings(const PsRegistry *registry,
                              const PsFindings *findings,
                              char **paths,
                              bool is_quiet,
                              GError **error);
