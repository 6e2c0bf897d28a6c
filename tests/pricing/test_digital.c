/* Digitals against what they must reproduce: 80-digit values of every greek, calls that are assets
 * minus strikes, strike derivatives of options, the pricing equation, long double differences,
 * limits and bad input. The worst ratios to the tolerances of LAWS are printed. */
#include "claims.h"

typedef struct test_digital {
    rh_option_model model;
    rh_digital pays;
    bool is_call;
    double S, K, T, r, q, sigma;
} test_digital;

static const rh_option_model MODELS[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};

static rh_greeks_full greeks_of(const test_digital *o)
{
    rh_greeks_full g;
    (void)rh_digital_greeks(o->model, o->pays, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma,
                            &g);
    return g;
}

static double price_of(const test_digital *o)
{
    return rh_digital_price(o->model, o->pays, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma);
}

static test_digital random_digital(uint64_t *state, int i, double reach)
{
    test_digital o = {MODELS[i % 3], i / 3 % 2 ? RH_DIGITAL_ASSET : RH_DIGITAL_CASH,
                      i / 6 % 2 == 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    o.S = exp(uniform(state, -3.0, 11.0));
    o.T = exp(uniform(state, log(1.0 / 525600.0), log(10.0)));
    o.r = uniform(state, -0.05, 0.15);
    o.q = uniform(state, -0.05, 0.15);
    o.sigma = exp(uniform(state, log(0.01), log(5.0)));
    o.K = o.S * exp(uniform(state, -reach, reach) * o.sigma * sqrt(o.T));
    return o;
}

static double used_r(const test_digital *o)
{
    return o->model == RH_MODEL_INVERSE ? 0.0 : o->r;
}

static double used_q(const test_digital *o)
{
    return o->model == RH_MODEL_BSM ? o->q : used_r(o);
}

static double power_of(const test_digital *o)
{
    double asset = o->pays == RH_DIGITAL_ASSET ? 1.0 : 0.0;
    return o->model == RH_MODEL_INVERSE ? asset - 1.0 : asset;
}

/* --- 80 digits -------------------------------------------------------------------------------- */

/* The absolute terms of each greek's closed form (docs/pricing.md), |d| as D. */
static rh_greeks_full terms_of(const test_digital *o)
{
    double r = used_r(o), q = used_q(o), m = power_of(o), S = o->S, K = o->K, T = o->T;
    bool asset = o->pays == RH_DIGITAL_ASSET;
    double decay = asset && o->model == RH_MODEL_BSM ? fabs(q) : fabs(r);
    double v = o->sigma * sqrt(T), x = log(S / K), s = o->is_call ? 1.0 : -1.0;
    double D = (fabs(x) + fabs(r - q) * T + 0.5 * v * v) / v, h = 0.5 / T;
    double d = (x + (r - q) * T) / v + (asset ? 0.5 : -0.5) * v;
    double W = exp(-(asset ? q : r) * T) * pow(S, m), N = W * 0.5 * erfc(-s * d / sqrt(2.0));
    double n = W * exp(-0.5 * d * d) * 0.3989422804014327, lead = n / v, sigma = o->sigma;
    double e = D / v, slope = fabs(2.0 * m - 1.0) + e, second = m * (m - 1.0);
    double move = fabs(r - q) / v + D * h, fall = D * move + h;
    rh_greeks_full t = {.price = N, .delta = (fabs(m) * N + lead) / S};
    t.gamma = (second * N + lead * slope) / S / S;
    double curve = fabs(3.0 * m * m - 6.0 * m + 2.0) + 3.0 * fabs(m - 1.0) * e + e * e;
    t.speed = (second * fabs(m - 2.0) * N + lead * (curve + 1.0 / v / v)) / S / S / S;
    t.vega = n * D / sigma;
    t.volga = n / sigma / sigma * (2.0 * D + D * D * D);
    t.ultima = n / sigma / sigma / sigma * (pow(D, 5.0) + 7.0 * pow(D, 3.0) + 6.0 * D);
    t.vanna = n / sigma / S * ((D * D + 1.0) / v + fabs(m) * D);
    t.zomma = n / sigma / S / S * (second * D + ((D * D + 1.0) * slope + 2.0 * e) / v);
    t.theta = decay * N + n * move;
    t.charm = decay * t.delta + n / S * (fabs(m) * move + fall / v);
    t.veta = decay * t.vega + n / sigma * (move + D * D * move);
    t.color = decay * t.gamma +
              n / S / S * (second * move + (fall * slope + (move + D * h) / v) / v);
    t.rho = t.phi = T * (lead + N);
    t.dual_delta = lead / K;
    t.dual_gamma = lead / K / K * (1.0 + e);
    return t;
}

static test_digital digital_of(const claim_row *row)
{
    const double *at = row->at;
    return (test_digital){row->model, row->pays, row->is_call, at[0], at[1], at[2], at[3], at[4],
                          at[5]};
}

static unsigned row_price(const claim_row *row, rh_greeks_full *out)
{
    const double *at = row->at;
    return rh_digital_greeks(row->model, row->pays, row->is_call, at[0], at[1], at[2], at[3],
                             at[4], at[5], out);
}

static rh_greeks_full row_terms(const claim_row *row)
{
    test_digital o = digital_of(row);
    return terms_of(&o);
}

static void eighty_digits(void **unused)
{
    (void)unused;
    assert_true(check_claims(DIGITAL, row_price, row_terms) == 42);
}

static void published_values(void **unused)
{
    (void)unused;
    /* Haug, 2nd ed., section 4.19: a put paying 10, and an asset-or-nothing put */
    double cash = rh_digital_price(RH_MODEL_BLACK76, RH_DIGITAL_CASH, false, 100.0, 80.0, 0.75,
                                   0.06, 0.0, 0.35);
    double asset = rh_digital_price(RH_MODEL_BSM, RH_DIGITAL_ASSET, false, 70.0, 65.0, 0.5, 0.07,
                                    0.05, 0.27);
    assert_close(10.0 * cash, 2.6710, 1.0, 5e-5, "cash-or-nothing");
    assert_close(asset, 20.2069, 1.0, 5e-5, "asset-or-nothing");
}

/* --- options ---------------------------------------------------------------------------------- */

/* What the rounding of d can do to a density far from the centre, in units of 2^-53. */
static double tolerance_of(const test_digital *o)
{
    double v = o->sigma * sqrt(o->T), x = log(o->S / o->K);
    double D = (fabs(x) + fabs(used_r(o) - used_q(o)) * o->T + 0.5 * v * v) / v;
    return 64.0 * (4.0 + D * D + D / v) * UNIT;
}

/* Every greek of an option is sign (asset - K cash); in K, the product rule. */
static void options_are_digitals(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int i = 0; i < 60000; i++) {
        test_digital asset = random_digital(&state, i, 6.0), cash;
        asset.pays = RH_DIGITAL_ASSET;
        cash = asset;
        cash.pays = RH_DIGITAL_CASH;
        double a[RH_GREEKS], c[RH_GREEKS], ta[RH_GREEKS], tc[RH_GREEKS], o[RH_GREEKS];
        double K = asset.K, sign = asset.is_call ? 1.0 : -1.0;
        rh_greeks_full option, ga = greeks_of(&asset), gc = greeks_of(&cash);
        rh_greeks_full terms_a = terms_of(&asset), terms_c = terms_of(&cash);
        (void)rh_option_greeks_full(asset.model, asset.is_call, asset.S, K, asset.T, asset.r,
                                    asset.q, asset.sigma, &option);
        if (!(option.vega > 1e-280)) continue; /* among subnormals */
        greeks_to_array(&ga, a);
        greeks_to_array(&gc, c);
        greeks_to_array(&terms_a, ta);
        greeks_to_array(&terms_c, tc);
        greeks_to_array(&option, o);
        for (int g = 0; g <= RH_GREEK_ultima; g++)
            assert_close(o[g], sign * (a[g] - K * c[g]), ta[g] + K * tc[g], tolerance_of(&asset),
                         rh_greek_name((rh_greek)g));
        double dual = a[RH_GREEK_dual_delta] - gc.price - K * gc.dual_delta;
        assert_close(option.dual_delta, sign * dual, terms_a.dual_delta * 2.0 + terms_c.price,
                     tolerance_of(&asset), "dual delta");
        double twice = ga.dual_gamma - 2.0 * gc.dual_delta - K * gc.dual_gamma;
        assert_close(option.dual_gamma, sign * twice,
                     terms_a.dual_gamma * 2.0 + 2.0 * terms_c.dual_delta, tolerance_of(&asset),
                     "dual gamma");
    }
}

