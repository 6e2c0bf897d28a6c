/* Matching: prices and costs that explain each other, depth that is used up and refills, limits,
 * coin-settled quantities; and the order pool and the guards. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "execution/guard.h"
#include "execution/venue.h"
#include "portfolio/unit.h"

enum { SPOT, INVERSE, CALL, PUT_IN_COIN };

typedef struct world {
    rh_universe universe;
    rh_market market;
    rh_venue venue;
} world;

static world *make_world(const char *venue_json)
{
    world *w = calloc(1, sizeof *w);
    rh_json_doc *doc = NULL;
    rh_error error = {0};
    rh_universe *u = &w->universe;
    u->numeraire = rh_universe_currency(u, "USD");
    u->assets[u->asset_count++] = (rh_asset){.name = "A",
                                             .primary = SPOT,
                                             .hedge_is_mark = true,
                                             .mark_vol = {.kind = RH_VOL_FLAT, .sigma = 1.0}};
    u->assets[0].quote = u->numeraire;
    u->assets[0].coin = rh_universe_currency(u, "A");
    u->instruments[SPOT] = (rh_instrument){.name = "S",
                                           .kind = RH_INSTRUMENT_PERP,
                                           .has_feed = true,
                                           .underlying = -1,
                                           .settle = u->assets[0].quote};
    u->instruments[INVERSE] = (rh_instrument){.name = "I",
                                              .kind = RH_INSTRUMENT_PERP,
                                              .inverse = true,
                                              .underlying = -1,
                                              .settle = u->assets[0].coin,
                                              .lot = 1.0};
    u->instruments[CALL] = (rh_instrument){.name = "C",
                                           .kind = RH_INSTRUMENT_OPTION,
                                           .is_call = true,
                                           .strike = 100.0,
                                           .underlying = -1,
                                           .expiry_ns = (int64_t)(0.25 * RH_YEAR_NS),
                                           .settle = u->assets[0].quote};
    u->instruments[PUT_IN_COIN] = u->instruments[CALL];
    u->instruments[PUT_IN_COIN].is_call = false;
    u->instruments[PUT_IN_COIN].inverse = true;
    u->instruments[PUT_IN_COIN].settle = u->assets[0].coin;
    u->instrument_count = 4;
    assert_int_equal(rh_universe_close(u, NULL), RH_OK);
    assert_int_equal(rh_market_init(&w->market, u, NULL), RH_OK);
    assert_int_equal(rh_json_parse("venue", venue_json, strlen(venue_json), &doc, &error), RH_OK);
    if (rh_venue_read("v", rh_json_root(doc), &w->venue, &error) != RH_OK)
        fail_msg("%s", error.message);
    rh_json_free(doc);
    return w;
}

static void bar(world *w, double price, double volume)
{
    rh_record record = {.kind = RH_RECORD_BAR, .instrument = SPOT, .price = price, .size = volume};
    rh_market_apply(&w->market, &record);
}

static void free_world(world *w)
{
    rh_market_free(&w->market);
    free(w);
}

static rh_match market_order(world *w, int instrument, double qty)
{
    rh_order order = {
        .instrument = instrument, .qty = qty, .remaining = qty, .state = RH_ORDER_WORKING};
    rh_match match;
    rh_venue_match(&w->venue, &w->market, 0, &order, &match);
    return match;
}

/* qty (u(price) - u(mid)) = spread + depth, whatever the size, side and settlement. */
static void price_is_explained_by_its_costs(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 3, 0, 0);
    world *w = make_world(
        "{\"kind\": \"book\", \"spread_bps\": 7, \"taker_bps\": 5, \"depth_share\": 0.05,"
        " \"level_bps\": 3, \"levels\": 20}");
    for (int n = 0; n < 2000; n++) {
        double mid = 50.0 + 100.0 * rh_stream_uniform(&stream);
        int i = n % 2;
        double qty = (rh_stream_uniform(&stream) - 0.5) * (i == INVERSE ? 2e4 : 200.0);
        bar(w, mid, 100.0);
        rh_match m = market_order(w, i, qty);
        if (!(fabs(m.qty) > 0.0)) continue;
        const rh_instrument *instrument = &w->universe.instruments[i];
        double lost = m.qty * (rh_unit_settle_value(instrument, m.price) -
                               rh_unit_settle_value(instrument, mid));
        assert_true(fabs(lost - m.spread - m.depth) <= 1e-12 * (1.0 + fabs(lost)));
        assert_true(m.spread > 0.0 && m.depth >= 0.0);
        assert_true(m.qty * qty > 0.0 && fabs(m.qty) <= fabs(qty));
        double notional = fabs(m.qty) * (i == INVERSE ? 1.0 / m.price : m.price);
        assert_true(fabs(m.fee - 5e-4 * notional) <= 1e-15 * (1.0 + notional));
        if (i == INVERSE) assert_true(m.qty == floor(m.qty) || m.qty == qty);
    }
    free_world(w);
}

/* The same of options, whose mid is their model's; spread in price and vol, fee on the underlying
 * (a coin, when coin-settled) up to an eighth of the premium. */
