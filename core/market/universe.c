/* Reading assets and instruments from a scenario into the universe. Every name is resolved here,
 * once; afterwards the run works with indices. Invariant: an index in the universe is always valid.
 */
#include "market/universe.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *const rh_instrument_kind_words[] = {"spot", "perp", "future", "option", NULL};

enum { CALL, PUT, LOG };
const char *const rh_option_words[] = {"call", "put", "log", NULL};

void rh_option_set_word(rh_instrument *option, int word)
{
    option->is_call = word == CALL;
    option->is_log = word == LOG;
}

const char *rh_option_word(const rh_instrument *option)
{
    return rh_option_words[option->is_log ? LOG : option->is_call ? CALL : PUT];
}

int rh_universe_asset(const rh_universe *universe, const char *name)
{
    for (int i = 0; i < universe->asset_count; i++) {
        if (!strcmp(universe->assets[i].name, name)) return i;
    }
    return -1;
}

int rh_universe_instrument(const rh_universe *universe, const char *name)
{
    for (int i = 0; i < universe->instrument_count; i++) {
        if (!strcmp(universe->instruments[i].name, name)) return i;
    }
    return -1;
}

int rh_universe_currency(rh_universe *universe, const char *name)
{
    for (int i = 0; i < universe->currency_count; i++) {
        if (!strcmp(universe->currencies[i].name, name)) return i;
    }
    if (universe->currency_count == RH_CURRENCIES_MAX || strlen(name) >= RH_NAME_MAX) return -1;
    rh_currency *currency = &universe->currencies[universe->currency_count];
    *currency = (rh_currency){.asset = -1, .rate = (double)NAN};
    memcpy(currency->name, name, strlen(name) + 1);
    return universe->currency_count++;
}

rh_status rh_universe_unknown(const rh_universe *universe, rh_json at, const char *name,
                              bool instrument, rh_error *error)
{
    const char *names[RH_INSTRUMENTS_MAX];
    int count = instrument ? universe->instrument_count : universe->asset_count;
    for (int i = 0; i < count; i++) {
        names[i] = instrument ? universe->instruments[i].name : universe->assets[i].name;
    }
    const char *near = rh_nearest_name(name, names, (size_t)count);
    return rh_json_fail(at, error, "found \"%s\", expected the name of an %s%s%s%s", name,
                        instrument ? "instrument" : "asset", near ? "; did you mean \"" : "",
                        near ? near : "", near ? "\"?" : "");
}

static rh_status take_name(rh_json object, size_t at, char out[RH_NAME_MAX], rh_error *error)
{
    const char *name = rh_json_key_at(object, at);
    size_t length = strlen(name);
    if (length == 0 || length >= RH_NAME_MAX) {
        return rh_json_fail(object, error, "found a name of %zu bytes, expected 1 to %d", length,
                            RH_NAME_MAX - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == '"' || name[i] == ',') {
            return rh_json_fail(object, error,
                                "a name must not have control characters, quotes or commas");
        }
    }
    memcpy(out, name, length + 1);
    return RH_OK;
}

static rh_status read_currency(rh_universe *universe, rh_json at, const char *key,
                               const char *fallback, int *currency, rh_error *error)
{
    const char *name = fallback;
    RH_TRY(rh_json_text(at, key, RH_OPTIONAL, &name, error));
    *currency = rh_universe_currency(universe, name);
    if (*currency < 0) return rh_json_fail(at, error, "too many or too long currency names");
    return RH_OK;
}

static rh_status read_vols(rh_json at, rh_asset *asset, rh_error *error)
{
    static const char *const keys[] = {"mark", "hedge", NULL};
    rh_json vol, mark, hedge;
    asset->hedge_is_mark = true;
    rh_status found = rh_json_get(at, "vol", RH_OPTIONAL, &vol, error);
    if (found == RH_NOT_FOUND) { /* an asset without options needs none */
        asset->mark_vol = (rh_vol_spec){.kind = RH_VOL_FLAT};
        asset->hedge_vol = asset->mark_vol;
        return RH_OK;
    }
    RH_TRY(found);
    RH_TRY(rh_json_keys(vol, keys, error));
    RH_TRY(rh_json_get(vol, "mark", RH_REQUIRED, &mark, error));
    RH_TRY(rh_vol_spec_read(mark, &asset->mark_vol, error));
    asset->hedge_vol = (rh_vol_spec){.kind = RH_VOL_FLAT, .sigma = 1.0};
    found = rh_json_get(vol, "hedge", RH_OPTIONAL, &hedge, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(hedge) == RH_JSON_STRING) {
        const char *word = NULL;
        RH_TRY(rh_json_as_text(hedge, &word, error));
        if (strcmp(word, "mark") != 0) {
            return rh_json_fail(hedge, error,
                                "found \"%s\", expected \"mark\", a number or an object", word);
        }
        return RH_OK;
    }
    asset->hedge_is_mark = false;
    RH_TRY(rh_vol_spec_read(hedge, &asset->hedge_vol, error));
    if (asset->hedge_vol.kind == RH_VOL_FILE) {
        return rh_json_fail(hedge, error,
                            "a hedge vol follows \"mark\", a number or \"realized\"; "
                            "a file belongs to the mark vol");
    }
    return RH_OK;
}

