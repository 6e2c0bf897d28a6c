/* Looks at a scenario as it was resolved, and refuses what the textbook's problem lacks. Invariant:
 * what is accepted has no number that the problem leaves out. */
#include "engine/textbook.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "engine/scenario.h"
#include "portfolio/unit.h"

static rh_status unlike(const char *what, const char *name, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "the scenario has %s%s%.64s%s, which the textbook's problem "
                   "(one European option, geometric Brownian motion, a proportional cost) does not "
                   "know", what, *name ? " (" : "", name, *name ? ")" : "");
}

/* --- the book ------------------------------------------------------------------------------ */

static rh_status read_option(const rh_scenario *s, rh_textbook *out, rh_error *error)
{
    if (s->trade_count == 0) return unlike("no option in its portfolio", "", error);
    if (s->trade_count > 1) return unlike("more than one entry in its portfolio", "", error);
    const rh_book_trade *entry = &s->trades[0];
    const rh_instrument *o = &s->universe.instruments[entry->instrument];
    const rh_asset *asset = &s->universe.assets[o->asset];
    if (o->kind != RH_INSTRUMENT_OPTION) return unlike("a book without an option", o->name, error);
    if (o->is_log) return unlike("a log contract", o->name, error);
    if (o->inverse || o->settle != s->universe.numeraire)
        return unlike("an option that settles in another currency than the numeraire", o->name,
                      error);
    if (o->underlying >= 0) return unlike("an option on a future", o->name, error);
    if (entry->time_ns != s->from_ns) return unlike("an option bought on the way", o->name, error);
    if (o->expiry_ns != s->to_ns || s->end != RH_END_SETTLE)
        return unlike("an option that does not settle at the end of the clock", o->name, error);
    if (fabs(asset->yield) > 0.0) return unlike("an asset with a yield", asset->name, error);
    for (int c = 0; c < s->universe.currency_count; c++)
        if (fabs(s->collateral[c]) > 0.0)
            return unlike("collateral", s->universe.currencies[c].name, error);
    out->strike = o->strike;
    out->is_call = o->is_call;
    out->qty = entry->qty;
    out->expiry_years = rh_years(s->from_ns, s->to_ns);
    out->rate = asset->rate;
    return RH_OK;
}

/* --- the hedge ----------------------------------------------------------------------------- */

static rh_status read_venue(const rh_scenario *s, const rh_venue *venue, rh_textbook *out,
                            rh_error *error)
{
    bool ideal = strcmp(venue->model->name, "ideal") == 0;
    if (!ideal && strcmp(venue->model->name, "proportional") != 0)
        return unlike("a venue whose cost is not proportional", venue->name, error);
    if (venue->first_trade_free) return unlike("a first trade that is free", venue->name, error);
    if (s->unwind_at_expiry && !venue->last_trade_free && !ideal)
        return unlike("a hedge that is unwound at expiry for money", venue->name, error);
    if (venue->latency_ns > 0) return unlike("a latency", venue->name, error);
    out->cost = ideal ? 0.0 : venue->taker_bps * 1e-4;
    return RH_OK;
}

static rh_status read_hedge(const rh_scenario *s, rh_textbook *out, rh_error *error)
{
    int asset = s->universe.instruments[s->trades[0].instrument].asset;
    if (s->hedge_count == 0) return unlike("nothing to hedge with", "", error);
    if (s->hedge_count > 1) return unlike("more than one instrument to hedge with", "", error);
    const rh_instrument *i = &s->universe.instruments[s->hedges[0]];
    bool is_spot = i->kind == RH_INSTRUMENT_SPOT && i->asset == asset &&
                   i->settle == s->universe.numeraire;
    if (!is_spot) return unlike("a hedge that is not the option's asset itself", i->name, error);
    if (i->has_feed && s->universe.assets[asset].primary != s->hedges[0])
        return unlike("a hedge with a price of its own", i->name, error);
    if (i->lot > 0.0) return unlike("a lot", i->name, error);
    if (s->swap_count > 0) return unlike("swaps of policies", "", error);
    return read_venue(s, &s->venues[i->venue], out, error);
}

/* --- the market ---------------------------------------------------------------------------- */

static rh_status read_market(const rh_scenario *s, rh_textbook *out, rh_error *error)
{
    rh_json feeds, feed, synth;
    const char *model = NULL;
    RH_TRY(rh_json_get(rh_json_root(s->doc), "feeds", RH_REQUIRED, &feeds, error));
    if (rh_json_count(feeds) != 1) return unlike("more than one feed", "", error);
    feed = rh_json_at(feeds, 0);
    if (!rh_json_has(feed, "synth")) return unlike("a feed that is no generator", "", error);
    RH_TRY(rh_json_get(feed, "synth", RH_REQUIRED, &synth, error));
    RH_TRY(rh_json_text(synth, "model", RH_REQUIRED, &model, error));
    if (strcmp(model, "gbm") != 0) return unlike("a market of another model", model, error);
    if (s->frictions >> RH_FRICTION_DELAY & 1u) return unlike("a delay of its feed", "", error);
    if (s->steps == 0 || rh_json_has(synth, "interval"))
        return unlike("prices beside the steps of a clock (\"steps\")", "", error);
    out->steps = s->steps;
    RH_TRY(rh_json_number(synth, "spot", RH_REQUIRED, 0.0, RH_PRICE_MAX, &out->spot, error));
    RH_TRY(rh_json_number(synth, "vol", RH_REQUIRED, 0.0, 100.0, &out->vol, error));
    return rh_json_number(synth, "drift", RH_OPTIONAL, -100.0, 100.0, &out->drift, error);
}

rh_status rh_textbook_of(const rh_run_request *request, rh_textbook *out, rh_error *error)
{
    rh_scenario *s = NULL;
    *out = (rh_textbook){0};
    RH_TRY(rh_scenario_read(request, &s, error));
    rh_status status = read_option(s, out, error);
    if (status == RH_OK) status = read_hedge(s, out, error);
    if (status == RH_OK) status = read_market(s, out, error);
    rh_scenario_free(s);
    return status;
}
