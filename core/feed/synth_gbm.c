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

rh_status rh_synth_gbm(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                       uint32_t stream, rh_feed **feed, rh_error *error)
{
    rh_synth *synth;
    double vol = 0;
    RH_TRY(rh_synth_new(at, &rh_feed_models[0], sizeof(gbm), from_ns, to_ns, seed, path, stream,
                        &synth, error));
    rh_status status = rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error);
    if (status != RH_OK) {
        synth->feed.free(&synth->feed);
        return status;
    }
    gbm *self = (gbm *)synth;
    self->mean = (synth->drift - 0.5 * vol * vol) * synth->dt_years;
    self->deviation = vol * sqrt(synth->dt_years);
    synth->steps = gbm_steps;
    synth->feed.mirrors = true;
    *feed = &synth->feed;
    return RH_OK;
}