static rh_status add_asset(rh_universe *universe, rh_json assets, size_t at, rh_error *error)
{
    static const char *const keys[] = {"rate", "yield", "quote", "vol", NULL};
    if (universe->asset_count == RH_ASSETS_MAX) {
        return rh_json_fail(assets, error, "more than %d assets", RH_ASSETS_MAX);
    }
    rh_asset *asset = &universe->assets[universe->asset_count];
    rh_json object = rh_json_at(assets, at);
    *asset = (rh_asset){.primary = -1};
    RH_TRY(take_name(assets, at, asset->name, error));
    RH_TRY(rh_json_keys(object, keys, error));
    RH_TRY(rh_json_number(object, "rate", RH_OPTIONAL, -10.0, 10.0, &asset->rate, error));
    RH_TRY(rh_json_number(object, "yield", RH_OPTIONAL, -10.0, 10.0, &asset->yield, error));
    const char *numeraire = universe->currencies[universe->numeraire].name;
    const char *quote = strcmp(numeraire, asset->name) ? numeraire : "USD";
    RH_TRY(read_currency(universe, object, "quote", quote, &asset->quote, error));
    asset->coin = rh_universe_currency(universe, asset->name);
    if (asset->coin < 0) return rh_json_fail(object, error, "too many currencies");
    if (asset->coin == asset->quote) {
        return rh_json_fail(object, error, "an asset cannot be quoted in itself");
    }
    RH_TRY(read_vols(object, asset, error));
    universe->asset_count++;
    return RH_OK;
}

rh_status rh_universe_add_assets(rh_universe *universe, rh_json assets, rh_error *error)
{
    if (rh_json_kind(assets) != RH_JSON_OBJECT || rh_json_count(assets) == 0) {
        return rh_json_expect(assets, error, "an object with at least one asset");
    }
    for (size_t i = 0; i < rh_json_count(assets); i++)
        RH_TRY(add_asset(universe, assets, i, error));
    return RH_OK;
}

static rh_status read_asset(const rh_universe *universe, rh_json object, int *asset,
                            rh_error *error)
{
    const char *name = NULL;
    rh_json at;
    RH_TRY(rh_json_text(object, "asset", RH_REQUIRED, &name, error));
    *asset = rh_universe_asset(universe, name);
    if (*asset >= 0) return RH_OK;
    RH_TRY(rh_json_get(object, "asset", RH_REQUIRED, &at, error));
    return rh_universe_unknown(universe, at, name, false, error);
}

static rh_status read_venue(rh_json object, rh_instrument *out, int (*venue)(void *, const char *),
                            void *context, rh_error *error)
{
    const char *name = NULL;
    out->venue = -1;
    RH_TRY(rh_json_text(object, "venue", RH_OPTIONAL, &name, error));
    if (!name) return RH_OK;
    out->venue = venue(context, name);
    if (out->venue >= 0) return RH_OK;
    return rh_json_fail(object, error, "found venue \"%s\", expected one of \"venues\"", name);
}

static rh_status read_settle(rh_universe *universe, rh_json object, rh_instrument *out,
                             rh_error *error)
{
    const rh_asset *asset = &universe->assets[out->asset];
    const char *quote = universe->currencies[asset->quote].name;
    RH_TRY(read_currency(universe, object, "settle", quote, &out->settle, error));
    out->inverse = out->settle == asset->coin;
    if (out->settle == asset->coin || out->settle == asset->quote) return RH_OK;
    return rh_json_fail(object, error, "found settle \"%s\", expected \"%s\" or \"%s\" (inverse)",
                        universe->currencies[out->settle].name, quote, asset->name);
}

/* Where the rows of "instruments" find their venues, and when the clock starts. */
typedef struct row_reading {
    int (*venue)(void *, const char *);
    void *context;
    int64_t from_ns;
} row_reading;