/* A cash digital is -sign d option/dK, and so are its derivatives in K. */
static void strike_derivative(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 60000; i++) {
        test_digital o = random_digital(&state, i, 10.0);
        o.pays = RH_DIGITAL_CASH;
        double sign = o.is_call ? 1.0 : -1.0, room = tolerance_of(&o);
        rh_greeks_full option, g = greeks_of(&o), t = terms_of(&o);
        (void)rh_option_greeks_full(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, &option);
        if (!(g.price > 1e-290)) continue;
        assert_close(g.price, -sign * option.dual_delta, g.price, room, "price");
        assert_close(g.dual_delta, -sign * option.dual_gamma, t.dual_delta, room, "dual delta");
    }
}

static void digitals_add_up(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int i = 0; i < 30000; i++) {
        test_digital call = random_digital(&state, i, 8.0), put = call;
        call.is_call = true;
        put.is_call = false;
        double m = power_of(&call), S = call.S;
        double decay = call.pays == RH_DIGITAL_ASSET ? used_q(&call) : used_r(&call);
        double sure = exp(-decay * call.T) * pow(S, m);
        rh_greeks_full c = greeks_of(&call), p = greeks_of(&put), t = terms_of(&call);
        assert_close(c.price + p.price, sure, sure, 16.0 * UNIT, "sure payment");
        assert_close(c.delta + p.delta, m * sure / S, t.delta + sure / S, 16.0 * UNIT, "delta");
        assert_close(c.gamma + p.gamma, m * (m - 1.0) * sure / S / S,
                     t.gamma + 2.0 * sure / S / S, 16.0 * UNIT, "gamma");
        assert_close(c.vega + p.vega, 0.0, t.vega, 4.0 * UNIT, "vega");
        assert_close(c.theta + p.theta, decay * sure, t.theta + fabs(decay) * sure, 16.0 * UNIT,
                     "theta");
        assert_true(c.price >= 0.0 && p.price >= 0.0);
        assert_true(price_of(&call) == c.price && price_of(&put) == p.price);
    }
}

