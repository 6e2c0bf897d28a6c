/* Regimes: a Markov chain of k states in continuous time, each with a volatility and perhaps a
 * drift (J. D. Hamilton, Econometrica 57, 1989; here the chain is given by its rates per year, so
 * that the law does not depend on the interval). The state at the start of a step rules the whole
 * step, which is gbm's: the chain itself is exact at the steps, P = exp(rates dt). The chain
 * draws from the jumps' stream: with one volatility the path is gbm's. */
#include <math.h>

#include "feed/synth.h"

#define REGIMES_MAX 8

typedef struct regime {
    rh_synth synth;
    int count, state, start;
    double mean[REGIMES_MAX], deviation[REGIMES_MAX];       /* of a step in this state */
    double cumulative[REGIMES_MAX][REGIMES_MAX];            /* of the next state, by this one */
} regime;

typedef double matrix[REGIMES_MAX][REGIMES_MAX];

static void regime_steps(rh_synth *synth, double *log_prices, double *shocks)
{
    regime *self = (regime *)synth;
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i)
        shocks[i] = rh_synth_shock(synth, i, rh_stream_normal(&synth->prices));
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
        int now = self->state, next = 0;
        synth->log_price += self->mean[now] + self->deviation[now] * shocks[i];
        log_prices[i] = synth->log_price;
        double uniform = rh_stream_uniform(&synth->jumps);
        while (next < self->count - 1 && uniform > self->cumulative[now][next]) ++next;
        self->state = next;
    }
}

static void regime_reset(rh_synth *synth)
{
    regime *self = (regime *)synth;
    self->state = self->start;
}

/* --- the chain ----------------------------------------------------------------------------- */

static void multiply(int k, const matrix a, const matrix b, matrix product)
{
    for (int i = 0; i < k; ++i) {
        for (int j = 0; j < k; ++j) {
            double sum = 0;
            for (int n = 0; n < k; ++n) sum += a[i][n] * b[n][j];
            product[i][j] = sum;
        }
    }
}

/* exp(q), rows of q summing to 0, by Taylor and repeated squaring: the sum of the rates is halved
 * until it is below 1/16, where 10 terms leave less than rounding. */
static void exponential(int k, matrix q, matrix result)
{
    double largest = 0;
    int halvings = 0;
    matrix term = {{0}}, next;
    for (int i = 0; i < k; ++i) largest = fmax(largest, -q[i][i]);
    for (; largest > 0.0625; largest *= 0.5) ++halvings;
    for (int i = 0; i < k; ++i) {
        for (int j = 0; j < k; ++j) {
            for (int h = 0; h < halvings; ++h) q[i][j] *= 0.5;
            result[i][j] = term[i][j] = i == j ? 1 : 0;
        }
    }
    for (int n = 1; n <= 10; ++n) {
        multiply(k, (const double(*)[REGIMES_MAX])term, (const double(*)[REGIMES_MAX])q, next);
        for (int i = 0; i < k; ++i)
            for (int j = 0; j < k; ++j) result[i][j] += term[i][j] = next[i][j] / n;
    }
    for (; halvings > 0; --halvings) {
        multiply(k, (const double(*)[REGIMES_MAX])result, (const double(*)[REGIMES_MAX])result,
                 next);
        for (int i = 0; i < k; ++i)
            for (int j = 0; j < k; ++j) result[i][j] = next[i][j];
    }
}

/* --- keys ---------------------------------------------------------------------------------- */

/* `count` numbers of a list; *count is 0 on arrival where their number is free. */
static rh_status read_list(rh_json list, int *count, double min, double max, double *values,
                           rh_error *error)
{
    size_t found = rh_json_count(list);
    bool fits = *count > 0 ? found == (size_t)*count : found >= 1 && found <= REGIMES_MAX;
    if (rh_json_kind(list) != RH_JSON_ARRAY || !fits)
        return rh_json_expect(list, error, *count > 0 ? "a list with a number for each of `vols`"
                                                      : "a list of 1 to 8 volatilities");
    for (size_t i = 0; i < found; ++i) {
        rh_json at = rh_json_at(list, i);
        RH_TRY(rh_json_as_number(at, &values[i], error));
        if (!(values[i] >= min && values[i] <= max))
            return rh_json_fail(at, error, "found %g, expected %g to %g", values[i], min, max);
    }
    *count = (int)found;
    return RH_OK;
}

static rh_status read_chain(rh_json at, regime *self, rh_error *error)
{
    rh_json rates;
    matrix q = {{0}}, p;
    int k = self->count;
    RH_TRY(rh_json_get(at, "rates", RH_REQUIRED, &rates, error));
    if (rh_json_kind(rates) != RH_JSON_ARRAY || rh_json_count(rates) != (size_t)k)
        return rh_json_expect(rates, error, "a list with a row for each of `vols`");
    for (int i = 0; i < k; ++i) {
        RH_TRY(read_list(rh_json_at(rates, (size_t)i), &k, 0, 1e6, q[i], error));
        if (q[i][i] > 0)
            return rh_json_fail(rh_json_at(rates, (size_t)i), error,
                                "the rate of a state into itself: found %g, expected 0", q[i][i]);
        for (int j = 0; j < k; ++j) q[i][j] *= self->synth.dt_years;
        for (int j = 0; j < k; ++j)
            if (j != i) q[i][i] -= q[i][j];
    }
    exponential(k, q, p);
    for (int i = 0; i < k; ++i) {
        double sum = 0;
        for (int j = 0; j < k; ++j) self->cumulative[i][j] = sum += p[i][j];
    }
    return RH_OK;
}

static rh_status configure(rh_json at, rh_synth *synth, rh_error *error)
{
    regime *self = (regime *)synth;
    double vols[REGIMES_MAX] = {0}, drifts[REGIMES_MAX];
    int64_t start = 0;
    rh_json list;
    RH_TRY(rh_json_get(at, "vols", RH_REQUIRED, &list, error));
    RH_TRY(read_list(list, &self->count, 0, 100, vols, error));
    for (int i = 0; i < self->count; ++i) drifts[i] = synth->drift;
    if (rh_json_has(at, "drifts")) {
        if (rh_json_has(at, "drift"))
            return rh_json_fail(at, error, "found both \"drift\" and \"drifts\", expected one");
        RH_TRY(rh_json_get(at, "drifts", RH_REQUIRED, &list, error));
        RH_TRY(read_list(list, &self->count, -100, 100, drifts, error));
    }
    RH_TRY(rh_json_integer(at, "start", RH_OPTIONAL, 0, self->count - 1, &start, error));
    RH_TRY(read_chain(at, self, error));
    for (int i = 0; i < self->count; ++i) {
        self->mean[i] = (drifts[i] - 0.5 * vols[i] * vols[i]) * synth->dt_years;
        self->deviation[i] = vols[i] * sqrt(synth->dt_years);
    }
    self->start = (int)start;
    synth->steps = regime_steps;
    synth->reset = regime_reset;
    synth->feed.mirrors = true;     /* of a mirrored path the shocks; it has its twin's regimes */
    return RH_OK;
}

static const char *const keys[] = {"vols", "drifts", "rates", "start", NULL};
const rh_feed_model rh_synth_regime = {
    .name = "regime",
    .about = "Markov chain of vols: [vols], [drifts], [[rates]] per year between them, start",
    .keys = keys, .bytes = sizeof(regime), .configure = configure};
