/* Kou's double exponential jump diffusion (S. G. Kou, "A jump-diffusion model for option pricing",
 * Management Science 48, 2002), exact at every interval: the diffusion step plus a Poisson number
 * of jumps of the log price, up with probability jump_up and exponential of mean jump_up_mean, else
 * down, exponential of mean jump_down_mean. The drift is compensated: E[S(t)] = S(0) e^{drift t}.
 * Jumps have a stream of their own: without them the path is gbm's. */
#include <math.h>

#include "feed/jumps.h"
#include "feed/synth.h"

typedef struct kou {
    rh_synth synth;
    double mean, deviation;         /* of the diffusion step */
    double count;                   /* expected number of jumps in a step */
    double up, up_mean, down_mean;
} kou;

/* One uniform a jump: where it falls says up or down, how far it falls says how much. */
static double jump(const kou *self, rh_stream *stream)
{
    double u = rh_stream_uniform(stream);
    if (u < self->up) return -self->up_mean * rh_log(u / self->up);
    return self->down_mean * rh_log((1 - u) / (1 - self->up));
}

static void kou_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    const kou *self = (const kou *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        synth->log_price += self->mean + self->deviation * shocks[i];
        for (unsigned n = rh_stream_poisson(&synth->jumps, self->count); n > 0; --n)
            synth->log_price += jump(self, &synth->jumps);
        log_prices[i] = synth->log_price;
    }
}

/* An upward mean of 1 or more has no expected price. */
static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    kou *self = (kou *)synth;
    double vol = 0, intensity = 0, dt = synth->dt_years;
    RH_TRY(rh_json_number(at, "vol", RH_REQUIRED, 0, 100, &vol, error));
    RH_TRY(rh_jump_count_read(at, dt, &intensity, &self->count, error));
    RH_TRY(rh_json_number(at, "jump_up", RH_REQUIRED, 0, 1, &self->up, error));
    RH_TRY(rh_json_number(at, "jump_up_mean", RH_REQUIRED, 0, 0.99, &self->up_mean, error));
    RH_TRY(rh_json_number(at, "jump_down_mean", RH_REQUIRED, 0, 5, &self->down_mean, error));
    double growth = self->up * self->up_mean / (1 - self->up_mean) -
                    (1 - self->up) * self->down_mean / (1 + self->down_mean);
    self->mean = (synth->drift - 0.5 * vol * vol - intensity * growth) * dt;
    self->deviation = vol * sqrt(dt);
    synth->steps = kou_steps;
    synth->feed.mirrors = true;     /* of a mirrored path the diffusion; it has its twin's jumps */
    return RH_OK;
}

static const char *const keys[] = {"vol",          "jump_intensity", "jump_up",
                                   "jump_up_mean", "jump_down_mean", NULL};
const rh_feed_model rh_synth_kou = {
    .name = "kou",
    .about = "exponential jumps up and down: vol, jump_intensity, jump_up, jump_up_mean, "
             "jump_down_mean",
    .keys = keys, .bytes = sizeof(kou), .configure = configure};
