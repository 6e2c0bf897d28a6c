/* GARCH(1,1) of the step's log return (T. Bollerslev, J. Econometrics 31, 1986), with the mean of
 * J.-C. Duan, "The GARCH option pricing model", Mathematical Finance 5, 1995:
 *     x = drift dt - h dt/2 + sqrt(h dt) z, h' = vol^2 (1 - alpha - beta) + (alpha z^2 + beta) h,
 * h the variance per year, vol^2 its mean in the long run. alpha and beta belong to the interval:
 * fitted to daily returns, they want an interval of a day. E[S(t)] = S(0) e^{drift t} exactly. */
#include <math.h>

#include "feed/synth.h"

typedef struct garch { rh_synth synth; double variance, initial, base, alpha, beta; } garch;

static void garch_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    garch *self = (garch *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        double step = self->variance * synth->dt_years;
        synth->log_price += synth->drift * synth->dt_years - 0.5 * step + sqrt(step) * shocks[i];
        self->variance =
            self->base + (self->alpha * shocks[i] * shocks[i] + self->beta) * self->variance;
        log_prices[i] = synth->log_price;
    }
}

static void garch_reset(rh_synth *synth)
{
    garch *self = (garch *)synth;
    self->variance = self->initial;
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    garch *self = (garch *)synth;
    double vol = 0;
    RH_TRY(rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error));
    double vol0 = vol;
    RH_TRY(rh_json_number(at, "vol0", RH_OPTIONAL, 0, 100, &vol0, error));
    RH_TRY(rh_json_number(at, "alpha", RH_REQUIRED, 0, 1, &self->alpha, error));
    RH_TRY(rh_json_number(at, "beta", RH_REQUIRED, 0, 1, &self->beta, error));
    if (!(self->alpha + self->beta < 1))
        return rh_json_fail(at, error, "alpha + beta: found %g, expected less than 1",
                            self->alpha + self->beta);
    self->base = vol * vol * (1 - self->alpha - self->beta);
    self->initial = vol0 * vol0;
    synth->steps = garch_steps;
    synth->reset = garch_reset;
    synth->feed.mirrors = true;     /* the variance follows z^2: a mirrored path has its twin's */
    return RH_OK;
}

static const char *const keys[] = {"vol", "vol0", "alpha", "beta", NULL};
const rh_feed_model rh_synth_garch = {
    .name = "garch", .about = "GARCH(1,1) per step: vol in the long run, vol0, alpha, beta",
    .keys = keys, .bytes = sizeof(garch), .configure = configure};
