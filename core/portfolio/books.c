/* The books: marking intervals, booking fills, entries, settlements and funding, and the identities
 * that hold them together. Never decides anything. Invariant: between two calls, `unit`, `spot`,
 * `fx` describe the market at from_ns for every instrument with a position. */
#include "portfolio/books.h"

#include "math/kernels.h"

#define IDENTITY_TOLERANCE 1e-9 /* of gross flow: two sets of books agree to this */
#define HELD_ROUNDING 1e-12     /* of the most ever held: some thousand roundings of it */

void rh_books_init(rh_books *books, const rh_universe *universe, rh_positions *filled,
                   rh_positions *reported)
{
    *books = (rh_books){.universe = universe, .positions = filled, .reported = reported};
}

static double held(const rh_books *books, int layer, int instrument)
{
    return books->positions->held[layer][instrument].qty;
}

bool rh_books_can_mark(const rh_positions *positions, const rh_market *market)
{
    const rh_universe *universe = positions->universe;
    bool foreign[RH_CURRENCIES_MAX] = {false};
    for (int i = 0; i < universe->instrument_count; i++) {
        if (!rh_positions_holds(positions, i)) continue;
        if (!rh_unit_has_price(market, i)) return false;
        foreign[universe->instruments[i].settle] = true;
    }
    for (int c = 0; c < universe->currency_count; c++) {
        const rh_currency *currency = &universe->currencies[c];
        bool held =
            foreign[c] || fabs(positions->cash[c]) > 0.0 || fabs(positions->collateral[c]) > 0.0;
        if (held && currency->asset >= 0 && !(market->spot[currency->asset] > 0.0)) return false;
    }
    return true;
}

static void open_unit(rh_books *books, const rh_market *market, int64_t time_ns, int i)
{
    const rh_instrument *instrument = &books->universe->instruments[i];
    rh_unit_value(market, i, time_ns, false, &books->unit[i]);
    books->mid[i] = rh_market_mid(market, instrument->underlying >= 0 ? instrument->underlying : i);
    books->sigma[i] =
        instrument->kind == RH_INSTRUMENT_OPTION ? rh_market_vol(market, i, false) : 0;
}

static void open_interval(rh_books *books, const rh_market *market, int64_t time_ns)
{
    books->from_ns = time_ns;
    for (int a = 0; a < books->universe->asset_count; a++)
        books->spot[a] = market->spot[a];
    for (int c = 0; c < books->universe->currency_count; c++) {
        books->fx[c] = rh_market_fx(market, c);
    }
    books->active_count = 0;
    for (int i = 0; i < books->universe->instrument_count; i++) {
        if (rh_positions_holds(books->positions, i)) books->active[books->active_count++] = i;
    }
}

/* The five terms of one Taylor expansion, and what is left. */
typedef struct terms {
    double delta, gamma, theta, vega, higher, carry, actual;
} terms;

/* Price moves that are not in proportion to the spot: basis, which is carry. */
static double basis_move(const rh_books *books, const rh_market *market, int i, const rh_unit *now)
{
    const rh_instrument *instrument = &books->universe->instruments[i];
    bool option = instrument->kind == RH_INSTRUMENT_OPTION;
    int source = option ? instrument->underlying : i;
    if (source < 0 || !books->universe->instruments[source].has_feed) return 0.0;
    double F = rh_market_mid(market, source);
    double S0 = books->spot[instrument->asset], S = market->spot[instrument->asset];
    double in_proportion = books->mid[i] * S / S0;
    if (option) return now->delta * (F - in_proportion) * S / F;
    double fx = rh_market_fx(market, instrument->settle);
    return fx *
           (rh_unit_settle_value(instrument, F) - rh_unit_settle_value(instrument, in_proportion));
}

static void add_instrument(rh_books *books, const rh_market *market, int64_t time_ns, int i,
                           terms *sum)
{
    const rh_instrument *instrument = &books->universe->instruments[i];
    rh_unit was = books->unit[i];
    double sigma = books->sigma[i];
    double dS = market->spot[instrument->asset] - books->spot[instrument->asset];
    double dt = rh_years(books->from_ns, time_ns);
    double qty = rh_positions_qty(books->positions, i);
    double basis = 0.0;
    rh_unit now;
    rh_unit_value(market, i, time_ns, false, &now);
    basis = basis_move(books, market, i, &now);
    double dv =
        instrument->kind == RH_INSTRUMENT_OPTION ? rh_market_vol(market, i, false) - sigma : 0;
    sum->delta += qty * was.delta * dS;
    sum->gamma += qty * 0.5 * was.gamma * dS * dS;
    sum->theta += qty * was.theta * dt;
    sum->vega += qty * was.vega * dv;
    sum->higher +=
        qty * (was.vanna * dS * dv + 0.5 * was.volga * dv * dv + was.speed * dS * dS * dS / 6.0);
    sum->carry += qty * basis;
    sum->actual += qty * (now.value - was.value);
    double moved = now.value - was.value;
    rh_sum_add(&books->pnl[RH_PNL_options], held(books, RH_LAYER_BOOK, i) * moved);
    rh_sum_add(&books->pnl[RH_PNL_hedges], held(books, RH_LAYER_HEDGE, i) * moved);
}

