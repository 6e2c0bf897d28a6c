/* The feeds of a scenario: files imported on the fly or tapes, generators, vol series; all merged
 * into one stream of records whose instrument is an index of the universe. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/archive.h"

typedef struct feed_list {
    rh_feed *feeds[RH_FEEDS_MAX + RH_ASSETS_MAX];
    uint16_t remap_store[RH_FEEDS_MAX + RH_ASSETS_MAX][8];
    uint16_t *remaps[RH_FEEDS_MAX + RH_ASSETS_MAX];
    size_t count;
    bool
        priced[RH_TAPE_INSTRUMENTS_MAX]; /* of the feed being read: it has prices of instrument k */
} feed_list;

/* Which instruments of a tape have prices; a funding or vol series has none. */
static void find_prices(const rh_tape *tape, bool priced[RH_TAPE_INSTRUMENTS_MAX])
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape);
    uint32_t missing = info->instruments;
    memset(priced, 0, sizeof *priced * RH_TAPE_INSTRUMENTS_MAX);
    for (uint64_t n = 0; n < info->records && missing > 0; n++) {
        bool price = records[n].kind != RH_RECORD_VOL && records[n].kind != RH_RECORD_FUNDING;
        if (!price || priced[records[n].instrument]) continue;
        priced[records[n].instrument] = true;
        missing--;
    }
}

static rh_status check_recorded(void *context, bool is_tape, const char *path, rh_error *error)
{
    const rh_scenario *s = context;
    return rh_archive_before(s->recorded, false, is_tape, path, error);
}

/* The file that `at` names; in a rerun it must be the one of the run. */
static rh_status import_file(rh_scenario *s, rh_json at, const char *file,
                             const rh_import_options *options, rh_tape **tape, rh_error *error)
{
    bool is_tape = false;
    rh_status status = rh_import_named(at, s->path, s->allowed, options,
                                       s->recorded ? check_recorded : NULL, s, &is_tape, tape,
                                       error);
    if (status == RH_OK || !s->recorded || !is_tape) return status;
    rh_json_fail(at, error, "%s is not the tape of the run (rehedge tape check says more)", file);
    if (error) error->status = status;
    return status;
}

/* What summary.json says about a tape. */
static rh_status remember_tape(rh_scenario *s, const rh_tape *tape, const char *label,
                               const char *file, rh_error *error)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    rh_tape_input *input = &s->tapes[s->tape_count++];
    bool has_source = info->source_sha256[strspn(info->source_sha256, "0")] != '\0';
    snprintf(input->name, sizeof input->name, "%s", label);
    snprintf(input->hash, sizeof input->hash, "%s",
             has_source ? info->source_sha256 : info->content_hash);
    snprintf(input->content, sizeof input->content, "%s", info->content_hash);
    snprintf(input->path, sizeof input->path, "%s", file);
    return s->recorded ? rh_archive_after(s->recorded, false, input, error) : RH_OK;
}

static rh_status open_tape(rh_scenario *s, rh_tape *tape, const char *label, const char *file,
                           rh_feed **feed, rh_error *error)
{
    rh_status status = remember_tape(s, tape, label, file, error);
    if (status == RH_OK) status = rh_feed_from_tape(tape, s->from_ns, s->to_ns, feed, error);
    if (status != RH_OK) rh_tape_close(tape);
    return status;
}

static rh_status read_file_feed(rh_scenario *s, rh_json at, const char *label, const char *kind,
                                bool *priced, rh_feed **feed, rh_error *error)
{
    const char *file = NULL;
    rh_import_options options;
    rh_tape *tape = NULL;
    rh_import_defaults(&options);
    options.from_ns = s->from_ns;
    options.to_ns = s->to_ns;
    options.instrument = label;
    RH_TRY(rh_json_text(at, "file", RH_REQUIRED, &file, error));
    RH_TRY(rh_import_read_options(at, &options, error));
    if (kind) options.kind = kind; /* a vol series: "kind" there is the vol's */
    RH_TRY(import_file(s, at, file, &options, &tape, error));
    find_prices(tape, priced);
    return open_tape(s, tape, label, file, feed, error);
}

