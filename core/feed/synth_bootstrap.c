/* The stationary bootstrap of D. N. Politis & J. P. Romano, J. American Statistical Association 89,
 * 1994: log returns of a real tape in blocks of geometric length, mean `mean_block` steps, from
 * anywhere, wrapped around its end, so that vol clusters as it did. Steps are the tape's bars;
 * returns across gaps are left out. With `drift` all returns are shifted until one of them has the
 * expectation e^{drift dt}; without, they are the tape's. One uniform a step, nothing to mirror. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "feed/import.h"
#include "feed/synth.h"

typedef struct bootstrap {
    rh_synth synth;
    size_t count, at;           /* returns; the next one */
    double renew;               /* chance that a block ends: 1 / mean_block */
    double mean, inverse;       /* of the returns; of their deviation */
    const double *returns;      /* of synth.owned */
} bootstrap;

static void bootstrap_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    bootstrap *self = (bootstrap *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        double uniform = rh_stream_uniform(&synth->prices);
        if (self->at == self->count) uniform *= self->renew;    /* a path starts with a block */
        if (uniform < self->renew) self->at = (size_t)(uniform / self->renew * (double)self->count);
        if (self->at >= self->count) self->at = self->count - 1;
        double move = self->returns[self->at];
        log_prices[i] = synth->log_price += move;
        shocks[i] = (move - self->mean) * self->inverse;
        if (++self->at == self->count) self->at = 0;
    }
}

static void bootstrap_reset(rh_synth *synth)
{
    bootstrap *self = (bootstrap *)synth;
    self->at = self->count;
}

/* --- the tape ------------------------------------------------------------------------------ */

/* Log returns of neighbouring bars into `returns`; their number. */
static size_t collect(const rh_tape *tape, double *returns)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape), *before = NULL;
    size_t count = 0;
    for (uint64_t n = 0; n < info->records; ++n) {
        const rh_record *now = &records[n];
        if (now->kind != RH_RECORD_BAR) continue;
        bool next = before && now->happened_ns - before->happened_ns == info->interval_ns;
        if (next) returns[count++] = rh_log(now->price / before->price);
        before = now;
    }
    return count;
}

static rh_status read_returns(rh_json at, bootstrap *self, rh_error *error)
{
    const rh_tape *tape = self->synth.tape;
    const rh_tape_info *info = rh_tape_get_info(tape);
    if (info->instruments != 1)
        return rh_json_fail(at, error, "the tape holds %u instruments, expected one to resample",
                            info->instruments);
    if (info->interval_ns <= 0)
        return rh_json_fail(at, error, "the tape holds no bars of one length, expected bars");
    double *returns = malloc((size_t)(info->records + 1) * sizeof *returns);
    self->synth.owned = returns;
    if (!returns) return rh_fail(error, RH_NO_MEMORY, "no memory for the returns of a tape");
    self->returns = returns;
    self->count = collect(tape, returns);
    if (self->count < 2)
        return rh_json_fail(at, error, "the tape holds %zu returns between neighbouring bars, "
                                       "expected two at least", self->count);
    return RH_OK;
}

/* Shift the returns so that the mean of e^r over them is e^{drift dt}. */
static void set_drift(bootstrap *self)
{
    double *returns = self->synth.owned, sum = 0;
    for (size_t i = 0; i < self->count; ++i) sum += rh_exp(returns[i]);
    double shift =
        self->synth.drift * self->synth.dt_years - rh_log(sum / (double)self->count);
    for (size_t i = 0; i < self->count; ++i) returns[i] += shift;
}

static void measure(bootstrap *self)
{
    double sum = 0, squares = 0, n = (double)self->count;
    for (size_t i = 0; i < self->count; ++i) sum += self->returns[i];
    self->mean = sum / n;
    for (size_t i = 0; i < self->count; ++i) {
        double off = self->returns[i] - self->mean;
        squares += off * off;
    }
    self->inverse = squares > 0 ? 1 / sqrt(squares / n) : 0;
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    bootstrap *self = (bootstrap *)synth;
    double mean_block = 0;
    int64_t interval_ns = rh_tape_get_info(synth->tape)->interval_ns;
    RH_TRY(rh_json_number(at, "mean_block", RH_REQUIRED, 1, 1e9, &mean_block, error));
    RH_TRY(read_returns(at, self, error));
    if (rh_json_has(at, "steps"))
        return rh_json_fail(at, error, "steps: a bootstrap has those of its tape");
    if (rh_json_has(at, "interval") && synth->feed.interval_ns != interval_ns)
        return rh_json_fail(at, error, "interval: the tape's bars have another length");
    synth->feed.interval_ns = interval_ns;
    synth->dt_years = (double)interval_ns / RH_YEAR_NS;
    self->renew = 1 / mean_block;
    if (rh_json_has(at, "drift")) set_drift(self);
    measure(self);
    synth->steps = bootstrap_steps;
    synth->reset = bootstrap_reset;
    return RH_OK;
}

static const char *const keys[] = {"mean_block", "file", RH_IMPORT_KEYS, NULL};
const rh_feed_model rh_synth_bootstrap = {
    .name = "bootstrap", .about = "blocks of a tape's returns: file, format, mean_block in bars",
    .keys = keys, .bytes = sizeof(bootstrap), .resamples = true, .configure = configure};
