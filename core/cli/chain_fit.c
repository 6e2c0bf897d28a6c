/* Chains to surfaces: which rows are quotes, at which forward, with which weight; the fitting is
 * core/pricing's. Must not print. Invariant: every row of the chain is counted under one reason. */
#include "cli/chain_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"
#include "math/order.h"

enum { PARITY_PAIRS = 7 };
static const double spread_floor = 0.005, vol_max = 20.0, parity_spread_max = 0.1;

typedef struct fitter {
    const rh_chain *chain;
    const rh_chain_fit_options *options;
    rh_arena *arena;
    rh_error *error;
    rh_vol_quote *quotes;       /* of one underlying, expiry by expiry */
    double *bid_vol, *ask_vol;  /* of each quote; NaN: none */
    double *sorted;             /* as many as there are rows */
    size_t count;               /* quotes so far */
} fitter;

static void *take(fitter *f, size_t count, size_t bytes)
{
    void *memory = rh_arena_array(f->arena, count + 1, bytes);
    if (!memory) rh_fail(f->error, RH_NO_MEMORY, "no memory to fit the surface");
    return memory;
}

/* --- forwards --------------------------------------------------------------------------------- */

/* What the row says the option costs; 0: nothing. */
static double price_of(const rh_chain *chain, const rh_chain_row *row)
{
    if (chain->quote == RH_QUOTE_PRICE) return row->price;
    bool good = row->bid > 0.0 && row->ask >= row->bid;
    return good ? 0.5 * (row->bid + row->ask) : 0.0;
}

