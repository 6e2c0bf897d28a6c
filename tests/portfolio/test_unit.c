/* One unit of anything against finite differences of itself: spot moves, vol moves and time, for
 * linear and coin-settled instruments, in quote currency and in coin; and the delta definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portfolio/net_delta.h"
#include "portfolio/positions.h"
#include "portfolio/unit.h"

#define DAY INT64_C(86400000000000)

typedef struct world {
    rh_universe universe;
    rh_market market;
    rh_positions positions;
    rh_net_delta net;
} world;

enum { SPOT, PERP, INVERSE_PERP, CALL, PUT, INVERSE_CALL, INVERSE_PUT, FUTURE, FUTURE_CALL, LOG,
       KINDS };

/* S = 100, r = 5%, q = 2%, vol 0.8, 30 days; the future has its own price, 103. */
static world *make_world(bool in_coin)
{
    world *w = calloc(1, sizeof *w);
    rh_universe *u = &w->universe;
    assert_non_null(w);
    u->numeraire = rh_universe_currency(u, in_coin ? "A" : "USD");
    rh_asset *a = &u->assets[u->asset_count++];
    *a = (rh_asset){.name = "A",
                    .rate = 0.05,
                    .yield = 0.02,
                    .primary = SPOT,
                    .hedge_is_mark = true,
                    .mark_vol = {.kind = RH_VOL_FLAT, .sigma = 0.8}};
    a->quote = rh_universe_currency(u, "USD");
    a->coin = rh_universe_currency(u, "A");
    static const struct {
        rh_instrument_kind kind;
        bool inverse, call;
        int underlying;
    } kinds[] = {
        {RH_INSTRUMENT_SPOT, false, false, -1},     {RH_INSTRUMENT_PERP, false, false, -1},
        {RH_INSTRUMENT_PERP, true, false, -1},      {RH_INSTRUMENT_OPTION, false, true, -1},
        {RH_INSTRUMENT_OPTION, false, false, -1},   {RH_INSTRUMENT_OPTION, true, true, -1},
        {RH_INSTRUMENT_OPTION, true, false, -1},    {RH_INSTRUMENT_FUTURE, false, false, -1},
        {RH_INSTRUMENT_OPTION, false, true, FUTURE}, {RH_INSTRUMENT_OPTION, false, false, -1}};
    for (int i = 0; i < KINDS; i++) {
        u->instruments[i] = (rh_instrument){.kind = kinds[i].kind,
                                            .inverse = kinds[i].inverse,
                                            .is_call = kinds[i].call,
                                            .settle = kinds[i].inverse ? a->coin : a->quote,
                                            .underlying = kinds[i].underlying,
                                            .strike = 105.0,
                                            .expiry_ns = 30 * DAY,
                                            .venue = -1};
        snprintf(u->instruments[i].name, RH_NAME_MAX, "i%d", i);
    }
    u->instruments[LOG].is_log = true;
    u->instruments[SPOT].has_feed = u->instruments[FUTURE].has_feed = true;
    u->instrument_count = KINDS;
    assert_int_equal(rh_universe_close(u, NULL), RH_OK);
    assert_int_equal(rh_market_init(&w->market, u, NULL), RH_OK);
    w->positions.universe = u;
    return w;
}

static void set_market(world *w, double spot, double sigma)
{
    w->market.spot[0] = w->market.quotes[SPOT].mid = spot;
    w->market.quotes[FUTURE].mid = 1.03 * spot; /* prices move in proportion */
    w->market.mark[0].sigma = sigma;
}

static double value_at(world *w, int i, double spot, double sigma, int64_t time_ns)
{
    rh_unit unit;
    set_market(w, spot, sigma);
    rh_unit_value(&w->market, i, time_ns, false, &unit);
    return unit.value;
}

static void near_number(const char *what, int i, bool in_coin, double found, double expected,
                        double scale)
{
    if (!(fabs(found - expected) <= scale * (1.0 + fabs(expected)))) {
        fail_msg("%s of instrument %d (%s): %.12g, by differences %.12g", what, i,
                 in_coin ? "coin" : "quote", found, expected);
    }
}