/* A generator; one that resamples a tape reads the whole of it, whatever the clock is. */
static rh_status read_synth(rh_scenario *s, rh_json at, const char *label, uint32_t stream,
                            rh_feed **feed, rh_error *error)
{
    const char *file = NULL;
    rh_import_options options;
    rh_tape *tape = NULL;
    if (!rh_feed_resamples(at))
        return rh_feed_synth(at, s->from_ns, s->to_ns, s->seed, s->path_index, stream, feed, error);
    rh_import_defaults(&options);
    options.instrument = label;
    RH_TRY(rh_json_text(at, "file", RH_REQUIRED, &file, error));
    RH_TRY(rh_import_read_options(at, &options, error));
    RH_TRY(import_file(s, at, file, &options, &tape, error));
    rh_status status = remember_tape(s, tape, label, file, error);
    if (status == RH_OK)
        status = rh_feed_resample(at, tape, s->from_ns, s->to_ns, s->seed, s->path_index, stream,
                                  feed, error);
    rh_tape_close(tape);
    return status;
}

static rh_status map_instruments(rh_scenario *s, rh_json at, rh_feed *feed, int instrument,
                                 feed_list *list, rh_error *error)
{
    size_t n = list->count;
    uint32_t count = feed->instruments;
    uint16_t *remap = list->remap_store[n];
    if (count > 8) remap = rh_arena_array(&s->arena, count, sizeof *remap);
    if (!remap) return rh_fail(error, RH_NO_MEMORY, "no memory for a feed");
    list->feeds[n] = feed;
    list->remaps[n] = remap;
    list->count++;
    for (uint32_t k = 0; k < count; k++) {
        int index = instrument;
        if (count > 1) index = rh_universe_instrument(&s->universe, feed->instrument_name(feed, k));
        if (index < 0) {
            return rh_json_fail(at, error, "the tape holds \"%s\", which is no instrument here",
                                feed->instrument_name(feed, k));
        }
        remap[k] = (uint16_t)index;
        if (!list->priced[k]) continue;
        s->universe.instruments[index].has_feed = true;
        s->bar_ns[index] = feed->interval_ns;
    }
    return RH_OK;
}

static rh_status read_feed(rh_scenario *s, rh_json at, uint32_t stream, feed_list *list,
                           rh_error *error)
{
    static const char *const keys[] = {"instrument", "file",      "format",   "gaps",
                                       "duplicates", "reversals", "absurd",   "bar_path",
                                       "interval",   "map",       "kind",     "time_unit",
                                       "delimiter",  "synth",     "delay_ms", NULL};
    const char *name = NULL;
    double delay_ms = 0.0;
    rh_json synth;
    rh_feed *feed = NULL;
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_text(at, "instrument", RH_REQUIRED, &name, error));
    RH_TRY(rh_json_number(at, "delay_ms", RH_OPTIONAL, 0.0, 86400e3, &delay_ms, error));
    int instrument = rh_universe_instrument(&s->universe, name);
    if (instrument < 0) return rh_universe_unknown(&s->universe, at, name, true, error);
    if (s->universe.instruments[instrument].kind == RH_INSTRUMENT_OPTION) {
        return rh_json_fail(at, error, "an option is priced from its asset and vol, not by a feed");
    }
    if (rh_json_has(at, "synth")) {
        if (rh_json_has(at, "file")) {
            return rh_json_fail(at, error, "found both \"file\" and \"synth\", expected one");
        }
        RH_TRY(rh_json_get(at, "synth", RH_REQUIRED, &synth, error));
        if (s->steps > 0 && !rh_json_has(synth, "interval") && !rh_feed_resamples(synth)) {
            RH_TRY(rh_json_default(synth, "steps", s->steps, error));
        }
        RH_TRY(read_synth(s, synth, name, stream, &feed, error));
        list->priced[0] = true;
    } else {
        RH_TRY(read_file_feed(s, at, name, NULL, list->priced, &feed, error));
    }
    if (delay_ms > 0.0) s->frictions |= 1u << RH_FRICTION_DELAY;
    if (!(s->without >> RH_FRICTION_DELAY & 1u)) feed->delay_ns = (int64_t)(delay_ms * 1e6 + 0.5);
    if (list->count < RH_FEEDS_MAX) return map_instruments(s, at, feed, instrument, list, error);
    feed->free(feed);
    return rh_json_fail(at, error, "more than %d feeds", RH_FEEDS_MAX);
}

