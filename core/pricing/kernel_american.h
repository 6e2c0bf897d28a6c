/* American options from their boundary, instantiated per instruction set (american_isa.h) at one
 * vector width. A put on a strike of 1 is solved; calls follow by C(S, K, r, q) = P(K, S, q, r).
 * Invariant: the price is never below the pay-off; what is wanted besides changes no bit of it. */

/* No early exercise: a call whose asset yields nothing, a put whose strike earns nothing. */
static inline bool rh_never_exercised(double sign, double r, double q)
{
    double earns = sign > 0.0 ? q : r, costs = sign > 0.0 ? r : q;
    return earns <= 0.0 && costs >= earns;
}

static inline bool rh_american_domain(bool is_call, double S, double K, double T, double r,
                                      double q, double sigma)
{
    bool positive = S > 0.0 && K > 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    bool near = fabs(r * T) <= 30.0 && fabs(q * T) <= 30.0 && sigma * sqrt(T) <= 20.0;
    double earns = is_call ? q : r, costs = is_call ? r : q;
    return positive && finite && near && !(earns < 0.0 && costs < earns);
}

/* --- the curve ------------------------------------------------------------------------------- */

/* What differs between a boundary and the perpetual one vanishes like e^{-(r + m^2 / (2 sigma^2))
 * tau}, m the drift of the logarithm: beyond an exponent of 60 a longer curve is the same, and a
 * shorter one is smooth. */
static inline double rh_american_horizon(double T, double r, double q, double sigma)
{
    double per_sigma = (r - q) / sigma - 0.5 * sigma, rate = r + 0.5 * per_sigma * per_sigma;
    return rate * T > 60.0 ? 60.0 / rate : T;
}

static inline double rh_american_limit(double r, double q)
{
    return q > r ? rh_k_log(r / q) : 0.0;
}

/* Whether a curve's last coefficients let a price be within 5e-9 or so. Their sum over the distance
 * below the limit is what ln B may be wrong by, the rest what a price makes of it; in practice it
 * is 1000 to 100,000 times less. */
static inline bool rh_american_good(const rh_american_grid *grid, const rh_american_curve *curve)
{
    const double *last = curve->c + grid->nodes - 2;
    double miss = fabs(last[0]) + fabs(last[1]) + fabs(last[2]);
    double earned = fabs(curve->r - curve->q * rh_k_exp(curve->log_b[0]));
    double gap = curve->limit - curve->log_b[0];
    return earned * sqrt(curve->T) * miss <= grid->most * gap * curve->sigma;
}

static RH_NOINLINE bool rh_american_slow(const rh_american_grid *grid, int degree, double reach,
                                         rh_american_work *work, rh_american_curve *curve)
{
    return RH_W(rh_curve_solve)(grid, degree, reach, work, curve);
}

/* The grid on which the curve was found, NULL when it was not. */
static inline const rh_american_grid *rh_american_solve(rh_american_work *work,
                                                        rh_american_curve *curve)
{
    double variance = curve->sigma * curve->sigma, drift = curve->r - curve->q;
    bool hard = curve->T * (variance + curve->r + fabs(curve->q)) > 1.93 ||
                curve->T * drift * drift > 10.0 * variance;
    bool found = !hard && RH_W(rh_curve_solve)(&rh_american_fast, 0, HUGE_VAL, work, curve);
    if (found && rh_american_good(&rh_american_fast, curve)) return &rh_american_fast;
    int degree = found ? rh_american_fast.nodes : 0;
    found = rh_american_slow(&rh_american_fine, degree, HUGE_VAL, work, curve);
    if (found && rh_american_good(&rh_american_fine, curve)) return &rh_american_fine;
    degree = found ? rh_american_fine.nodes : 0;
    found = rh_american_slow(&rh_american_finest, degree, HUGE_VAL, work, curve) ||
            rh_american_slow(&rh_american_finest, 0, 0.3, work, curve);
    return found ? &rh_american_finest : NULL;
}

