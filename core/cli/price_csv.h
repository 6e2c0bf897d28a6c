/* Options to be priced, as rows of a CSV file: columns by name, every number checked, whatever is
 * not understood refused with file and line. Streams in constant memory. */
#ifndef RH_CLI_PRICE_CSV_H
#define RH_CLI_PRICE_CSV_H

#include <stdio.h>

#include "base/error.h"
#include "rehedge/pricing.h"

/* Which greeks to print, in the order asked for. */
typedef struct rh_price_columns {
    size_t count;
    rh_greek greek[RH_GREEKS];
} rh_price_columns;

/* "all" or "price,delta,...", blanks before a name skipped; each once. RH_USAGE otherwise. */
rh_status rh_price_columns_parse(const char *text, rh_price_columns *columns, rh_error *error);

typedef enum rh_price_model {
    RH_PRICE_EUROPEAN, RH_PRICE_BLACK76, RH_PRICE_INVERSE, RH_PRICE_AMERICAN
} rh_price_model;

/* "european" and "bsm", "black76", "inverse", "american". RH_USAGE otherwise. */
rh_status rh_price_model_parse(const char *text, rh_price_model *model, rh_error *error);

/* Whether the model has this greek: an inverse option has no rho, only it has a usd_delta, and of
 * an American one there are price, delta, gamma, vega, theta and rho. */
bool rh_price_has(rh_price_model model, rh_greek greek);

typedef struct rh_price_option {
    rh_price_model model;
    bool is_call;
    double S, K, T, r, q, sigma;
} rh_price_option;

/* Every greek by its number; NaN what has no answer. */
void rh_price_values(const rh_price_option *option, double values[RH_GREEKS]);

/* The columns S, K, T (or days, of 365), sigma and cp are needed; r and q are 0, id is the line and
 * model is the default where there is no such column. Prints id and the columns, 17 digits, a field
 * left empty where the model has no such greek. The rows before a refused one have been printed. */
rh_status rh_price_csv(const char *path, rh_price_model model, const rh_price_columns *columns,
                       FILE *out, rh_error *error);

#endif
