/* CSV rows, streamed through libcsv: quotes, CRLF, a BOM at the start, gzip. NUL bytes, overlong
 * fields and rows and an unclosed quote are refused with file and line. */
#ifndef RH_DATA_CSV_H
#define RH_DATA_CSV_H

#include <stddef.h>

#include "base/error.h"

typedef struct rh_csv rh_csv;
typedef struct rh_csv_row {
    char *const *fields;    /* NUL-terminated, valid until the next call */
    size_t count;
    long line;              /* first line of the row, from 1 */
} rh_csv_row;

rh_status rh_csv_open(const char *path, char delimiter, rh_csv **csv, rh_error *error);
/* The same, but "-" is file descriptor 0, whatever that is, and "(standard input)" in messages. */
rh_status rh_csv_open_input(const char *path, char delimiter, rh_csv **csv, rh_error *error);
/* As messages name it; valid until it is closed. */
const char *rh_csv_path(const rh_csv *csv);
/* RH_END after the last row. Blank lines are skipped. */
rh_status rh_csv_next(rh_csv *csv, rh_csv_row *row, rh_error *error);
void rh_csv_close(rh_csv *csv);

#endif