/* A strike that earns nothing, and an asset that does: the boundary may fall faster than any power
 * of e^{-sigma sqrt(tau)}, out of reach of Newton's method. Beyond where it is so low that it earns
 * less than 1e-10 it need not be known. */
static inline const rh_american_grid *rh_american_solve_part(rh_american_work *work,
                                                             rh_american_curve *curve)
{
    double variance = curve->sigma * curve->sigma, most = -1e-10 / (curve->q * curve->life);
    for (double root = 5.0; root * root < variance * curve->life; root += 1.0) {
        curve->T = root * root / variance;
        const rh_american_grid *grid = rh_american_solve(work, curve);
        if (grid && rh_k_exp(curve->log_b[0]) < most) return grid;
    }
    return NULL;
}

/* Whether 64 points see where a path crosses the boundary, in a window of about sigma sqrt t / |r -
 * q|; panels where they may not. (From 100 on they do not.) */
static inline void rh_american_panels_set(const rh_american_grid *grid,
                                          const rh_american_curve *curve, double S,
                                          rh_american_panels *panels)
{
    double drift = curve->r - curve->q;
    panels->count = 0;
    if (curve->T * drift * drift > 30.0 * curve->sigma * curve->sigma || curve->life > curve->T)
        RH_W(rh_panels_place)(grid->nodes, curve, S, panels);
}

/* --- slopes in the rates and in vol ----------------------------------------------------------- */

/* The premium at another rate or vol nearby: its curve is one step of Newton's method away, the
 * matrix being that of the curve in `work`. */
static RH_NOINLINE double rh_american_nearby(const rh_american_grid *grid, rh_american_work *work,
                                             const rh_american_curve *base,
                                             const rh_american_panels *panels, double r, double q,
                                             double sigma, double S)
{
    rh_american_curve curve = *base;
    curve.r = r, curve.q = q, curve.sigma = sigma;
    curve.limit = rh_american_limit(r, q);
    RH_W(rh_nodes_set)(grid, &curve, work);
    (void)RH_W(rh_curve_step)(grid, false, 0.3, work, &curve);
    RH_W(rh_curve_fit)(grid, work, &curve);
    return RH_W(rh_premium)(grid->nodes, &curve, panels, S).price;
}

static RH_NOINLINE void rh_american_newton(const rh_american_grid *grid, rh_american_work *work,
                                           rh_american_curve *curve)
{
    (void)RH_W(rh_curve_step)(grid, true, HUGE_VAL, work, curve);
}

/* How far r or q is moved for a slope: little against the rate, and, where the limit at expiry
 * moves with it, against the distance of the last node from the limit, which one step of Newton's
 * method has to carry along. */
static inline double rh_american_rate_step(const rh_american_grid *grid,
                                           const rh_american_curve *curve, bool in_q)
{
    double rate = fabs(in_q ? curve->q : curve->r), h = fmin(1e-5, 0.01 * rate);
    if (rate == 0.0) h = fmin(1e-7, 0.01 * fmax(fabs(curve->q), curve->r));
    if (!(curve->q > curve->r && curve->r > 0.0)) return h;
    double gap = curve->limit - curve->log_b[grid->nodes - 1];
    return fmax(fmin(h, 1e-2 * gap * curve->r), 1e-5 * curve->r);
}

/* d premium / d r or d q. The limit at expiry has a kink at r = q, where the price has one
 * derivative but not three, and a put's domain another at r = 0: beside one, and on it, the
 * difference is one of three points on this side, else a central one. Errors of one step of
 * Newton's method are quadratic in the move, and cancel in both. */
