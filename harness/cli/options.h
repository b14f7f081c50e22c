// Options of a command: GOption with an environment twin for every flag. `--max-connections` is
// also PROOFSHEET_MAX_CONNECTIONS; the command line wins.
#pragma once

#include "harness/error.h"

// Parses argv[1 …] into entries (as GOption). Returns what is left, a NULL-terminated list that
// the caller frees, or NULL with PS_ERROR_USAGE. usage is printed by --help, which ends the
// program.
char **ps_options_parse(const char *usage,
                        const char *summary,
                        const GOptionEntry *entries,
                        int argc,
                        char **argv,
                        GError **error);

// What --flag was given, or else its default, and the range that it has to be in.
typedef struct {
    const char *flag;
    double value, least, most; // most: may be INFINITY
} PsNumber;

// PS_ERROR_USAGE names the first that is out of range, and the range.
bool ps_numbers_check(const PsNumber *numbers, size_t n, GError **error);

// Reads ./.env, if there is one: NAME=VALUE lines for names that end in _API_KEY or _BASE_URL
// or begin with PROOFSHEET_. What the environment has already wins.
void ps_options_load_dotenv(void);