/* Revaluation of an amount of foreign currency held through the interval. */
static double add_foreign(rh_books *books, const rh_market *market, int c, double amount,
                          terms *sum)
{
    const rh_currency *currency = &books->universe->currencies[c];
    if (currency->conversion == RH_CONVERT_NONE || !(fabs(amount) > 0.0)) return 0.0;
    double S0 = books->spot[currency->asset];
    double dS = market->spot[currency->asset] - S0;
    double moved = amount * (rh_market_fx(market, c) - books->fx[c]);
    if (currency->conversion == RH_CONVERT_TIMES) {
        sum->delta += amount * dS;
    } else {
        double x = dS / S0;
        sum->delta -= amount / S0 * x;
        sum->gamma += amount / S0 * x * x;
        sum->higher -= amount / S0 * x * x * x;
    }
    sum->actual += moved;
    return moved;
}

static double interest_of(const rh_books *books, int c, int64_t time_ns)
{
    const rh_positions *p = books->positions;
    return rh_interest(p->cash[c] + p->collateral[c], books->universe->currencies[c].rate,
                       books->from_ns, time_ns);
}

static void add_currency(rh_books *books, const rh_market *market, int64_t time_ns, int c,
                         terms *sum)
{
    rh_positions *p = books->positions;
    double of_book = rh_positions_unsettled(p, RH_LAYER_BOOK, c);
    double of_hedge = rh_positions_unsettled(p, RH_LAYER_HEDGE, c);
    rh_sum_add(&books->pnl[RH_PNL_options], add_foreign(books, market, c, of_book, sum));
    rh_sum_add(&books->pnl[RH_PNL_hedges], add_foreign(books, market, c, of_hedge, sum));
    rh_sum_add(&books->pnl[RH_PNL_carry],
               add_foreign(books, market, c, p->cash[c] + p->collateral[c], sum));
    double interest = interest_of(books, c, time_ns);
    if (!(fabs(interest) > 0.0)) return;
    p->cash[c] += interest;
    books->reported->cash[c] += interest;
    double earned = interest * rh_market_fx(market, c);
    rh_sum_add(&books->pnl[RH_PNL_carry], earned);
    rh_sum_add(&books->gross_flow, fabs(earned));
    sum->carry += earned;
    sum->actual += earned;
}

static void close_interval(rh_books *books, const rh_market *market, int64_t time_ns)
{
    terms sum = {0};
    for (int n = 0; n < books->active_count; n++) {
        add_instrument(books, market, time_ns, books->active[n], &sum);
    }
    for (int c = 0; c < books->universe->currency_count; c++) {
        add_currency(books, market, time_ns, c, &sum);
    }
    double explained = sum.delta + sum.gamma + sum.theta + sum.vega + sum.higher + sum.carry;
    double residual = sum.actual - explained;
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_delta], sum.delta);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_gamma], sum.gamma);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_theta], sum.theta);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_vega], sum.vega);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_higher], sum.higher);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_carry], sum.carry);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_residual], residual);
    rh_sum_add(&books->gross_gamma, fabs(sum.gamma));
    rh_sum_add(&books->gross_residual, fabs(residual));
}

/* How much is held in all, each part by its size: what an equity of nearly nothing is rounded by.
 */
static void remember_held(rh_books *books)
{
    const rh_positions *p = books->positions;
    double held = fabs(rh_sum_value(&books->collateral));
    for (int c = 0; c < books->universe->currency_count; c++) {
        held += (fabs(p->cash[c]) + fabs(p->collateral[c])) * books->fx[c];
    }
    for (int n = 0; n < books->active_count; n++) {
        int i = books->active[n];
        const rh_unit *u = &books->unit[i];
        held += (fabs(p->held[0][i].qty) + fabs(p->held[1][i].qty)) * fabs(u->value);
    }
    if (held > books->peak_held) books->peak_held = held;
}

static void open_books(rh_books *books, const rh_market *market)
{
    for (int c = 0; c < books->universe->currency_count; c++) {
        rh_sum_add(&books->collateral, books->positions->collateral[c] * rh_market_fx(market, c));
    }
    books->open = true;
}

