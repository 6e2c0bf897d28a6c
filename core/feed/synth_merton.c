/* Merton's jump diffusion (R. C. Merton, "Option pricing when underlying stock returns are
 * discontinuous", J. Financial Economics 3, 1976), exact at every interval: the diffusion step
 * plus the sum of a Poisson number of normal jumps of the log price. The drift is compensated:
 * E[S(t)] = S(0) e^{drift t}. Jumps have a stream of their own: without them the path is gbm's. */
#include <math.h>

#include "feed/synth.h"

typedef struct merton {
    rh_synth synth;
    double mean, deviation;             /* of the diffusion step */
    double jumps_mean;                  /* expected number in a step */
    double jump_mean, jump_deviation;   /* of one jump */
} merton;

static double jump_sum(merton *self)
{
    unsigned jumps = rh_stream_poisson(&self->synth.jumps, self->jumps_mean);
    if (jumps == 0) return 0;
    return jumps * self->jump_mean + self->jump_deviation * sqrt((double)jumps) *
                                         rh_stream_normal(&self->synth.jumps);
}

static void merton_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    merton *self = (merton *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        synth->log_price += self->mean + self->deviation * shocks[i];
        synth->log_price += jump_sum(self);
        log_prices[i] = synth->log_price;
    }
}

static rh_status configure(rh_json at, merton *self, rh_error *error)
{
    double vol = 0, intensity = 0, dt = self->synth.dt_years;
    RH_TRY(rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error));
    RH_TRY(rh_json_number(at, "jump_intensity", RH_REQUIRED, 0, 1e9, &intensity, error));
    RH_TRY(rh_json_number(at, "jump_mean", RH_REQUIRED, -5, 5, &self->jump_mean, error));
    RH_TRY(rh_json_number(at, "jump_vol", RH_REQUIRED, 0, 5, &self->jump_deviation, error));
    self->jumps_mean = intensity * dt;
    if (self->jumps_mean > 700)
        return rh_json_fail(at, error, "jump_intensity: more than 700 jumps in one interval");
    double growth = rh_expm1(self->jump_mean + 0.5 * self->jump_deviation * self->jump_deviation);
    self->mean = (self->synth.drift - 0.5 * vol * vol - intensity * growth) * dt;
    self->deviation = vol * sqrt(dt);
    return RH_OK;
}

rh_status rh_synth_merton(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                          uint32_t stream, rh_feed **feed, rh_error *error)
{
    rh_synth *synth;
    RH_TRY(rh_synth_new(at, &rh_feed_models[2], sizeof(merton), from_ns, to_ns, seed, path,
                        stream, &synth, error));
    rh_status status = configure(at, (merton *)synth, error);
    if (status != RH_OK) {
        synth->feed.free(&synth->feed);
        return status;
    }
    synth->steps = merton_steps;
    synth->feed.mirrors = true;     /* of a mirrored path the diffusion; it has its twin's jumps */
    *feed = &synth->feed;
    return RH_OK;
}
