/* The book of a scenario: portfolio entries and client trades from files, as one list by time, and
 * the options they need in the universe. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "engine/archive.h"
#include "portfolio/positions.h"

/* What no book can hold: parts of a lot, instruments that have expired, a coin-settled perp or
 * future bought for nothing. NULL: fine. */
static const char *impossible(const rh_scenario *s, const rh_book_trade *trade)
{
    const rh_instrument *i = &s->universe.instruments[trade->instrument];
    double whole = rh_round_to_lot(trade->qty, i->lot);
    bool option = i->kind == RH_INSTRUMENT_OPTION;
    if (i->lot > 0.0 && fabs(whole - trade->qty) > 1e-9 * i->lot) {
        return "qty: expected whole lots of the instrument";
    }
    if (trade->time_ns >= i->expiry_ns) return "the instrument has expired by then";
    if (!option && trade->price <= 0.0) return "expected a price above zero";
    return NULL;
}

static rh_status add_trade(rh_scenario *s, const rh_book_trade *trade, rh_error *error)
{
    if (s->trade_count == RH_BOOK_TRADES_MAX) {
        return rh_fail(error, RH_INPUT, "more than %d trades in the book", RH_BOOK_TRADES_MAX);
    }
    if (!s->trades) {
        s->trades = rh_arena_array(&s->arena, RH_BOOK_TRADES_MAX, sizeof *s->trades);
    }
    if (!s->trades) return rh_fail(error, RH_NO_MEMORY, "no memory for the book");
    s->trades[s->trade_count++] = *trade;
    return RH_OK;
}

/* "entry" or "premium": a number, or "mark". */
static rh_status read_price(rh_json entry, double *price, rh_error *error)
{
    const char *key = rh_json_has(entry, "premium") ? "premium" : "entry";
    rh_json at;
    *price = (double)NAN;
    if (rh_json_has(entry, "premium") && rh_json_has(entry, "entry")) {
        return rh_json_fail(entry, error, "found both \"entry\" and \"premium\", expected one");
    }
    rh_status found = rh_json_get(entry, key, RH_OPTIONAL, &at, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(at) == RH_JSON_STRING) {
        const char *word = NULL;
        RH_TRY(rh_json_as_text(at, &word, error));
        if (!strcmp(word, "mark")) return RH_OK;
        return rh_json_fail(at, error, "found \"%s\", expected a price or \"mark\"", word);
    }
    return rh_json_number(entry, key, RH_REQUIRED, 0.0, RH_PRICE_MAX, price, error);
}

static rh_status read_entry(rh_scenario *s, rh_json entry, rh_error *error)
{
    static const char *const option_keys[] = {"option",     "asset", "strike",  "expiry",
                                              "qty",        "entry", "premium", "settle",
                                              "underlying", "vol",   NULL};
    static const char *const other_keys[] = {"instrument", "qty", "entry", NULL};
    rh_book_trade trade = {.time_ns = s->from_ns};
    bool option = rh_json_has(entry, "option");
    if (!option && !rh_json_has(entry, "instrument")) {
        return rh_json_expect(entry, error,
                              "\"option\", \"instrument\" or \"file\" among its keys");
    }
    RH_TRY(rh_json_keys(entry, option ? option_keys : other_keys, error));
    RH_TRY(rh_json_number(entry, "qty", RH_REQUIRED, -RH_QTY_MAX, RH_QTY_MAX, &trade.qty, error));
    RH_TRY(read_price(entry, &trade.price, error));
    if (option) {
        RH_TRY(rh_universe_add_option(&s->universe, entry, s->from_ns, &trade.instrument, error));
    } else {
        const char *name = NULL;
        RH_TRY(rh_json_text(entry, "instrument", RH_REQUIRED, &name, error));
        trade.instrument = rh_universe_instrument(&s->universe, name);
        if (trade.instrument < 0) {
            return rh_universe_unknown(&s->universe, entry, name, true, error);
        }
    }
    const char *why = impossible(s, &trade);
    if (why) return rh_json_fail(entry, error, "%s", why);
    return add_trade(s, &trade, error);
}

/* --- client trades ------------------------------------------------------------------------- */

enum column { TIME, QTY, PRICE, INSTRUMENT, OPTION, ASSET, STRIKE, EXPIRY, SETTLE, COLUMNS };
static const char *const column_names[COLUMNS + 1] = {
    "time", "qty", "price", "instrument", "option", "asset", "strike", "expiry", "settle", NULL};

