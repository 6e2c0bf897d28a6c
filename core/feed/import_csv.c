/* Any CSV of trades, bars, quotes, vols or funding rates. A map says which column is what, by
 * header name ("price=px") or by position from 1 ("price=#3"); without a map the usual names are
 * looked for in the header. Rows must have the shape of the header: a shifted or cut row is
 * refused, never read askew. */
#include "feed/import.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "data/csv.h"

/* X(FIELD, name in a map, usual header names) */
#define FIELD_MAP(X)                                                                       \
    X(TIME, "time", "time", "timestamp", "ts", "date", "datetime", "open_time", "unix")    \
    X(CLOSE_TIME, "close_time", NULL)                                                      \
    X(KNOWN, "known", "known", "local_timestamp")                                          \
    X(ID, "id", "id", "trade_id")                                                          \
    X(PRICE, "price", "price", "px")                                                       \
    X(SIZE, "size", "size", "qty", "quantity", "amount")                                   \
    X(SIDE, "side", "side")                                                                \
    X(BUYER_MAKER, "buyer_maker", "is_buyer_maker")                                        \
    X(OPEN, "open", "open")                                                                \
    X(HIGH, "high", "high")                                                                \
    X(LOW, "low", "low")                                                                   \
    X(CLOSE, "close", "close")                                                             \
    X(VOLUME, "volume", "volume")                                                          \
    X(BUY_VOLUME, "buy_volume", "taker_buy_volume", "buy_volume")                          \
    X(BID, "bid", "bid", "bid_price")                                                      \
    X(ASK, "ask", "ask", "ask_price")                                                      \
    X(VOL, "vol", "vol", "iv", "sigma", "volatility")                                      \
    X(RATE, "rate", "rate", "funding_rate")

enum field {
#define X(id, ...) FIELD_##id,
    FIELD_MAP(X)
#undef X
    FIELDS
};

static const char *const field_names[] = {
#define X(id, name, ...) name,
    FIELD_MAP(X)
#undef X
};

enum { USUAL_MAX = 8, HEADER_ROWS_MAX = 5 };
static const char *const usual_names[][USUAL_MAX] = {
#define X(id, name, ...) {__VA_ARGS__, NULL},
    FIELD_MAP(X)
#undef X
};

#define BIT(id) (1u << FIELD_##id)

