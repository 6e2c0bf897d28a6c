/* The log contract against what it must reproduce: 80-digit values, its replication by options of
 * all strikes, the variance it is hedged for, the pricing equation, limits and bad input. */
#include "claims.h"

static unsigned row_price(const claim_row *row, rh_greeks_full *out)
{
    const double *x = row->at;
    return rh_log_contract_greeks(x[0], x[1], x[2], x[3], x[4], x[5], out);
}

static rh_greeks_full row_terms(const claim_row *row)
{
    const double *x = row->at;
    double S = x[0], K = x[1], T = x[2], r = x[3], q = x[4], sigma = x[5];
    double E = exp(-r * T), drift = fabs(r) + fabs(q) + 0.5 * sigma * sigma;
    double V = E * (fabs(log(S / K)) + drift * T);
    rh_greeks_full t = {.price = V, .delta = E / S, .gamma = E / S / S};
    t.speed = 2.0 * E / S / S / S;
    t.vega = E * sigma * T;
    t.volga = E * T;
    t.veta = E * sigma * (1.0 + fabs(r) * T);
    t.theta = E * drift + fabs(r) * V;
    t.charm = fabs(r) * t.delta;
    t.color = fabs(r) * t.gamma;
    t.rho = T * (E + V);
    t.phi = T * E;
    t.dual_delta = E / K;
    t.dual_gamma = E / K / K;
    return t;
}

static void eighty_digits(void **unused)
{
    (void)unused;
    assert_true(check_claims(LOG, row_price, row_terms) == 7);
}

/* --- replication ------------------------------------------------------------------------------ */

typedef struct market { double S, T, r, q, sigma; } market;

/* An out-of-the-money option over its strike, at K = F e^u: the density dK/K^2 in du. */
static double strip(const market *m, double F, double u)
{
    double K = F * exp(u);
    return rh_option_price(RH_MODEL_BSM, u >= 0.0, m->S, K, m->T, m->r, m->q, m->sigma) / K;
}

/* Simpson's rule on one side of the forward, out to twelve standard deviations. */
static double strip_side(const market *m, double F, double side)
{
    enum { STEPS = 2000 };
    double reach = 12.0 * m->sigma * sqrt(m->T) + m->sigma * m->sigma * m->T, sum = 0.0;
    double h = reach / STEPS;
    for (int i = 0; i <= STEPS; i++) {
        double weight = i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
        /* the end at the forward belongs to both sides: a call and a put there cost the same */
        sum += weight * strip(m, F, side * h * i);
    }
    return sum * h / 3.0;
}

/* ln(S_T/F) = (S_T - F)/F - int_0^F (K - S_T)^+ dK/K^2 - int_F^inf (S_T - K)^+ dK/K^2
 * (Carr & Madan 1998; Demeterfi et al. 1999, eq. 26): the strip is worth sigma^2 T / 2 now. */
static void replication(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int i = 0; i < 20; i++) {
        market m = {exp(uniform(&state, 0.0, 9.0)), uniform(&state, 0.02, 2.0),
                    uniform(&state, -0.03, 0.1), uniform(&state, -0.03, 0.1),
                    uniform(&state, 0.1, 1.2)};
        double F = m.S * exp((m.r - m.q) * m.T);
        double strips = strip_side(&m, F, -1.0) + strip_side(&m, F, 1.0);
        rh_greeks_full g;
        assert_int_equal(rh_log_contract_greeks(m.S, F, m.T, m.r, m.q, m.sigma, &g), 0);
        assert_relative(g.price, -strips, 1e-9, "strips of options");
        double variance = -2.0 / m.T * exp(m.r * m.T) * g.price;
        assert_relative(variance, m.sigma * m.sigma, 1e-11, "fair variance");
    }
}

static void pricing_equation(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 20000; i++) {
        double S = exp(uniform(&state, -3.0, 11.0)), K = S * exp(uniform(&state, -2.0, 2.0));
        double T = exp(uniform(&state, -9.0, 2.0)), sigma = exp(uniform(&state, -4.0, 1.0));
        double r = uniform(&state, -0.05, 0.15), q = uniform(&state, -0.05, 0.15);
        rh_greeks_full g;
        assert_int_equal(rh_log_contract_greeks(S, K, T, r, q, sigma, &g), 0);
        double drift = (r - q) * S * g.delta, diffusion = 0.5 * sigma * sigma * S * S * g.gamma;
        double terms = (fabs(r) + fabs(q)) * S * g.delta + fabs(diffusion) + fabs(r * g.price);
        assert_close(g.theta + drift + diffusion, r * g.price, terms, 1e-14, "equation");
        assert_relative(S * S * g.gamma, -exp(-r * T), 8.0 * UNIT, "dollar gamma");
        assert_relative(S * g.delta, -K * g.dual_delta, 8.0 * UNIT, "homogeneity");
        assert_relative(g.vega, sigma * T * S * S * g.gamma, 8.0 * UNIT, "vega and gamma");
        assert_relative(g.volga * sigma, g.vega, 8.0 * UNIT, "volga");
        assert_true(g.vanna == 0.0 && g.zomma == 0.0 && g.ultima == 0.0);
    }
}

