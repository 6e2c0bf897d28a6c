/* Heston's stochastic variance as a generator: two draws of the price stream a step, the variance
 * and the shock. The scheme, its source, its error: feed/heston.h. E[S(t)] = S(0) e^{drift t}. */
#include "feed/heston.h"
#include "feed/synth.h"

typedef struct heston { rh_synth synth; rh_heston process; double drift_step; } heston;

static void heston_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    heston *self = (heston *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        rh_heston_move move =
            rh_heston_next(&self->process, &synth->prices, synth->path.mirrored);
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
        synth->log_price += self->drift_step + move.k0 + move.from_now + move.from_next +
                            move.deviation * shocks[i];
        log_prices[i] = synth->log_price;
    }
}

static void heston_reset(rh_synth *synth)
{
    heston *self = (heston *)synth;
    self->process.variance = self->process.initial;
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    heston *self = (heston *)synth;
    RH_TRY(rh_heston_read(at, synth->dt_years, &self->process, error));
    self->drift_step = synth->drift * synth->dt_years;
    synth->steps = heston_steps;
    synth->reset = heston_reset;
    synth->feed.mirrors = true;
    return RH_OK;
}

static const char *const keys[] = {RH_HESTON_KEYS, NULL};
const rh_feed_model rh_synth_heston = {
    .name = "heston", .about = "stochastic variance: v0, kappa, theta, xi, rho", .keys = keys,
    .bytes = sizeof(heston), .configure = configure};
