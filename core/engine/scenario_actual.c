/* Reading recorded hedges. What cannot have been a fill of this book on this clock is refused with
 * file, line, what was found and what was expected. Books nothing.
 * Invariant: rows that were accepted are in the order of time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "engine/actual.h"
#include "portfolio/positions.h"

static const char prefix[] = "actual:";

const char *rh_actual_file(const char *policy)
{
    return strncmp(policy, prefix, sizeof prefix - 1) ? NULL : policy + sizeof prefix - 1;
}

void rh_actual_free(rh_actual *actual)
{
    if (!actual) return;
    free(actual->fills);
    free(actual);
}

/* X(NAME, column). Costs come after these, by their kinds. */
#define COLUMN_MAP(X)                                                                              \
    X(TIME, "time") X(TIME_NS, "time_ns") X(INSTRUMENT, "instrument") X(QTY, "qty")                \
    X(PRICE, "price") X(CURRENCY, "currency") X(MID_DECISION, "mid_decision")                      \
    X(BOOKED_PNL, "booked_pnl") X(ORDER, "order") X(MID_ARRIVAL, "mid_arrival")
#define X(name, word) name,
enum { COLUMN_MAP(X) NAMED, COLUMNS = NAMED + RH_COST_KINDS };
#undef X
#define X(name, word) word,
static const char *const words[NAMED] = {COLUMN_MAP(X)};
#undef X

typedef struct table {
    rh_scenario *s;
    rh_actual *into;
    int at[COLUMNS]; /* field of each column; -1: there is none */
    const rh_csv_row *row;
} table;

static const char *word_of(int column)
{
    return column < NAMED ? words[column] : rh_cost_names[column - NAMED];
}

static rh_status unknown_column(const char *found, rh_error *error)
{
    const char *names[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) names[c] = word_of(c);
    const char *near = rh_nearest_name(found, names, COLUMNS);
    return rh_fail(error, RH_INPUT, "unknown column \"%.64s\"%s%s%s", found,
                   near ? "; did you mean \"" : ", expected time, instrument, qty, price, fee, "
                                                "currency, mid_decision or booked_pnl",
                   near ? near : "", near ? "\"?" : "");
}

static rh_status read_header(table *t, rh_error *error)
{
    static const int needed[] = {INSTRUMENT, QTY, PRICE};
    for (int c = 0; c < COLUMNS; c++) t->at[c] = -1;
    for (size_t f = 0; f < t->row->count; f++) {
        int c = 0;
        while (c < COLUMNS && strcmp(word_of(c), t->row->fields[f]) != 0) c++;
        if (c == COLUMNS) return unknown_column(t->row->fields[f], error);
        if (t->at[c] >= 0)
            return rh_fail(error, RH_INPUT, "the column %s is there twice", word_of(c));
        t->at[c] = (int)f;
    }
    for (size_t n = 0; n < sizeof needed / sizeof *needed; n++) {
        if (t->at[needed[n]] >= 0) continue;
        return rh_fail(error, RH_INPUT, "the column %s is missing: expected time, instrument, qty "
                       "and price at least", words[needed[n]]);
    }
    if ((t->at[TIME] < 0) == (t->at[TIME_NS] < 0))
        return rh_fail(error, RH_INPUT, "expected one column of times: time, or time_ns");
    return RH_OK;
}

static const char *field(const table *t, int column)
{
    return t->at[column] >= 0 ? t->row->fields[t->at[column]] : "";
}

static rh_status bad_field(const table *t, int column, const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s: found \"%.64s\", expected %s", word_of(column),
                   field(t, column), expected);
}

/* An empty field of an optional column leaves *value. */
static rh_status read_number(const table *t, int column, bool optional, double bound,
                             double *value, rh_error *error)
{
    const char *text = field(t, column);
    if (optional && !*text) return RH_OK;
    if (rh_parse_double(text, value) && fabs(*value) <= bound) return RH_OK;
    return bad_field(t, column, "a number", error);
}

static rh_status read_time(const table *t, rh_actual_fill *fill, rh_error *error)
{
    int column = t->at[TIME] >= 0 ? TIME : TIME_NS;
    const rh_actual *into = t->into;
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT], expected[2 * RH_TIME_TEXT + 64];
    bool whole = column == TIME ? rh_parse_time(field(t, column), &fill->time_ns)
                                : rh_parse_i64(field(t, column), &fill->time_ns);
    if (!whole) {
        return bad_field(t, column, column == TIME ? "a time like 2021-05-17T00:00:00Z"
                                                   : "nanoseconds since 1970", error);
    }
    if (fill->time_ns < t->s->from_ns || fill->time_ns > t->s->to_ns) {
        rh_text_time(from, t->s->from_ns);
        rh_text_time(to, t->s->to_ns);
        snprintf(expected, sizeof expected, "a time inside the clock, %s to %s", from, to);
        return bad_field(t, column, expected, error);
    }
    if (into->count == 0 || fill->time_ns >= into->fills[into->count - 1].time_ns) return RH_OK;
    rh_text_time(from, into->fills[into->count - 1].time_ns);
    snprintf(expected, sizeof expected, "fills in the order of time: the one before is of %s",
             from);
    return bad_field(t, column, expected, error);
}

/* A cell that a spreadsheet would run as a formula has a quote in front in fills.csv. */
static const char *unquoted(const char *name)
{
    return name[0] == '\'' && name[1] && strchr("=+-@", name[1]) ? name + 1 : name;
}

