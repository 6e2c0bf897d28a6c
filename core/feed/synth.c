/* The table of generators and what they share: keys, the time grid, volumes, records.
 * Volume of a bar: size (0.4 + 0.6 z^2) (0.5 + u), z the normal shock of its step and u uniform:
 * positive, mean `size`, larger when the price moves; the taker split leans the way of the shock.
 * Plausible for venues that take depth from volume, and not a claim about any market. */
#include "feed/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "math/batch.h"

const rh_feed_model *const rh_feed_models[] = {
    &rh_synth_gbm,   &rh_synth_heston, &rh_synth_merton,    &rh_synth_kou, &rh_synth_bates,
    &rh_synth_garch, &rh_synth_regime, &rh_synth_bootstrap, NULL};

static const char *const common_keys[] = {"model", "spot", "drift",     "interval",
                                          "steps", "size", "instrument"};
enum { COMMON_KEYS = sizeof common_keys / sizeof *common_keys, KEYS_MAX = 32 };

/* 32 random bits a bar, half for the volume and half for the split; two bars share a draw. */
static void put_volume(rh_synth *synth, double shock, rh_record *record)
{
    synth->spare = synth->has_spare ? synth->spare >> 32 : rh_stream_u64(&synth->volumes);
    synth->has_spare = !synth->has_spare;
    uint32_t bits = (uint32_t)(synth->spare & 0xffffffffu);
    double volume = ((double)(bits >> 16) + 0.5) * 0x1p-16;
    double split = ((double)(bits & 0xffffu) + 0.5) * 0x1p-16;
    record->size = synth->mean_size * (0.4 + 0.6 * shock * shock) * (0.5 + volume);
    record->extra = record->size * (split - 0.5 + 0.5 * shock / (1 + fabs(shock)));
}

static rh_status out_of_range(const rh_synth *synth, rh_error *error)
{
    char time[RH_TIME_TEXT];
    rh_text_time(time, synth->next_ns);
    return rh_fail(error, RH_DOMAIN, "the simulated price left the range of prices at %s", time);
}

static void refill(rh_synth *synth)
{
    double *prices = synth->prices_ahead;
    synth->steps(synth, prices, synth->shocks);
    synth->steps_made += RH_SYNTH_BATCH;
    rh_exp_batch(prices, RH_SYNTH_BATCH);
    for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) prices[i] = synth->spot * prices[i];
    synth->ahead = 0;
}

/* The next price and its shock: the spot itself first, then steps from the batch. */
static rh_status next_price(rh_synth *synth, double *price, double *shock, rh_error *error)
{
    *price = synth->spot;
    *shock = 0;
    if (!synth->started) return RH_OK;
    if (synth->ahead == RH_SYNTH_BATCH) refill(synth);
    *price = synth->prices_ahead[synth->ahead];
    *shock = synth->shocks[synth->ahead];
    if (!(*price >= RH_PRICE_MIN && *price <= RH_PRICE_MAX)) return out_of_range(synth, error);
    synth->ahead++;
    return RH_OK;
}

static void next_bar(rh_synth *synth)
{
    if (synth->feed.interval_ns > synth->to_ns - synth->next_ns) { /* that was the last */
        synth->next_ns = INT64_MAX;
        return;
    }
    synth->next_ns += synth->feed.interval_ns;
    synth->part += synth->late_parts;
    if (synth->part >= synth->parts) {
        synth->part -= synth->parts;
        synth->next_ns++;
    }
}

static void put_record(rh_synth *synth, double price, double shock, rh_record *record)
{
    record->happened_ns = record->known_ns = synth->next_ns;
    record->price = price;
    record->size = record->extra = 0;
    record->kind = RH_RECORD_BAR;
    record->instrument = 0;
    record->flags = RH_RECORD_END_OF_BATCH;
    if (synth->mean_size > 0)
        put_volume(synth, shock, record);
    else
        record->flags |= RH_RECORD_NO_SIDE;
    synth->started = true;
    next_bar(synth);
}

