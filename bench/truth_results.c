#include "truth_results.h"

#include "harness/stats/intervals.h"

#include <math.h>

// There are about 100 demands, and each is a test: so they are held against wider
// intervals, or some would fail by chance.
#define CONFIDENCE_OF_DEMANDS (1 - 0.05 / 100)

const Demand no_demand = {NAN, NAN};

Demand at_most(double most)
{
    return (Demand){NAN, most};
}

Demand at_least(double least)
{
    return (Demand){least, NAN};
}

void results_init(Results *results)
{
    *results = (Results){.markdown = g_string_new(NULL), .csv = g_string_new(NULL)};
    g_string_append(results->csv, "section,what,value,low,high,n,least,most,holds\n");
}

void results_clear(Results *results)
{
    g_string_free(results->markdown, true);
    g_string_free(results->csv, true);
}

void results_section(Results *results, const char *id, const char *title, const char *note)
{
    results->section = id;
    g_string_append_printf(results->markdown,
                           "\n## %s\n\n%s\n\n| what | value | 95 %% | of | must be | holds |\n"
                           "|---|---:|---:|---:|---:|---|\n",
                           title, note);
    g_printerr("%s\n", title);
}

static void append_number(GString *out, double value, bool is_share)
{
    if (is_share)
        g_string_append_printf(out, "%.1f %%", 100 * value);
    else
        g_string_append_printf(out, "%.4g", value);
}

static void append_demand(GString *out, Demand demand, bool is_share)
{
    if (!isnan(demand.least)) g_string_append(out, "≥ ");
    if (!isnan(demand.most)) g_string_append(out, "≤ ");
    double bound = isnan(demand.least) ? demand.most : demand.least;
    if (!isnan(bound)) append_number(out, bound, is_share);
}

static void add_row(Results *results,
                    const char *what,
                    double value,
                    PsInterval interval,
                    PsInterval wide,
                    size_t n,
                    Demand demand,
                    bool is_share)
{
    bool is_demanded = !isnan(demand.least) || !isnan(demand.most);
    bool is_broken = wide.high < demand.least || wide.low > demand.most;
    const char *holds = !is_demanded ? "" : is_broken ? "no" : "yes";
    bool has_interval = interval.low < interval.high;
    results->n_broken += is_broken;
    GString *out = results->markdown;
    g_string_append_printf(out, "| %s | ", what);
    append_number(out, value, is_share);
    g_string_append(out, " | ");
    if (has_interval)
        g_string_append_printf(out, "%.1f-%.1f", 100 * interval.low, 100 * interval.high);
    g_string_append_printf(out, " | %zu | ", n);
    append_demand(out, demand, is_share);
    g_string_append_printf(out, " | %s |\n", holds);
    g_string_append_printf(results->csv, "%s,\"%s\",%.6g,", results->section, what, value);
    if (has_interval)
        g_string_append_printf(results->csv, "%.6g,%.6g", interval.low, interval.high);
    else
        g_string_append_c(results->csv, ',');
    g_string_append_printf(results->csv, ",%zu,", n);
    if (!isnan(demand.least)) g_string_append_printf(results->csv, "%g", demand.least);
    g_string_append_c(results->csv, ',');
    if (!isnan(demand.most)) g_string_append_printf(results->csv, "%g", demand.most);
    g_string_append_printf(results->csv, ",%s\n", holds);
    if (is_broken) g_printerr("  does not hold: %s: %g\n", what, value);
}

void results_share(Results *results, const char *what, size_t k, size_t n, Demand demand)
{
    const PsInterval anything = {0, 1};
    double share = n > 0 ? (double)k / (double)n : 0;
    PsInterval interval = n > 0 ? ps_wilson((double)k, (double)n, 0.95) : anything;
    PsInterval wide = n > 0 ? ps_wilson((double)k, (double)n, CONFIDENCE_OF_DEMANDS) : anything;
    add_row(results, what, share, interval, wide, n, demand, true);
}

void results_value(
    Results *results, const char *what, double value, size_t n, Demand demand, bool is_share)
{
    const PsInterval point = {value, value};
    add_row(results, what, value, point, point, n, demand, is_share);
}
