/* Geometric Brownian motion by exact lognormal steps: log S(t + dt) = log S(t) +
 * (drift - vol^2 / 2) dt + vol sqrt(dt) Z. No discretisation error at any interval. */
#include <math.h>

#include "feed/synth.h"

typedef struct gbm { rh_synth synth; double mean, deviation; } gbm;

static void gbm_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    const gbm *self = (const gbm *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) shocks[i] = rh_stream_uniform(&synth->prices);
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) shocks[i] = rh_normal_quantile(shocks[i]);
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) shocks[i] = rh_synth_shock(synth, i, shocks[i]);
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        log_prices[i] = synth->log_price += self->mean + self->deviation * shocks[i];
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    gbm *self = (gbm *)synth;
    double vol = 0;
    RH_TRY(rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error));
    self->mean = (synth->drift - 0.5 * vol * vol) * synth->dt_years;
    self->deviation = vol * sqrt(synth->dt_years);
    synth->steps = gbm_steps;
    synth->feed.mirrors = true;
    return RH_OK;
}

static const char *const keys[] = {"vol", NULL};
const rh_feed_model rh_synth_gbm = {
    .name = "gbm", .about = "geometric Brownian motion: vol", .keys = keys,
    .bytes = sizeof(gbm), .configure = configure};
