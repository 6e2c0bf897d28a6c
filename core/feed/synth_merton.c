/* Merton's jump diffusion (R. C. Merton, "Option pricing when underlying stock returns are
 * discontinuous", J. Financial Economics 3, 1976), exact at every interval: the diffusion step
 * plus the sum of a Poisson number of normal jumps of the log price. The drift is compensated:
 * E[S(t)] = S(0) e^{drift t}. Jumps have a stream of their own: without them the path is gbm's. */
#include <math.h>

#include "feed/jumps.h"
#include "feed/synth.h"

typedef struct merton {
    rh_synth synth;
    double mean, deviation;             /* of the diffusion step */
    rh_normal_jumps jumps;
} merton;

static void merton_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    merton *self = (merton *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        synth->log_price += self->mean + self->deviation * shocks[i];
        synth->log_price += rh_normal_jumps_draw(&self->jumps, &synth->jumps);
        log_prices[i] = synth->log_price;
    }
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    merton *self = (merton *)synth;
    double vol = 0, dt = synth->dt_years;
    RH_TRY(rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error));
    RH_TRY(rh_normal_jumps_read(at, dt, &self->jumps, error));
    self->mean = (synth->drift - 0.5 * vol * vol - self->jumps.growth) * dt;
    self->deviation = vol * sqrt(dt);
    synth->steps = merton_steps;
    synth->feed.mirrors = true;     /* of a mirrored path the diffusion; it has its twin's jumps */
    return RH_OK;
}

static const char *const keys[] = {"vol", RH_NORMAL_JUMPS_KEYS, NULL};
const rh_feed_model rh_synth_merton = {
    .name = "merton",
    .about = "jump diffusion: vol, jump_intensity per year, jump_mean and jump_vol of log price",
    .keys = keys, .bytes = sizeof(merton), .configure = configure};
