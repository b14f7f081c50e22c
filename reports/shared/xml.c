#include "reports/shared/xml.h"

#include "reports/shared/text.h"

void ps_xml_text(GString *out, const char *text)
{
    ps_text_append(out, PS_TEXT_XML, text, PS_TEXT_MAX_CHARS);
}

void ps_xml_attribute(GString *out, const char *name, const char *text)
{
    g_string_append_printf(out, " %s=\"", name);
    ps_xml_text(out, text);
    g_string_append_c(out, '"');
}

void ps_xml_property(GString *out, const char *name, const char *value)
{
    g_string_append(out, "      <property");
    ps_xml_attribute(out, "name", name);
    ps_xml_attribute(out, "value", value);
    g_string_append(out, "/>\n");
}

void ps_xml_counts(GString *out, const PsXmlCounts *counts)
{
    g_string_append_printf(
        out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", counts->n_cases,
        counts->n_failures, counts->n_errors, counts->n_skipped);
}
