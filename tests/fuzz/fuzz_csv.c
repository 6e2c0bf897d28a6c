/* CSV, plain and gzip: rows within the limits, line numbers that grow and never exceed the file's,
 * and refusals with a message. The first byte of the input chooses the delimiter. */
#include <string.h>

#include "base/limits.h"
#include "data/csv.h"
#include "fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static rh_status read_rows(rh_csv *csv, rh_error *error)
{
    rh_csv_row row;
    rh_status status;
    long line = 0;
    while ((status = rh_csv_next(csv, &row, error)) == RH_OK) {
        RH_ASSERT(row.line > line);
        line = row.line;
        RH_ASSERT(row.count >= 1 && row.count <= RH_CSV_FIELDS_MAX);
        for (size_t i = 0; i < row.count; i++) {
            RH_ASSERT(strlen(row.fields[i]) < RH_CSV_FIELD_BYTES_MAX);
        }
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    rh_csv *csv;
    rh_error error = {0};
    if (length == 0) return 0;
    const char *path = fuzz_file(bytes + 1, length - 1);
    rh_status status = rh_csv_open(path, ",;\t| "[bytes[0] % 5], &csv, &error);
    if (status == RH_OK) {
        status = read_rows(csv, &error);
        rh_csv_close(csv);
    }
    RH_ASSERT(status == RH_END || status == RH_INPUT || status == RH_CORRUPT);
    RH_ASSERT(status == RH_END || error.message[0] != '\0');
    return 0;
}
