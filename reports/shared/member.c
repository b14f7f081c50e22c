#include "reports/shared/member.h"

#include "harness/json.h"

#include <math.h>

void ps_member_add_string(GString *out, const char *key, const char *text)
{
    ps_json_append_key(out, key);
    if (text)
        ps_json_append_string(out, text);
    else
        g_string_append(out, "null");
}

void ps_member_add_count(GString *out, const char *key, size_t count)
{
    ps_json_append_key(out, key);
    ps_json_append_integer(out, (int64_t)count);
}

void ps_member_add_number(GString *out, const char *key, double number)
{
    ps_json_append_key(out, key);
    ps_json_append_number(out, number);
}

void ps_member_add_bool(GString *out, const char *key, bool value)
{
    ps_json_append_key(out, key);
    g_string_append(out, value ? "true" : "false");
}

void ps_member_open(GString *out, const char *key, char open)
{
    ps_json_append_key(out, key);
    g_string_append_c(out, open);
}

void ps_member_next(GString *out, size_t index)
{
    if (index > 0) g_string_append_c(out, ',');
}

void ps_member_add_numbers(GString *out, const PsEstimate *estimate, double scale)
{
    bool has_interval = estimate->is_defined && estimate->has_interval;
    ps_member_add_number(out, "value", estimate->is_defined ? estimate->value * scale : NAN);
    ps_member_add_number(out, "low", has_interval ? estimate->low * scale : NAN);
    ps_member_add_number(out, "high", has_interval ? estimate->high * scale : NAN);
    ps_member_add_count(out, "n", estimate->n);
    ps_member_add_count(out, "n_clusters", estimate->n_clusters);
    ps_member_add_string(out, "method", estimate->method);
}