static int by_strike(const void *left, const void *right)
{
    const rh_chain_row *x = *(const rh_chain_row *const *)left;
    const rh_chain_row *y = *(const rh_chain_row *const *)right;
    if (x->strike != y->strike) return x->strike < y->strike ? -1 : 1;
    if (x->sign != y->sign) return x->sign < y->sign ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Put-call parity at one strike: call - put = e^(-rT) (F - K), inverse 1 - K/F. */
static double parity_forward(const fitter *f, double K, double gap, double T)
{
    if (f->chain->model == RH_MODEL_INVERSE) return gap < 1.0 ? K / (1.0 - gap) : 0.0;
    return K + gap * rh_exp(f->options->rate * T);
}

/* The best pairs so far, in order: those of the least gap and spread. */
typedef struct parity_pairs {
    size_t count;
    double rank[PARITY_PAIRS], forward[PARITY_PAIRS];
} parity_pairs;

static void keep_pair(parity_pairs *pairs, double rank, double forward)
{
    size_t at = pairs->count;
    while (at > 0 && pairs->rank[at - 1] > rank) at--;
    if (at == PARITY_PAIRS) return;
    if (pairs->count < PARITY_PAIRS) pairs->count++;
    for (size_t i = pairs->count - 1; i > at; i--) {
        pairs->rank[i] = pairs->rank[i - 1];
        pairs->forward[i] = pairs->forward[i - 1];
    }
    pairs->rank[at] = rank;
    pairs->forward[at] = forward;
}

/* A pair is worth as little as its prices are apart and its spreads are wide, as parts of the
 * forward; beyond a tenth of it the spreads say nothing. */
static void look_at_pair(const fitter *f, const rh_chain_row *put, const rh_chain_row *call,
                         double T, parity_pairs *pairs)
{
    double gap = price_of(f->chain, call) - price_of(f->chain, put), spread = 0.0;
    double forward = parity_forward(f, call->strike, gap, T);
    double unit = f->chain->model == RH_MODEL_INVERSE ? 1.0 : call->strike;
    if (f->chain->quote != RH_QUOTE_PRICE) spread = call->ask - call->bid + put->ask - put->bid;
    if (spread > parity_spread_max * unit) return;
    if (forward >= RH_PRICE_MIN && forward <= RH_PRICE_MAX)
        keep_pair(pairs, (fabs(gap) + spread) / unit, forward);
}

/* The median over the strikes where call and put are closest in price: near the money both sides
 * are quoted best, and one bad quote moves nothing. */
static rh_status infer_forward(fitter *f, rh_expiry_fit *fit)
{
    parity_pairs pairs = {0};
    size_t rows = 0, n = fit->expiry->count;
    const rh_chain_row *first = f->chain->rows + fit->expiry->first;
    const rh_chain_row **sorted = take(f, n, sizeof *sorted);
    if (!sorted) return RH_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (price_of(f->chain, &first[i]) > 0.0 && first[i].sign != 0) sorted[rows++] = &first[i];
    qsort(sorted, rows, sizeof *sorted, by_strike);
    for (size_t i = 1; i < rows; i++) {
        const rh_chain_row *put = sorted[i - 1], *call = sorted[i];
        if (put->strike == call->strike && put->sign != call->sign)
            look_at_pair(f, put, call, fit->expiry->T, &pairs);
    }
    if (pairs.count == 0) return RH_OK;
    fit->forward = rh_median(pairs.forward, pairs.count);
    fit->source = RH_FORWARD_PARITY;
    return RH_OK;
}

static rh_status find_forward(fitter *f, rh_expiry_fit *fit)
{
    size_t count = 0;
    const rh_chain_row *rows = f->chain->rows + fit->expiry->first;
    for (size_t i = 0; i < fit->expiry->count; i++)
        if (rows[i].forward > 0.0) f->sorted[count++] = rows[i].forward;
    if (count == 0) return infer_forward(f, fit);
    fit->forward = rh_median(f->sorted, count);
    fit->source = RH_FORWARD_GIVEN;
    return RH_OK;
}

/* --- quotes ----------------------------------------------------------------------------------- */

static double vol_of(const fitter *f, const rh_chain_row *row, double F, double T, double price)
{
    double vol;
    rh_vol_status status = rh_implied_vol(f->chain->model, row->sign > 0, F, row->strike, T,
                                          f->options->rate, 0.0, price, &vol);
    return status == RH_VOL_OK && vol > 0.0 && vol < vol_max ? vol : (double)NAN;
}

static rh_chain_use judge(const fitter *f, const rh_chain_row *row, double F, double T,
                          bool both_sides)
{
    if (!(T > 0.0)) return RH_CHAIN_EXPIRED;
    if (f->chain->quote == RH_QUOTE_MID) {
        if (!(row->bid > 0.0) || !(row->ask > 0.0)) return RH_CHAIN_NO_QUOTE;
        if (row->bid > row->ask) return RH_CHAIN_CROSSED;
    } else if (!((f->chain->quote == RH_QUOTE_IV ? row->iv : row->price) > 0.0)) {
        return RH_CHAIN_NO_QUOTE;
    }
    if (!(F > 0.0)) return RH_CHAIN_NO_FORWARD;
    bool inside = row->sign > 0 ? row->strike < F : row->sign < 0 && row->strike >= F;
    if (inside && !both_sides) return RH_CHAIN_IN_THE_MONEY;
    return RH_CHAIN_USED;
}

/* The square of dprice/dvol / F, up to a constant. */
static double vega_weight(double k, double vol, double T)
{
    double u = vol * sqrt(T), density = rh_normal_pdf(-k / u + 0.5 * u);
    return density * density * T;
}

static double weigh(const fitter *f, const rh_vol_quote *quote, double bid, double ask, double T)
{
    if (f->options->weights == RH_WEIGHT_EQUAL) return 1.0;
    if (f->options->weights == RH_WEIGHT_VEGA || f->chain->quote != RH_QUOTE_MID)
        return vega_weight(quote->k, quote->vol, T);
    double spread = (isnan(bid) || isnan(ask) ? quote->vol : ask - bid) + spread_floor;
    return 1.0 / (spread * spread);
}

static rh_chain_use add_quote(fitter *f, const rh_chain_row *row, rh_expiry_fit *fit,
                              bool both_sides)
{
    double F = row->forward > 0.0 ? row->forward : fit->forward, T = fit->expiry->T;
    rh_chain_use use = judge(f, row, F, T, both_sides);
    if (use != RH_CHAIN_USED) return use;
    rh_vol_quote *quote = &f->quotes[f->count];
    double bid = (double)NAN, ask = (double)NAN;
    quote->k = rh_log(row->strike / F);
    quote->vol = f->chain->quote == RH_QUOTE_IV ? row->iv
                                                : vol_of(f, row, F, T, price_of(f->chain, row));
    if (row->bid > 0.0 && row->sign != 0) bid = vol_of(f, row, F, T, row->bid);
    if (row->ask > 0.0 && row->sign != 0) ask = vol_of(f, row, F, T, row->ask);
    if (!(quote->vol > 0.0) || !(quote->vol < vol_max) || !(fabs(quote->k) < 20.0))
        return RH_CHAIN_NO_VOL;

    if (f->chain->quote == RH_QUOTE_MID && row->sign != 0 &&
        !(ask - bid <= f->options->spread_max * quote->vol))
        return RH_CHAIN_WIDE;
    quote->weight = weigh(f, quote, bid, ask, T);
    if (!(quote->weight > 0.0) || isinf(quote->weight)) return RH_CHAIN_NO_VOL;
    f->bid_vol[f->count] = bid;
    f->ask_vol[f->count++] = ask;
    fit->count++;
    return RH_CHAIN_USED;
}

static void collect_sides(fitter *f, rh_expiry_fit *fit, bool both_sides)
{
    f->count = fit->first;
    fit->count = 0;
    memset(fit->uses, 0, sizeof fit->uses);
    for (size_t i = 0; i < fit->expiry->count; i++)
        fit->uses[add_quote(f, &f->chain->rows[fit->expiry->first + i], fit, both_sides)]++;
}

/* An expiry that is thin without them takes the options in the money as well. */
static rh_status collect(fitter *f, rh_expiry_fit *fit)
{
    RH_TRY(find_forward(f, fit));
    fit->first = f->count;
    collect_sides(f, fit, f->options->both_sides);
    if (fit->count >= RH_SVI_QUOTES_MIN || fit->uses[RH_CHAIN_IN_THE_MONEY] == 0) return RH_OK;
    collect_sides(f, fit, true);
    if (fit->count < RH_SVI_QUOTES_MIN) collect_sides(f, fit, false);
    return RH_OK;
}

static rh_expiry_quotes quotes_of(const fitter *f, const rh_expiry_fit *fit)
{
    return (rh_expiry_quotes){fit->expiry->T, f->quotes + fit->first, fit->count};
}

/* --- slices ----------------------------------------------------------------------------------- */

static void set_slice(const fitter *f, const rh_expiry_fit *fit, rh_slice *slice)
{
    *slice = (rh_slice){.T = fit->expiry->T, .forward = fit->forward, .k_low = HUGE_VAL,
                        .k_high = -HUGE_VAL};
    for (size_t i = 0; i < fit->count; i++) {
        slice->k_low = fmin(slice->k_low, f->quotes[fit->first + i].k);
        slice->k_high = fmax(slice->k_high, f->quotes[fit->first + i].k);
    }
}

/* What cannot be fitted gives its quotes back. */
static void fit_slices(fitter *f, rh_underlying_fit *fit, rh_slice *slices, double *work)
{
    for (size_t i = 0; i < fit->expiry_count; i++) {
        rh_expiry_fit *expiry = &fit->expiries[i];
        rh_expiry_quotes quotes = quotes_of(f, expiry);
        rh_slice *slice = &slices[fit->surface.count];
        set_slice(f, expiry, slice);
        expiry->fitted = rh_svi_fit(&quotes, NULL, work, &slice->svi) == RH_OK;
        if (expiry->fitted) {
            fit->of_slice[fit->surface.count++] = expiry;
        } else {
            expiry->uses[RH_CHAIN_THIN_EXPIRY] += expiry->uses[RH_CHAIN_USED];
            expiry->uses[RH_CHAIN_USED] = expiry->count = 0;
        }
    }
    fit->surface.slices = slices;
}

static rh_fit_error measure(const fitter *f, rh_underlying_fit *fit)
{
    size_t count = 0;
    for (size_t i = 0; i < fit->surface.count; i++) {
        const rh_slice *slice = &fit->surface.slices[i];
        rh_expiry_fit *expiry = &fit->expiries[fit->of_slice[i] - fit->expiries];
        rh_expiry_quotes quotes = quotes_of(f, expiry);
        expiry->error = rh_svi_error(&slice->svi, &quotes, f->sorted + count);
        count += expiry->error.count;
        expiry->banded = expiry->inside = 0;
        for (size_t j = expiry->first; j < expiry->first + expiry->count; j++) {
            double vol = sqrt(rh_svi_at(&slice->svi, f->quotes[j].k).w / slice->T);
            if (isnan(f->bid_vol[j]) || isnan(f->ask_vol[j])) continue;
            expiry->banded++;
            expiry->inside += vol >= f->bid_vol[j] && vol <= f->ask_vol[j];
        }
    }
    return rh_fit_error_of(f->sorted, count);
}

static rh_status reshape(fitter *f, rh_underlying_fit *fit, rh_slice *slices, double *work,
                         const rh_expiry_quotes *quotes)
{
    size_t count = fit->surface.count;
    if (f->options->ssvi) {
        double *theta = take(f, count, sizeof *theta);
        if (!theta) return RH_NO_MEMORY;
        if (rh_ssvi_fit(quotes, count, work, &fit->ssvi, theta) != RH_OK)
            return rh_fail(f->error, RH_DOMAIN, "no SSVI surface fits the quotes");
        for (size_t i = 0; i < count; i++) {
            slices[i].svi = rh_ssvi_slice(&fit->ssvi, theta[i]);
            fit->expiries[fit->of_slice[i] - fit->expiries].theta = theta[i];
        }
    }
    fit->raw_error = measure(f, fit);
    fit->raw_count = rh_surface_arbitrage(&fit->surface, fit->arbitrage, RH_CHAIN_ARBITRAGE_MAX);
    if (f->options->repair && fit->raw_count > 0 &&
        rh_surface_repair(slices, count, quotes, work, &fit->replaced) != RH_OK)
        return rh_fail(f->error, RH_DOMAIN, "the surface could not be repaired");
    fit->error = measure(f, fit);
    fit->arbitrage_count =
        rh_surface_arbitrage(&fit->surface, fit->arbitrage, RH_CHAIN_ARBITRAGE_MAX);
    fit->listed = fit->arbitrage_count < RH_CHAIN_ARBITRAGE_MAX ? fit->arbitrage_count
                                                                : RH_CHAIN_ARBITRAGE_MAX;
    return RH_OK;
}

static rh_status fit_underlying(fitter *f, rh_underlying_fit *fit)
{
    size_t n = fit->expiry_count;
    rh_expiry_quotes *quotes = take(f, n, sizeof *quotes);
    rh_slice *slices = take(f, n, sizeof *slices);
    fit->of_slice = take(f, n, sizeof(rh_expiry_fit *));
    fit->arbitrage = take(f, RH_CHAIN_ARBITRAGE_MAX, sizeof *fit->arbitrage);
    if (!quotes || !slices || !fit->of_slice || !fit->arbitrage) return RH_NO_MEMORY;
    f->count = 0;
    for (size_t i = 0; i < n; i++) RH_TRY(collect(f, &fit->expiries[i]));
    for (size_t i = 0; i < n; i++) quotes[i] = quotes_of(f, &fit->expiries[i]);
    size_t needed = rh_surface_work(quotes, n) + 4 * f->count;
    double *work = take(f, needed, sizeof *work);
    if (!work) return RH_NO_MEMORY;
    fit_slices(f, fit, slices, work);
    if (fit->surface.count == 0) return RH_OK;
    for (size_t i = 0; i < fit->surface.count; i++) quotes[i] = quotes_of(f, fit->of_slice[i]);
    return reshape(f, fit, slices, work, quotes);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void prepare(const fitter *f, rh_chain_fit *fit, rh_expiry_fit *expiries)
{
    for (size_t i = 0; i < fit->underlying_count; i++)
        fit->underlyings[i].name = f->chain->underlyings[i];
    for (size_t i = 0; i < f->chain->expiry_count; i++) {
        const rh_chain_expiry *expiry = &f->chain->expiries[i];
        rh_underlying_fit *underlying = &fit->underlyings[expiry->underlying];
        expiries[i].expiry = expiry;
        if (underlying->expiry_count++ == 0) underlying->expiries = &expiries[i];
    }
}

rh_status rh_chain_fit_all(const rh_chain *chain, const rh_chain_fit_options *options,
                           rh_arena *arena, rh_chain_fit *fit, rh_error *error)
{
    fitter f = {.chain = chain, .options = options, .arena = arena, .error = error};
    size_t rows = chain->row_count;
    *fit = (rh_chain_fit){.underlying_count = chain->underlying_count};
    fit->underlyings = take(&f, fit->underlying_count, sizeof *fit->underlyings);
    rh_expiry_fit *expiries = take(&f, chain->expiry_count, sizeof *expiries);
    f.quotes = take(&f, rows, sizeof *f.quotes);
    f.bid_vol = take(&f, rows, sizeof *f.bid_vol);
    f.ask_vol = take(&f, rows, sizeof *f.ask_vol);
    f.sorted = take(&f, rows, sizeof *f.sorted);
    if (!fit->underlyings || !expiries || !f.quotes || !f.bid_vol || !f.ask_vol || !f.sorted)
        return RH_NO_MEMORY;
    prepare(&f, fit, expiries);
    for (size_t i = 0; i < fit->underlying_count; i++)
        RH_TRY(fit_underlying(&f, &fit->underlyings[i]));
    return RH_OK;
}
