// A command of the command line: one file + one row in commands.def. stdout is the result,
// stderr progress and log.
#pragma once

#include "harness/error.h"
#include "harness/registry.h"

typedef struct {
    const char *name;    // "run"
    const char *usage;   // "run SUITE --model PROVIDER/NAME [OPTION…]"
    const char *summary; // one line for `proofsheet --help`

    // argv[0] is the command's name; options are read with GOption. Sets *exit_status (0 pass,
    // 1 failed, 2 undecided) and returns true, or returns false with error set.
    bool (*run)(
        const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error);
} PsCommand;

// An error on stderr, without what a terminal would obey: for a command that goes on after it.
void ps_command_print_error(const char *command, const char *message);

#define PS_ROW(name) extern const PsCommand ps_command_##name;
#include "harness/cli/commands.def"
#undef PS_ROW
