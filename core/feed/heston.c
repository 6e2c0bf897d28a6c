/* Andersen (2008): sections 3.2.4 (QE, psi_c = 1.5), 4.2 (log price, gamma1 = gamma2 = 1/2) and 4.3
 * (martingale correction). Where the correction does not exist (rho near 1, a long interval) the
 * uncorrected K0 is used. Knows no price. */
#include "feed/heston.h"

#include <math.h>

#include "math/kernels.h"

#define PSI_SWITCH 1.5

/* The next variance and K0 for this step. */
static double next_variance(const rh_heston *self, double uniform, double *k0)
{
    double now = self->variance;
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

rh_heston_move rh_heston_next(rh_heston *heston, rh_stream *stream, bool mirrored)
{
    rh_heston_move move;
    double now = heston->variance, uniform = rh_stream_uniform(stream);
    double next = next_variance(heston, mirrored ? 1 - uniform : uniform, &move.k0);
    move.from_now = heston->k1 * now;
    move.from_next = heston->k2 * next;
    move.deviation = sqrt(heston->k3 * now + heston->k4 * next);
    heston->variance = next;
    return move;
}

rh_status rh_heston_read(rh_json at, double dt, rh_heston *heston, rh_error *error)
{
    double kappa = 0, xi = 0, rho = 0;
    RH_TRY(rh_json_number(at, "v0", RH_REQUIRED, 0, 1e4, &heston->initial, error));
    RH_TRY(rh_json_number(at, "kappa", RH_REQUIRED, 1e-3, 1e4, &kappa, error));
    RH_TRY(rh_json_number(at, "theta", RH_REQUIRED, 1e-6, 1e4, &heston->theta, error));
    RH_TRY(rh_json_number(at, "xi", RH_REQUIRED, 1e-3, 1e3, &xi, error));
    RH_TRY(rh_json_number(at, "rho", RH_REQUIRED, -1, 1, &rho, error));
    double gone = -rh_expm1(-kappa * dt), slope = rho / xi;
    heston->variance = heston->initial;
    heston->decay = 1 - gone;
    heston->spread_now = xi * xi * heston->decay * gone / kappa;
    heston->spread_base = heston->theta * xi * xi * gone * gone / (2 * kappa);
    heston->k0 = -slope * kappa * heston->theta * dt;
    heston->k1 = 0.5 * dt * (kappa * slope - 0.5) - slope;
    heston->k2 = 0.5 * dt * (kappa * slope - 0.5) + slope;
    heston->k3 = heston->k4 = 0.5 * dt * (1 - rho * rho);
    heston->a = heston->k2 + 0.5 * heston->k4;
    return RH_OK;
}
