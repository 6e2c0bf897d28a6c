/* Reducing a block of path results. Must not depend on which worker does it. The digest of a block
 * hashes fixed-width records of its paths; every NaN is the same NaN there. */
#include "study/mc_block.h"

#include <math.h>
#include <string.h>

double rh_path_cost(const rh_path_result *r)
{
    double sum = 0;
    for (int k = 0; k < RH_COST_KINDS; k++) sum += r->cost[k];
    return sum;
}

double rh_path_error(const rh_path_result *r)
{
    return r->pnl + rh_path_cost(r);
}

/* --- sums ---------------------------------------------------------------------------------- */

static double measure_of(const rh_path_result *r, int measure)
{
    if (measure >= RH_MC_SERIES) return r->series[measure - RH_MC_SERIES];
    if (measure >= RH_MC_COST_KINDS) return r->cost[measure - RH_MC_COST_KINDS];
    switch ((rh_mc_measure)measure) {
#define X(name, value)                                                                             \
    case RH_MC_##name: return value;
        RH_MC_MEASURE_MAP(X)
#undef X
    case RH_MC_COST_KINDS: break;
    }
    return (double)NAN;
}

static void sum_up(const rh_mc_reduction *how, const rh_path_result *results, size_t count,
                   const double *pnl, rh_mc_sums *sums)
{
    double values[RH_PATHS_BLOCK];
    memset(sums, 0, sizeof *sums);
    for (int m = 0; m < RH_MC_SERIES + how->series; m++) {
        for (size_t i = 0; i < count; i++) {
            double value = measure_of(&results[i], m);
            values[i] = isfinite(value) ? value : (double)NAN; /* a script records what it likes */
        }
        rh_measure_of(values, pnl, count, how->unit, &sums->measure[m]);
    }
    for (size_t i = 0; i < count; i++) sums->killed += results[i].killed;
    if (isnan(how->risk_aversion)) return;
    for (size_t i = 0; i < count; i++) values[i] = pnl[i] - results[i].premium;
    rh_entropic_of(pnl, count, how->unit, how->risk_aversion, &sums->with_premium);
    rh_entropic_of(values, count, how->unit, how->risk_aversion, &sums->without_premium);
}

void rh_mc_merge(rh_mc_sums *into, const rh_mc_sums *more, int series, double risk_aversion)
{
    for (int m = 0; m < RH_MC_SERIES + series; m++) {
        rh_measure_merge(&into->measure[m], &more->measure[m]);
    }
    rh_entropic_merge(&into->with_premium, &more->with_premium, risk_aversion);
    rh_entropic_merge(&into->without_premium, &more->without_premium, risk_aversion);
    into->killed += more->killed;
}

/* --- digest -------------------------------------------------------------------------------- */

typedef struct path_record {
    uint32_t path, killed, orders, fills;
    double money[2 + RH_COST_KINDS + 4 + RH_PATH_SERIES_MAX];
} path_record;
static_assert(sizeof(path_record) == 16 + 8 * (6 + RH_COST_KINDS + RH_PATH_SERIES_MAX),
              "records of the digest have no holes");

static void digest_path(rh_digest *digest, uint32_t path, const rh_path_result *r, int series)
{
    path_record record = {.path = path, .killed = r->killed, .orders = r->orders,
                          .fills = r->fills};
    double *at = record.money;
    *at++ = r->pnl;
    *at++ = r->premium;
    for (int k = 0; k < RH_COST_KINDS; k++) *at++ = r->cost[k];
    *at++ = r->turnover;
    *at++ = r->rms_delta;
    *at++ = r->max_abs_delta;
    *at++ = r->spot;
    for (int k = 0; k < series; k++) *at++ = isnan(r->series[k]) ? (double)NAN : r->series[k];
    rh_digest_bytes(digest, &record, sizeof record);
}

static rh_status digest_block(const rh_mc_reduction *how, const rh_path_result *results,
                              uint32_t first, size_t count, char hex[RH_DIGEST_HEX],
                              rh_error *error)
{
    rh_digest *digest = rh_digest_new();
    if (!digest) return rh_fail(error, RH_NO_MEMORY, "no memory for a digest");
    for (size_t i = 0; i < count; i++) {
        digest_path(digest, first + (uint32_t)i, &results[i], how->series);
    }
    rh_digest_hex(digest, hex);
    rh_digest_free(digest);
    return RH_OK;
}

/* --- paths.csv ----------------------------------------------------------------------------- */

void rh_mc_rows_head(rh_buffer *out, const char *const *series, int series_count)
{
    rh_buffer_text(out, "path,pnl,premium");
    for (int k = 0; k < RH_COST_KINDS; k++) rh_buffer_printf(out, ",cost_%s", rh_cost_names[k]);
    rh_buffer_text(out, ",cost_total,error,orders,fills,turnover,rms_delta,max_abs_delta,spot"
                        ",killed");
    for (int k = 0; k < series_count; k++) rh_buffer_printf(out, ",series_%s", series[k]);
    rh_buffer_text(out, "\n");
}

static void put_field(rh_buffer *out, double value)
{
    rh_buffer_append(out, ",", 1);
    if (!isnan(value)) rh_buffer_double(out, value); /* none: an empty field */
}

void rh_mc_row(rh_buffer *out, uint32_t path, const rh_path_result *r, int series)
{
    rh_buffer_printf(out, "%u", path);
    put_field(out, r->pnl);
    put_field(out, r->premium);
    for (int k = 0; k < RH_COST_KINDS; k++) put_field(out, r->cost[k]);
    put_field(out, rh_path_cost(r));
    put_field(out, rh_path_error(r));
    rh_buffer_printf(out, ",%u,%u", r->orders, r->fills);
    put_field(out, r->turnover);
    put_field(out, r->rms_delta);
    put_field(out, r->max_abs_delta);
    put_field(out, r->spot);
    rh_buffer_text(out, r->killed ? ",1" : ",0");
    for (int k = 0; k < series; k++) put_field(out, r->series[k]);
    rh_buffer_text(out, "\n");
}

/* --- the whole ----------------------------------------------------------------------------- */

rh_status rh_mc_reduce(const rh_mc_reduction *how, const rh_path_result *results, uint32_t first,
                       size_t count, double *pnl, double *cost, rh_mc_block *block,
                       rh_error *error)
{
    block->first_killed = 0;
    for (size_t i = count; i-- > 0;) {
        uint32_t path = first + (uint32_t)i;
        pnl[i] = results[i].pnl;
        cost[i] = rh_path_cost(&results[i]);
        if (!isfinite(pnl[i]) || !isfinite(cost[i]) || !isfinite(results[i].premium)) {
            return rh_fail(error, RH_BROKEN,
                           "path %u: P&L %g, cost %g, premium %g: not all are finite", path, pnl[i],
                           cost[i], results[i].premium);
        }
        if (results[i].killed) block->first_killed = path;
    }
    sum_up(how, results, count, pnl, &block->sums);
    RH_TRY(digest_block(how, results, first, count, block->digest, error));
    rh_buffer_clear(&block->rows);
    for (size_t i = 0; how->rows && i < count; i++) {
        rh_mc_row(&block->rows, first + (uint32_t)i, &results[i], how->series);
    }
    return block->rows.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for rows of paths")
                              : RH_OK;
}
