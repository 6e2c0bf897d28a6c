/* The shipped utility policies in the set-up of the law: one short at-the-money call, 63 steps, no
 * shares at the start, the first trade pays, the final position at mid. A small simulation of its
 * own around the view, without engine or venue: reservation price and number of trades against
 * values computed independently (200,000 paths), and against the optimum, which none may beat.
 * POLICY_LAW_PATHS=200000 makes it sharp and prints the table. */
#include "fake.h"

#include "math/kernels.h"
#include "math/random.h"
#include "rehedge/pricing.h"

enum { STEPS = 63 };
static const double spot0 = 100, strike = 100, years = 0.25, vol = 0.2;

typedef struct law {
    const char *policy, *params, *label;
    double risk_aversion, cost;
    double price, price_se, trades; /* expected; 0: not known, or as many as steps */
} law;

/* The optimum of each set-up: 4.483403 and 4.313745 (tests/study/test_optimum.c). */
static const law laws[] = {
    {"interval", "{\"every\": \"1s\"}", "delta, every step", 0.1, 0.005, 5.52337, 0.00109,
     0},
    {"leland", "{\"cost\": 0.005, \"every\": \"125142857142857ns\"}", "leland, every step", 0.1,
     0.005, 5.36502, 0.00078, 0},
    {"whalley_wilmott", "{\"cost\": 0.005, \"risk_aversion\": 0.1}", "whalley_wilmott", 0.1, 0.005,
     4.556435, 0.00256, 16.748},
    {"whalley_wilmott", "{\"cost\": 0.005, \"risk_aversion\": 0.1, \"multiple\": 0.5}",
     "whalley_wilmott x 0.5", 0.1, 0.005, 4.606635, 0.00157, 21.825},
    {"whalley_wilmott", "{\"cost\": 0.005, \"risk_aversion\": 0.1, \"to\": \"centre\"}",
     "whalley_wilmott, centre", 0.1, 0.005, 4.676190, 0.00194, 5.613},
    {"zakamouline", "{\"cost\": 0.005, \"risk_aversion\": 0.1}", "zakamouline", 0.1, 0.005,
     4.513945, 0.00369, 8.306},
    {"barles_soner", "{\"cost\": 0.005, \"risk_aversion\": 0.1}", "barles_soner", 0.1, 0.005,
     0, 0, 0},
    {"leland", "{\"cost\": 0.001, \"every\": \"125142857142857ns\"}", "leland, every step", 1,
     0.001, 4.387201, 0.00088, 0},
    {"whalley_wilmott", "{\"cost\": 0.001, \"risk_aversion\": 1}", "whalley_wilmott", 1, 0.001,
     4.366717, 0.00147, 28.694},
    {"zakamouline", "{\"cost\": 0.001, \"risk_aversion\": 1}", "zakamouline", 1, 0.001, 4.320809,
     0.00108, 32.682},
    {"barles_soner", "{\"cost\": 0.001, \"risk_aversion\": 1}", "barles_soner", 1, 0.001, 0, 0, 0},
};

/* --- one path ------------------------------------------------------------------------------ */

typedef struct book {
    double spot, years_left, shares;
} book;

static double call_delta(const book *b, double sigma, double *gamma)
{
    rh_greeks greeks;
    rh_option_greeks(RH_MODEL_BSM, true, b->spot, strike, b->years_left, 0, 0, sigma, &greeks);
    *gamma = greeks.gamma;
    return greeks.delta;
}

static double book_delta_at(void *host, double vol_scale)
{
    const book *b = host;
    double gamma;
    return b->shares - call_delta(b, vol * vol_scale, &gamma);
}

static double book_field(void *host, rh_view_field field)
{
    (void)host;
    fail_msg("no policy here needs %s", rh_view_field_name(field));
    return 0;
}

/* The policy is called at every step, whatever it waits for. */
static void ignore_wake_outside(void *host, double lo, double hi)
{
    (void)host, (void)lo, (void)hi;
}

static double trade_of(rh_policy *policy, fake *f, const book *b)
{
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    double gamma, delta = call_delta(b, vol, &gamma);
    fake_set(f, RH_VIEW_SPOT, b->spot);
    fake_set(f, RH_VIEW_DELTA, b->shares - delta);
    fake_set(f, RH_VIEW_GAMMA, -gamma);
    fake_set(f, RH_VIEW_IV, vol);
    fake_set(f, RH_VIEW_EXPIRY_IN, b->years_left * 365 * 86400);
    rh_decision decision = must_trigger(policy, f, NULL);
    if (!decision.fire) return 0;
    return must_scale(policy, f, NULL, decision.lo, decision.hi, orders) ? orders[0].qty : 0;
}

