#include "reports/shared/html.h"

// A sharp frame, a soft one, a blank one.
static const char logo[] = "<svg class=\"logo\" viewBox=\"0 0 66 18\" aria-hidden=\"true\">"
                           "<rect class=\"sharp\" x=\"1\" y=\"1\" width=\"18\" height=\"16\"/>"
                           "<rect class=\"soft\" x=\"24\" y=\"1\" width=\"18\" height=\"16\"/>"
                           "<rect class=\"blank\" x=\"47\" y=\"1\" width=\"18\" height=\"16\"/>"
                           "</svg>";

void ps_html_brand(GString *out)
{
    g_string_append(out, "<p class=\"brand\">");
    g_string_append(out, logo);
    g_string_append(out, "proofsheet</p>");
}

static void append_document_head(GString *out, const char *title, const char *subtitle)
{
    g_autofree char *policy = ps_html_policy();
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    g_string_append(out, policy);
    g_string_append(
        out, "\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
             "<meta name=\"referrer\" content=\"no-referrer\">"
             "<meta name=\"color-scheme\" content=\"light dark\">"
             "<meta name=\"generator\" content=\"proofsheet " PS_VERSION "\"><title>");
    ps_html_name(out, title);
    g_string_append(out, ": ");
    ps_html_name(out, subtitle);
    g_string_append(out, "</title><style>");
    g_string_append(out, ps_html_css);
    g_string_append(out, "</style></head>");
}

void ps_html_begin(GString *out, const char *title, const char *subtitle, const char *results)
{
    append_document_head(out, title, subtitle);
    g_string_append_printf(out, "<body><a class=\"skip\" href=\"#%s\">To the results</a><main>",
                           results);
}

void ps_html_end(GString *out)
{
    g_string_append(out, "</main><footer><p>Made by proofsheet " PS_VERSION
                         ". This file holds all it shows and loads nothing.</p></footer>"
                         "</body></html>\n");
}

void ps_html_fact(GString *out, const char *name, const char *value)
{
    g_string_append(out, "<div><dt>");
    ps_html_bdi(out, name);
    g_string_append(out, "</dt><dd dir=\"auto\">");
    ps_html_name(out, value);
    g_string_append(out, "</dd></div>");
}
