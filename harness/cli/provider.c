#include "harness/cli/provider.h"

#include "harness/error.h"

#include <string.h>

const PsAdapter *ps_model_adapter(const PsRegistry *registry,
                                  const char *where,
                                  const char *model,
                                  const char **name,
                                  GError **error)
{
    const char *slash = strchr(model, '/');
    g_autofree char *provider =
        slash != NULL ? g_strndup(model, (size_t)(slash - model)) : g_strdup(model);
    const PsAdapter *adapter = ps_registry_adapter(registry, provider);
    if (adapter == NULL || slash == NULL || slash[1] == '\0')
        return ps_fail_null(
            error, PS_ERROR_USAGE,
            "%s %s: not PROVIDER/NAME of a provider there is (see: proofsheet list)", where,
            model);
    *name = slash + 1;
    return adapter;
}

int ps_model_connections(const PsAdapter *adapter)
{
    return adapter->default_connections > 0 ? adapter->default_connections
                                            : (int)g_get_num_processors();
}
