// The pieces of JUnit XML that its two documents share. Texts are escaped here.
#pragma once

#include <glib.h>

void ps_xml_text(GString *out, const char *text);
// Appends ` name="text"`.
void ps_xml_attribute(GString *out, const char *name, const char *text);
// A <property> of a testsuite, on a line of its own.
void ps_xml_property(GString *out, const char *name, const char *value);
typedef struct {
    size_t n_cases, n_failures, n_errors, n_skipped;
} PsXmlCounts;

// The attributes that count a testsuite's cases.
void ps_xml_counts(GString *out, const PsXmlCounts *counts);
