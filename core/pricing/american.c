/* The public American options: dispatch to the instruction set that math chose, and the greeks that
 * need further solutions. Invariant: theta satisfies the pricing equation wherever it holds. */
#include "math/kernels.h"

#define RH_AMERICAN_DECLARE
#define RH_AMERICAN(name) rh_american_##name##_baseline
#include "pricing/american_isa.h"
#undef RH_AMERICAN
#define RH_AMERICAN(name) rh_american_##name##_fma
#include "pricing/american_isa.h"

static bool value_of(bool is_call, double S, double K, double T, double r, double q, double sigma,
                     rh_american_value *out)
{
    if (rh_isa_name()[0] == 'f')
        return rh_american_value_fma(is_call, S, K, T, r, q, sigma, out);
    return rh_american_value_baseline(is_call, S, K, T, r, q, sigma, out);
}

double rh_american_price(bool is_call, double S, double K, double T, double r, double q,
                         double sigma)
{
    rh_american_value value;
    value_of(is_call, S, K, T, r, q, sigma, &value);
    return value.price;
}

double rh_american_baw(bool is_call, double S, double K, double T, double r, double q,
                       double sigma)
{
    if (!rh_american_domain(is_call, S, K, T, r, q, sigma)) return (double)NAN;
    if (rh_isa_name()[0] == 'f') return rh_american_baw_fma(is_call, S, K, T, r, q, sigma);
    return rh_american_baw_baseline(is_call, S, K, T, r, q, sigma);
}

/* The fourth order difference of four prices at -2, -1, 1, 2 steps. */
static double slope_of(const double price[4], double step)
{
    return (8.0 * (price[2] - price[1]) - (price[3] - price[0])) / (12.0 * step);
}

static const double places[4] = {-2.0, -1.0, 1.0, 2.0};

bool rh_american_greeks(bool is_call, double S, double K, double T, double r, double q,
                        double sigma, rh_american *out)
{
    rh_american_value v;
    bool inside = value_of(is_call, S, K, T, r, q, sigma, &v);
    *out = (rh_american){v.price, v.delta, v.gamma, v.price * 0.0, v.price * 0.0, v.price * 0.0,
                         v.boundary};
    if (rh_never_exercised(is_call ? 1.0 : -1.0, r, q)) {
        rh_greeks e;
        rh_option_greeks(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, &e);
        *out = (rh_american){e.price, e.delta, e.gamma, e.vega, e.theta, e.rho, v.boundary};
        return inside;
    }
    bool random = sigma * sqrt(T) > 1e-8;
    bool alive = is_call ? S < v.boundary : S > v.boundary;
    if (!inside || !random || !alive) return inside;
    double by_vol[4], by_rate[4], vol_step = 0.01 * sigma;
    /* A put has a kink at r = 0 and another domain below: its differences stay above. */
    double rate_step = is_call ? 1e-3 : fmin(1e-3, fmax(0.25 * r, 1e-5));
    double from = !is_call && r < 2.5 * rate_step ? 2.5 * rate_step - r : 0.0;
    for (int i = 0; i < 4; i++) {
        by_vol[i] = rh_american_price(is_call, S, K, T, r, q, sigma + places[i] * vol_step);
        by_rate[i] = rh_american_price(is_call, S, K, T, r + from + places[i] * rate_step, q,
                                       sigma);
    }
    out->vega = slope_of(by_vol, vol_step);
    out->rho = slope_of(by_rate, rate_step);
    out->theta = r * v.price - (r - q) * S * v.delta - 0.5 * sigma * sigma * S * S * v.gamma;
    return true;
}
