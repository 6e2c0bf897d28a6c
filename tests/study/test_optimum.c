/* The optimum of Hodges and Neuberger: two independently computed values, convergence of the grid,
 * one step against direct quadrature, and what must hold without costs, with prohibitive ones,
 * between put and call, and when book and risk aversion are scaled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "extent.h"
#include "study/optimum.h"

static const rh_optimum_problem setup = {.spot = 100, .strike = 100, .is_call = true, .qty = -1,
                                         .expiry_years = 0.25, .steps = 63, .vol = 0.2,
                                         .cost = 0.005, .risk_aversion = 0.1};

static rh_optimum solve(const rh_optimum_problem *problem)
{
    rh_optimum out;
    rh_error error = {0};
    if (rh_optimum_solve(problem, &out, &error) != RH_OK) fail_msg("%s", error.message);
    return out;
}

static void assert_near(const char *what, double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("%s: found %.9g, expected %.9g within %g", what, found, expected, within);
}

static double price_of(const rh_optimum_problem *problem)
{
    rh_optimum out = solve(problem);
    double price = out.price;
    rh_optimum_free(&out);
    return price;
}

/* --- reference values ---------------------------------------------------------------------- */

/* "HN-DP optimum" of the set-up, by another program on a grid of its own: 4.483403 and 4.313826
 * with an error of 2e-5, read here as a share: the second lies 8e-5 above what this program
 * converges to (4.313745), and above 4.313747, the price when only 1921 nodes may be held (no
 * interpolation between them): a policy that exists, and so a bound from above. */
static void known_values_and_convergence(void **state)
{
    static const struct { double cost, risk_aversion, price, within, lo, hi; } rows[] = {
        {0.005, 0.1, 4.483403, 2e-5, 0.3315, 0.7150},
        {0.001, 1, 4.313826, 2e-5 * 4.313826, 0.4930, 0.5510}};
    static const int grids[][2] = {{0, 0}, {3, 181}, {2, 121}}; /* the first is the default */
    (void)state;
    for (int k = 0; k < 2; k++) {
        double lo, hi;
        rh_optimum_problem p = setup;
        p.cost = rows[k].cost;
        p.risk_aversion = rows[k].risk_aversion;
        int finest = extent(1 + k, 0);
        p.spot_density = grids[finest][0];
        p.holdings = grids[finest][1];
        rh_optimum out = solve(&p);
        double price = out.price;
        rh_optimum_band(&out, 0, 100, &lo, &hi);
        rh_optimum_free(&out);
        assert_near("price", price, rows[k].price, rows[k].within);
        assert_near("lower end", lo, rows[k].lo, 1.5e-3);
        assert_near("upper end", hi, rows[k].hi, 1.5e-3);
        for (int g = finest + 1; g < 3; g++) {
            p.spot_density = grids[g][0];
            p.holdings = grids[g][1];
            assert_near("on a coarser grid", price_of(&p), price, 1e-5);
        }
    }
}

/* --- one step, by brute force -------------------------------------------------------------- */

/* ln E exp(-risk P&L) of a book with y shares over the one step, by Simpson split at the strike. */
static double loss_of_step(const rh_optimum_problem *p, double y)
{
    const double s = p->vol * sqrt(p->expiry_years), t = p->expiry_years;
    const double mean = (p->drift - 0.5 * p->vol * p->vol) * t;
    const double kink = (log(p->strike / p->spot) - mean) / s;
    const double ends[3] = {-9, kink, 9};
    double sum = 0;
    for (int part = 0; part < 2; part++) {
        enum { CELLS = 2000 };
        double h = (ends[part + 1] - ends[part]) / CELLS;
        for (int i = 0; i <= CELLS; i++) {
            double z = ends[part] + i * h, to = p->spot * exp(mean + s * z);
            double pays = p->is_call ? fmax(to - p->strike, 0) : fmax(p->strike - to, 0);
            double gain = p->qty * pays + y * (to - p->spot * exp(p->rate * t)) -
                          p->cost * p->spot * fabs(y) * exp(p->rate * t);
            double weight = i == 0 || i == CELLS ? 1 : i % 2 ? 4 : 2;
            sum += weight * h / 3 * exp(-0.5 * z * z - p->risk_aversion * gain);
        }
    }
    return log(sum / sqrt(2 * acos(-1.0)));
}