static rh_status synth_prices(rh_feed *feed, double *prices, size_t count, rh_error *error)
{
    rh_synth *synth = (rh_synth *)feed;
    size_t made = 0;
    if (count > 0 && !synth->started) prices[made++] = synth->spot;
    synth->started |= count > 0;
    while (made < count) {
        if (synth->ahead == RH_SYNTH_BATCH) refill(synth);
        size_t left = RH_SYNTH_BATCH - synth->ahead;
        size_t part = left < count - made ? left : count - made;
        bool usual = true;
        for (size_t i = 0; i < part; ++i) {
            double price = prices[made + i] = synth->prices_ahead[synth->ahead + i];
            usual &= price >= RH_PRICE_MIN && price <= RH_PRICE_MAX;
        }
        if (!usual) return out_of_range(synth, error);
        synth->ahead += part;
        made += part;
    }
    return RH_OK;
}

/* A failure is told once the records before it have been taken. */
static rh_status synth_more(rh_feed *feed, rh_error *error)
{
    rh_synth *synth = (rh_synth *)feed;
    rh_status status = RH_END;
    size_t made = 0;
    for (; made < RH_SYNTH_BATCH && synth->next_ns <= synth->to_ns; ++made) {
        double price, shock;
        status = next_price(synth, &price, &shock, error);
        if (status != RH_OK) break;
        put_record(synth, price, shock, &synth->records[made]);
    }
    feed->ready = synth->records;
    feed->ready_end = synth->records + made;
    return made > 0 ? RH_OK : status;
}

static void synth_free(rh_feed *feed)
{
    rh_synth *synth = (rh_synth *)feed;
    if (!synth) return;
    free(synth->shift);
    free(synth->scale);
    free(synth->owned);
    free(synth);
}

/* --- paths --------------------------------------------------------------------------------- */

static void begin_path(rh_synth *synth, const rh_feed_path *path)
{
    uint32_t index = path->index;
    synth->path = *path;
    rh_stream_init(&synth->prices, synth->seed, index, synth->purpose);
    rh_stream_init(&synth->jumps, synth->seed, index, synth->purpose + RH_SYNTH_STREAMS_MAX);
    rh_stream_init(&synth->volumes, synth->seed, index, synth->purpose + 2 * RH_SYNTH_STREAMS_MAX);
    synth->next_ns = synth->from_ns;
    synth->part = 0;
    synth->ahead = RH_SYNTH_BATCH;
    synth->steps_made = 0;
    synth->log_price = 0;
    synth->started = synth->has_spare = false;
    synth->feed.ready = synth->feed.ready_end = synth->records;
    if (synth->reset) synth->reset(synth);
}

static rh_status synth_rewind(rh_feed *feed, const rh_feed_path *path, rh_error *error)
{
    rh_synth *synth = (rh_synth *)feed;
    if (path->mirrored && !feed->mirrors)
        return rh_fail(error, RH_INPUT, "this generator has no mirrored paths");
    if (path->matched && !synth->shift)
        return rh_fail(error, RH_STATE, "the moments of the shocks were not measured");
    begin_path(synth, path);
    return RH_OK;
}

/* Steps of a path, up to whole batches: the last one may be made in part for nothing. */
static size_t steps_of_path(const rh_synth *synth)
{
    int64_t bars = (synth->to_ns - synth->from_ns) / synth->feed.interval_ns;
    size_t steps = (size_t)(synth->parts > 1 ? synth->parts : bars);
    return (steps + RH_SYNTH_BATCH - 1) / RH_SYNTH_BATCH * RH_SYNTH_BATCH;
}

static void add_moments(rh_synth *synth, size_t steps)
{
    for (size_t at = 0; at < steps; at += RH_SYNTH_BATCH) {
        synth->steps(synth, synth->prices_ahead, synth->shocks);
        synth->steps_made += RH_SYNTH_BATCH;
        for (size_t i = 0; i < RH_SYNTH_BATCH; ++i) {
            synth->shift[at + i] += synth->shocks[i];
            synth->scale[at + i] += synth->shocks[i] * synth->shocks[i];
        }
    }
}