static void options_trade_around_their_model(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 4, 0, 0);
    world *w = make_world("{\"kind\": \"book\", \"spread_bps\": 50, \"spread_vol\": 0.04, "
                          "\"taker_bps\": 30, \"fee_on\": \"underlying\", \"fee_cap\": 0.125}");
    int capped = 0;
    for (int n = 0; n < 2000; n++) {
        double spot = 20.0 + 160.0 * rh_stream_uniform(&stream);
        int i = n % 2 ? CALL : PUT_IN_COIN;
        double qty = 20.0 * (rh_stream_uniform(&stream) - 0.5);
        bar(w, spot, 1.0); /* its volume is the asset's: no depth of the option */
        rh_match m = market_order(w, i, qty);
        double mid = rh_option_mark(&w->market, i, 0, false);
        double bumped[2], vega;
        for (int up = 0; up < 2; up++) {
            w->market.mark[0].sigma = up ? 1.0 + 1e-5 : 1.0 - 1e-5;
            bumped[up] = rh_option_mark(&w->market, i, 0, false);
        }
        w->market.mark[0].sigma = 1.0;
        vega = (bumped[1] - bumped[0]) / 2e-5;
        double half = mid * 25e-4 + 0.02 * vega, side = qty > 0.0 ? 1.0 : -1.0;
        if (side < 0.0 && half > 0.99 * mid) half = 0.99 * mid;
        double fee = fabs(qty) * 30e-4 * (i == CALL ? spot : 1.0), most = fabs(qty) * m.price / 8.0;
        capped += fee > most;
        assert_true(m.qty == qty && m.price > 0.0 && m.depth == 0.0);
        assert_true(fabs(m.price - mid - side * half) < 1e-6 * (mid + half));
        assert_true(fabs(m.spread - qty * (m.price - mid)) <= 1e-12 * fabs(qty) * m.price);
        assert_true(fabs(m.fee - (fee < most ? fee : most)) <= 1e-12 * fee);
    }
    assert_true(capped > 100 && capped < 1900);
    free_world(w);
}

static void depth_is_used_up_and_refills(void **state)
{
    (void)state;
    world *w =
        make_world("{\"kind\": \"book\", \"spread_bps\": 0, \"depth_share\": 0.1, \"levels\": 3,"
                   " \"level_bps\": 100}");
    bar(w, 100.0, 10.0); /* three levels of 1: 100, 101, 102 */
    rh_match m = market_order(w, SPOT, 1.5);
    assert_true(fabs(m.price - (100.0 + 0.5 * 101.0) / 1.5) < 1e-12);
    m = market_order(w, SPOT, 9.0); /* 0.5 at 101 and 1 at 102 are left */
    assert_true(fabs(m.qty - 1.5) < 1e-12 && m.rest_waits);
    assert_true(fabs(m.price - (0.5 * 101.0 + 102.0) / 1.5) < 1e-12);
    m = market_order(w, SPOT, 1.0);
    assert_true(m.qty == 0.0 && m.rest_waits);
    m = market_order(w, SPOT, -1.0); /* the other side is untouched */
    assert_true(m.qty == -1.0 && fabs(m.price - 100.0) < 1e-12);
    bar(w, 100.0, 10.0);
    m = market_order(w, SPOT, 1.0);
    assert_true(m.qty == 1.0 && fabs(m.price - 100.0) < 1e-12);
    free_world(w);
}

/* What is paid is `cost` of the notional, whatever the size; nothing at a waived end. */
static void a_proportional_cost(void **state)
{
    (void)state;
    world *w = make_world("{\"kind\": \"proportional\", \"cost\": 0.005,"
                          " \"first_trade_free\": true, \"last_trade_free\": true}");
    w->venue.first_ns = 1000;
    w->venue.last_ns = 2000;
    bar(w, 200.0, 1e-3); /* volume gives no depth here */
    for (int64_t arrives_ns = 999; arrives_ns <= 2001; arrives_ns++) {
        for (double qty = -3.5; qty < 1e9; qty = qty < 0.0 ? 1e-3 : qty * 1e3) {
            rh_order order = {.qty = qty, .remaining = qty, .arrives_ns = arrives_ns};
            rh_match match;
            bool waived = arrives_ns == 1000 || arrives_ns == 2000;
            double fee = waived ? 0.0 : 0.005 * fabs(qty) * 200.0;
            rh_venue_match(&w->venue, &w->market, 0, &order, &match);
            assert_true(match.qty == qty && match.price == 200.0);
            assert_true(match.spread == 0.0 && match.depth == 0.0);
            assert_true(fabs(match.fee - fee) <= 1e-15 * fee);
        }
    }
    free_world(w);
}