static rh_status read_header(const rh_csv_row *row, int at[COLUMNS], rh_error *error)
{
    for (int c = 0; c < COLUMNS; c++)
        at[c] = -1;
    for (size_t f = 0; f < row->count; f++) {
        int c = 0;
        while (c < COLUMNS && strcmp(column_names[c], row->fields[f]) != 0)
            c++;
        if (c == COLUMNS) {
            const char *near = rh_nearest_name(row->fields[f], column_names, COLUMNS);
            return rh_fail(error, RH_INPUT, "unknown column \"%s\"%s%s%s", row->fields[f],
                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
        at[c] = (int)f;
    }
    if (at[TIME] < 0 || at[QTY] < 0 || (at[INSTRUMENT] < 0 && at[OPTION] < 0)) {
        return rh_fail(error, RH_INPUT, "expected the columns time, qty, and instrument or option");
    }
    return RH_OK;
}

static const char *field(const rh_csv_row *row, const int at[COLUMNS], enum column c)
{
    return at[c] >= 0 && (size_t)at[c] < row->count ? row->fields[at[c]] : "";
}

static rh_status bad_field(const rh_csv_row *row, const int at[COLUMNS], enum column c,
                           const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s: found \"%s\", expected %s", column_names[c],
                   field(row, at, c), expected);
}

static rh_status trade_option(rh_scenario *s, const rh_csv_row *row, const int at[COLUMNS],
                              const rh_book_trade *trade, int *index, rh_error *error)
{
    rh_instrument o = {.kind = RH_INSTRUMENT_OPTION, .venue = -1, .underlying = -1};
    const char *side = field(row, at, OPTION), *settle = field(row, at, SETTLE);
    if (strcmp(side, "call") != 0 && strcmp(side, "put") != 0) {
        return bad_field(row, at, OPTION, "call or put", error);
    }
    o.is_call = side[0] == 'c';
    o.asset = rh_universe_asset(&s->universe, field(row, at, ASSET));
    if (o.asset < 0) return bad_field(row, at, ASSET, "an asset of the scenario", error);
    if (!rh_parse_double(field(row, at, STRIKE), &o.strike) || !(o.strike > 0.0) ||
        o.strike > RH_PRICE_MAX) {
        return bad_field(row, at, STRIKE, "a positive number", error);
    }
    if (!rh_parse_time(field(row, at, EXPIRY), &o.expiry_ns) || o.expiry_ns <= trade->time_ns) {
        return bad_field(row, at, EXPIRY, "a time after the trade", error);
    }
    const rh_asset *asset = &s->universe.assets[o.asset];
    const char *coin = asset->name, *quote = s->universe.currencies[asset->quote].name;
    if (*settle && strcmp(settle, coin) != 0 && strcmp(settle, quote) != 0) {
        return bad_field(row, at, SETTLE, "the asset or its quote currency", error);
    }
    o.inverse = *settle && !strcmp(settle, coin);
    o.settle = o.inverse ? asset->coin : asset->quote;
    return rh_universe_put_option(&s->universe, &o, index, error);
}

static rh_status read_trade(rh_scenario *s, const rh_csv_row *row, const int at[COLUMNS],
                            rh_error *error)
{
    rh_book_trade trade = {.price = (double)NAN};
    const char *price = field(row, at, PRICE), *name = field(row, at, INSTRUMENT);
    if (!rh_parse_time(field(row, at, TIME), &trade.time_ns)) {
        return bad_field(row, at, TIME, "a time like 2021-05-17T00:00:00Z", error);
    }
    if (!rh_parse_double(field(row, at, QTY), &trade.qty) || fabs(trade.qty) > RH_QTY_MAX) {
        return bad_field(row, at, QTY, "a number", error);
    }
    if (*price && strcmp(price, "mark") != 0 &&
        (!rh_parse_double(price, &trade.price) || trade.price < 0.0 ||
         trade.price > RH_PRICE_MAX)) {
        return bad_field(row, at, PRICE, "a price, \"mark\" or nothing", error);
    }
    if (*name) {
        trade.instrument = rh_universe_instrument(&s->universe, name);
        if (trade.instrument < 0) {
            return bad_field(row, at, INSTRUMENT, "an instrument of the scenario", error);
        }
    } else {
        RH_TRY(trade_option(s, row, at, &trade, &trade.instrument, error));
    }
    if (trade.time_ns < s->from_ns || trade.time_ns > s->to_ns) {
        return bad_field(row, at, TIME, "a time inside the clock", error);
    }
    const char *why = impossible(s, &trade);
    if (why) return rh_fail(error, RH_INPUT, "%s", why);
    return add_trade(s, &trade, error);
}

static rh_status remember_file(rh_scenario *s, const char *name, const char *path, rh_error *error)
{
    if (!s->files) s->files = rh_arena_array(&s->arena, RH_TRADE_FILES_MAX, sizeof *s->files);
    if (!s->files) return rh_fail(error, RH_NO_MEMORY, "no memory for the book");
    if (s->file_count == RH_TRADE_FILES_MAX) {
        return rh_fail(error, RH_INPUT, "more than %d files of trades", RH_TRADE_FILES_MAX);
    }
    rh_tape_input *input = &s->files[s->file_count];
    RH_TRY(rh_file_sha256(path, input->hash, error));
    snprintf(input->path, sizeof input->path, "%s", name);
    snprintf(input->name, sizeof input->name, "trades#%d", s->file_count++);
    return RH_OK;
}

static rh_status read_trades_file(rh_scenario *s, rh_json entry, rh_error *error)
{
    static const char *const keys[] = {"file", NULL};
    char path[RH_PATH_MAX];
    const char *name = NULL;
    int at[COLUMNS];
    rh_csv *csv = NULL;
    rh_csv_row row;
    RH_TRY(rh_json_keys(entry, keys, error));
    RH_TRY(rh_json_text(entry, "file", RH_REQUIRED, &name, error));
    RH_TRY(rh_path_resolve(s->path, name, s->allowed, path, error));
    if (s->recorded) RH_TRY(rh_archive_before(s->recorded, true, false, path, error));
    RH_TRY(remember_file(s, name, path, error));
    if (s->recorded)
        RH_TRY(rh_archive_after(s->recorded, true, &s->files[s->file_count - 1], error));
    RH_TRY(rh_csv_open(path, ',', &csv, error));
    rh_status status = rh_csv_next(csv, &row, error);
    if (status == RH_END) status = rh_fail(error, RH_INPUT, "%s: the file is empty", name);
    if (status == RH_OK && (status = read_header(&row, at, error)) != RH_OK) {
        rh_fail_in(error, "%s:%ld", name, row.line);
    }
    while (status == RH_OK && (status = rh_csv_next(csv, &row, error)) == RH_OK) {
        status = read_trade(s, &row, at, error);
        if (status != RH_OK) rh_fail_in(error, "%s:%ld", name, row.line);
    }
    rh_csv_close(csv);
    return status == RH_END ? RH_OK : status;
}

static int by_time(const void *a, const void *b)
{
    const rh_book_trade *x = a, *y = b;
    if (x->time_ns != y->time_ns) return x->time_ns < y->time_ns ? -1 : 1;
    return x->sequence < y->sequence ? -1 : 1;
}

/* Entries of one instant keep the order of the scenario. */
static void sort_trades(rh_scenario *s)
{
    for (size_t t = 0; t < s->trade_count; t++)
        s->trades[t].sequence = t;
    if (s->trade_count > 1) qsort(s->trades, s->trade_count, sizeof *s->trades, by_time);
}

rh_status rh_scenario_read_book(rh_scenario *s, rh_json root, rh_error *error)
{
    rh_json list;
    rh_status found = rh_json_get(root, "portfolio", RH_OPTIONAL, &list, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(list) != RH_JSON_ARRAY) {
        return rh_json_expect(list, error, "a list of entries");
    }
    for (size_t n = 0; n < rh_json_count(list); n++) {
        rh_json entry = rh_json_at(list, n);
        if (rh_json_kind(entry) != RH_JSON_OBJECT) {
            return rh_json_expect(entry, error, "an object");
        }
        RH_TRY(rh_json_has(entry, "file") ? read_trades_file(s, entry, error)
                                          : read_entry(s, entry, error));
    }
    sort_trades(s);
    for (size_t t = 0; t < s->trade_count && s->end == RH_END_SETTLE; t++) {
        const rh_instrument *i = &s->universe.instruments[s->trades[t].instrument];
        if (i->kind == RH_INSTRUMENT_OPTION && i->expiry_ns > s->to_ns) {
            char expiry[RH_TIME_TEXT];
            rh_text_time(expiry, i->expiry_ns);
            return rh_json_fail(list, error,
                                "an option expires at %s, after clock.to, but "
                                "clock.end is \"settle\"; use \"mark\" or \"unwind\"",
                                expiry);
        }
    }
    return RH_OK;
}