static void pricing_equation(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (int i = 0; i < 60000; i++) {
        test_digital o = random_digital(&state, i, 8.0);
        rh_greeks_full g = greeks_of(&o), t = terms_of(&o);
        double r = used_r(&o), q = used_q(&o), S = o.S, v2 = o.sigma * o.sigma;
        bool coin = o.model == RH_MODEL_INVERSE;
        double carry = coin ? v2 : r - q; /* the coin's own variance is its drift in coin */
        double left = g.theta + carry * S * g.delta + 0.5 * v2 * S * S * g.gamma;
        double terms = t.theta + fabs(carry) * S * t.delta + 0.5 * v2 * S * S * t.gamma;
        assert_close(left, r * g.price, terms + fabs(r) * g.price, tolerance_of(&o), "equation");
        double spread = S * S * g.gamma + (coin ? 2.0 * S * g.delta : 0.0);
        double spread_terms = S * S * t.gamma + 2.0 * S * t.delta;
        assert_close(g.vega, o.sigma * o.T * spread, t.vega + o.sigma * o.T * spread_terms,
                     tolerance_of(&o), "vega and gamma");
        double m = power_of(&o); /* homogeneous in S and K together */
        assert_close(S * g.delta + o.K * g.dual_delta, m * g.price,
                     S * t.delta + o.K * t.dual_delta, tolerance_of(&o), "homogeneity");
        if (o.model != RH_MODEL_INVERSE) continue;
        assert_relative(g.usd_price, S * g.price, 8.0 * UNIT, "usd price");
        assert_close(g.net_delta, S * g.delta, S * t.delta, 8.0 * UNIT, "net delta");
        assert_close(g.usd_delta, g.net_delta + g.price, S * t.delta + g.price, 8.0 * UNIT,
                     "usd delta");
    }
}

