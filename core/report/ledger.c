/* ledger.csv, streamed once into time bins. Columns are found by name; cells that hold no number
 * (empty, nan) are absent values; times must be integers that never decrease.
 * Invariant: memory does not depend on the number of rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "report/history.h"

#define X(name, column) column,
static const char *const fixed_columns[] = {RH_LEDGER_MAP(X)};
#undef X

#define X(name, prefix) prefix,
static const char *const asset_prefixes[] = {RH_LEDGER_ASSET_MAP(X)};
#undef X

enum {
    COLUMNS_MAX = RH_LEDGER_FIXED + RH_ASSET_COLUMNS * RH_ASSETS_MAX + RH_SERIES_MAX,
    RECORDED = RH_CSV_FIELDS_MAX,       /* + n: the n-th recorded one, until assets are counted */
    IGNORED = -1, TIME = -2
};

typedef struct layout {
    size_t count;
    int series[RH_CSV_FIELDS_MAX];
} layout;

/* The index of an asset, added when new; -1 when its name or their number is too large. */
static int asset_index(rh_ledger *ledger, const char *name)
{
    for (int i = 0; i < ledger->assets; i++)
        if (strcmp(ledger->names[i], name) == 0) return i;
    size_t length = strlen(name);
    if (length == 0 || length >= RH_NAME_MAX || ledger->assets == RH_ASSETS_MAX) return -1;
    memcpy(ledger->names[ledger->assets], name, length + 1);
    return ledger->assets++;
}

static int recorded_series(rh_ledger *ledger, const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= RH_NAME_MAX || ledger->series == RH_SERIES_MAX) return IGNORED;
    memcpy(ledger->series_names[ledger->series], name, length + 1);
    return RECORDED + ledger->series++;
}

static int series_of(rh_ledger *ledger, const char *column)
{
    if (strcmp(column, "time_ns") == 0) return TIME;
    for (int i = 0; i < RH_LEDGER_FIXED; i++)
        if (strcmp(column, fixed_columns[i]) == 0) return i;
    if (strncmp(column, "series_", 7) == 0) return recorded_series(ledger, column + 7);
    for (int i = 0; i < RH_ASSET_COLUMNS; i++) {
        size_t length = strlen(asset_prefixes[i]);
        if (strncmp(column, asset_prefixes[i], length) != 0) continue;
        int asset = asset_index(ledger, column + length);
        return asset < 0 ? IGNORED : rh_ledger_of_asset(asset, (rh_asset_column)i);
    }
    return IGNORED;
}

static rh_status read_header(rh_ledger *ledger, rh_csv *csv, const char *path, layout *columns,
                             rh_error *error)
{
    rh_csv_row row;
    bool timed = false;
    rh_status status = rh_csv_next(csv, &row, error);
    if (status == RH_END) return rh_fail(error, RH_INPUT, "%s: empty, expected a header", path);
    RH_TRY(status);
    columns->count = row.count < RH_CSV_FIELDS_MAX ? row.count : RH_CSV_FIELDS_MAX;
    for (size_t i = 0; i < columns->count; i++) {
        columns->series[i] = series_of(ledger, row.fields[i]);
        timed = timed || columns->series[i] == TIME;
    }
    for (size_t i = 0; i < columns->count; i++) {
        int *series = &columns->series[i];
        if (*series >= RECORDED) *series = rh_ledger_series(ledger, *series - RECORDED);
    }
    if (!timed)
        return rh_fail(error, RH_INPUT, "%s:%ld: expected a column time_ns", path, row.line);
    return RH_OK;
}

static rh_status add_row(rh_ledger *ledger, const layout *columns, const rh_csv_row *row,
                         const char *path, rh_error *error)
{
    double values[COLUMNS_MAX];
    int64_t time_ns = -1;
    if (row->count != columns->count)
        return rh_fail(error, RH_INPUT, "%s:%ld: found %zu fields, expected %zu", path, row->line,
                       row->count, columns->count);
    for (int i = 0; i < ledger->bins.columns; i++) values[i] = (double)NAN;
    for (size_t i = 0; i < row->count; i++) {
        int series = columns->series[i];
        if (series >= 0) (void)rh_parse_double(row->fields[i], &values[series]);
        if (series == TIME) (void)rh_parse_i64(row->fields[i], &time_ns);
    }
    if (time_ns < RH_TIME_NS_MIN || time_ns > RH_TIME_NS_MAX)
        return rh_fail(error, RH_INPUT, "%s:%ld: time_ns is no time", path, row->line);
    if (ledger->bins.row_count > 0 && time_ns < ledger->bins.last_ns)
        return rh_fail(error, RH_INPUT, "%s:%ld: time goes backwards", path, row->line);
    rh_bins_row(&ledger->bins, time_ns, values);
    for (int i = 0; i < ledger->assets; i++)
        rh_histogram_add(&ledger->deltas[i], values[rh_ledger_of_asset(i, RH_ASSET_DELTA)]);
    rh_histogram_add(&ledger->steps, values[RH_LEDGER_PNL_TOTAL] - ledger->last_pnl);
    ledger->last_pnl = values[RH_LEDGER_PNL_TOTAL];
    return RH_OK;
}

static rh_status read_rows(rh_ledger *ledger, rh_csv *csv, const char *path, rh_error *error)
{
    layout columns = {0};
    rh_csv_row row;
    RH_TRY(read_header(ledger, csv, path, &columns, error));
    RH_TRY(rh_bins_init(&ledger->bins, rh_ledger_series(ledger, ledger->series), error));
    ledger->deltas = calloc((size_t)ledger->assets + 1, sizeof *ledger->deltas);
    if (!ledger->deltas) return rh_fail(error, RH_NO_MEMORY, "no memory for the ledger");
    rh_status status = RH_OK;
    for (int i = 0; i < ledger->assets; i++)
        RH_TRY(rh_histogram_init(&ledger->deltas[i], error));
    RH_TRY(rh_histogram_init(&ledger->steps, error));
    while ((status = rh_csv_next(csv, &row, error)) == RH_OK)
        RH_TRY(add_row(ledger, &columns, &row, path, error));
    return status == RH_END ? RH_OK : status;
}

rh_status rh_ledger_read(rh_ledger *ledger, const char *path, rh_error *error)
{
    *ledger = (rh_ledger){.last_pnl = (double)NAN};
    rh_csv *csv = NULL;
    RH_TRY(rh_csv_open(path, ',', &csv, error));
    rh_status status = read_rows(ledger, csv, path, error);
    rh_csv_close(csv);
    if (status != RH_OK) rh_ledger_free(ledger);
    return status;
}

void rh_ledger_free(rh_ledger *ledger)
{
    rh_bins_free(&ledger->bins);
    for (int i = 0; ledger->deltas && i < ledger->assets; i++)
        rh_histogram_free(&ledger->deltas[i]);
    free(ledger->deltas);
    rh_histogram_free(&ledger->steps);
    *ledger = (rh_ledger){0};
}