static rh_status synth_measure(rh_feed *feed, const rh_feed_path *paths, size_t count,
                               rh_error *error)
{
    rh_synth *synth = (rh_synth *)feed;
    size_t steps = steps_of_path(synth), bytes = (steps + 1) * sizeof *synth->shift;
    if (!feed->mirrors)
        return rh_fail(error, RH_INPUT, "the shocks of this generator cannot be matched");
    if (!synth->shift) synth->shift = malloc(bytes);
    if (!synth->scale) synth->scale = malloc(bytes);
    if (!synth->shift || !synth->scale)
        return rh_fail(error, RH_NO_MEMORY, "no memory for the moments of the shocks");
    memset(synth->shift, 0, bytes);
    memset(synth->scale, 0, bytes);
    for (size_t p = 0; p < count; ++p) {
        rh_feed_path raw = paths[p];
        raw.matched = false;
        begin_path(synth, &raw);
        add_moments(synth, steps);
    }
    for (size_t step = 0; step < steps; ++step) {
        double mean = synth->shift[step] / (double)count;
        double variance = synth->scale[step] / (double)count - mean * mean;
        synth->shift[step] = mean;
        synth->scale[step] = variance > 0 ? 1 / sqrt(variance) : 1;
    }
    return RH_OK;
}

static const char *synth_instrument(const rh_feed *feed, uint32_t index)
{
    return index == 0 ? ((const rh_synth *)feed)->instrument : NULL;
}

static rh_status check_keys(rh_json at, const rh_feed_model *model, rh_error *error)
{
    const char *keys[KEYS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < COMMON_KEYS; ++i) keys[count++] = common_keys[i];
    for (size_t i = 0; model->keys[i]; ++i) {
        RH_ASSERT(count < KEYS_MAX);
        keys[count++] = model->keys[i];
    }
    keys[count] = NULL;
    return rh_json_keys(at, keys, error);
}

/* "interval", or "steps": so many equal ones from the first bar to the last, which are at the ends
 * of the range; bar k at from + floor(k (to - from) / steps). */
static rh_status read_grid(rh_json at, rh_synth *synth, rh_error *error)
{
    int64_t steps = 0, span_ns = synth->to_ns - synth->from_ns;
    synth->feed.interval_ns = INT64_C(60000000000);
    synth->parts = 1;
    RH_TRY(rh_json_duration(at, "interval", RH_OPTIONAL, &synth->feed.interval_ns, error));
    RH_TRY(rh_json_integer(at, "steps", RH_OPTIONAL, 1, RH_STEPS_MAX, &steps, error));
    if (synth->feed.interval_ns < 1 || synth->feed.interval_ns > INT64_C(366) * 86400000000000)
        return rh_json_fail(at, error, "interval: expected 1ns to 366d");
    synth->dt_years = (double)synth->feed.interval_ns / RH_YEAR_NS;
    if (steps == 0) return RH_OK;
    if (rh_json_has(at, "interval"))
        return rh_json_fail(at, error, "found both \"interval\" and \"steps\", expected one");
    if (span_ns < steps)
        return rh_json_fail(at, error, "steps: found %lld, more than the nanoseconds of the range",
                            (long long)steps);
    synth->feed.interval_ns = span_ns / steps;
    synth->late_parts = span_ns % steps;
    synth->parts = steps;
    synth->dt_years = (double)span_ns / RH_YEAR_NS / (double)steps;
    return RH_OK;
}

static rh_status read_common(rh_json at, rh_synth *synth, rh_error *error)
{
    const char *name = "SYNTH";
    synth->mean_size = 1;
    RH_TRY(read_grid(at, synth, error));
    RH_TRY(rh_json_number(at, "spot", RH_REQUIRED, 1e-9, 1e12, &synth->spot, error));
    RH_TRY(rh_json_number(at, "drift", RH_OPTIONAL, -100, 100, &synth->drift, error));
    RH_TRY(rh_json_number(at, "size", RH_OPTIONAL, 0, 1e12, &synth->mean_size, error));
    RH_TRY(rh_json_text(at, "instrument", RH_OPTIONAL, &name, error));
    if (strlen(name) >= RH_NAME_MAX)
        return rh_json_fail(at, error, "instrument: the name is too long");
    memcpy(synth->instrument, name, strlen(name) + 1);
    return RH_OK;
}