static void near_the_strike(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    double S = nextafter(100.0, 101.0);
    assert_int_equal(rh_log_contract_greeks(S, 100.0, 0.0, 0.0, 0.0, 0.0, &g), RH_GREEKS_LIMIT);
    assert_relative(g.price, (S - 100.0) / 100.0, 4.0 * UNIT, "one ulp above");
    assert_int_equal(rh_log_contract_greeks(1e-300, 1e300, 1.0, 0.0, 0.0, 1e-3, &g), 0);
    assert_relative(g.price, -600.0 * log(10.0) - 5e-7, 4.0 * UNIT, "no quotient");
}

static void limits_and_bad_input(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    assert_int_equal(rh_log_contract_greeks(0.0, 100.0, 1.0, 0.1, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == -HUGE_VAL && g.delta == HUGE_VAL && g.gamma == -HUGE_VAL);
    assert_true(!isnan(g.theta) && !isnan(g.rho) && g.vega < 0.0);
    assert_int_equal(rh_log_contract_greeks(80.0, 100.0, 0.0, 0.1, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_relative(g.price, log(0.8), 4.0 * UNIT, "no time");
    assert_true(g.delta == 1.0 / 80.0 && g.vega == 0.0 && g.rho == 0.0);
    assert_int_equal(rh_log_contract_greeks(80.0, 0.0, 1.0, 0.1, 0.0, 0.5, &g), RH_GREEKS_DOMAIN);
    const double bad[] = {(double)NAN, -1.0, HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < 6 * 4; i++) {
        double v[6] = {100.0, 100.0, 1.0, 0.05, 0.02, 0.5}; /* S K T r q sigma */
        int which = i % 6, b = i / 6;
        if (b == 1 && (which == 3 || which == 4)) continue;
        v[which] = bad[b];
        unsigned flags = rh_log_contract_greeks(v[0], v[1], v[2], v[3], v[4], v[5], &g);
        assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
        assert_true(all_nan(&g, RH_GREEKS));
    }
}

/* sigma^2 beyond double times T = 0 made the price NaN. */
static void no_time_at_the_largest_vol(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    unsigned flags = rh_log_contract_greeks(110.0, 100.0, 0.0, 0.0, 0.0, DBL_MAX, &g);
    assert_int_equal(flags, RH_GREEKS_LIMIT);
    assert_true(fabs(g.price - log(1.1)) < 1e-15 && g.theta == HUGE_VAL && g.vega == 0.0);
}

/* Any numbers whatever: all NaN with a flag, or none. */
static void no_nan_without_a_flag(void **unused)
{
    (void)unused;
    uint64_t state = 31;
    int answered = 0;
    for (int i = 0; i < 200000; i++) {
        double S = odd_number(&state, false), T = odd_number(&state, false);
        double sigma = odd_number(&state, false), r = 0.0, q = 0.0;
        double K = i % 5 == 0 ? S : odd_number(&state, false);
        if (i % 4 > 1) {
            r = uniform(&state, -100.0, 100.0) / T;
            q = uniform(&state, -100.0, 100.0) / T;
        }
        rh_greeks_full g;
        unsigned flags = rh_log_contract_greeks(S, K, T, r, q, sigma, &g);
        bool flagged = (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) != 0;
        if (nan_unflagged(&g, RH_GREEKS, flagged))
            fail_msg("S %a T %a r %a q %a sigma %a: flags %u", S, T, r, q, sigma, flags);
        answered += !flagged;
    }
    print_message("%d of 200000 answered\n", answered);
    assert_true(answered > 50000);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighty_digits),        cmocka_unit_test(replication),
        cmocka_unit_test(pricing_equation),     cmocka_unit_test(near_the_strike),
        cmocka_unit_test(limits_and_bad_input),
        cmocka_unit_test(no_time_at_the_largest_vol),
        cmocka_unit_test(no_nan_without_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
