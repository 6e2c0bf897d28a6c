/* Options to be priced, as rows of a CSV file: columns by name, every number checked, whatever is
 * not understood refused with file and line. Streams in constant memory. */
#ifndef RH_CLI_PRICE_CSV_H
#define RH_CLI_PRICE_CSV_H

#include <stdio.h>

#include "cli/price_models.h"

/* Which greeks to print, in the order asked for, and whether a status after them. */
typedef struct rh_price_columns {
    bool status;
    size_t count;
    rh_greek greek[RH_GREEKS];
} rh_price_columns;

/* "all" or "price,delta,...", blanks before a name skipped; each once. RH_USAGE otherwise. */
rh_status rh_price_columns_parse(const char *text, rh_price_columns *columns, rh_error *error);

/* The columns that a row's model reads are needed (T, or days, of 365), but for r and q, which are
 * 0, and power, which is 2; id is the line and model the default where there is no such column.
 * Prints id and the columns, 17 digits, a field left empty where the model has no such greek, nan
 * where there is no answer. Text that is no number is refused with file and line; the
 * rows before a refused one have been printed. */
rh_status rh_price_csv(const char *path, const rh_price_model *model,
                       const rh_price_columns *columns, FILE *out, rh_error *error);

#endif