static void accrue(rh_books *books, int64_t time_ns)
{
    rh_positions *p = books->positions;
    for (int c = 0; c < books->universe->currency_count; c++) {
        double interest = interest_of(books, c, time_ns);
        p->cash[c] += interest;
        books->reported->cash[c] += interest;
    }
}

double rh_books_growth(const rh_books *books, int currency, int64_t time_ns)
{
    return rh_interest(1.0, books->universe->currencies[currency].rate, time_ns, books->end_ns);
}

static void mark_lean(rh_books *books, const rh_market *market, int64_t time_ns)
{
    if (books->open) accrue(books, time_ns);
    else open_books(books, market);
    books->from_ns = time_ns;
}

void rh_books_mark(rh_books *books, const rh_market *market, int64_t time_ns)
{
    if (books->lean) {
        mark_lean(books, market, time_ns);
        return;
    }
    if (!books->open) {
        open_books(books, market);
    } else {
        close_interval(books, market, time_ns);
    }
    open_interval(books, market, time_ns);
    for (int n = 0; n < books->active_count; n++) {
        open_unit(books, market, time_ns, books->active[n]);
    }
    remember_held(books);
}

void rh_books_value(rh_books *books, const rh_market *market, int64_t time_ns)
{
    open_interval(books, market, time_ns);
    for (int n = 0; n < books->active_count; n++)
        open_unit(books, market, time_ns, books->active[n]);
}

void rh_books_rewind(rh_books *books)
{
    rh_sum *sums[] = {books->pnl, books->attribution, books->cost};
    const int counts[] = {RH_PNL_CAUSES, RH_ATTRIBUTIONS, RH_COST_KINDS};
    for (int k = 0; k < 3; k++)
        for (int n = 0; n < counts[k]; n++) sums[k][n] = (rh_sum){0};
    books->gross_flow = books->gross_gamma = books->gross_residual = (rh_sum){0};
    books->collateral = (rh_sum){0};
    books->peak_held = 0.0;
    books->open = false;
    books->active_count = 0;
}

/* After a change of positions at the same instant: value what has become active. */
static void reopen(rh_books *books, const rh_market *market, int64_t time_ns, int changed)
{
    open_interval(books, market, time_ns);
    if (rh_positions_holds(books->positions, changed)) open_unit(books, market, time_ns, changed);
}

void rh_books_fill(rh_books *books, const rh_market *market, int64_t time_ns, rh_fill_booking *fill)
{
    const rh_instrument *i = &books->universe->instruments[fill->instrument];
    rh_books_mark(books, market, time_ns);
    double fx = rh_market_fx(market, i->settle);
    double late = fill->qty * (rh_unit_settle_value(i, fill->mid_arrival) -
                               rh_unit_settle_value(i, fill->mid_decision));
    fill->cost[RH_COST_latency] = late;
    double fees = fill->cost[RH_COST_fee] + fill->cost[RH_COST_gas];
    double moved = rh_positions_trade(books->positions, RH_LAYER_HEDGE, fill->instrument, fill->qty,
                                      fill->price, fees);
    double growth = books->lean ? rh_books_growth(books, i->settle, time_ns) : 0.0;
    for (int k = 0; k < RH_COST_KINDS; k++) { /* most are nothing, which would change no sum */
        if (!(fabs(fill->cost[k]) > 0.0)) continue;
        rh_sum_add(&books->cost[k], rh_future_value(fill->cost[k], growth) * fx);
    }
    if (books->lean) return;
    for (int k = 0; k < RH_COST_KINDS; k++)
        rh_sum_add(&books->attribution[RH_ATTRIBUTION_cost], -(fill->cost[k] * fx));
    rh_sum_add(&books->gross_flow,
               (moved + fabs(fill->qty * rh_unit_settle_value(i, fill->price))) * fx);
    /* Booked at the known mid at decision: what the wait cost is a cost and a delta P&L at once. */
    rh_sum_add(&books->pnl[RH_PNL_hedges], late * fx);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_delta], late * fx);
    reopen(books, market, time_ns, fill->instrument);
}

void rh_books_entry(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                    double qty, double price)
{
    const rh_instrument *i = &books->universe->instruments[instrument];
    rh_books_mark(books, market, time_ns);
    if (books->lean) {
        rh_positions_trade(books->positions, RH_LAYER_BOOK, instrument, qty, price, 0.0);
        return;
    }
    double mark = i->kind == RH_INSTRUMENT_OPTION
                      ? rh_option_mark(market, instrument, time_ns, false)
                      : rh_unit_settle_value(i, rh_market_mid(market, instrument));
    double paid = i->kind == RH_INSTRUMENT_OPTION ? price : rh_unit_settle_value(i, price);
    double fx = rh_market_fx(market, i->settle);
    rh_positions_trade(books->positions, RH_LAYER_BOOK, instrument, qty, price, 0.0);
    rh_sum_add(&books->gross_flow, fabs(qty * paid) * fx);
    rh_sum_add(&books->pnl[RH_PNL_entry], qty * (mark - paid) * fx);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_entry], qty * (mark - paid) * fx);
    reopen(books, market, time_ns, instrument);
}