/* The same terms, whatever vol and underlying it is valued with. */
static bool same_terms(const rh_instrument *a, const rh_instrument *b)
{
    bool same_strike = !(a->strike < b->strike) && !(a->strike > b->strike);
    return a->kind == b->kind && a->asset == b->asset && a->settle == b->settle &&
           a->is_call == b->is_call && a->is_log == b->is_log && a->expiry_ns == b->expiry_ns &&
           same_strike;
}

/* The row of "instruments" that is this option: those have venues, the portfolio's own have not. */
static int row_of(const rh_universe *universe, const rh_instrument *option)
{
    for (int i = 0; i < universe->instrument_count; i++) {
        const rh_instrument *row = &universe->instruments[i];
        if (row->venue >= 0 && same_terms(row, option)) return i;
    }
    return -1;
}

static rh_status read_contract(rh_universe *universe, rh_json entry, int64_t from_ns,
                               rh_instrument *out, rh_error *error);

/* An option that can be traded: the contract as in the portfolio, a venue, a lot. */
static rh_status read_option_row(rh_universe *universe, rh_json instruments, size_t at,
                                 const row_reading *rows, rh_error *error)
{
    static const char *const keys[] = {"kind",   "option", "asset",      "strike", "expiry",
                                       "expiry_years", "settle", "underlying", "vol", "venue",
                                       "lot",    NULL};
    rh_instrument *out = &universe->instruments[universe->instrument_count];
    rh_json object = rh_json_at(instruments, at);
    rh_instrument named = {0};
    RH_TRY(take_name(instruments, at, named.name, error));
    RH_TRY(rh_json_keys(object, keys, error));
    RH_TRY(read_contract(universe, object, rows->from_ns, out, error));
    memcpy(out->name, named.name, sizeof out->name);
    if (out->is_log) {
        return rh_json_fail(object, error, "a log contract is not traded, expected a call or put; "
                            "it may be an entry of \"portfolio\"");
    }
    RH_TRY(read_venue(object, out, rows->venue, rows->context, error));
    if (out->venue < 0) {
        return rh_json_fail(object, error, "an option among the instruments needs a \"venue\"; "
                            "one that is only held is an entry of \"portfolio\"");
    }
    RH_TRY(rh_json_number(object, "lot", RH_OPTIONAL, 1e-12, RH_QTY_MAX, &out->lot, error));
    int same = row_of(universe, out);
    if (same >= 0) {
        return rh_json_fail(object, error, "the same contract as \"%s\"",
                            universe->instruments[same].name);
    }
    universe->instrument_count++;
    return RH_OK;
}

static rh_status read_instrument(rh_universe *universe, rh_json instruments, size_t at,
                                 const row_reading *rows, bool options, rh_error *error)
{
    static const char *const keys[] = {"kind", "asset", "settle", "venue", "lot", "expiry", NULL};
    rh_json object = rh_json_at(instruments, at);
    int kind = 0;
    RH_TRY(rh_json_choice(object, "kind", RH_REQUIRED, rh_instrument_kind_words, &kind, error));
    if ((kind == RH_INSTRUMENT_OPTION) != options) return RH_OK; /* of the other pass */
    if (universe->instrument_count == RH_INSTRUMENTS_MAX) {
        return rh_json_fail(instruments, error, "more than %d instruments", RH_INSTRUMENTS_MAX);
    }
    rh_instrument *out = &universe->instruments[universe->instrument_count];
    if (options) return read_option_row(universe, instruments, at, rows, error);
    *out = (rh_instrument){.expiry_ns = INT64_MAX, .underlying = -1, .own_vol = 0.0};
    RH_TRY(take_name(instruments, at, out->name, error));
    RH_TRY(rh_json_keys(object, keys, error));
    out->kind = (rh_instrument_kind)kind;
    RH_TRY(read_asset(universe, object, &out->asset, error));
    RH_TRY(read_settle(universe, object, out, error));
    if (out->kind == RH_INSTRUMENT_SPOT && out->inverse) {
        return rh_json_fail(object, error, "a spot instrument cannot settle in its own asset");
    }
    RH_TRY(read_venue(object, out, rows->venue, rows->context, error));
    RH_TRY(rh_json_number(object, "lot", RH_OPTIONAL, 1e-12, RH_QTY_MAX, &out->lot, error));
    rh_json_need need = out->kind == RH_INSTRUMENT_FUTURE ? RH_REQUIRED : RH_OPTIONAL;
    if (need == RH_OPTIONAL && rh_json_has(object, "expiry")) {
        return rh_json_fail(object, error, "only a future or an option has an expiry");
    }
    RH_TRY(rh_json_time(object, "expiry", need, &out->expiry_ns, error));
    universe->instrument_count++;
    return RH_OK;
}