/* The spot of an asset: its first spot instrument with a feed, else its first with one. */
static void choose_primaries(rh_scenario *s)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < s->universe.instrument_count; i++) {
            const rh_instrument *instrument = &s->universe.instruments[i];
            rh_asset *asset = &s->universe.assets[instrument->asset];
            bool fits = pass == 1 || instrument->kind == RH_INSTRUMENT_SPOT;
            if (instrument->has_feed && asset->primary < 0 && fits) asset->primary = i;
        }
    }
}

static rh_status add_vol_feed(rh_scenario *s, rh_json root, int a, feed_list *list, rh_error *error)
{
    rh_asset *asset = &s->universe.assets[a];
    rh_json assets, object, vol, mark;
    rh_feed *feed = NULL;
    if (asset->mark_vol.kind != RH_VOL_FILE) return RH_OK;
    if (asset->primary < 0) {
        return rh_fail(error, RH_INPUT, "/assets/%s: a vol series needs a spot feed", asset->name);
    }
    RH_TRY(rh_json_get(root, "assets", RH_REQUIRED, &assets, error));
    RH_TRY(rh_json_get(assets, asset->name, RH_REQUIRED, &object, error));
    RH_TRY(rh_json_get(object, "vol", RH_REQUIRED, &vol, error));
    RH_TRY(rh_json_get(vol, "mark", RH_REQUIRED, &mark, error));
    RH_TRY(read_file_feed(s, mark, asset->name, "vol", list->priced, &feed, error));
    return map_instruments(s, mark, feed, asset->primary, list, error);
}

/* Whatever is hedged, held or posted needs a price. */
static rh_status check_priced(const rh_scenario *s, rh_json feeds, rh_error *error)
{
    int missing = -1;
    for (size_t t = 0; t < s->trade_count; t++) {
        int a = s->universe.instruments[s->trades[t].instrument].asset;
        if (s->universe.assets[a].primary < 0) missing = a;
    }
    for (int h = 0; h < s->hedge_count; h++) {
        int a = s->universe.instruments[s->hedges[h]].asset;
        if (s->universe.assets[a].primary < 0) missing = a;
    }
    for (int c = 0; c < s->universe.currency_count; c++) {
        int a = s->universe.currencies[c].asset;
        if (fabs(s->collateral[c]) > 0.0 && a >= 0 && s->universe.assets[a].primary < 0)
            missing = a;
    }
    if (missing < 0) return RH_OK;
    return rh_json_fail(feeds, error,
                        "no feed gives a price of %s, which the portfolio, the hedge or the "
                        "collateral needs",
                        s->universe.assets[missing].name);
}

static rh_status read_all(rh_scenario *s, rh_json root, feed_list *list, rh_error *error)
{
    rh_json feeds;
    RH_TRY(rh_json_get(root, "feeds", RH_REQUIRED, &feeds, error));
    if (rh_json_kind(feeds) != RH_JSON_ARRAY || rh_json_count(feeds) == 0) {
        return rh_json_expect(feeds, error, "a list with at least one feed");
    }
    for (size_t n = 0; n < rh_json_count(feeds); n++) {
        RH_TRY(read_feed(s, rh_json_at(feeds, n), (uint32_t)n, list, error));
    }
    choose_primaries(s);
    for (int a = 0; a < s->universe.asset_count; a++) {
        RH_TRY(add_vol_feed(s, root, a, list, error));
    }
    return check_priced(s, feeds, error);
}

rh_status rh_scenario_read_feeds(rh_scenario *s, rh_json root, rh_error *error)
{
    feed_list *list = calloc(1, sizeof *list);
    if (!list) return rh_fail(error, RH_NO_MEMORY, "no memory for the feeds");
    rh_status status = read_all(s, root, list, error);
    if (status == RH_OK) {
        status = rh_feed_merge(list->feeds, (const uint16_t *const *)list->remaps, list->count,
                               &s->feed, error);
    }
    for (size_t n = 0; n < list->count; n++) {
        if (status != RH_OK) list->feeds[n]->free(list->feeds[n]);
    }
    free(list);
    return status;
}