/* --- differences ------------------------------------------------------------------------------ */

static long double price_l(const test_digital *o, const long double at[6])
{
    long double S = at[0], K = at[1], T = at[2], r = at[3], q = at[4], sigma = at[5];
    long double s = o->is_call ? 1.0L : -1.0L;
    bool asset = o->pays == RH_DIGITAL_ASSET;
    if (o->model == RH_MODEL_INVERSE) r = 0.0L;
    if (o->model != RH_MODEL_BSM) q = r;
    long double v = sigma * sqrtl(T);
    long double d = (logl(S / K) + (r - q) * T) / v + (asset ? 0.5L : -0.5L) * v;
    long double N = 0.5L * erfcl(-s * d * 0.70710678118654752440084436210485L);
    long double usd = asset ? S * expl(-q * T) * N : expl(-r * T) * N;
    return o->model == RH_MODEL_INVERSE ? usd / S : usd;
}

/* A central difference of the sixth order of the long double price. */
static double slope_l(const test_digital *o, int which, double step)
{
    const double x[6] = {o->S, o->K, o->T, o->r, o->q, o->sigma};
    static const long double weights[3] = {45.0L, -9.0L, 1.0L};
    long double sum = 0.0L, at[6];
    for (int k = 1; k <= 3; k++)
        for (int side = -1; side <= 1; side += 2) {
            for (int i = 0; i < 6; i++) at[i] = (long double)x[i];
            at[which] += (long double)side * k * (long double)step;
            sum += weights[k - 1] * (long double)side * price_l(o, at);
        }
    return (double)(sum / 60.0L / (long double)step);
}

static double moved_greek(const test_digital *o, int which, double by, int greek)
{
    test_digital moved = *o;
    double *const x[6] = {&moved.S, &moved.K, &moved.T, &moved.r, &moved.q, &moved.sigma};
    *x[which] += by;
    rh_greeks_full g = greeks_of(&moved);
    double all[RH_GREEKS];
    greeks_to_array(&g, all);
    return all[greek];
}

/* The same of a greek in double. */
static double slope_of(const test_digital *o, int which, double step, int greek)
{
    static const double weights[3] = {45.0, -9.0, 1.0};
    double sum = 0.0;
    for (int k = 1; k <= 3; k++)
        sum += weights[k - 1] * (moved_greek(o, which, k * step, greek) -
                                 moved_greek(o, which, -k * step, greek));
    return sum / 60.0 / step;
}

