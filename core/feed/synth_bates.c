/* Bates: Heston's stochastic variance with Merton's jumps (D. S. Bates, "Jumps and stochastic
 * volatility: exchange rate processes implicit in Deutsche mark options", Review of Financial
 * Studies 9, 1996). The variance by Andersen's scheme (feed/heston.h), the jumps exact and
 * compensated: E[S(t)] = S(0) e^{drift t}. Jumps have a stream of their own: without them the path
 * is heston's. */
#include "feed/heston.h"
#include "feed/jumps.h"
#include "feed/synth.h"

typedef struct bates {
    rh_synth synth;
    rh_heston process;
    rh_normal_jumps jumps;
    double drift_step;                  /* without the growth by jumps */
} bates;

static void bates_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    bates *self = (bates *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        rh_heston_move move =
            rh_heston_next(&self->process, &synth->prices, synth->path.mirrored);
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
        synth->log_price += self->drift_step + move.k0 + move.from_now + move.from_next +
                            move.deviation * shocks[i];
        synth->log_price += rh_normal_jumps_draw(&self->jumps, &synth->jumps);
        log_prices[i] = synth->log_price;
    }
}

static void bates_reset(rh_synth *synth)
{
    bates *self = (bates *)synth;
    self->process.variance = self->process.initial;
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    bates *self = (bates *)synth;
    RH_TRY(rh_heston_read(at, synth->dt_years, &self->process, error));
    RH_TRY(rh_normal_jumps_read(at, synth->dt_years, &self->jumps, error));
    self->drift_step = (synth->drift - self->jumps.growth) * synth->dt_years;
    synth->steps = bates_steps;
    synth->reset = bates_reset;
    synth->feed.mirrors = true;     /* of a mirrored path all but the jumps, which are its twin's */
    return RH_OK;
}

static const char *const keys[] = {RH_HESTON_KEYS, RH_NORMAL_JUMPS_KEYS, NULL};
const rh_feed_model rh_synth_bates = {
    .name = "bates", .about = "heston with merton's jumps: the keys of both", .keys = keys,
    .bytes = sizeof(bates), .configure = configure};