/* P&L without the premium. */
static double run_path(rh_policy *policy, fake *f, double cost, uint32_t path, unsigned *trades)
{
    rh_stream stream;
    const double dt = years / STEPS;
    book b = {spot0, years, 0};
    double cash = 0;
    f->view.host = &b;
    rh_stream_init(&stream, 20240101, path, RH_PURPOSE_FEED);
    for (int step = 0; step < STEPS; step++) {
        b.years_left = dt * (STEPS - step);
        double qty = trade_of(policy, f, &b);
        if (fabs(qty) > 0) { /* the reference counts the smallest trade as one */
            cash -= qty * b.spot + cost * fabs(qty) * b.spot;
            b.shares += qty;
            ++*trades;
        }
        b.spot *= exp(-0.5 * vol * vol * dt + vol * sqrt(dt) * rh_stream_normal(&stream));
    }
    return cash + b.shares * b.spot - fmax(b.spot - strike, 0);
}

/* --- the law ------------------------------------------------------------------------------- */

typedef struct measured { double price, se, trades; } measured;

static measured measure(const law *l, uint32_t paths)
{
    static const rh_view_ops ops = {.field = book_field, .wake_outside = ignore_wake_outside,
                                    .delta_at = book_delta_at};
    fake f;
    unsigned trades = 0;
    double sum = 0, squares = 0;
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, l->policy, l->params);
    f.view.ops = &ops;
    for (uint32_t path = 0; path < paths; path++) {
        double pnl = run_path(policy, &f, l->cost, path, &trades);
        double value = exp(-l->risk_aversion * (pnl + 4.5));
        sum += value;
        squares += value * value;
    }
    rh_policy_free(policy);
    double mean = sum / paths, spread = sqrt(fmax(squares / paths - mean * mean, 0) / paths);
    return (measured){log(mean) / l->risk_aversion + 4.5, spread / mean / l->risk_aversion,
                      (double)trades / paths};
}

static void prices_and_trades_are_the_laws(void **state)
{
    const char *wanted = getenv("POLICY_LAW_PATHS");
    uint32_t paths = wanted ? (uint32_t)strtoul(wanted, NULL, 10) : 1500;
    (void)state;
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++) {
        const law *l = &laws[k];
        measured m = measure(l, paths);
        double optimum = l->risk_aversion < 0.5 ? 4.483403 : 4.313745;
        if (wanted)
            print_message("%-24s risk %-4g cost %-6g expected %.5f +- %.5f, measured %.5f +- %.5f, "
                          "trades %.3f of %.3f\n", l->label, l->risk_aversion, l->cost, l->price,
                          l->price_se, m.price, m.se, m.trades, l->trades);
        if (!(m.price >= optimum - 4 * m.se))
            fail_msg("%s: %.5f +- %.5f beats the optimum", l->label, m.price, m.se);
        if (!(l->price > 0)) continue;
        if (!(fabs(m.price - l->price) <= 4 * hypot(m.se, l->price_se)))
            fail_msg("%s: price %.5f +- %.5f, expected %.5f +- %.5f", l->label, m.price, m.se,
                     l->price, l->price_se);
        if (l->trades > 0 && !(fabs(m.trades - l->trades) <= 20 / sqrt(paths)))
            fail_msg("%s: %.3f trades, expected %.3f", l->label, m.trades, l->trades);
    }
}

/* On the same paths: to the edge beats to the centre, and either beats a hedge at every step. */
static void edges_beat_centres(void **state)
{
    static const law rows[] = {
        {"whalley_wilmott", "{\"cost\": 0.005, \"risk_aversion\": 0.1}", "edge", 0.1, 0.005, 0, 0,
         0},
        {"whalley_wilmott", "{\"cost\": 0.005, \"risk_aversion\": 0.1, \"to\": \"centre\"}",
         "centre", 0.1, 0.005, 0, 0, 0},
        {"interval", "{\"every\": \"1s\"}", "every step", 0.1, 0.005, 0, 0, 0}};
    double last = 0;
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        measured m = measure(&rows[k], 1500);
        if (!(m.price > last)) fail_msg("%s: %.5f, before it %.5f", rows[k].label, m.price, last);
        last = m.price;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_and_trades_are_the_laws),
        cmocka_unit_test(edges_beat_centres),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