/* `main` is what makes the kind and must be there; a map may call it "price" as well. */
static const struct kind {
    const char *name;
    rh_record_kind record;
    enum field main;
    unsigned required, optional;
} kinds[] = {
    {"bar", RH_RECORD_BAR, FIELD_CLOSE, BIT(CLOSE),
     BIT(OPEN) | BIT(HIGH) | BIT(LOW) | BIT(VOLUME) | BIT(BUY_VOLUME) | BIT(CLOSE_TIME)},
    {"quote", RH_RECORD_QUOTE, FIELD_BID, BIT(BID) | BIT(ASK), BIT(ID)},
    {"vol", RH_RECORD_VOL, FIELD_VOL, BIT(VOL), 0},
    {"funding", RH_RECORD_FUNDING, FIELD_RATE, BIT(RATE), 0},
    {"trade", RH_RECORD_TRADE, FIELD_PRICE, BIT(PRICE),
     BIT(SIZE) | BIT(SIDE) | BIT(BUYER_MAKER) | BIT(ID)},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

typedef struct column {
    bool mapped, by_index, found;
    size_t index;
    char name[RH_NAME_MAX];
} column;

typedef struct reader {
    rh_import_sink *sink;
    const struct kind *kind;        /* NULL until the header shows it */
    column columns[FIELDS];
    bool usual;                     /* no map: the usual header names */
    bool named;                     /* a header is needed */
    size_t width;                   /* fields of every row */
    rh_import_clock time_clock, known_clock;
} reader;

/* --- the map ------------------------------------------------------------------------------- */

static rh_status find_kind(reader *in, const char *name, rh_error *error)
{
    const char *names[KINDS];
    for (int i = 0; i < KINDS; ++i) {
        names[i] = kinds[i].name;
        if (strcmp(names[i], name) != 0) continue;
        in->kind = &kinds[i];
        return RH_OK;
    }
    const char *near = rh_nearest_name(name, names, KINDS);
    return rh_fail(error, RH_USAGE,
                   "kind \"%.40s\": expected trade, bar, quote, vol or funding%s%s", name,
                   near ? "; did you mean " : "", near ? near : "");
}

/* The kind whose main field is there; a trade's price comes last, as others may be called so. */
static void infer_kind(reader *in, bool found_only)
{
    for (int i = 0; i < KINDS && !in->kind; ++i) {
        const column *main = &in->columns[kinds[i].main];
        if (main->mapped && (main->found || !found_only)) in->kind = &kinds[i];
    }
}

static unsigned allowed_fields(const struct kind *kind)
{
    return kind->required | kind->optional | BIT(TIME) | BIT(KNOWN);
}

static rh_status map_pair(reader *in, const char *pair, size_t length, rh_error *error)
{
    char text[2 * RH_NAME_MAX];
    if (length >= sizeof text) return rh_fail(error, RH_USAGE, "map: a name is too long");
    memcpy(text, pair, length);
    text[length] = '\0';
    char *equal = strchr(text, '=');
    if (!equal || equal == text || !equal[1] || strlen(equal + 1) >= RH_NAME_MAX)
        return rh_fail(error, RH_USAGE, "map: \"%s\" is not FIELD=COLUMN", text);
    *equal = '\0';
    int field = 0;
    while (field < FIELDS && strcmp(text, field_names[field]) != 0) ++field;
    if (field == FIELDS) {
        const char *near = rh_nearest_name(text, field_names, FIELDS);
        return rh_fail(error, RH_USAGE, "map: unknown field \"%s\"%s%s%s", text,
                       near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    column *to = &in->columns[field];
    if (to->mapped) return rh_fail(error, RH_USAGE, "map: \"%s\" is given twice", text);
    to->mapped = true;
    snprintf(to->name, sizeof to->name, "%s", equal + 1);
    int64_t position;
    if (to->name[0] != '#') {
        in->named = true;
    } else {
        if (!rh_parse_i64(to->name + 1, &position) || position < 1 ||
            position > RH_CSV_FIELDS_MAX)
            return rh_fail(error, RH_USAGE, "map: \"%s\" is no position from #1", to->name);
        to->by_index = to->found = true;
        to->index = (size_t)position - 1;
    }
    return RH_OK;
}

/* "price" and "size" stand for the main field and the volume of every kind. */
static void apply_synonyms(reader *in)
{
    column *columns = in->columns;
    enum field main = in->kind->main;
    if (!columns[main].mapped && columns[FIELD_PRICE].mapped && main != FIELD_BID) {
        columns[main] = columns[FIELD_PRICE];
        columns[FIELD_PRICE] = (column){0};
    }
    if (main == FIELD_CLOSE && !columns[FIELD_VOLUME].mapped && columns[FIELD_SIZE].mapped) {
        columns[FIELD_VOLUME] = columns[FIELD_SIZE];
        columns[FIELD_SIZE] = (column){0};
    }
}

static rh_status check_fields(const reader *in, rh_error *error)
{
    const struct kind *kind = in->kind;
    for (unsigned i = 0; i < FIELDS; ++i) {
        bool mapped = in->columns[i].mapped;
        if (mapped && !(allowed_fields(kind) & (1u << i)))
            return rh_fail(error, RH_USAGE, "map: a %s has no %s", kind->name, field_names[i]);
        if (!mapped && (kind->required & (1u << i)))
            return rh_fail(error, RH_USAGE, "map: a %s needs %s=COLUMN", kind->name,
                           field_names[i]);
    }
    if (in->columns[FIELD_TIME].mapped == in->columns[FIELD_CLOSE_TIME].mapped)
        return rh_fail(error, RH_USAGE, "map: expected %s", kind->main == FIELD_CLOSE
                                            ? "one of time=COLUMN and close_time=COLUMN"
                                            : "time=COLUMN");
    if (in->columns[FIELD_SIDE].mapped && in->columns[FIELD_BUYER_MAKER].mapped)
        return rh_fail(error, RH_USAGE, "map: expected one of side and buyer_maker");
    return RH_OK;
}

static rh_status read_map(reader *in, const rh_import_options *options, rh_error *error)
{
    if (options->kind) RH_TRY(find_kind(in, options->kind, error));
    if (!options->map) {
        in->usual = in->named = true;
        return RH_OK;
    }
    for (const char *at = options->map;; ) {
        size_t length = strcspn(at, ",");
        RH_TRY(map_pair(in, at, length, error));
        at += length;
        if (!*at++) break;
    }
    infer_kind(in, false);
    if (!in->kind)
        return rh_fail(error, RH_USAGE, "map: no price, close, bid, vol or rate in \"%.200s\"",
                       options->map);
    apply_synonyms(in);
    return check_fields(in, error);
}

/* --- the header ---------------------------------------------------------------------------- */

static bool same_name(const char *a, const char *b, bool exact)
{
    if (exact) return strcmp(a, b) == 0;
    for (; *a && *b; ++a, ++b)
        if ((*a >= 'A' && *a <= 'Z' ? *a + 32 : *a) != *b) return false;
    return *a == *b;
}

static bool find_column(const rh_csv_row *row, const char *name, bool exact, size_t *index)
{
    for (size_t i = 0; i < row->count; ++i) {
        if (!same_name(row->fields[i], name, exact)) continue;
        *index = i;
        return true;
    }
    return false;
}

static rh_status find_mapped(reader *in, const rh_csv_row *row, rh_error *error)
{
    for (int i = 0; i < FIELDS; ++i) {
        column *to = &in->columns[i];
        if (!to->mapped || (to->by_index && to->index < row->count)) continue;
        if (!to->by_index && find_column(row, to->name, true, &to->index)) continue;
        const char *near = rh_nearest_name(to->name, (const char *const *)row->fields, row->count);
        return rh_fail(error, RH_INPUT, "%s: line %ld: no column \"%s\" in the header "
                       "\"%.30s%s\"%s%s%s", in->sink->path, row->line, to->name, row->fields[0],
                       row->count > 1 ? ",..." : "", near ? "; did you mean \"" : "",
                       near ? near : "", near ? "\"?" : "");
    }
    return RH_OK;
}

static rh_status find_usual(reader *in, const rh_csv_row *row, rh_error *error)
{
    unsigned wanted = in->kind ? allowed_fields(in->kind) : ~0u;
    for (unsigned i = 0; i < FIELDS; ++i) {
        column *to = &in->columns[i];
        *to = (column){0};
        if (!(wanted & (1u << i))) continue;
        for (int j = 0; usual_names[i][j] && !to->found; ++j) {
            to->mapped = to->found = find_column(row, usual_names[i][j], false, &to->index);
            if (to->found) snprintf(to->name, sizeof to->name, "%s", usual_names[i][j]);
        }
    }
    const struct kind *told = in->kind;
    infer_kind(in, true);
    const char *missing = !in->kind ? "price, close, bid, vol or rate" : NULL;
    if (!in->columns[FIELD_TIME].found) missing = "time";
    for (unsigned i = 0; i < FIELDS && !missing; ++i)
        if ((in->kind->required & (1u << i)) && !in->columns[i].found) missing = field_names[i];
    if (!missing) {
        for (unsigned i = 0; i < FIELDS; ++i)
            if (!(allowed_fields(in->kind) & (1u << i))) in->columns[i] = (column){0};
        return RH_OK;
    }
    in->kind = told;
    return rh_fail(error, RH_INPUT, "%s: line %ld: no column for %s; pass --map",
                   in->sink->path, row->line, missing);
}

/* A header may follow a banner: the first few rows are tried, the widest gives the message. */
static rh_status find_header(reader *in, rh_csv *csv, rh_error *error)
{
    rh_csv_row row;
    rh_error failure;
    size_t widest = 0;
    for (int tries = 0; tries < HEADER_ROWS_MAX; ++tries) {
        rh_status status = rh_csv_next(csv, &row, error);
        if (status == RH_END && tries > 0) break;
        if (status != RH_OK) return status;
        status = in->usual ? find_usual(in, &row, &failure) : find_mapped(in, &row, &failure);
        if (status == RH_OK) {
            in->width = row.count;
            return RH_OK;
        }
        if (row.count <= widest) continue;
        widest = row.count;
        if (error) *error = failure;
    }
    return RH_INPUT;
}

/* Without named columns: a first row is a header when neither time nor the main field reads. */
static bool is_header(const reader *in, const rh_csv_row *row)
{
    size_t time = in->columns[FIELD_TIME].mapped ? in->columns[FIELD_TIME].index
                                                 : in->columns[FIELD_CLOSE_TIME].index;
    size_t main = in->columns[in->kind->main].index;
    double number;
    return time < row->count && main < row->count && !rh_import_is_time(row->fields[time]) &&
           !rh_import_number(row->fields[main], &number);
}

/* --- rows ---------------------------------------------------------------------------------- */

static rh_status number_of(const reader *in, const rh_csv_row *from, enum field field,
                           double *value, rh_error *error)
{
    const column *at = &in->columns[field];
    if (!at->mapped) return RH_OK;
    if (rh_import_number(from->fields[at->index], value)) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s (field %zu) is \"%.40s\", expected a number",
                   field_names[field], at->index + 1, from->fields[at->index]);
}

static rh_status time_of(const reader *in, const rh_csv_row *from, enum field field,
                         rh_import_clock *clock, int64_t *time_ns, rh_error *error)
{
    const column *at = &in->columns[field];
    if (!at->mapped) return RH_OK;
    return rh_import_time(clock, from->fields[at->index], time_ns, error);
}

static rh_status side_of(const reader *in, const rh_csv_row *from, double *side, rh_error *error)
{
    static const struct { const char *word; int side; } words[] = {
        {"buy", 1}, {"b", 1}, {"1", 1}, {"+1", 1}, {"sell", -1}, {"s", -1}, {"-1", -1},
        {"", 0}, {"0", 0}, {"unknown", 0}, {"none", 0}};
    static const struct { const char *word; int side; } makers[] = {
        {"true", -1}, {"1", -1}, {"false", 1}, {"0", 1}};
    const column *at = &in->columns[FIELD_SIDE], *maker = &in->columns[FIELD_BUYER_MAKER];
    *side = 0;
    if (at->mapped) {
        const char *text = from->fields[at->index];
        for (size_t i = 0; i < sizeof words / sizeof *words; ++i)
            if (same_name(text, words[i].word, false)) return *side = words[i].side, RH_OK;
        return rh_fail(error, RH_INPUT, "side is \"%.40s\", expected buy or sell", text);
    }
    if (!maker->mapped) return RH_OK;
    const char *text = from->fields[maker->index];
    for (size_t i = 0; i < sizeof makers / sizeof *makers; ++i)
        if (same_name(text, makers[i].word, false)) return *side = makers[i].side, RH_OK;
    return rh_fail(error, RH_INPUT, "buyer_maker is \"%.40s\", expected true or false", text);
}

static rh_status bar_of(const reader *in, const rh_csv_row *from, rh_import_row *row,
                        rh_error *error)
{
    const column *columns = in->columns;
    row->ranged = columns[FIELD_OPEN].mapped && columns[FIELD_HIGH].mapped &&
                  columns[FIELD_LOW].mapped;
    RH_TRY(number_of(in, from, FIELD_OPEN, &row->open, error));
    RH_TRY(number_of(in, from, FIELD_HIGH, &row->high, error));
    RH_TRY(number_of(in, from, FIELD_LOW, &row->low, error));
    RH_TRY(number_of(in, from, FIELD_VOLUME, &row->size, error));
    if (!columns[FIELD_BUY_VOLUME].mapped) {
        row->flags = RH_RECORD_NO_SIDE;
        return RH_OK;
    }
    double buy = 0;
    RH_TRY(number_of(in, from, FIELD_BUY_VOLUME, &buy, error));
    row->extra = 2 * buy - row->size;
    return RH_OK;
}

static rh_status read_row(reader *in, const rh_csv_row *from, rh_import_row *row, rh_error *error)
{
    row->kind = in->kind->record;
    row->known_ns = RH_IMPORT_UNSET;
    RH_TRY(time_of(in, from, FIELD_TIME, &in->time_clock, &row->time_ns, error));
    RH_TRY(time_of(in, from, FIELD_CLOSE_TIME, &in->time_clock, &row->time_ns, error));
    RH_TRY(time_of(in, from, FIELD_KNOWN, &in->known_clock, &row->known_ns, error));
    RH_TRY(number_of(in, from, in->kind->main, &row->price, error));
    row->closes = in->columns[FIELD_CLOSE_TIME].mapped;
    if (row->kind == RH_RECORD_BAR) return bar_of(in, from, row, error);
    if (row->kind == RH_RECORD_QUOTE) RH_TRY(number_of(in, from, FIELD_ASK, &row->extra, error));
    if (row->kind == RH_RECORD_TRADE) {
        RH_TRY(number_of(in, from, FIELD_SIZE, &row->size, error));
        RH_TRY(side_of(in, from, &row->extra, error));
    }
    row->has_id = in->columns[FIELD_ID].mapped;
    if (!row->has_id) return RH_OK;
    const char *id = from->fields[in->columns[FIELD_ID].index];
    row->id = rh_hash64(id, strlen(id));
    return RH_OK;
}

/* Every row has the width of the header; empty fields after it do no harm. */
static rh_status check_width(const reader *in, const rh_csv_row *row, rh_error *error)
{
    size_t extra = in->width;
    while (extra < row->count && !*row->fields[extra]) ++extra;
    if (row->count >= in->width && extra == row->count) return RH_OK;
    return rh_fail(error, RH_INPUT, "%zu fields, expected %zu", row->count, in->width);
}

static rh_status put_row(reader *in, const rh_csv_row *from, rh_error *error)
{
    rh_import_row row = {.line = from->line};
    rh_status status = check_width(in, from, error);
    if (status == RH_OK) status = read_row(in, from, &row, error);
    if (status != RH_OK) return rh_fail_in(error, "%s: line %ld", in->sink->path, from->line);
    return rh_import_put(in->sink, &row, error);
}

static rh_status first_row(reader *in, const rh_csv_row *row, rh_error *error)
{
    in->width = row->count;
    for (int i = 0; i < FIELDS; ++i)
        if (in->columns[i].mapped && in->columns[i].index >= row->count)
            return rh_fail(error, RH_INPUT, "%s: line %ld: %zu fields, but the map names %s",
                           in->sink->path, row->line, row->count, in->columns[i].name);
    return is_header(in, row) ? RH_OK : put_row(in, row, error);
}

static rh_status read_rows(reader *in, rh_csv *csv, rh_error *error)
{
    rh_csv_row row;
    rh_status status = RH_OK;
    if (in->named) status = find_header(in, csv, error);
    while (status == RH_OK && (status = rh_csv_next(csv, &row, error)) == RH_OK)
        status = in->width ? put_row(in, &row, error) : first_row(in, &row, error);
    return status == RH_END ? RH_OK : status;
}

rh_status rh_import_csv(const char *path, const rh_import_options *options, rh_import_sink *sink,
                        rh_error *error)
{
    reader in = {.sink = sink};
    rh_csv *csv;
    RH_TRY(rh_import_clock_init(&in.time_clock, options->time_unit, error));
    RH_TRY(rh_import_clock_init(&in.known_clock, options->time_unit, error));
    RH_TRY(read_map(&in, options, error));
    RH_TRY(rh_csv_open(path, options->delimiter ? options->delimiter : ',', &csv, error));
    rh_status status = read_rows(&in, csv, error);
    rh_csv_close(csv);
    return status;
}
