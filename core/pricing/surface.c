/* The surface between and beyond its slices, and what the vol and the delta of an option do when
 * the forward moves. Must not fit anything. Invariant: total variance is linear in T along constant
 * forward moneyness, so that slices without calendar arbitrage stay so in between. */
#include "rehedge/surface.h"

#include <math.h>

#include "math/kernels.h"

rh_status rh_surface_check(const rh_surface *surface)
{
    double before = 0.0;
    if (surface->count == 0 || !(surface->spot >= 0.0) || isinf(surface->spot)) return RH_DOMAIN;
    for (size_t i = 0; i < surface->count; i++) {
        const rh_slice *slice = &surface->slices[i];
        const rh_svi *svi = &slice->svi;
        if (!(slice->T > before) || isinf(slice->T)) return RH_DOMAIN;
        if (!(slice->forward > 0.0) || isinf(slice->forward)) return RH_DOMAIN;
        if (!(svi->b >= 0.0) || !(fabs(svi->rho) <= 1.0) || !(svi->sigma > 0.0)) return RH_DOMAIN;
        double least = svi->a + svi->b * svi->sigma * sqrt(1.0 - svi->rho * svi->rho);
        if (!(least >= 0.0) || isinf(least) || !isfinite(svi->m)) return RH_DOMAIN;
        if (!(slice->k_low <= slice->k_high) || !isfinite(slice->k_high - slice->k_low))
            return RH_DOMAIN;
        before = slice->T;
    }
    return RH_OK;
}

/* The last slice at or before T; `count` when T lies before all. */
static size_t slice_before(const rh_surface *surface, double T)
{
    size_t low = 0, high = surface->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (surface->slices[middle].T <= T) low = middle + 1;
        else high = middle;
    }
    return low == 0 ? surface->count : low - 1;
}

/* The forward at T on the exponential through (T0, F0) and (T1, F1). */
static double carry(double T0, double F0, double T1, double F1, double T)
{
    return F0 * rh_exp(rh_log(F1 / F0) * ((T - T0) / (T1 - T0)));
}

double rh_surface_forward(const rh_surface *surface, double T)
{
    const rh_slice *s = surface->slices;
    size_t n = surface->count, i = slice_before(surface, T);
    if (!(T >= 0.0)) return (double)NAN;
    if (i == n && surface->spot > 0.0) return carry(0.0, surface->spot, s[0].T, s[0].forward, T);
    if (i == n || s[i].T == T) return s[i == n ? 0 : i].forward;
    if (i + 1 < n) return carry(s[i].T, s[i].forward, s[i + 1].T, s[i + 1].forward, T);
    if (n > 1) return carry(s[n - 2].T, s[n - 2].forward, s[n - 1].T, s[n - 1].forward, T);
    if (surface->spot > 0.0) return carry(0.0, surface->spot, s[0].T, s[0].forward, T);
    return s[0].forward;
}

static rh_total_variance mix(rh_total_variance x, double by_x, rh_total_variance y, double by_y)
{
    return (rh_total_variance){by_x * x.w + by_y * y.w, by_x * x.dw + by_y * y.dw,
                               by_x * x.d2w + by_y * y.d2w};
}

rh_total_variance rh_surface_variance(const rh_surface *surface, double k, double T)
{
    const rh_slice *s = surface->slices;
    size_t n = surface->count, i = slice_before(surface, T);
    size_t end = i == n ? 0 : i;
    rh_total_variance at = rh_svi_at(&s[end].svi, k), nothing = {0};
    if (i == n || i + 1 == n) return mix(at, T / s[end].T, nothing, 0.0);
    double part = (T - s[i].T) / (s[i + 1].T - s[i].T);
    if (part == 0.0) return at;
    return mix(at, 1.0 - part, rh_svi_at(&s[i + 1].svi, k), part);
}

static rh_surface_point point_at(const rh_surface *surface, double forward, double K, double T)
{
    double nan = (double)NAN;
    if (!(K > 0.0) || !(T > 0.0) || !(forward > 0.0) || isinf(K) || isinf(T) || isinf(forward))
        return (rh_surface_point){nan, nan, nan, nan, nan, nan, nan};
    double k = rh_log(K / forward);
    rh_total_variance t = rh_surface_variance(surface, k, T);
    double vol = sqrt(t.w / T);
    return (rh_surface_point){forward, k, vol, t.w, t.dw, t.d2w, t.dw / (2.0 * vol * T)};
}

rh_surface_point rh_surface_at(const rh_surface *surface, double K, double T)
{
    return point_at(surface, T > 0.0 ? rh_surface_forward(surface, T) : 0.0, K, T);
}

/* --- dynamics ------------------------------------------------------------------------------- */

const char *rh_smile_dynamics_name(rh_smile_dynamics dynamics)
{
    static const char *const names[RH_STICKY_RULES] = {"sticky_strike", "sticky_moneyness",
                                                       "sticky_delta", "sticky_tree"};
    return (unsigned)dynamics < RH_STICKY_RULES ? names[dynamics] : "unknown";
}

/* With d1 = -k/u + u/2, u = vol sqrt T, the smile as a function f of d1 has f' = s' / (d d1/dk + d
 * d1/dvol s'), and vol = f(d1(k, vol)) gives d vol/dk = f' d d1/dk / (1 - f' d d1/dvol). */
static double sticky_delta_slope(const rh_surface_point *point, double T)
{
    double root = sqrt(T), u = point->vol * root, slope = point->dvol_dk;
    double along_k = -1.0 / u, along_vol = root * (point->k / (u * u) + 0.5);
    double whole = along_k + along_vol * slope;
    if (!(whole < 0.0)) return (double)NAN;
    double f = slope / whole;
    return f * along_k / (1.0 - f * along_vol);
}

static double dvol_dforward(const rh_surface_point *point, rh_smile_dynamics dynamics, double T)
{
    switch (dynamics) {
    case RH_STICKY_STRIKE: return isnan(point->vol) ? point->vol : 0.0;
    case RH_STICKY_MONEYNESS: return -point->dvol_dk / point->forward;
    case RH_STICKY_DELTA: return -sticky_delta_slope(point, T) / point->forward;
    case RH_STICKY_TREE: return point->dvol_dk / point->forward;
    case RH_STICKY_RULES: break;
    }
    return (double)NAN;
}

double rh_surface_dvol_dforward(const rh_surface *surface, rh_smile_dynamics dynamics,
                                double forward, double K, double T)
{
    rh_surface_point point = point_at(surface, forward, K, T);
    return dvol_dforward(&point, dynamics, T);
}

rh_smile_delta rh_surface_delta(const rh_surface *surface, rh_smile_dynamics dynamics,
                                rh_option_model model, bool is_call, double S, double K, double T,
                                double r, double q)
{
    double growth = model == RH_MODEL_BSM ? rh_exp((r - q) * T) : 1.0;
    rh_surface_point point = point_at(surface, S * growth, K, T);
    rh_greeks greeks;
    rh_option_greeks(model, is_call, S, K, T, r, q, point.vol, &greeks);
    rh_smile_delta out = {.vol = point.vol, .price = greeks.price, .black_delta = greeks.delta};
    out.dvol_dS = growth * dvol_dforward(&point, dynamics, T);
    out.delta = greeks.delta + greeks.vega * out.dvol_dS;
    bool inverse = model == RH_MODEL_INVERSE;
    out.net_delta = inverse ? S * out.delta : out.delta;
    out.usd_delta = inverse ? greeks.price + out.net_delta : out.delta;
    return out;
}