static double least_loss(const rh_optimum_problem *p, double lo, double hi)
{
    const double golden = 0.5 * (sqrt(5.0) - 1);
    for (int i = 0; i < 60; i++) {
        double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
        if (loss_of_step(p, a) < loss_of_step(p, b))
            hi = b;
        else
            lo = a;
    }
    return loss_of_step(p, 0.5 * (lo + hi)) / p->risk_aversion;
}

static void one_step_is_the_quadrature(void **state)
{
    static const struct { double qty, cost, strike, drift, rate; bool is_call; } rows[] = {
        {-1, 0, 100, 0, 0, true},        {-1, 0.002, 100, 0, 0, true},
        {-1, 0.002, 95, 0, 0.05, true},  {-2, 0.001, 103, 0.04, 0.03, false},
        {1, 0.001, 100, 0.02, 0.05, true}, {3, 0.0005, 99, 0, 0, false}};
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        rh_optimum_problem p = setup;
        p.steps = 1;
        p.expiry_years = 0.1;
        p.risk_aversion = 0.05;
        p.qty = rows[k].qty;
        p.cost = rows[k].cost;
        p.strike = rows[k].strike;
        p.drift = rows[k].drift;
        p.rate = rows[k].rate;
        p.is_call = rows[k].is_call;
        assert_near("one step", price_of(&p), least_loss(&p, -8, 8), 1e-7);
    }
}

/* --- limits -------------------------------------------------------------------------------- */

/* Without cost or fear of risk: the Black-Scholes price, carried to expiry. */
static void free_and_indifferent_is_black_scholes(void **state)
{
    (void)state;
    rh_optimum_problem p = setup;
    p.cost = 0;
    p.risk_aversion = 1e-6;
    p.drift = p.rate = 0.05;
    p.spot_density = 2;
    p.holdings = 61;
    double d1 = (0.05 + 0.02) * 0.25 / (0.2 * 0.5), d2 = d1 - 0.1, growth = exp(0.05 * 0.25);
    double call = 100 * growth * 0.5 * erfc(-d1 / sqrt(2)) - 100 * 0.5 * erfc(-d2 / sqrt(2));
    assert_near("price", price_of(&p), call, 2e-6);
    p.risk_aversion = 0.1; /* about risk / 2 times the variance of discrete hedging, 0.44^2 */
    double fear = price_of(&p) - call;
    assert_true(fear > 0.5 * 0.05 * 0.44 * 0.44 && fear < 2 * 0.05 * 0.44 * 0.44);
}

/* A sold put whose hedge would cost all its notional is not hedged: the entropic price. */
static void prohibitive_cost_is_no_hedge(void **state)
{
    (void)state;
    rh_optimum_problem p = setup;
    p.is_call = false;
    p.cost = 1;
    p.holdings = 61;
    rh_optimum out = solve(&p);
    rh_optimum_problem all = p;
    all.steps = 1;
    assert_near("price", out.price, loss_of_step(&all, 0) / p.risk_aversion, 1e-5);
    double lo, hi;
    rh_optimum_band(&out, 0, 100, &lo, &hi);
    assert_true(lo <= out.holding_min + 1e-9 && hi >= 0);
    rh_optimum_free(&out);
}

/* Shares held are marked at mid, so a put's book is a call's with one share less (rate 0). */
static void bands_of_put_and_call_are_one_share_apart(void **state)
{
    (void)state;
    rh_optimum_problem p = setup;
    p.spot_density = 2;
    p.holdings = 121;
    p.steps = extent(21, 63);
    rh_optimum call = solve(&p);
    p.is_call = false;
    rh_optimum put = solve(&p);
    for (int step = 0; step < p.steps; step += 10) {
        for (double spot = 85; spot < 120; spot += 5) {
            double call_lo, call_hi, put_lo, put_hi;
            rh_optimum_band(&call, step, spot, &call_lo, &call_hi);
            rh_optimum_band(&put, step, spot, &put_lo, &put_hi);
            assert_true(call_lo <= call_hi);
            if (call_lo > -0.05) assert_near("lower end", put_lo, call_lo - 1, 1e-3);
            if (call_hi < 1.05) assert_near("upper end", put_hi, call_hi - 1, 1e-3);
        }
    }
    rh_optimum_free(&call);
    rh_optimum_free(&put);
}