void rh_books_settle(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                     double price, double paid[RH_LAYERS])
{
    const rh_instrument *i = &books->universe->instruments[instrument];
    bool option = i->kind == RH_INSTRUMENT_OPTION;
    rh_books_mark(books, market, time_ns);
    if (books->lean) {
        rh_positions_settle(books->positions, instrument, price, paid);
        return;
    }
    double fx = rh_market_fx(market, i->settle);
    double final = option ? price : rh_unit_settle_value(i, price);
    /* A settlement price beside the mark is a last move of the instrument, explained by no greek.
     */
    double jump = (final * fx - books->unit[instrument].value);
    if (!rh_positions_holds(books->positions, instrument)) jump = 0.0;
    for (int layer = 0; layer < RH_LAYERS; layer++) {
        rh_sum_add(layer == RH_LAYER_BOOK ? &books->pnl[RH_PNL_options]
                                          : &books->pnl[RH_PNL_hedges],
                   held(books, layer, instrument) * jump);
    }
    bool basis = i->has_feed || i->underlying >= 0; /* convergence of an own price: carry */
    rh_sum_add(basis ? &books->attribution[RH_ATTRIBUTION_carry]
                     : &books->attribution[RH_ATTRIBUTION_residual],
               rh_positions_qty(books->positions, instrument) * jump);
    rh_positions_settle(books->positions, instrument, price, paid);
    rh_sum_add(&books->gross_flow, (fabs(paid[0]) + fabs(paid[1])) * fx);
    reopen(books, market, time_ns, instrument);
}

double rh_books_funding(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                        double rate)
{
    const rh_instrument *i = &books->universe->instruments[instrument];
    rh_books_mark(books, market, time_ns);
    double F = rh_market_mid(market, instrument);
    double notional = rh_positions_qty(books->positions, instrument) * (i->inverse ? 1.0 / F : F);
    double paid = -notional * rate;
    double fx = rh_market_fx(market, i->settle);
    books->positions->cash[i->settle] += paid;
    rh_sum_add(&books->pnl[RH_PNL_carry], paid * fx);
    rh_sum_add(&books->attribution[RH_ATTRIBUTION_carry], paid * fx);
    rh_sum_add(&books->gross_flow, fabs(paid * fx));
    return paid;
}

double rh_books_cost(const rh_books *books)
{
    double total = 0.0;
    for (int k = 0; k < RH_COST_KINDS; k++)
        total += rh_sum_value(&books->cost[k]);
    return total;
}

double rh_books_pnl(const rh_books *books)
{
    double total = -rh_books_cost(books);
    for (int k = 0; k < RH_PNL_CAUSES; k++)
        total += rh_sum_value(&books->pnl[k]);
    return total;
}

double rh_books_attribution(const rh_books *books)
{
    double total = 0.0;
    for (int k = 0; k < RH_ATTRIBUTIONS; k++)
        total += rh_sum_value(&books->attribution[k]);
    return total;
}

double rh_books_equity(const rh_books *books)
{
    const rh_positions *p = books->positions;
    double equity = -rh_sum_value(&books->collateral);
    for (int c = 0; c < books->universe->currency_count; c++) {
        double amount = p->cash[c] + p->collateral[c] +
                        rh_positions_unsettled(p, RH_LAYER_BOOK, c) +
                        rh_positions_unsettled(p, RH_LAYER_HEDGE, c);
        equity += amount * books->fx[c];
    }
    for (int n = 0; n < books->active_count; n++) {
        int i = books->active[n];
        equity += rh_positions_qty(books->positions, i) * books->unit[i].value;
    }
    return equity;
}

rh_status rh_books_check(const rh_books *books, rh_error *error)
{
    double pnl = rh_books_pnl(books);
    double allowed =
        IDENTITY_TOLERANCE * rh_sum_value(&books->gross_flow) + HELD_ROUNDING * books->peak_held;
    double off_equity = fabs(rh_books_equity(books) - pnl);
    double off_sum = fabs(rh_books_attribution(books) - pnl);
    if (off_equity <= allowed && off_sum <= allowed) return RH_OK;
    return rh_fail(error, RH_BROKEN,
                   "the books do not close: equity is %.6g away from pnl.total, "
                   "the attribution %.6g; allowed %.3g",
                   off_equity, off_sum, allowed);
}