static void greeks_by_differences(void **unused)
{
    (void)unused;
    enum { S, K, T, R, Q, SIGMA };
    static const struct { int greek, below, which; double sign; } rows[] = {
        {RH_GREEK_delta, -1, S, 1.0}, {RH_GREEK_vega, -1, SIGMA, 1.0},
        {RH_GREEK_theta, -1, T, -1.0}, {RH_GREEK_rho, -1, R, 1.0}, {RH_GREEK_phi, -1, Q, 1.0},
        {RH_GREEK_dual_delta, -1, K, 1.0}, {RH_GREEK_gamma, RH_GREEK_delta, S, 1.0},
        {RH_GREEK_vanna, RH_GREEK_delta, SIGMA, 1.0}, {RH_GREEK_volga, RH_GREEK_vega, SIGMA, 1.0},
        {RH_GREEK_charm, RH_GREEK_delta, T, -1.0}, {RH_GREEK_veta, RH_GREEK_vega, T, -1.0},
        {RH_GREEK_speed, RH_GREEK_gamma, S, 1.0}, {RH_GREEK_color, RH_GREEK_gamma, T, -1.0},
        {RH_GREEK_zomma, RH_GREEK_gamma, SIGMA, 1.0},
        {RH_GREEK_ultima, RH_GREEK_volga, SIGMA, 1.0},
        {RH_GREEK_dual_gamma, RH_GREEK_dual_delta, K, 1.0},
    };
    uint64_t state = 5;
    for (int i = 0; i < 3000; i++) {
        test_digital o = random_digital(&state, i, 3.0);
        o.T = fmax(o.T, 1e-3);
        double v = o.sigma * sqrt(o.T), all[RH_GREEKS], terms[RH_GREEKS];
        if (v > 3.0) continue; /* d would be far out, where one side is 1 but for its last digits */
        o.K = o.S * exp((used_r(&o) - used_q(&o)) * o.T + uniform(&state, -3.0, 3.0) * v);
        double x[6] = {o.S, o.K, o.T, o.T, o.T, o.sigma}, wide = fmin(v, 1.0 / v) * 1e-2;
        x[R] = x[Q] = 1.0 / o.T;
        rh_greeks_full g = greeks_of(&o), t = terms_of(&o);
        greeks_to_array(&g, all);
        greeks_to_array(&t, terms);
        for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
            double step = wide * x[rows[n].which];
            double slope = rows[n].below < 0 ? slope_l(&o, rows[n].which, step)
                                             : slope_of(&o, rows[n].which, step, rows[n].below);
            assert_close(all[rows[n].greek], rows[n].sign * slope, terms[rows[n].greek], 1e-8,
                         rh_greek_name((rh_greek)rows[n].greek));
        }
    }
}

/* --- tails and limits ------------------------------------------------------------------------- */

/* Far out of the money against long double, whose erfc is good there. */
static void far_tails(void **unused)
{
    (void)unused;
    uint64_t state = 6;
    double worst = 0.0;
    int checked = 0;
    for (int i = 0; i < 60000; i++) {
        test_digital o = random_digital(&state, i, 36.0);
        const long double at[6] = {(long double)o.S, (long double)o.K, (long double)o.T,
                                   (long double)o.r, (long double)o.q, (long double)o.sigma};
        double price = price_of(&o), exact = (double)price_l(&o, at);
        if (!(exact > 1e-290)) continue;
        rh_greeks_full g = greeks_of(&o);
        double kappa = (fabs(o.S * g.delta) + fabs(o.K * g.dual_delta) + fabs(o.T * g.theta) +
                        fabs(o.r * g.rho) + fabs(o.q * g.phi) + fabs(o.sigma * g.vega)) / exact;
        double ratio = fabs(price - exact) / (8.0 * (4.0 + kappa) * UNIT * exact);
        worst = fmax(worst, ratio);
        if (ratio > 1.0) fail_msg("price %.17g, long double %.17g: %.3g", price, exact, ratio);
        checked++;
    }
    print_message("%d prices, worst error / tolerance %.3f\n", checked, worst);
    assert_true(checked > 50000);
    test_digital far = {RH_MODEL_BSM, RH_DIGITAL_CASH, true, 100, 100 * exp(7.4), 1, 0, 0, 0.2};
    assert_true(price_of(&far) > 0.0 && price_of(&far) < 1e-290);
}

