/* European options as rows of a CSV file: columns found by name, every number checked. What is
 * not understood is refused with file and line; nothing is skipped and nothing is guessed. */
#ifndef RH_CLI_OPTION_CSV_H
#define RH_CLI_OPTION_CSV_H

#include <stdio.h>

#include "data/csv.h"
#include "rehedge/pricing.h"

/* The columns S, K, T (or days, of 365), price (or price_dbl) and cp are needed; r and q are 0, id
 * is the line and model is the file's default where there is no such column. Others are not looked
 * at. */
enum { RH_OPTION_CSV_NUMBERS = 7, RH_OPTION_CSV_COLUMNS = RH_OPTION_CSV_NUMBERS + 3 };

typedef struct rh_option_csv {
    const char *path;                       /* as messages name it */
    rh_csv *csv;
    rh_option_model model;
    int column[RH_OPTION_CSV_COLUMNS];      /* -1: not there */
    size_t count;                           /* fields of the header */
} rh_option_csv;

typedef struct rh_option_row {
    const char *id;             /* valid until the next row; NULL: none */
    long line;
    rh_option_model model;
    bool is_call;
    double S, K, T, r, q, price;
} rh_option_row;

/* "-" is standard input. */
rh_status rh_option_csv_open(rh_option_csv *table, const char *path, rh_option_model model,
                             rh_error *error);
rh_status rh_option_csv_next(rh_option_csv *table, rh_option_row *row, rh_error *error);
void rh_option_csv_close(rh_option_csv *table);

/* "bsm" or "european", "black76", "inverse". */
bool rh_option_model_parse(const char *text, rh_option_model *model);
/* "C", "c", "call", "P", "p", "put". */
bool rh_option_cp_parse(const char *text, bool *is_call);

/* A plain decimal number, or nan, inf, infinity in any case and with any sign: what the library may
 * be asked. False for other text, and for what is beyond double. */
bool rh_option_number_parse(const char *text, double *number);
/* The id, whole, as a CSV field: quoted where it must be; the line where it is NULL. */
void rh_option_id_print(FILE *out, const char *id, long line);

/* What `rehedge iv` does: id,implied_vol,status of every row. The rows before a refused one have
 * been printed. */
rh_status rh_option_csv_vols(const char *path, rh_option_model model, FILE *out, rh_error *error);

#endif