static void books_scale_against_risk_aversion(void **state)
{
    (void)state;
    rh_optimum_problem p = setup;
    p.spot_density = 2;
    p.holdings = 121;
    p.steps = extent(21, 63);
    rh_optimum one = solve(&p);
    p.qty *= 4;
    p.risk_aversion /= 4;
    rh_optimum four = solve(&p);
    assert_near("price", four.price, 4 * one.price, 1e-9);
    for (int i = 0; i < one.spots; i += 7) {
        assert_near("lower end", four.lo[i], 4 * one.lo[i], 1e-7);
        assert_near("upper end", four.hi[i], 4 * one.hi[i], 1e-7);
    }
    rh_optimum_free(&one);
    rh_optimum_free(&four);
}

/* Costs widen the band and raise the price; more aversion narrows it. */
static void bands_follow_cost_and_aversion(void **state)
{
    double wide = 0, price = 0;
    (void)state;
    rh_optimum_problem p = setup;
    p.spot_density = 2;
    p.holdings = 121;
    p.steps = extent(32, 63);
    for (int k = 0; k < 3; k++) {
        double lo, hi;
        p.cost = 0.001 * (1 << k);
        rh_optimum out = solve(&p);
        rh_optimum_band(&out, 20, 101, &lo, &hi);
        assert_true(hi - lo > wide && out.price > price);
        wide = hi - lo;
        price = out.price;
        rh_optimum_free(&out);
    }
    p.risk_aversion *= 3;
    double lo, hi;
    rh_optimum out = solve(&p);
    rh_optimum_band(&out, 20, 101, &lo, &hi);
    assert_true(hi - lo < wide && out.price > price);
    rh_optimum_free(&out);
}

static void refusals(void **state)
{
    rh_optimum out;
    rh_error error;
    (void)state;
    const struct { rh_optimum_problem problem; const char *name; } rows[] = {
        {{.spot = NAN, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 1, .vol = 1,
          .risk_aversion = 1}, "spot"},
        {{.spot = 1, .strike = 1, .qty = 0, .expiry_years = 1, .steps = 1, .vol = 1,
          .risk_aversion = 1}, "qty"},
        {{.spot = 1, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 0, .vol = 1,
          .risk_aversion = 1}, "steps"},
        {{.spot = 1, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 5000, .vol = 1,
          .risk_aversion = 1}, "steps"},
        {{.spot = 1, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 1, .vol = 0,
          .risk_aversion = 1}, "vol"},
        {{.spot = 1, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 1, .vol = 1, .cost = 1.5,
          .risk_aversion = 1}, "cost"},
        {{.spot = 1, .strike = 1, .qty = 1, .expiry_years = 1, .steps = 1, .vol = 1,
          .risk_aversion = 1, .holdings = 3}, "holdings"},
        {{.spot = 100, .strike = 100, .qty = -1, .expiry_years = 1, .steps = 9, .vol = 1,
          .is_call = true, .risk_aversion = 1e6}, "risk aversion"}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        error = (rh_error){0};
        assert_int_equal(rh_optimum_solve(&rows[k].problem, &out, &error), RH_DOMAIN);
        if (!strstr(error.message, rows[k].name))
            fail_msg("\"%s\" lacks \"%s\"", error.message, rows[k].name);
        assert_null(out.spot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values_and_convergence),
        cmocka_unit_test(one_step_is_the_quadrature),
        cmocka_unit_test(free_and_indifferent_is_black_scholes),
        cmocka_unit_test(prohibitive_cost_is_no_hedge),
        cmocka_unit_test(bands_of_put_and_call_are_one_share_apart),
        cmocka_unit_test(books_scale_against_risk_aversion),
        cmocka_unit_test(bands_follow_cost_and_aversion),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