/* Options come last, so that their underlyings are there. */
rh_status rh_universe_add_instruments(rh_universe *universe, rh_json instruments, int64_t from_ns,
                                      int (*venue)(void *context, const char *name), void *context,
                                      rh_error *error)
{
    const row_reading rows = {venue, context, from_ns};
    if (rh_json_kind(instruments) != RH_JSON_OBJECT) {
        return rh_json_expect(instruments, error, "an object of instruments");
    }
    size_t count = rh_json_count(instruments);
    for (size_t n = 0; n < 2 * count; n++) {
        RH_TRY(read_instrument(universe, instruments, n % count, &rows, n >= count, error));
    }
    return RH_OK;
}

static void name_option(const rh_universe *universe, rh_instrument *option)
{
    char strike[RH_NUMBER_TEXT], expiry[RH_TIME_TEXT], name[RH_NAME_MAX];
    rh_text_double(strike, option->strike);
    rh_text_time(expiry, option->expiry_ns);
    snprintf(name, sizeof name, "%.16s-%.20s-%.16s-%c%s", universe->assets[option->asset].name,
             expiry, strike, option->is_log ? 'L' : option->is_call ? 'C' : 'P',
             option->inverse ? "-inv" : "");
    memcpy(option->name, name, sizeof name);
}

static bool same_contract(const rh_instrument *a, const rh_instrument *b)
{
    bool same_vol = !(a->own_vol < b->own_vol) && !(a->own_vol > b->own_vol);
    return same_terms(a, b) && same_vol && a->underlying == b->underlying;
}

/* What an entry leaves open is as the row says; what it gives must be the same. */
static rh_status agree(const rh_instrument *row, const rh_instrument *option, rh_error *error)
{
    bool other_vol = option->own_vol > 0.0 &&
                     (option->own_vol < row->own_vol || option->own_vol > row->own_vol);
    bool other_price = option->underlying >= 0 && option->underlying != row->underlying;
    if (!other_vol && !other_price) return RH_OK;
    return rh_fail(error, RH_INPUT,
                   "this is the contract of the instrument \"%s\", with another %s: leave it out "
                   "here, or give it there", row->name, other_vol ? "vol" : "underlying");
}

rh_status rh_universe_put_option(rh_universe *universe, const rh_instrument *option, int *index,
                                 rh_error *error)
{
    *index = row_of(universe, option);
    if (*index >= 0) return agree(&universe->instruments[*index], option, error);
    for (*index = 0; *index < universe->instrument_count; ++*index) {
        if (same_contract(&universe->instruments[*index], option)) return RH_OK;
    }
    if (universe->instrument_count == RH_INSTRUMENTS_MAX) {
        return rh_fail(error, RH_INPUT, "more than %d instruments", RH_INSTRUMENTS_MAX);
    }
    universe->instruments[*index] = *option;
    name_option(universe, &universe->instruments[*index]);
    universe->instrument_count++;
    return RH_OK;
}

static rh_status read_underlying(rh_universe *universe, rh_json entry, rh_instrument *option,
                                 rh_error *error)
{
    const char *name = NULL;
    RH_TRY(rh_json_text(entry, "underlying", RH_OPTIONAL, &name, error));
    if (!name) return RH_OK;
    option->underlying = rh_universe_instrument(universe, name);
    if (option->underlying < 0) return rh_universe_unknown(universe, entry, name, true, error);
    const rh_instrument *under = &universe->instruments[option->underlying];
    if (under->asset != option->asset || under->kind == RH_INSTRUMENT_OPTION) {
        return rh_json_fail(entry, error,
                            "found underlying \"%s\", expected a spot, perp or "
                            "future of the same asset",
                            name);
    }
    if (under->kind == RH_INSTRUMENT_SPOT) option->underlying = -1;
    return RH_OK;
}

/* "expiry", or "expiry_years" counted from the clock's start. */
static rh_status read_expiry(rh_json entry, int64_t from_ns, int64_t *expiry_ns, rh_error *error)
{
    const char *key = rh_json_has(entry, "expiry_years") ? "expiry_years" : "expiry";
    char expiry[RH_TIME_TEXT], from[RH_TIME_TEXT];
    double years = 0.0;
    rh_json at;
    if (key[6] == '\0') {
        RH_TRY(rh_json_time(entry, key, RH_REQUIRED, expiry_ns, error));
    } else if (rh_json_has(entry, "expiry")) {
        return rh_json_fail(entry, error,
                            "found both \"expiry\" and \"expiry_years\", expected one");
    } else {
        RH_TRY(rh_json_number(entry, key, RH_REQUIRED, 0.0, RH_YEARS_MAX, &years, error));
        *expiry_ns = from_ns + rh_years_ns(years);
    }
    if (*expiry_ns > from_ns && *expiry_ns <= RH_TIME_NS_MAX) return RH_OK;
    rh_text_time(expiry, *expiry_ns);
    rh_text_time(from, from_ns);
    RH_TRY(rh_json_get(entry, key, RH_REQUIRED, &at, error));
    return rh_json_fail(at, error, "found %s, expected a time after clock.from (%s), before 2200",
                        expiry, from);
}