static void sensitivities_are_derivatives(void **state)
{
    (void)state;
    for (int in_coin = 0; in_coin < 2; in_coin++) {
        world *w = make_world(in_coin);
        for (int i = 0; i < KINDS; i++) {
            const double S = 100.0, v = 0.8, h = 0.05, e = 1e-3;
            const int64_t dt = DAY / 1000;
            double at = value_at(w, i, S, v, 0);
            double up = value_at(w, i, S + h, v, 0), down = value_at(w, i, S - h, v, 0);
            double up2 = value_at(w, i, S + 2 * h, v, 0), down2 = value_at(w, i, S - 2 * h, v, 0);
            double vol_up = value_at(w, i, S, v + e, 0), vol_down = value_at(w, i, S, v - e, 0);
            double both = (value_at(w, i, S + h, v + e, 0) - value_at(w, i, S - h, v + e, 0) -
                           value_at(w, i, S + h, v - e, 0) + value_at(w, i, S - h, v - e, 0)) /
                          (4 * h * e);
            double later = value_at(w, i, S, v, dt);
            rh_unit u;
            set_market(w, S, v);
            rh_unit_value(&w->market, i, 0, false, &u);
            near_number("delta", i, in_coin, u.delta, (up - down) / (2 * h), 2e-6);
            near_number("gamma", i, in_coin, u.gamma, (up - 2 * at + down) / (h * h), 2e-6);
            near_number("speed", i, in_coin, u.speed,
                        (up2 - 2 * up + 2 * down - down2) / (2 * h * h * h), 2e-5);
            near_number("vega", i, in_coin, u.vega, (vol_up - vol_down) / (2 * e), 1e-4);
            near_number("vanna", i, in_coin, u.vanna, both, 1e-4);
            near_number("volga", i, in_coin, u.volga, (vol_up - 2 * at + vol_down) / (e * e), 1e-3);
            near_number("theta", i, in_coin, u.theta, (later - at) / rh_years(0, dt), 2e-3);
        }
        rh_market_free(&w->market);
        free(w);
    }
}

/* A long log contract has dollar gamma e^{-rT} whatever the spot and the vol, loses what its value
 * says without a move, and pays ln(K/S); at its expiry mark and pay-off are one. */
static void a_log_contract_has_constant_dollar_gamma(void **state)
{
    (void)state;
    world *w = make_world(false);
    const rh_instrument *log_contract = &w->universe.instruments[LOG];
    for (double S = 1.0; S < 1e4; S *= 3.7) {
        for (double v = 0.1; v < 2.0; v *= 2.3) {
            double T = 30.0 / 365.0, discount = exp(-0.05 * T);
            rh_unit u;
            set_market(w, S, v);
            rh_unit_value(&w->market, LOG, 0, false, &u);
            near_number("dollar gamma", LOG, false, S * S * u.gamma, discount, 1e-14);
            near_number("value", LOG, false, u.value,
                        discount * (log(105.0 / S) - (0.03 - 0.5 * v * v) * T), 1e-14);
            near_number("mark", LOG, false, rh_option_mark(&w->market, LOG, 0, false), u.value, 0);
            near_number("r V", LOG, false, 0.05 * u.value,
                        u.theta + 0.03 * S * u.delta + 0.5 * v * v * S * S * u.gamma, 1e-14);
            near_number("pay-off", LOG, false, rh_option_payoff(log_contract, S), log(105.0 / S),
                        1e-15);
            double final = rh_option_mark(&w->market, LOG, 30 * DAY, false);
            near_number("at expiry", LOG, false, rh_option_payoff(log_contract, S), final, 0);
        }
    }
    rh_market_free(&w->market);
    free(w);
}

/* DESIGN: measured in coin the hedge delta is the sum of q net_delta + X/F. */
static void coin_delta_is_net_delta(void **state)
{
    (void)state;
    world *w = make_world(true);
    set_market(w, 100.0, 0.8);
    rh_net_delta_init(&w->net, &w->universe, 0, false);
    rh_positions_trade(&w->positions, RH_LAYER_BOOK, INVERSE_CALL, -3.0, 0.05, 0.0);
    rh_positions_trade(&w->positions, RH_LAYER_HEDGE, INVERSE_PERP, 150.0, 98.0, 0.0);
    assert_int_equal(rh_net_delta_rebuild(&w->net, &w->positions, &w->positions, NULL), RH_OK);
    double T = 30.0 / 365.0, F = 100.0 * exp(0.03 * T);
    double d2 = (log(F / 105.0) - 0.32 * T) / (0.8 * sqrt(T));
    double expected = -3.0 * (105.0 / F) * 0.5 * erfc(-d2 / sqrt(2.0)) + 150.0 / 100.0;
    double found = rh_net_delta_of(&w->net, &w->positions, &w->market, 0, false);
    near_number("net delta", INVERSE_CALL, true, found, expected, 1e-13);
    rh_market_free(&w->market);
    free(w);
}

