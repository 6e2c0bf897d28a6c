/* Heston's stochastic variance, dv = kappa (theta - v) dt + xi sqrt(v) dW, corr(dW, dS) = rho, by
 * the QE-M scheme: L. Andersen, "Simple and efficient simulation of the Heston stochastic
 * volatility model", J. Computational Finance 11(3), 2008: sections 3.2.4 (QE, psi_c = 1.5), 4.2
 * (log price, gamma1 = gamma2 = 1/2) and 4.3 (martingale correction). First two moments of v are
 * exact at any interval, E[S(t)] = S(0) e^{drift t}; other moments carry its discretisation error.
 * Where the correction does not exist (rho near 1, a long interval) the uncorrected K0 is used. */
#include <math.h>

#include "feed/synth.h"

#define PSI_SWITCH 1.5

typedef struct heston {
    rh_synth synth;
    double variance, initial_variance;
    double decay, theta;            /* e^{-kappa dt} */
    double spread_now, spread_base; /* Var[v'] = v spread_now + spread_base */
    double k0, k1, k2, k3, k4;      /* of the log price, drift included in k0 */
    double a;                       /* k2 + k4 / 2 */
    double drift_step;
} heston;

/* The next variance and K0 for this step. */
static double next_variance(heston *self, double *k0)
{
    double now = self->variance, uniform = rh_stream_uniform(&self->synth.prices);
    if (self->synth.path.mirrored) uniform = 1 - uniform;
    double m = self->theta + (now - self->theta) * self->decay;
    double psi = (now * self->spread_now + self->spread_base) / (m * m);
    double shift = (self->k1 + 0.5 * self->k3) * now;
    *k0 = self->k0;
    if (psi <= PSI_SWITCH) {
        double inverse = 2 / psi;
        double b2 = inverse - 1 + sqrt(inverse) * sqrt(inverse - 1);
        double a = m / (1 + b2), room = 1 - 2 * self->a * a;
        double root = sqrt(b2) + rh_normal_quantile(uniform);
        if (room > 0) *k0 = -self->a * b2 * a / room + 0.5 * rh_log(room) - shift;
        return a * root * root;
    }
    double p = (psi - 1) / (psi + 1), beta = (1 - p) / m;
    if (self->a < beta) *k0 = -rh_log(p + beta * (1 - p) / (beta - self->a)) - shift;
    return uniform <= p ? 0 : rh_log((1 - p) / (1 - uniform)) / beta;
}

static void heston_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    heston *self = (heston *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        double k0, now = self->variance, next = next_variance(self, &k0);
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
        synth->log_price += self->drift_step + k0 + self->k1 * now + self->k2 * next +
                            sqrt(self->k3 * now + self->k4 * next) * shocks[i];
        log_prices[i] = synth->log_price;
        self->variance = next;
    }
}

static void heston_reset(rh_synth *synth)
{
    heston *self = (heston *)synth;
    self->variance = self->initial_variance;
}

static rh_status configure(rh_json at, heston *self, rh_error *error)
{
    double kappa = 0, xi = 0, rho = 0, dt = self->synth.dt_years;
    RH_TRY(rh_json_number(at, "v0", RH_REQUIRED, 0, 1e4, &self->variance, error));
    self->initial_variance = self->variance;
    RH_TRY(rh_json_number(at, "kappa", RH_REQUIRED, 1e-3, 1e4, &kappa, error));
    RH_TRY(rh_json_number(at, "theta", RH_REQUIRED, 1e-6, 1e4, &self->theta, error));
    RH_TRY(rh_json_number(at, "xi", RH_REQUIRED, 1e-3, 1e3, &xi, error));
    RH_TRY(rh_json_number(at, "rho", RH_REQUIRED, -1, 1, &rho, error));
    double gone = -rh_expm1(-kappa * dt), slope = rho / xi;
    self->decay = 1 - gone;
    self->spread_now = xi * xi * self->decay * gone / kappa;
    self->spread_base = self->theta * xi * xi * gone * gone / (2 * kappa);
    self->k0 = -slope * kappa * self->theta * dt;
    self->k1 = 0.5 * dt * (kappa * slope - 0.5) - slope;
    self->k2 = 0.5 * dt * (kappa * slope - 0.5) + slope;
    self->k3 = self->k4 = 0.5 * dt * (1 - rho * rho);
    self->a = self->k2 + 0.5 * self->k4;
    self->drift_step = self->synth.drift * dt;
    return RH_OK;
}

rh_status rh_synth_heston(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                          uint32_t stream, rh_feed **feed, rh_error *error)
{
    rh_synth *synth;
    RH_TRY(rh_synth_new(at, &rh_feed_models[1], sizeof(heston), from_ns, to_ns, seed, path,
                        stream, &synth, error));
    rh_status status = configure(at, (heston *)synth, error);
    if (status != RH_OK) {
        synth->feed.free(&synth->feed);
        return status;
    }
    synth->steps = heston_steps;
    synth->reset = heston_reset;
    synth->feed.mirrors = true;
    *feed = &synth->feed;
    return RH_OK;
}
