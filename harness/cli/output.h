// What the commands that end in reports share: choosing them by file name, writing them all.
#pragma once

#include "harness/registry.h"
#include "harness/report.h"

// Checks that every path's extension names a report; PS_ERROR_USAGE otherwise. paths may be
// NULL.
bool ps_output_check(const PsRegistry *registry, char **paths, GError **error);

// Writes one report per path, prints each path on stderr, and the table on stdout unless one of
// the paths is "-" or is_quiet.
bool ps_output_write(const PsRegistry *registry,
                     const PsSheet *sheet,
                     char **paths,
                     bool is_quiet,
                     GError **error);