static const rh_feed_model *find_model(rh_json at, rh_error *error)
{
    const char *words[sizeof rh_feed_models / sizeof *rh_feed_models];
    size_t count = 0;
    for (; rh_feed_models[count]; ++count) words[count] = rh_feed_models[count]->name;
    words[count] = NULL;
    int index = 0;
    if (rh_json_choice(at, "model", RH_REQUIRED, words, &index, error) != RH_OK) return NULL;
    return rh_feed_models[index];
}

/* Where the generator stands among all random streams, and its range. */
typedef struct place {
    const rh_tape *tape;
    int64_t from_ns, to_ns;
    uint64_t seed;
    uint32_t path, stream;
} place;

static rh_status make(rh_json at, const rh_feed_model *model, const place *in, rh_synth *synth,
                      rh_error *error)
{
    synth->feed.more = synth_more;
    synth->feed.free = synth_free;
    synth->feed.rewind = synth_rewind;
    synth->feed.measure = synth_measure;
    synth->feed.prices = synth_prices;
    synth->feed.random = true;
    synth->feed.instruments = 1;
    synth->feed.instrument_name = synth_instrument;
    synth->feed.content_hash = "";
    synth->from_ns = in->from_ns;
    synth->to_ns = in->to_ns;
    synth->seed = in->seed;
    synth->purpose = RH_PURPOSE_FEED + in->stream;
    synth->tape = in->tape;
    RH_TRY(read_common(at, synth, error));
    RH_TRY(model->configure(at, synth, error));
    synth->tape = NULL;
    begin_path(synth, &(rh_feed_path){.index = in->path});
    return RH_OK;
}

static rh_status open_model(rh_json at, const place *in, rh_feed **feed, rh_error *error)
{
    *feed = NULL;
    const rh_feed_model *model = find_model(at, error);
    if (!model) return error ? error->status : RH_INPUT;
    RH_TRY(check_keys(at, model, error));
    if (in->from_ns < RH_TIME_NS_MIN || in->to_ns > RH_TIME_NS_MAX ||
        in->from_ns > in->to_ns)
        return rh_json_fail(at, error, "the time range is empty or beyond 1970 to 2200");
    if (in->stream >= RH_SYNTH_STREAMS_MAX)
        return rh_json_fail(at, error, "at most %u feeds may be generated", RH_SYNTH_STREAMS_MAX);
    if (model->resamples && !in->tape)
        return rh_json_fail(at, error, "the model %s needs a tape to resample", model->name);
    rh_synth *synth = calloc(1, model->bytes);
    if (!synth) return rh_fail(error, RH_NO_MEMORY, "no memory for a generator");
    rh_status status = make(at, model, in, synth, error);
    if (status != RH_OK) {
        synth_free(&synth->feed);
        return status;
    }
    *feed = &synth->feed;
    return RH_OK;
}

bool rh_feed_resamples(rh_json at)
{
    const rh_feed_model *model = find_model(at, NULL);
    return model && model->resamples;
}

rh_status rh_feed_synth(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                        uint32_t stream, rh_feed **feed, rh_error *error)
{
    return open_model(at, &(place){NULL, from_ns, to_ns, seed, path, stream}, feed, error);
}

rh_status rh_feed_resample(rh_json at, const rh_tape *tape, int64_t from_ns, int64_t to_ns,
                           uint64_t seed, uint32_t path, uint32_t stream, rh_feed **feed,
                           rh_error *error)
{
    return open_model(at, &(place){tape, from_ns, to_ns, seed, path, stream}, feed, error);
}