static void certain_payoffs(void **unused)
{
    (void)unused;
    for (int i = 0; i < 2 * 3 * 2 * 3; i++) {
        test_digital o = {MODELS[i % 3], i / 3 % 2 ? RH_DIGITAL_ASSET : RH_DIGITAL_CASH,
                          i / 6 % 2 == 0, 90.0 + 10.0 * (i / 12), 100.0, 0.0, 0.05, 0.05, 0.5};
        double sign = o.is_call ? 1.0 : -1.0, m = power_of(&o), paid = pow(o.S, m);
        double weight = o.S == o.K ? 0.5 : sign * (o.S - o.K) > 0.0 ? 1.0 : 0.0;
        rh_greeks_full g;
        for (int zero = 0; zero < 2; zero++) { /* T = 0, then sigma = 0 with r = q */
            unsigned flags = rh_digital_greeks(o.model, o.pays, o.is_call, o.S, o.K, o.T, o.r, o.q,
                                               o.sigma, &g);
            double sure = paid * exp(-used_r(&o) * o.T);
            assert_int_equal(flags, RH_GREEKS_LIMIT);
            assert_relative(g.price, weight * sure, 4.0 * UNIT, "certain price");
            assert_relative(g.delta, weight * m * sure / o.S, 4.0 * UNIT, "certain delta");
            assert_relative(g.theta, used_r(&o) * weight * sure, 4.0 * UNIT, "certain theta");
            assert_true(g.vega == 0.0 && g.vanna == 0.0 && g.volga == 0.0 && g.dual_delta == 0.0);
            assert_true(g.ultima == 0.0 && g.zomma == 0.0 && g.dual_gamma == 0.0);
            o.T = 2.0;
            o.sigma = 0.0;
        }
        o.sigma = 1e-7;
        assert_close(price_of(&o), g.price, paid, 1e-7, "little vol");
        o.sigma = 1e4;
        bool worthless = (o.pays == RH_DIGITAL_CASH) == o.is_call;
        double whole = paid * exp(-used_r(&o) * 2.0);
        assert_relative(price_of(&o), worthless ? 0.0 : whole, 4.0 * UNIT, "endless vol");
    }
}

static void zero_spot_and_strike(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    unsigned flags = rh_digital_greeks(RH_MODEL_BSM, RH_DIGITAL_CASH, false, 0.0, 100.0, 1.0, 0.05,
                                       0.02, 0.5, &g);
    assert_int_equal(flags, RH_GREEKS_LIMIT);
    assert_true(g.price == rh_exp(-0.05) && g.delta == 0.0 && g.gamma == 0.0);
    rh_digital_greeks(RH_MODEL_BSM, RH_DIGITAL_ASSET, false, 0.0, 100.0, 1.0, 0.05, 0.02, 0.5, &g);
    assert_true(g.price == 0.0 && g.delta == rh_exp(-0.02) && g.gamma == 0.0);
    rh_digital_greeks(RH_MODEL_INVERSE, RH_DIGITAL_CASH, false, 0.0, 100.0, 1.0, 0.0, 0.0, 0.5, &g);
    assert_true(g.price == HUGE_VAL && g.usd_price == 1.0 && g.delta == -HUGE_VAL);
    for (int i = 0; i < 6; i++) { /* a call on nothing, and nothing against nothing */
        test_digital o = {MODELS[i % 3], i / 3 ? RH_DIGITAL_ASSET : RH_DIGITAL_CASH, true, 0.0,
                          100.0, 1.0, 0.05, 0.02, 0.5};
        double all[RH_GREEKS];
        for (o.K = 100.0; o.K >= 0.0; o.K -= 100.0) {
            g = greeks_of(&o);
            greeks_to_array(&g, all);
            for (int k = 0; k < RH_GREEKS; k++) assert_true(all[k] == 0.0);
        }
        o.S = 80.0; /* K = 0: certain */
        o.K = 0.0;
        double decay = o.pays == RH_DIGITAL_ASSET ? used_q(&o) : used_r(&o);
        assert_relative(price_of(&o), exp(-decay) * pow(80.0, power_of(&o)), 4.0 * UNIT, "K = 0");
        o.is_call = false;
        assert_true(price_of(&o) == 0.0);
    }
}

