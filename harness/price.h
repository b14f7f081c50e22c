// What the tokens of a run cost. A run file holds the price that was given last, as two facts;
// costs are computed with it whenever rows are read, so that a price can be given or corrected
// afterwards, without asking anything again.
#pragma once

#include "harness/runfile.h"

// Dollars per million tokens; NAN: not given.
typedef struct {
    double input, output;
} PsPrice;

#define PS_PRICE_MOST 1e6

// Whether it is a price, or none at all; else PS_ERROR_USAGE in the words of the command line.
bool ps_price_check(const PsPrice *price, GError **error);

// Writes the price down; one that is not given leaves what is there. Commits nothing.
bool ps_price_store(PsRunFile *run, const PsPrice *price, GError **error);

// The price of a run, NAN if it has none. PS_ERROR_DATA if what is written there is no price.
bool ps_price_load(PsRunFile *run, PsPrice *price, GError **error);

// Dollars that the response cost; NAN if its tokens or their price are not known.
double ps_price_cost(const PsPrice *price, const PsResponse *response);
