/* Deltas of a few options along paths. Must not know a rule of its own: inputs are net_delta's, the
 * kernel is the batch of pricing, and sums go over its tree. */
#include "portfolio/delta_grid.h"

#include <stdlib.h>
#include <string.h>

#include "portfolio/unit.h"
#include "pricing/log_contract.h"
#include "pricing/option.h"

static void keep_inputs(rh_delta_grid *grid, const rh_net_delta *net, size_t at, size_t part)
{
    for (int n = 0; n < grid->options; n++) {
        size_t from = (size_t)n * RH_AHEAD_STATES, to = (size_t)n * grid->count + at;
        memcpy(grid->drift + to, net->drift + from, part * sizeof(double));
        memcpy(grid->slope + to, net->slope + from, part * sizeof(double));
        memcpy(grid->shift + to, net->shift + from, part * sizeof(double));
        memcpy(grid->scale + to, net->scale + from, part * sizeof(double));
    }
}

static rh_status allocate(rh_delta_grid *grid, rh_error *error)
{
    double **arrays[] = {&grid->drift, &grid->slope,       &grid->shift,         &grid->scale,
                         &grid->delta, &grid->from_strike, &grid->from_strike_lo};
    size_t each = (size_t)grid->options * grid->count + 1;
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        *arrays[k] = calloc(each, sizeof(double));
        if (!*arrays[k]) return rh_fail(error, RH_NO_MEMORY, "no memory for the deltas of a path");
    }
    return RH_OK;
}

bool rh_delta_grid_takes(const rh_net_delta *net)
{
    bool takes = net->count <= RH_AHEAD_BOOK && !net->any_inverse && !net->in_coin;
    for (int n = 0; takes && n < net->count; n++) {
        const rh_instrument *option = &net->universe->instruments[net->option[n]];
        takes = !net->slow[n] || (option->is_log && option->underlying < 0 && !option->inverse);
    }
    return takes;
}

static void keep_discounts(rh_delta_grid *grid, const rh_net_delta *net, int n,
                           const int64_t *time_ns)
{
    double rate = net->universe->assets[net->asset].rate;
    int64_t expiry_ns = net->universe->instruments[net->option[n]].expiry_ns;
    double *discount = grid->scale + (size_t)n * grid->count;
    for (size_t i = 0; i < grid->count; i++)
        discount[i] = rh_log_contract_discount(rate, rh_years(time_ns[i], expiry_ns));
}

rh_status rh_delta_grid_init(rh_delta_grid *grid, rh_net_delta *net, const rh_positions *positions,
                             const int64_t *time_ns, const size_t *alive, size_t count,
                             double sigma, rh_error *error)
{
    *grid = (rh_delta_grid){.count = count, .options = net->count};
    RH_ASSERT(rh_delta_grid_takes(net));
    RH_TRY(allocate(grid, error));
    for (int n = 0; n < net->count; n++) {
        grid->qty[n] = rh_positions_qty(positions, net->option[n]);
        grid->log_strike[n] = net->log_strike[n];
        grid->log_strike_lo[n] = net->log_strike_lo[n];
        grid->alive[n] = alive[n];
    }
    for (size_t at = 0; at < count; at += RH_AHEAD_STATES) {
        size_t part = count - at < RH_AHEAD_STATES ? count - at : RH_AHEAD_STATES;
        int64_t times[RH_AHEAD_STATES];
        for (size_t k = 0; k < RH_AHEAD_STATES; k++) times[k] = time_ns[at + (k < part ? k : 0)];
        rh_net_delta_inputs(net, times, sigma);
        keep_inputs(grid, net, at, part);
    }
    for (int n = 0; n < net->count; n++) {
        grid->is_log[n] = net->slow[n];
        if (grid->is_log[n]) keep_discounts(grid, net, n, time_ns);
    }
    return RH_OK;
}

void rh_delta_grid_free(rh_delta_grid *grid)
{
    free(grid->drift);
    free(grid->slope);
    free(grid->shift);
    free(grid->scale);
    free(grid->delta);
    free(grid->from_strike);
    free(grid->from_strike_lo);
    *grid = (rh_delta_grid){0};
}

/* Contracts at a spot S are contracts at 1 with their strike over S: see net_delta.c. */
static void compute(rh_delta_grid *grid, int n, const double *restrict log_spot,
                    const double *restrict log_spot_lo)
{
    size_t from = (size_t)n * grid->count, count = grid->alive[n];
    double *restrict hi = grid->from_strike + from, *restrict lo = grid->from_strike_lo + from;
    double strike = grid->log_strike[n], strike_lo = grid->log_strike_lo[n];
    for (size_t i = 0; i < count; i++) hi[i] = strike - log_spot[i];
    for (size_t i = 0; i < count; i++) lo[i] = strike_lo - log_spot_lo[i];
    rh_delta_batch batch = {.count = count,
                            .log_strike = hi,
                            .log_strike_lo = lo,
                            .drift = grid->drift + from,
                            .slope = grid->slope + from,
                            .shift = grid->shift + from,
                            .scale = grid->scale + from,
                            .out = grid->delta + from};
    rh_option_delta_batch(&batch, 1.0);
}

/* Long gamma when long: the contract pays ln(strike / S). */
static void compute_log(rh_delta_grid *grid, int n, const double *restrict spot)
{
    size_t from = (size_t)n * grid->count;
    const double *restrict discount = grid->scale + from;
    double *restrict delta = grid->delta + from;
    for (size_t i = 0; i < grid->alive[n]; i++)
        delta[i] = -rh_log_contract_delta(discount[i], spot[i]);
}

/* Over the options still held at instant i, in the order of the book. */
static double sum_at(const rh_delta_grid *grid, size_t i)
{
    double weighted[RH_AHEAD_BOOK];
    size_t held = 0;
    for (int n = 0; n < grid->options; n++) {
        if (i >= grid->alive[n]) continue;
        weighted[held++] = grid->qty[n] * grid->delta[(size_t)n * grid->count + i];
    }
    return held > 0 ? rh_sum_lanes(weighted, held) : 0.0;
}

void rh_delta_grid_sums(rh_delta_grid *grid, const double *spot, const double *log_spot,
                        const double *log_spot_lo, double *out)
{
    size_t done = 0;
    for (int n = 0; n < grid->options; n++) {
        if (grid->is_log[n]) compute_log(grid, n, spot);
        else compute(grid, n, log_spot, log_spot_lo);
    }
    if (grid->options == 1) {
        done = grid->alive[0];
        for (size_t i = 0; i < done; i++) out[i] = 0.0 + grid->qty[0] * grid->delta[i];
    }
    for (size_t i = done; i < grid->count; i++) out[i] = sum_at(grid, i);
}