/* Measured in quote currency it is that plus the coin equity: dE/dS by revaluing everything. */
static double equity_usd(world *w, double spot)
{
    double equity = 0.0;
    set_market(w, spot, 0.8);
    for (int i = 0; i < KINDS; i++) {
        rh_unit u;
        rh_unit_value(&w->market, i, 0, false, &u);
        for (int layer = 0; layer < RH_LAYERS; layer++) {
            const rh_position *p = &w->positions.held[layer][i];
            equity += p->qty * u.value;
            equity += p->basis * rh_market_fx(&w->market, w->universe.instruments[i].settle);
        }
    }
    for (int c = 0; c < w->universe.currency_count; c++) {
        equity += w->positions.cash[c] * rh_market_fx(&w->market, c);
    }
    return equity;
}

static void quote_delta_is_the_slope_of_equity(void **state)
{
    (void)state;
    for (int in_coin = 0; in_coin < 2; in_coin++) {
        world *w = make_world(in_coin);
        set_market(w, 100.0, 0.8);
        rh_net_delta_init(&w->net, &w->universe, 0, false);
        for (int i = 0; i < KINDS; i++) { /* some of everything, at odd prices */
            double price = i == INVERSE_CALL || i == INVERSE_PUT ? 0.06 : 90.0 + 3.0 * i;
            rh_positions_trade(&w->positions, i % 2 ? RH_LAYER_BOOK : RH_LAYER_HEDGE, i,
                               (i % 3 - 1.0) * 2.0 + 0.7, price, 0.01);
        }
        rh_positions_trade(&w->positions, RH_LAYER_HEDGE, INVERSE_PERP, -500.0, 101.0, 0.001);
        assert_int_equal(rh_net_delta_rebuild(&w->net, &w->positions, &w->positions, NULL), RH_OK);
        double h = 0.01;
        double slope = (equity_usd(w, 100.0 + h) - equity_usd(w, 100.0 - h)) / (2.0 * h);
        set_market(w, 100.0, 0.8);
        double found = rh_net_delta_of(&w->net, &w->positions, &w->market, 0, false);
        near_number("book delta", KINDS, in_coin, found, in_coin ? 100.0 * slope : slope, 1e-6);
        rh_market_free(&w->market);
        free(w);
    }
}

/* --- holdings ------------------------------------------------------------------------------ */

static void closing_realises_what_was_carried(void **state)
{
    (void)state;
    world *w = make_world(false);
    rh_positions *p = &w->positions;
    int usd = w->universe.assets[0].quote, coin = w->universe.assets[0].coin;
    rh_positions_trade(p, RH_LAYER_HEDGE, PERP, 2.0, 100.0, 0.5);
    assert_true(fabs(p->cash[usd] + 0.5) < 1e-12);
    rh_positions_trade(p, RH_LAYER_HEDGE, PERP, -3.0, 110.0, 0.0); /* closes 2, opens -1 */
    assert_true(fabs(p->cash[usd] - 19.5) < 1e-12);
    assert_true(fabs(p->held[RH_LAYER_HEDGE][PERP].basis - 110.0) < 1e-12);
    rh_positions_trade(p, RH_LAYER_HEDGE, PERP, 1.0, 105.0, 0.0);
    assert_true(fabs(p->cash[usd] - 24.5) < 1e-12);
    assert_true(p->held[RH_LAYER_HEDGE][PERP].basis == 0.0);
    rh_positions_trade(p, RH_LAYER_HEDGE, INVERSE_PERP, 1000.0, 100.0, 0.0);
    rh_positions_trade(p, RH_LAYER_HEDGE, INVERSE_PERP, -1000.0, 125.0, 0.0);
    assert_true(fabs(p->cash[coin] - 1000.0 * (1.0 / 100.0 - 1.0 / 125.0)) < 1e-12);
    rh_market_free(&w->market);
    free(w);
}

static void lots_round_to_nearest_ties_away(void **state)
{
    (void)state;
    assert_true(rh_round_to_lot(0.25, 0.5) == 0.5);
    assert_true(rh_round_to_lot(-0.25, 0.5) == -0.5);
    assert_true(rh_round_to_lot(0.2499, 0.5) == 0.0);
    assert_true(rh_round_to_lot(-1.3, 1.0) == -1.0);
    assert_true(rh_round_to_lot(0.142, 0.001) == 0.142);  /* and not 142 * 0.001 */
    assert_true(rh_round_to_lot(0.0035, 0.001) == 0.004); /* a tie, though 0.0035 / 0.001 < 3.5 */
    assert_true(rh_round_to_lot(9.9e-10, 0.0) == 0.0);
    assert_true(rh_round_to_lot(1.1e-9, 0.0) == 1.1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensitivities_are_derivatives),
        cmocka_unit_test(a_log_contract_has_constant_dollar_gamma),
        cmocka_unit_test(coin_delta_is_net_delta),
        cmocka_unit_test(quote_delta_is_the_slope_of_equity),
        cmocka_unit_test(closing_realises_what_was_carried),
        cmocka_unit_test(lots_round_to_nearest_ties_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