/* Numbers from anywhere: a price between nothing and the sure payment, never NaN without a flag. */
static void any_numbers(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int i = 0; i < 100000; i++) {
        test_digital o = random_digital(&state, i, 1.0);
        o.S = exp(uniform(&state, -200.0, 200.0));
        o.K = exp(uniform(&state, -700.0, 700.0));
        o.T = exp(uniform(&state, -300.0, 300.0));
        o.sigma = exp(uniform(&state, -300.0, 300.0));
        rh_greeks_full g;
        unsigned flags = rh_digital_greeks(o.model, o.pays, o.is_call, o.S, o.K, o.T, o.r, o.q,
                                           o.sigma, &g);
        double r = used_r(&o), q = used_q(&o);
        bool rates = fabs(r * o.T) <= 700.0 && fabs(q * o.T) <= 700.0;
        assert_int_equal(flags & RH_GREEKS_DOMAIN, rates ? 0 : RH_GREEKS_DOMAIN);
        assert_true(isnan(g.price) == !rates && isnan(g.delta) == !rates);
        if (!rates) continue;
        double decay = o.pays == RH_DIGITAL_ASSET ? q : r;
        double sure = exp(-decay * o.T) * pow(o.S, power_of(&o));
        assert_true(g.price >= 0.0 && g.price <= sure * (1.0 + 1e-12));
        assert_true(!isnan(g.vega) && !isnan(g.theta) && !isnan(g.gamma));
    }
}

static void bad_input(void **unused)
{
    (void)unused;
    const double bad[] = {(double)NAN, -1.0, HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < 6 * 6 * 4; i++) {
        int which = i / 6 % 6, b = i / 36, m = i % 3;
        double v[6] = {100.0, 100.0, 1.0, 0.05, 0.02, 0.5}; /* S K T r q sigma */
        v[which] = bad[b];
        bool rate = which == 3 || which == 4;
        bool unused_rate = (which == 3 && m == 2) || (which == 4 && m > 0);
        if ((rate && b == 1) || unused_rate) continue;
        rh_digital pays = i % 6 / 3 ? RH_DIGITAL_ASSET : RH_DIGITAL_CASH;
        rh_greeks_full g;
        unsigned flags = rh_digital_greeks(MODELS[m], pays, true, v[0], v[1], v[2], v[3], v[4],
                                           v[5], &g);
        assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
        assert_true(all_nan(&g, RH_GREEKS));
        assert_true(isnan(rh_digital_price(MODELS[m], pays, true, v[0], v[1], v[2], v[3], v[4],
                                           v[5])));
    }
}

/* An inverse digital at a subnormal S had a rho and a phi of 0 * inf. */
static void rho_of_an_inverse_digital_at_subnormal_spot(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    unsigned flags = rh_digital_greeks(RH_MODEL_INVERSE, RH_DIGITAL_CASH, false, 1e-310, 1.0, 1.0,
                                       0.0, 0.0, 0.5, &g);
    assert_int_equal(flags, 0);
    assert_true(g.price == HUGE_VAL && g.rho == 0.0 && g.phi == 0.0 && g.usd_price == 1.0);
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
        unsigned flags = rh_digital_greeks((rh_option_model)(i % 3), (rh_digital)(i / 3 % 2),
                                           i / 6 % 2, S, K, T, r, q, sigma, &g);
        bool flagged = (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) != 0;
        if (nan_unflagged(&g, RH_GREEKS, flagged))
            fail_msg("S %a T %a r %a q %a sigma %a: flags %u", S, T, r, q, sigma, flags);
        answered += !flagged;
    }
    print_message("%d of 200000 answered\n", answered);
    assert_true(answered > 100000);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighty_digits),
        cmocka_unit_test(published_values),
        cmocka_unit_test(options_are_digitals),
        cmocka_unit_test(strike_derivative),
        cmocka_unit_test(digitals_add_up),
        cmocka_unit_test(pricing_equation),
        cmocka_unit_test(greeks_by_differences),
        cmocka_unit_test(far_tails),
        cmocka_unit_test(certain_payoffs),
        cmocka_unit_test(zero_spot_and_strike),
        cmocka_unit_test(any_numbers),
        cmocka_unit_test(bad_input),
        cmocka_unit_test(rho_of_an_inverse_digital_at_subnormal_spot),
        cmocka_unit_test(no_nan_without_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