static RH_NOINLINE double rh_american_rho(const rh_american_grid *grid, rh_american_work *work,
                                          const rh_american_curve *base,
                                          const rh_american_panels *panels, double S, bool in_q)
{
    double r = base->r, q = base->q, h = rh_american_rate_step(grid, base, in_q), price[3];
    bool beside = fabs(q - r) < 2.0 * h || (!in_q && r < 2.0 * h);
    double away = in_q == (q > r) ? h : -h; /* from the kink, or r */
    int from = beside ? 0 : -1;
    if (!in_q && r < 2.0 * h) away = h;
    for (int i = 0; i < 3; i++) {
        double move = (from + i) * (beside ? away : h);
        if (!beside && i == 1) continue;
        price[i] = rh_american_nearby(grid, work, base, panels, in_q ? r : r + move,
                                      in_q ? q + move : q, base->sigma, S);
    }
    if (!beside) return (price[2] - price[0]) / (2.0 * h);
    return (4.0 * price[1] - 3.0 * price[0] - price[2]) / (2.0 * away);
}

/* d premium / d sigma to slope[0], d premium / d r or d q to slope[1]: differences, whose step can
 * be small because nothing in a price is adaptive. */
static inline void rh_american_slopes(const rh_american_grid *grid, rh_american_work *work,
                                      const rh_american_curve *found,
                                      const rh_american_panels *panels, double S, bool in_q,
                                      unsigned wanted, double *slope)
{
    rh_american_curve base = *found;
    double sigma = base.sigma, h = 1e-4 * sigma;
    rh_american_newton(grid, work, &base);
    if (wanted & RH_AMERICAN_VEGA) {
        double up = rh_american_nearby(grid, work, &base, panels, base.r, base.q, sigma + h, S);
        double down = rh_american_nearby(grid, work, &base, panels, base.r, base.q, sigma - h, S);
        slope[0] = (up - down) / (2.0 * h);
    }
    if (wanted & RH_AMERICAN_RHO) slope[1] = rh_american_rho(grid, work, &base, panels, S, in_q);
}

/* --- any option ------------------------------------------------------------------------------ */

/* Where nothing is earned by exercise, or less than is resolved: the European option. */
static inline void rh_american_european(const rh_greeks *e, double payoff, double boundary,
                                        rh_american *out)
{
    *out = (rh_american){fmax(e->price, payoff), e->delta, e->gamma, e->vega, e->theta, e->rho,
                         boundary};
}

/* Whether what vol adds to the best moment of a certain path, or to the European price, is below
 * 5e-9 or so: half of sigma^2 T times the convexity there, or sigma^2 / |r - q| where a path leaves
 * the boundary. */
static inline bool rh_american_still(double T, double r, double q, double sigma)
{
    double variance = sigma * sigma, rate = fmax(fabs(r), fabs(q));
    return !(sigma * sqrt(T) > 1e-8) || variance * (T * rate + 1.0) < 8e-9 * fabs(r - q);
}

/* Next to no time or vol: the best moment of a path that is known, and what moves with it; half of
 * a slope at a kink. The best moment between now and T is where the strike earns what the asset
 * costs, earns K e^{-rt} = costs S e^{-qt} of a put. */
static inline void rh_american_certain(bool is_call, double S, double K, double T, double r,
                                       double q, double sigma, rh_american *out)
{
    double earns = is_call ? q : r, costs = is_call ? r : q, sign = is_call ? 1.0 : -1.0;
    double limit = T > 0.0 ? rh_k_exp(rh_american_limit(earns, costs)) : 1.0;
    double boundary = is_call ? K / limit : K * limit, payoff = sign * (S - K);
    rh_greeks e;
    rh_option_greeks(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, &e);
    rh_american_european(&e, 0.0, boundary, out);
    if (payoff >= e.price)
        *out = (rh_american){payoff, payoff > 0.0 ? sign : 0.5 * sign, 0.0, 0.0, 0.0, 0.0,
                             boundary};
    if (!(costs > earns && earns > 0.0)) return;
    double dear = is_call ? K : S, cheap = is_call ? S : K;
    double t = rh_k_log(costs * dear / (earns * cheap)) / (costs - earns);
    if (!(t > 0.0 && t < T)) return;
    double strike = K * rh_k_exp(-r * t), asset = S * rh_k_exp(-q * t);
    double price = sign * (asset - strike), gamma = q * asset / (S * S * (costs - earns));
    if (price > out->price)
        *out = (rh_american){price, sign * asset / S, gamma, 0.0, 0.0, sign * t * strike,
                             boundary};
}