static rh_status read_instrument(const table *t, rh_actual_fill *fill, rh_error *error)
{
    const rh_universe *u = &t->s->universe;
    const char *name = unquoted(field(t, INSTRUMENT)), *currency = unquoted(field(t, CURRENCY));
    const char *names[RH_INSTRUMENTS_MAX];
    fill->instrument = rh_universe_instrument(u, name);
    if (fill->instrument < 0) {
        for (int i = 0; i < u->instrument_count; i++) names[i] = u->instruments[i].name;
        const char *near = rh_nearest_name(name, names, (size_t)u->instrument_count);
        return rh_fail(error, RH_INPUT, "instrument: found \"%.64s\", expected one of the "
                       "scenario%s%s%s", name, near ? "; did you mean \"" : "", near ? near : "",
                       near ? "\"?" : "");
    }
    const rh_instrument *i = &u->instruments[fill->instrument];
    const char *settle = u->currencies[i->settle].name;
    if (*currency && strcmp(currency, settle) != 0) return bad_field(t, CURRENCY, settle, error);
    if (fill->time_ns >= i->expiry_ns) {
        return rh_fail(error, RH_INPUT, "instrument: %s has expired by then", i->name);
    }
    return RH_OK;
}

static rh_status read_fill(table *t, rh_actual_fill *fill, rh_error *error)
{
    const double money_max = RH_PRICE_MAX;
    double booked = (double)NAN;
    RH_TRY(read_time(t, fill, error));
    RH_TRY(read_instrument(t, fill, error));
    const rh_instrument *i = &t->s->universe.instruments[fill->instrument];
    RH_TRY(read_number(t, QTY, false, RH_QTY_MAX, &fill->qty, error));
    double whole = rh_round_to_lot(fill->qty, i->lot);
    if (!(fabs(fill->qty) > 0.0)) return bad_field(t, QTY, "what was bought, or minus what was "
                                                   "sold", error);
    if (i->lot > 0.0 && fabs(whole - fill->qty) > 1e-9 * i->lot)
        return bad_field(t, QTY, "whole lots of the instrument", error);
    RH_TRY(read_number(t, PRICE, false, RH_PRICE_MAX, &fill->price, error));
    bool option = i->kind == RH_INSTRUMENT_OPTION;
    if (option ? fill->price < 0.0 && !i->is_log : fill->price <= 0.0)
        return bad_field(t, PRICE, "a price above zero", error);
    RH_TRY(read_number(t, MID_DECISION, true, RH_PRICE_MAX, &fill->mid_decision, error));
    if (!option && fill->mid_decision <= 0.0)
        return bad_field(t, MID_DECISION, "a price above zero", error);
    for (int k = 0; k < RH_COST_KINDS; k++)
        RH_TRY(read_number(t, NAMED + k, true, money_max, &fill->cost[k], error));
    RH_TRY(read_number(t, BOOKED_PNL, true, money_max, &booked, error));
    if (!isnan(booked)) {
        double before = t->into->booked_pnl;
        t->into->booked_pnl = isnan(before) ? booked : before + booked;
    }
    return RH_OK;
}

static rh_status add_fill(table *t, rh_error *error)
{
    rh_actual *into = t->into;
    rh_actual_fill fill = {.mid_decision = (double)NAN, .line = t->row->line};
    for (int c = 0; c < COLUMNS; c++) {
        if (t->at[c] < (int)t->row->count) continue;
        return rh_fail(error, RH_INPUT, "found %zu fields, expected as many as the header has",
                       t->row->count);
    }
    RH_TRY(read_fill(t, &fill, error));
    if (into->count == RH_ACTUAL_FILLS_MAX)
        return rh_fail(error, RH_INPUT, "more than %d fills", RH_ACTUAL_FILLS_MAX);
    if (into->count == into->room) {
        size_t room = into->room ? 2 * into->room : 256;
        rh_actual_fill *more = realloc(into->fills, room * sizeof *more);
        if (!more) return rh_fail(error, RH_NO_MEMORY, "no memory for the fills");
        into->fills = more;
        into->room = room;
    }
    into->fills[into->count++] = fill;
    return RH_OK;
}

static rh_status read_rows(table *t, rh_csv *csv, rh_error *error)
{
    rh_csv_row row;
    rh_status status = rh_csv_next(csv, &row, error);
    t->row = &row;
    if (status == RH_END)
        return rh_fail(error, RH_INPUT, "%s: the file is empty, expected a header", t->into->name);
    if (status == RH_OK && (status = read_header(t, error)) != RH_OK)
        rh_fail_in(error, "%s:%ld", t->into->name, row.line);
    while (status == RH_OK && (status = rh_csv_next(csv, &row, error)) == RH_OK) {
        status = add_fill(t, error);
        if (status != RH_OK) rh_fail_in(error, "%s:%ld", t->into->name, row.line);
    }
    return status == RH_END ? RH_OK : status;
}

rh_status rh_actual_read(rh_scenario *s, const char *path, const char *name, rh_error *error)
{
    rh_csv *csv = NULL;
    rh_actual *into = s->actual = calloc(1, sizeof *into);
    if (!into) return rh_fail(error, RH_NO_MEMORY, "no memory for the fills");
    into->booked_pnl = (double)NAN;
    snprintf(into->path, sizeof into->path, "%s", path);
    snprintf(into->name, sizeof into->name, "%s", name);
    RH_TRY(rh_file_sha256(path, into->hash, error));
    RH_TRY(rh_csv_open(path, ',', &csv, error));
    table t = {.s = s, .into = into};
    rh_status status = read_rows(&t, csv, error);
    rh_csv_close(csv);
    return status;
}
