// The PROVIDER/NAME of a system, as commands and suites write it.
#pragma once

#include "harness/registry.h"

// The adapter of model, and what follows the slash. where is named in the error
// (PS_ERROR_USAGE):
// "--model".
const PsAdapter *ps_model_adapter(const PsRegistry *registry,
                                  const char *where,
                                  const char *model,
                                  const char **name,
                                  GError **error);

// How many requests are in flight unless something else is asked for.
int ps_model_connections(const PsAdapter *adapter);