/* A waiver is for every cost of a venue, and for the ends of the clock that it names. */
static void one_end_of_a_book_is_free(void **state)
{
    (void)state;
    world *w = make_world("{\"kind\": \"book\", \"spread_bps\": 10, \"taker_bps\": 5,"
                          " \"depth_share\": 0.1, \"first_trade_free\": true}");
    rh_match match;
    w->venue.first_ns = 1000;
    w->venue.last_ns = 2000;
    bar(w, 200.0, 10.0);
    rh_order order = {.qty = -7.0, .remaining = -7.0, .arrives_ns = 1000};
    rh_venue_quote(&w->venue, &w->market, 0, &order, order.qty, &match);
    assert_true(match.qty == -7.0 && match.price == 200.0 && match.fee == 0.0);
    assert_true(match.spread == 0.0 && match.depth == 0.0);
    order.arrives_ns = 2000;
    rh_venue_quote(&w->venue, &w->market, 0, &order, order.qty, &match);
    assert_true(match.price < 200.0 && match.fee > 0.0 && match.depth > 0.0);
    free_world(w);
}

static void limits_bind(void **state)
{
    (void)state;
    world *w =
        make_world("{\"kind\": \"book\", \"spread_bps\": 200, \"maker_bps\": 1, \"taker_bps\": 9}");
    rh_match m;
    bar(w, 100.0, 10.0); /* bid 99, ask 101 */
    rh_order buy = {.instrument = SPOT,
                    .qty = 1,
                    .remaining = 1,
                    .limit = 100.5,
                    .is_limit = true,
                    .state = RH_ORDER_WORKING,
                    .fresh = true};
    rh_venue_match(&w->venue, &w->market, 0, &buy, &m);
    assert_true(m.qty == 0.0 && m.rest_waits); /* rests */
    buy.fresh = false;
    bar(w, 99.0, 10.0); /* ask 99.99: touches 100.5 */
    rh_venue_match(&w->venue, &w->market, 0, &buy, &m);
    assert_true(m.qty == 1.0 && m.price == 100.5 && fabs(m.fee - 100.5e-4) < 1e-15);
    rh_order bounded = {.instrument = SPOT,
                        .qty = 1,
                        .remaining = 1,
                        .limit = 99.5,
                        .state = RH_ORDER_WORKING}; /* slippage bound of a market order */
    rh_venue_match(&w->venue, &w->market, 0, &bounded, &m);
    assert_true(m.qty == 0.0 && !m.rest_waits); /* ends */
    free_world(w);
}

/* --- orders and guards --------------------------------------------------------------------- */

static void the_pool_gives_slots_back(void **state)
{
    (void)state;
    rh_orders *orders = calloc(1, sizeof *orders);
    rh_order order = {.qty = 2.0};
    uint32_t slot = 0;
    rh_orders_init(orders);
    for (int n = 0; n < 3 * RH_ORDERS_LIVE_MAX; n++) {
        assert_int_equal(rh_orders_new(orders, &order, &slot, NULL), RH_OK);
        assert_int_equal(orders->slots[slot].id, n + 1);
        rh_order_arrive(&orders->slots[slot]);
        rh_order_fill(orders, slot, 0.5);
        assert_int_equal(orders->slots[slot].state, RH_ORDER_WORKING);
        rh_order_fill(orders, slot, 1.5);
        assert_int_equal(orders->slots[slot].state, RH_ORDER_FILLED);
        orders->slots[slot].pending_reports = 1;
        rh_orders_release(orders, slot);
        assert_int_equal(orders->live_count, 1); /* news of it is still under way */
        orders->slots[slot].pending_reports = 0;
        rh_orders_release(orders, slot);
        assert_int_equal(orders->live_count, 0);
    }
    for (int n = 0; n < RH_ORDERS_LIVE_MAX; n++)
        rh_orders_new(orders, &order, &slot, NULL);
    assert_int_equal(rh_orders_new(orders, &order, &slot, NULL), RH_LIMIT);
    free(orders);
}

static void rates_are_counted_over_a_minute(void **state)
{
    (void)state;
    rh_guards *guards = calloc(1, sizeof *guards);
    const int64_t second = INT64_C(1000000000);
    rh_guarded one = {.qty = 1, .notional = 1, .position = 1}, old = one, older = one;
    old.market_age_ns = second;
    older.market_age_ns = second + 1;
    guards->limit[RH_GUARD_RATE] = 3;
    for (int n = 0; n < 3; n++)
        assert_int_equal(rh_guards_check(guards, n * second, &one), -1);
    assert_int_equal(rh_guards_check(guards, 59 * second, &one), RH_GUARD_RATE);
    assert_int_equal(rh_guards_check(guards, 60 * second, &one), -1); /* the first is out */
    assert_int_equal(rh_guards_check(guards, 60 * second, &one), RH_GUARD_RATE);
    assert_int_equal(guards->hits[RH_GUARD_RATE], 2);
    guards->limit[RH_GUARD_STALE] = 1.0;
    assert_int_equal(rh_guards_check(guards, 900 * second, &old), -1);
    assert_int_equal(rh_guards_check(guards, 900 * second, &older), RH_GUARD_STALE);
    free(guards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_is_explained_by_its_costs),
        cmocka_unit_test(options_trade_around_their_model),
        cmocka_unit_test(depth_is_used_up_and_refills),
        cmocka_unit_test(a_proportional_cost),
        cmocka_unit_test(one_end_of_a_book_is_free),
        cmocka_unit_test(limits_bind),
        cmocka_unit_test(the_pool_gives_slots_back),
        cmocka_unit_test(rates_are_counted_over_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
