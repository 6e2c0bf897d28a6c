/* Geometric Brownian motion by exact lognormal steps: log S(t + dt) = log S(t) +
 * (drift - vol^2 / 2) dt + vol sqrt(dt) Z. No discretisation error at any interval. */
#include <math.h>

#include "feed/synth.h"
#include "math/batch.h"

typedef struct gbm { rh_synth synth; double mean, deviation; } gbm;

static void gbm_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    const gbm *self = (const gbm *)synth;
    rh_uniform_batch(&synth->prices, shocks, RH_SYNTH_BATCH);
    rh_normal_quantile_batch(shocks, RH_SYNTH_BATCH);
    bool as_drawn = !synth->path.mirrored && !synth->path.matched;
    for (size_t i = 0; i < RH_SYNTH_BATCH && !as_drawn; ++i)
        shocks[i] = rh_synth_shock(synth, i, shocks[i]);
    double log_price = synth->log_price;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        log_prices[i] = log_price += self->mean + self->deviation * shocks[i];
    synth->log_price = log_price;
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
