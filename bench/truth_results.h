// The results as they come: a table a section, for people (Markdown) and for programs (CSV),
// and how many of the demands on them do not hold.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    GString *markdown, *csv;
    const char *section;
    unsigned n_broken;
} Results;

// What must hold of a value; NAN: nothing.
typedef struct {
    double least, most;
} Demand;

extern const Demand no_demand;
Demand at_most(double most);
Demand at_least(double least);

void results_init(Results *results);
void results_clear(Results *results);

// id and note: static storage.
void results_section(Results *results, const char *id, const char *title, const char *note);

// k of n, with its 95 % interval (Wilson). The demand does not hold if the interval at the
// level that keeps all demands together at 95 % lies beyond it.
void results_share(Results *results, const char *what, size_t k, size_t n, Demand demand);

// A value as it is; is_share: printed in %.
void results_value(
    Results *results, const char *what, double value, size_t n, Demand demand, bool is_share);