static rh_status read_contract(rh_universe *universe, rh_json entry, int64_t from_ns,
                               rh_instrument *out, rh_error *error)
{
    rh_instrument option = {.kind = RH_INSTRUMENT_OPTION, .venue = -1, .underlying = -1};
    int word = 0;
    RH_TRY(rh_json_choice(entry, "option", RH_REQUIRED, rh_option_words, &word, error));
    rh_option_set_word(&option, word);
    RH_TRY(read_asset(universe, entry, &option.asset, error));
    RH_TRY(rh_json_number(entry, "strike", RH_REQUIRED, RH_PRICE_MIN, RH_PRICE_MAX, &option.strike,
                          error));
    RH_TRY(read_expiry(entry, from_ns, &option.expiry_ns, error));
    RH_TRY(read_settle(universe, entry, &option, error));
    RH_TRY(read_underlying(universe, entry, &option, error));
    if (option.is_log && (option.inverse || option.underlying >= 0)) {
        return rh_json_fail(entry, error, "a log contract is on the spot of its asset and settles "
                                          "in the currency of its price");
    }
    RH_TRY(rh_json_number(entry, "vol", RH_OPTIONAL, 1e-6, 100.0, &option.own_vol, error));
    if (!(option.own_vol > 0.0) && !(universe->assets[option.asset].mark_vol.sigma > 0.0) &&
        universe->assets[option.asset].mark_vol.kind != RH_VOL_FILE) {
        return rh_json_fail(entry, error,
                            "an option needs a vol: give assets.%s.vol.mark, or "
                            "\"vol\" here",
                            universe->assets[option.asset].name);
    }
    *out = option;
    return RH_OK;
}

rh_status rh_universe_add_option(rh_universe *universe, rh_json entry, int64_t from_ns, int *index,
                                 rh_error *error)
{
    rh_instrument option;
    rh_error why = {0};
    RH_TRY(read_contract(universe, entry, from_ns, &option, error));
    if (rh_universe_put_option(universe, &option, index, &why) == RH_OK) return RH_OK;
    return rh_json_fail(entry, error, "%s", why.message);
}

static rh_status close_rates(rh_universe *universe, rh_error *error)
{
    for (int a = 0; a < universe->asset_count; a++) {
        const rh_asset *asset = &universe->assets[a];
        rh_currency *quote = &universe->currencies[asset->quote];
        rh_currency *coin = &universe->currencies[asset->coin];
        if (!isnan(quote->rate) && (quote->rate < asset->rate || quote->rate > asset->rate)) {
            return rh_fail(error, RH_INPUT,
                           "/assets/%s/rate: found %g, but cash in %s already "
                           "earns %g; one currency has one rate",
                           asset->name, asset->rate, quote->name, quote->rate);
        }
        quote->rate = asset->rate;
        if (isnan(coin->rate)) coin->rate = asset->yield;
    }
    for (int c = 0; c < universe->currency_count; c++) {
        if (isnan(universe->currencies[c].rate)) universe->currencies[c].rate = 0.0;
    }
    return RH_OK;
}

rh_status rh_universe_close(rh_universe *universe, rh_error *error)
{
    RH_TRY(close_rates(universe, error));
    for (int c = 0; c < universe->currency_count; c++) {
        rh_currency *currency = &universe->currencies[c];
        if (c == universe->numeraire) continue;
        for (int a = 0; a < universe->asset_count && currency->asset < 0; a++) {
            const rh_asset *asset = &universe->assets[a];
            bool times = asset->coin == c && asset->quote == universe->numeraire;
            bool over = asset->quote == c && asset->coin == universe->numeraire;
            if (!times && !over) continue;
            currency->asset = a;
            currency->conversion = times ? RH_CONVERT_TIMES : RH_CONVERT_OVER;
        }
        if (currency->asset < 0) {
            return rh_fail(error, RH_INPUT, "/numeraire: no asset's price converts %s into %s",
                           currency->name, universe->currencies[universe->numeraire].name);
        }
    }
    return RH_OK;
}
