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

/* "all" or "price,delta,..."; each once. RH_USAGE otherwise. */
rh_status rh_price_columns_parse(const char *text, rh_price_columns *columns, rh_error *error);

/* "european" and "bsm", "black76", "inverse". RH_USAGE otherwise. */
rh_status rh_price_model_parse(const char *text, rh_option_model *model, rh_error *error);

/* Whether the model has this greek: an inverse option has no rho, only it has a usd_delta. */
bool rh_price_has(rh_option_model model, rh_greek greek);

/* The columns S, K, T (or days, of 365), sigma and cp are needed; r and q are 0, id is the line and
 * model is the default where there is no such column. Prints id and the columns, 17 digits, a field
 * left empty where the model has no such greek. The rows before a refused one have been printed. */
rh_status rh_price_csv(const char *path, rh_option_model model, const rh_price_columns *columns,
                       FILE *out, rh_error *error);

#endif