/* A put s on k that may be exercised, or the call that is the same. */
static inline bool rh_american_random(bool is_call, double S, double K, double T, double r,
                                      double q, double sigma, unsigned wanted, rh_american *out)
{
    double k = is_call ? S : K, m = is_call ? K / S : S / K, slope[2] = {0.0, 0.0};
    double earns = is_call ? q : r, costs = is_call ? r : q, sign = is_call ? 1.0 : -1.0;
    double payoff = fmax(sign * (S - K), 0.0);
    rh_greeks e;
    rh_american_work work;
    double horizon = rh_american_horizon(T, earns, costs, sigma);
    /* a path that rises is not exercised later; one that falls may be at any time */
    bool rises = earns - costs - 0.5 * sigma * sigma > 0.0;
    rh_american_curve curve = {.asset_earns = costs < 0.0, .T = horizon,
                               .life = rises ? horizon : T, .r = earns, .q = costs,
                               .sigma = sigma, .limit = rh_american_limit(earns, costs)};
    rh_option_greeks(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, &e);
    if ((earns + fmax(-costs, 0.0)) * curve.life < 1e-9) {
        rh_american_european(&e, payoff, is_call ? HUGE_VAL : 0.0, out);
        return true;
    }
    const rh_american_grid *grid = rh_american_solve(&work, &curve);
    if (!grid && earns == 0.0) grid = rh_american_solve_part(&work, &curve);
    if (!grid && curve.T < curve.life) {
        curve.T = curve.life;
        grid = rh_american_solve(&work, &curve);
    }
    if (!grid) return false;
    double B = rh_k_exp(curve.log_b[0]), boundary = is_call ? K / B : K * B;
    *out = (rh_american){payoff, sign, 0.0, 0.0, 0.0, 0.0, boundary};
    if (m <= B) return true;
    rh_american_panels panels;
    rh_american_panels_set(grid, &curve, m, &panels);
    rh_american_premium premium = RH_W(rh_premium)(grid->nodes, &curve, &panels, m);
    if (wanted) rh_american_slopes(grid, &work, &curve, &panels, m, is_call, wanted, slope);
    /* a call is homogeneous of degree 1: what is the put's strike is the call's asset */
    double delta = is_call ? premium.price - m * premium.delta : premium.delta;
    double gamma = is_call ? m * m * premium.gamma : premium.gamma;
    out->price = fmin(fmax(e.price + k * premium.price, payoff), k);
    out->delta = e.delta + delta;
    out->gamma = e.gamma + gamma / k;
    out->vega = e.vega + k * slope[0];
    out->rho = e.rho + k * slope[1];
    out->theta = r * out->price - (r - q) * S * out->delta -
                 0.5 * sigma * sigma * S * S * out->gamma;
    return true;
}

static inline bool rh_american_kernel(bool is_call, double S, double K, double T, double r,
                                      double q, double sigma, unsigned wanted, rh_american *out)
{
    double nan = (double)NAN;
    *out = (rh_american){nan, nan, nan, nan, nan, nan, nan};
    if (!rh_american_domain(is_call, S, K, T, r, q, sigma)) return false;
    if (rh_never_exercised(is_call ? 1.0 : -1.0, r, q)) {
        rh_greeks e;
        rh_option_greeks(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, &e);
        rh_american_european(&e, 0.0, is_call ? HUGE_VAL : 0.0, out);
        return true;
    }
    if (rh_american_still(T, r, q, sigma)) {
        rh_american_certain(is_call, S, K, T, r, q, sigma, out);
        return true;
    }
    bool found = rh_american_random(is_call, S, K, T, r, q, sigma, wanted, out);
    if (found && isfinite(out->vega) && isfinite(out->rho)) return true;
    *out = (rh_american){nan, nan, nan, nan, nan, nan, nan};
    return false;
}
