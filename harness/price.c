#include "harness/price.h"

#include "harness/error.h"

#include <math.h>
#include <string.h>

#define INPUT_FACT "fact price of input"
#define OUTPUT_FACT "fact price of output"
#define UNIT " $ per million tokens"

static bool is_given(const PsPrice *price)
{
    return !isnan(price->input) || !isnan(price->output);
}

static bool is_price(double dollars)
{
    return dollars >= 0 && dollars <= PS_PRICE_MOST;
}

bool ps_price_check(const PsPrice *price, GError **error)
{
    if (!is_given(price)) return true;
    if (isnan(price->input) || isnan(price->output))
        return ps_fail(error, PS_ERROR_USAGE,
                       "--price-input and --price-output go together (0 is a price)");
    if (!is_price(price->input) || !is_price(price->output)
        || price->input + price->output <= 0)
        return ps_fail(error, PS_ERROR_USAGE,
                       "--price-input and --price-output are dollars per million tokens, from "
                       "0 to %g, and not both 0",
                       PS_PRICE_MOST);
    return true;
}

static bool store(PsRunFile *run, const char *fact, double dollars, GError **error)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.15g", dollars);
    g_autofree char *value = g_strconcat(number, UNIT, NULL);
    return ps_runfile_set_info(run, fact, value, error);
}

bool ps_price_store(PsRunFile *run, const PsPrice *price, GError **error)
{
    return !is_given(price)
           || (store(run, INPUT_FACT, price->input, error)
               && store(run, OUTPUT_FACT, price->output, error));
}

static bool load(PsRunFile *run, const char *fact, double *dollars, GError **error)
{
    *dollars = NAN;
    g_autofree char *value = ps_runfile_get_info(run, fact);
    if (value == NULL) return true;
    char *end;
    *dollars = g_ascii_strtod(value, &end);
    if (end != value && strcmp(end, UNIT) == 0 && is_price(*dollars)) return true;
    return ps_fail(error, PS_ERROR_DATA, "%s: \"%s\" is damaged", ps_runfile_path(run), fact);
}

bool ps_price_load(PsRunFile *run, PsPrice *price, GError **error)
{
    return load(run, INPUT_FACT, &price->input, error)
           && load(run, OUTPUT_FACT, &price->output, error);
}

double ps_price_cost(const PsPrice *price, const PsResponse *response)
{
    if (response->input_tokens < 0 || response->output_tokens < 0) return NAN;
    return ((double)response->input_tokens * price->input
            + (double)response->output_tokens * price->output)
           / 1e6;
}
