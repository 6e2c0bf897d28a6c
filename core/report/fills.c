/* fills.csv, streamed once: cumulative cost by kind in time bins, and hedges summed in the groups
 * of the ledger's bins. Must not price or convert anything: costs are added as they were booked.
 * Invariant: memory does not depend on the number of fills. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "data/file.h"
#include "report/history.h"

typedef struct layout {
    size_t count;
    int time, instrument, qty, cost[RH_COST_KINDS];     /* field index, -1 = absent */
} layout;

static int find(const rh_csv_row *header, const char *name)
{
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->fields[i], name) == 0) return (int)i;
    return -1;
}

static rh_status read_header(rh_csv *csv, const char *path, layout *columns, rh_error *error)
{
    rh_csv_row row;
    rh_status status = rh_csv_next(csv, &row, error);
    if (status == RH_END) return rh_fail(error, RH_INPUT, "%s: empty, expected a header", path);
    RH_TRY(status);
    columns->count = row.count;
    columns->time = find(&row, "time_ns");
    columns->instrument = find(&row, "instrument");
    columns->qty = find(&row, "qty");
    for (int i = 0; i < RH_COST_KINDS; i++) columns->cost[i] = find(&row, rh_cost_names[i]);
    if (columns->time < 0)
        return rh_fail(error, RH_INPUT, "%s:%ld: expected a column time_ns", path, row.line);
    return RH_OK;
}

static double cell(const rh_csv_row *row, int field)
{
    double value = (double)NAN;
    if (field >= 0) (void)rh_parse_double(row->fields[field], &value);
    return value;
}

/* The longest asset name the instrument begins with; the only asset; -1. */
static int asset_of(const rh_ledger *ledger, const char *instrument)
{
    int best = ledger->assets == 1 ? 0 : -1;
    size_t longest = 0;
    for (int i = 0; i < ledger->assets; i++) {
        size_t length = strlen(ledger->names[i]);
        if (length > longest && strncmp(instrument, ledger->names[i], length) == 0) {
            longest = length;
            best = i;
        }
    }
    return best;
}

static void place(rh_fills *fills, const rh_ledger *ledger, int64_t time_ns,
                  const char *instrument, double qty)
{
    int asset = asset_of(ledger, instrument);
    if (asset < 0 || !isfinite(qty) || qty == 0 || ledger->bins.row_count == 0) {
        fills->unplaced++;
        return;
    }
    double span = (double)(ledger->bins.last_ns - ledger->bins.from_ns);
    double moment = span > 0 ? (double)(time_ns - ledger->bins.from_ns) / span : 0.5;
    moment = moment < 0 ? 0 : moment > 1 ? 1 : moment;
    int slot = rh_bins_at(&ledger->bins, time_ns) / rh_bins_group(&ledger->bins);
    rh_hedge_slot *at = &fills->slots[asset * RH_HEDGE_SLOTS + slot];
    double before = at->bought + at->sold, size = fabs(qty);
    at->moment += (moment - at->moment) * (size / (before + size));
    *(qty > 0 ? &at->bought : &at->sold) += size;
    *(qty > 0 ? &at->buys : &at->sells) += 1;
}

static rh_status read_rows(rh_fills *fills, rh_csv *csv, const char *path,
                           const rh_ledger *ledger, rh_error *error)
{
    layout columns = {0};
    rh_csv_row row;
    double sums[RH_COST_KINDS] = {0};
    rh_status status;
    RH_TRY(read_header(csv, path, &columns, error));
    while ((status = rh_csv_next(csv, &row, error)) == RH_OK) {
        int64_t time_ns = -1;
        if (row.count != columns.count)
            return rh_fail(error, RH_INPUT, "%s:%ld: found %zu fields, expected %zu", path,
                           row.line, row.count, columns.count);
        (void)rh_parse_i64(row.fields[columns.time], &time_ns);
        if (time_ns < RH_TIME_NS_MIN || time_ns > RH_TIME_NS_MAX ||
            time_ns < fills->last_ns)
            return rh_fail(error, RH_INPUT, "%s:%ld: time_ns is no time or goes backwards", path,
                           row.line);
        for (int i = 0; i < RH_COST_KINDS; i++) {
            double cost = cell(&row, columns.cost[i]);
            if (isfinite(cost)) sums[i] += cost;
        }
        rh_bins_row(&fills->costs, time_ns, sums);
        fills->last_ns = time_ns;
        fills->count++;
        const char *name = columns.instrument < 0 ? "" : row.fields[columns.instrument];
        place(fills, ledger, time_ns, name, cell(&row, columns.qty));
    }
    return status == RH_END ? RH_OK : status;
}

rh_status rh_fills_read(rh_fills *fills, const char *path, const rh_ledger *ledger,
                        rh_error *error)
{
    *fills = (rh_fills){0};
    RH_TRY(rh_bins_init(&fills->costs, RH_COST_KINDS, error));
    if (ledger->bins.row_count > 0) rh_bins_align(&fills->costs, &ledger->bins);
    fills->slots = calloc(RH_ASSETS_MAX * RH_HEDGE_SLOTS, sizeof *fills->slots);
    rh_status status = RH_OK;
    rh_csv *csv = NULL;
    if (!fills->slots) status = rh_fail(error, RH_NO_MEMORY, "no memory for fills");
    if (status == RH_OK && rh_file_exists(path)) {
        status = rh_csv_open(path, ',', &csv, error);
        if (status == RH_OK) status = read_rows(fills, csv, path, ledger, error);
        if (csv) rh_csv_close(csv);
    }
    if (status != RH_OK) rh_fills_free(fills);
    return status;
}

void rh_fills_free(rh_fills *fills)
{
    rh_bins_free(&fills->costs);
    free(fills->slots);
    *fills = (rh_fills){0};
}
