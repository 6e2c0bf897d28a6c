/* Option chains from CSV: a header that is understood, then row by row into memory that grows to a
 * limit, then sorted by expiry. Must not price anything. Invariant: every number of a row is finite
 * and in its domain, or 0 because the cell was empty. */
#include "cli/chain_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"

enum { NUMBERS = RH_CHAIN_AT_cp };

static const char *const plain_names[RH_CHAIN_COLUMNS] = {
#define X(name) #name,
    RH_CHAIN_COLUMN_MAP(X)
#undef X
};

typedef struct chain_format {
    const char *name;
    rh_option_model model;
    const char *columns[RH_CHAIN_COLUMNS];      /* NULL: has none */
} chain_format;

static const chain_format formats[] = {
    {"deribit-chain", RH_MODEL_INVERSE,
     {[RH_CHAIN_AT_strike] = "strike", [RH_CHAIN_AT_cp] = "option_type",
      [RH_CHAIN_AT_bid] = "bid_price", [RH_CHAIN_AT_ask] = "ask_price",
      [RH_CHAIN_AT_price] = "mark_price", [RH_CHAIN_AT_iv] = "implied_volatility",
      [RH_CHAIN_AT_forward] = "futures_price", [RH_CHAIN_AT_expiry] = "expiry_datetime",
      [RH_CHAIN_AT_time] = "timestamp", [RH_CHAIN_AT_underlying] = "currency"}},
    {"plain", RH_MODEL_BLACK76,
     {
#define X(name) #name,
         RH_CHAIN_COLUMN_MAP(X)
#undef X
     }},
};
enum { FORMATS = sizeof formats / sizeof *formats, PLAIN = FORMATS - 1 };

typedef struct chain_reader {
    const char *path;                   /* as messages name it */
    const rh_chain_options *options;
    rh_chain *chain;
    rh_csv *csv;
    char names[RH_CHAIN_COLUMNS][RH_NAME_MAX];  /* "" where there is none */
    int column[RH_CHAIN_COLUMNS];       /* -1: not there */
    size_t width;                       /* fields of the header */
    int64_t now_ns;                     /* -1: from the rows */
    uint32_t last;                      /* expiry of the row before: often the same */
} chain_reader;

const char *rh_chain_use_name(rh_chain_use use)
{
    static const char *const names[RH_CHAIN_USES] = {
#define X(name, text) text,
        RH_CHAIN_USE_MAP(X)
#undef X
    };
    return (unsigned)use < RH_CHAIN_USES ? names[use] : "unknown";
}

/* --- which columns ---------------------------------------------------------------------------- */

static int find(const rh_csv_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i], name) == 0) return (int)i;
    return -1;
}

static bool has_format(const rh_csv_row *row, const chain_format *format)
{
    for (int at = 0; at < RH_CHAIN_COLUMNS; at++)
        if (format->columns[at] && find(row, format->columns[at]) < 0) return false;
    return true;
}

static rh_status choose_format(const chain_reader *reader, const rh_csv_row *row,
                               const chain_format **format, rh_error *error)
{
    const char *wanted = reader->options->format;
    for (int i = 0; i < FORMATS; i++) {
        *format = &formats[i];
        if (wanted ? strcmp(wanted, formats[i].name) == 0 : i == PLAIN || has_format(row, *format))
            return RH_OK;
    }
    return rh_fail(error, RH_USAGE, "--format: \"%.40s\", expected deribit-chain or plain", wanted);
}

/* "strike=K,expiry=date": each once, each name known. */
static rh_status map_columns(chain_reader *reader, rh_error *error)
{
    const char *text = reader->options->columns;
    while (text && *text) {
        char name[RH_NAME_MAX], column[RH_NAME_MAX];
        size_t left = strcspn(text, "=,"), right = 0;
        if (text[left] == '=') right = strcspn(text + left + 1, ",");
        if (right == 0 || left >= sizeof name || right >= sizeof column)
            return rh_fail(error, RH_USAGE, "--columns: \"%.60s\", expected NAME=COLUMN,...", text);
        snprintf(name, sizeof name, "%.*s", (int)left, text);
        snprintf(column, sizeof column, "%.*s", (int)right, text + left + 1);
        int at = 0;
        while (at < RH_CHAIN_COLUMNS && strcmp(plain_names[at], name) != 0) at++;
        if (at == RH_CHAIN_COLUMNS) {
            const char *near = rh_nearest_name(name, plain_names, RH_CHAIN_COLUMNS);
            return rh_fail(error, RH_USAGE, "--columns: \"%s\" is no name of a column%s%s%s", name,
                           near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        }
        memcpy(reader->names[at], column, sizeof column);
        text += left + 1 + right;
        text += *text == ',';
    }
    return RH_OK;
}

static rh_status find_columns(chain_reader *reader, const rh_csv_row *row, rh_error *error)
{
    for (int at = 0; at < RH_CHAIN_COLUMNS; at++) {
        reader->column[at] = -1;
        for (size_t i = 0; i < row->count && reader->names[at][0]; i++) {
            if (strcmp(row->fields[i], reader->names[at]) != 0) continue;
            if (reader->column[at] >= 0)
                return rh_fail(error, RH_INPUT, "%s:%ld: the column \"%s\" is there twice",
                               reader->path, row->line, reader->names[at]);
            reader->column[at] = (int)i;
        }
    }
    return RH_OK;
}

static bool has(const chain_reader *reader, int at)
{
    return reader->column[at] >= 0;
}

static rh_status lacks(const chain_reader *reader, long line, const char *what, rh_error *error)
{
    return rh_fail(error, RH_INPUT,
                   "%s:%ld: no column %s; expected strike, cp, expiry and time (or T, or days), "
                   "bid and ask (or price, or iv), and maybe forward, underlying",
                   reader->path, line, what);
}

static rh_status choose_quote(chain_reader *reader, long line, rh_error *error)
{
    bool mid = has(reader, RH_CHAIN_AT_bid) && has(reader, RH_CHAIN_AT_ask);
    bool price = has(reader, RH_CHAIN_AT_price), iv = has(reader, RH_CHAIN_AT_iv);
    rh_chain_quote quote = reader->options->quote;
    if (quote == RH_QUOTE_BEST) quote = mid ? RH_QUOTE_MID : price ? RH_QUOTE_PRICE : RH_QUOTE_IV;
    if (quote == RH_QUOTE_MID && !mid) return lacks(reader, line, "bid or ask", error);
    if (quote == RH_QUOTE_PRICE && !price) return lacks(reader, line, "price", error);
    if (quote == RH_QUOTE_IV && !iv) return lacks(reader, line, "iv, price, or bid and ask", error);
    reader->chain->quote = quote;
    return RH_OK;
}

static rh_status check_columns(chain_reader *reader, long line, rh_error *error)
{
    if (!has(reader, RH_CHAIN_AT_strike)) return lacks(reader, line, "strike", error);
    bool dated = has(reader, RH_CHAIN_AT_expiry);
    if (!dated && !has(reader, RH_CHAIN_AT_T) && !has(reader, RH_CHAIN_AT_days))
        return lacks(reader, line, "expiry, T or days", error);
    if (dated && reader->now_ns < 0 && !has(reader, RH_CHAIN_AT_time))
        return lacks(reader, line, "time (or --now) to count to the expiry from", error);
    RH_TRY(choose_quote(reader, line, error));
    if (!has(reader, RH_CHAIN_AT_cp) && reader->chain->quote != RH_QUOTE_IV)
        return lacks(reader, line, "cp", error);
    return RH_OK;
}

static rh_status read_header(chain_reader *reader, rh_error *error)
{
    rh_csv_row row;
    const chain_format *format = NULL;
    rh_status status = rh_csv_next(reader->csv, &row, error);
    if (status == RH_END)
        return rh_fail(error, RH_INPUT, "%s: empty, expected a header line", reader->path);
    if (status != RH_OK) return status;
    RH_TRY(choose_format(reader, &row, &format, error));
    for (int at = 0; at < RH_CHAIN_COLUMNS; at++)
        snprintf(reader->names[at], RH_NAME_MAX, "%s",
                 format->columns[at] ? format->columns[at] : "");
    RH_TRY(map_columns(reader, error));
    RH_TRY(find_columns(reader, &row, error));
    reader->width = row.count;
    reader->chain->format = format->name;
    reader->chain->model =
        reader->options->model < 0 ? format->model : (rh_option_model)reader->options->model;
    return check_columns(reader, row.line, error);
}

/* --- rows ------------------------------------------------------------------------------------- */

static rh_status refuse(const chain_reader *reader, const rh_csv_row *row, int at,
                        const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s:%ld: %s: found \"%.60s\", expected %s", reader->path,
                   row->line, reader->names[at], row->fields[reader->column[at]], expected);
}

/* Empty is 0, where that may be; prices and vols may be 0 as well. */
static rh_status read_numbers(const chain_reader *reader, const rh_csv_row *row, double *numbers,
                              rh_error *error)
{
    for (int at = 0; at < NUMBERS; at++) {
        bool term = at == RH_CHAIN_AT_T || at == RH_CHAIN_AT_days;
        numbers[at] = 0.0;
        if (!has(reader, at)) continue;
        const char *text = row->fields[reader->column[at]];
        if (text[0] == '\0' && at != RH_CHAIN_AT_strike && !term) continue;
        if (!rh_parse_double(text, &numbers[at])) return refuse(reader, row, at, "a number", error);
        if (term) continue;
        bool positive = at == RH_CHAIN_AT_strike || at == RH_CHAIN_AT_forward;
        if (!(numbers[at] >= (positive ? RH_PRICE_MIN : 0.0)) || numbers[at] > RH_PRICE_MAX)
            return refuse(reader, row, at, positive ? "a number from 1e-15 to 1e15"
                                                    : "a number from 0 to 1e15", error);
    }
    return RH_OK;
}

static rh_status read_sign(const chain_reader *reader, const rh_csv_row *row, signed char *sign,
                           rh_error *error)
{
    static const struct { const char *text; signed char sign; } words[] = {
        {"C", 1}, {"c", 1}, {"call", 1}, {"P", -1}, {"p", -1}, {"put", -1}};
    *sign = 0;
    if (!has(reader, RH_CHAIN_AT_cp)) return RH_OK;
    const char *text = row->fields[reader->column[RH_CHAIN_AT_cp]];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].text) == 0) *sign = words[i].sign;
    if (*sign == 0) return refuse(reader, row, RH_CHAIN_AT_cp, "C, P, call or put", error);
    return RH_OK;
}

static rh_status read_times(const chain_reader *reader, const rh_csv_row *row,
                            const double *numbers, rh_chain_expiry *expiry, rh_error *error)
{
    expiry->expiry_ns = expiry->time_ns = -1;
    expiry->T = has(reader, RH_CHAIN_AT_T) ? numbers[RH_CHAIN_AT_T]
                                           : numbers[RH_CHAIN_AT_days] / 365.0;
    if (!has(reader, RH_CHAIN_AT_expiry)) return RH_OK;
    expiry->time_ns = reader->now_ns;
    if (!rh_parse_time(row->fields[reader->column[RH_CHAIN_AT_expiry]], &expiry->expiry_ns))
        return refuse(reader, row, RH_CHAIN_AT_expiry, "a time like 2026-02-13T08:00:00Z", error);
    if (reader->now_ns < 0 &&
        !rh_parse_time(row->fields[reader->column[RH_CHAIN_AT_time]], &expiry->time_ns))
        return refuse(reader, row, RH_CHAIN_AT_time, "a time like 2026-02-13T08:00:00Z", error);
    return RH_OK;
}

/* --- underlyings and expiries ----------------------------------------------------------------- */

static rh_status find_underlying(chain_reader *reader, const rh_csv_row *row, uint32_t *found,
                                 rh_error *error)
{
    rh_chain *chain = reader->chain;
    const char *name = "";
    if (has(reader, RH_CHAIN_AT_underlying))
        name = row->fields[reader->column[RH_CHAIN_AT_underlying]];
    if (strlen(name) >= RH_NAME_MAX)
        return refuse(reader, row, RH_CHAIN_AT_underlying, "a name of at most 63 bytes", error);
    for (uint32_t i = 0; i < chain->underlying_count; i++) {
        *found = i;
        if (strcmp(chain->underlyings[i], name) == 0) return RH_OK;
    }
    if (chain->underlying_count == RH_CHAIN_UNDERLYINGS_MAX)
        return rh_fail(error, RH_LIMIT, "%s:%ld: more than %d underlyings", reader->path, row->line,
                       RH_CHAIN_UNDERLYINGS_MAX);
    *found = (uint32_t)chain->underlying_count++;
    snprintf(chain->underlyings[*found], RH_NAME_MAX, "%s", name);
    return RH_OK;
}

static bool is_same(const rh_chain_expiry *x, const rh_chain_expiry *y)
{
    if (x->underlying != y->underlying || x->expiry_ns != y->expiry_ns) return false;
    return x->expiry_ns >= 0 || x->T == y->T;
}

static rh_status find_expiry(chain_reader *reader, const rh_csv_row *row,
                             const rh_chain_expiry *expiry, uint32_t *found, rh_error *error)
{
    rh_chain *chain = reader->chain;
    uint32_t count = (uint32_t)chain->expiry_count, i = 0;
    if (reader->last < count && is_same(&chain->expiries[reader->last], expiry)) i = reader->last;
    while (i < count && !is_same(&chain->expiries[i], expiry)) i++;
    if (i == RH_CHAIN_EXPIRIES_MAX)
        return rh_fail(error, RH_LIMIT, "%s:%ld: more than %d expiries", reader->path, row->line,
                       RH_CHAIN_EXPIRIES_MAX);
    if (i == count) chain->expiries[chain->expiry_count++] = *expiry;
    rh_chain_expiry *kept = &chain->expiries[i];
    if (expiry->time_ns > kept->time_ns) kept->time_ns = expiry->time_ns;
    kept->count++;
    reader->last = *found = i;
    return RH_OK;
}

static rh_status keep_row(chain_reader *reader, const rh_chain_row *row, rh_error *error)
{
    rh_chain *chain = reader->chain;
    if (chain->row_count == RH_CHAIN_ROWS_MAX)
        return rh_fail(error, RH_LIMIT, "%s:%ld: more than %d rows", reader->path, row->line,
                       RH_CHAIN_ROWS_MAX);
    if (chain->row_count == chain->row_capacity) {
        size_t capacity = chain->row_capacity ? 2 * chain->row_capacity : 1024;
        rh_chain_row *rows = realloc(chain->rows, capacity * sizeof *rows);
        if (!rows) return rh_fail(error, RH_NO_MEMORY, "%s: no memory for its rows", reader->path);
        chain->rows = rows;
        chain->row_capacity = capacity;
    }
    chain->rows[chain->row_count++] = *row;
    return RH_OK;
}

static rh_status read_row(chain_reader *reader, const rh_csv_row *csv, rh_error *error)
{
    double numbers[NUMBERS];
    rh_chain_row row = {.line = csv->line};
    rh_chain_expiry expiry = {0};
    if (csv->count != reader->width)
        return rh_fail(error, RH_INPUT, "%s:%ld: %zu fields, the header has %zu", reader->path,
                       csv->line, csv->count, reader->width);
    const char *only = reader->options->only;
    if (only && has(reader, RH_CHAIN_AT_underlying) &&
        strcmp(only, csv->fields[reader->column[RH_CHAIN_AT_underlying]]) != 0)
        return RH_OK;
    RH_TRY(read_numbers(reader, csv, numbers, error));
    RH_TRY(read_sign(reader, csv, &row.sign, error));
    RH_TRY(read_times(reader, csv, numbers, &expiry, error));
    RH_TRY(find_underlying(reader, csv, &expiry.underlying, error));
    RH_TRY(find_expiry(reader, csv, &expiry, &row.expiry, error));
    row.strike = numbers[RH_CHAIN_AT_strike];
    row.bid = numbers[RH_CHAIN_AT_bid];
    row.ask = numbers[RH_CHAIN_AT_ask];
    row.price = numbers[RH_CHAIN_AT_price];
    row.iv = numbers[RH_CHAIN_AT_iv];
    row.forward = numbers[RH_CHAIN_AT_forward];
    return keep_row(reader, &row, error);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int by_expiry(const void *left, const void *right)
{
    const rh_chain_expiry *x = left, *y = right;
    if (x->underlying != y->underlying) return x->underlying < y->underlying ? -1 : 1;
    if (x->T != y->T) return x->T < y->T ? -1 : 1;
    return 0;
}

static int by_row(const void *left, const void *right)
{
    const rh_chain_row *x = left, *y = right;
    if (x->expiry != y->expiry) return x->expiry < y->expiry ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Expiries into their order, rows behind them. `first` remembers the old number on the way. */
static void arrange(rh_chain *chain)
{
    uint32_t rank[RH_CHAIN_EXPIRIES_MAX];
    for (uint32_t i = 0; i < chain->expiry_count; i++) {
        rh_chain_expiry *expiry = &chain->expiries[i];
        expiry->first = i;
        if (expiry->expiry_ns >= 0)
            expiry->T = (double)(expiry->expiry_ns - expiry->time_ns) / RH_YEAR_NS;
    }
    if (chain->expiry_count > 0)
        qsort(chain->expiries, chain->expiry_count, sizeof *chain->expiries, by_expiry);
    size_t first = 0;
    for (uint32_t i = 0; i < chain->expiry_count; i++) {
        rank[chain->expiries[i].first] = i;
        chain->expiries[i].first = first;
        first += chain->expiries[i].count;
    }
    for (size_t i = 0; i < chain->row_count; i++)
        chain->rows[i].expiry = rank[chain->rows[i].expiry];
    if (chain->row_count > 0) qsort(chain->rows, chain->row_count, sizeof *chain->rows, by_row);
}

static rh_status read_rows(chain_reader *reader, rh_error *error)
{
    rh_status status;
    rh_csv_row row;
    RH_TRY(read_header(reader, error));
    while ((status = rh_csv_next(reader->csv, &row, error)) == RH_OK)
        RH_TRY(read_row(reader, &row, error));
    if (status != RH_END) return status;
    if (reader->chain->row_count == 0)
        return rh_fail(error, RH_INPUT, "%s: no row%s%.60s", reader->path,
                       reader->options->only ? " of " : "",
                       reader->options->only ? reader->options->only : "");
    arrange(reader->chain);
    return RH_OK;
}

rh_status rh_chain_read(const char *path, const rh_chain_options *options, rh_chain *chain,
                        rh_error *error)
{
    chain_reader reader = {.path = path, .options = options, .chain = chain, .now_ns = -1};
    *chain = (rh_chain){0};
    if (options->now && !rh_parse_time(options->now, &reader.now_ns))
        return rh_fail(error, RH_USAGE, "--now: \"%.40s\", expected a time like "
                       "2026-02-05T15:51:32Z", options->now);
    chain->expiries = calloc(RH_CHAIN_EXPIRIES_MAX, sizeof *chain->expiries);
    chain->underlyings = calloc(RH_CHAIN_UNDERLYINGS_MAX, sizeof *chain->underlyings);
    if (!chain->expiries || !chain->underlyings) {
        rh_chain_free(chain);
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", path);
    }
    rh_status status = rh_csv_open_input(path, ',', &reader.csv, error);
    if (status == RH_OK) {
        reader.path = rh_csv_path(reader.csv);
        status = read_rows(&reader, error);
    }
    rh_csv_close(reader.csv);
    if (status != RH_OK) rh_chain_free(chain);
    return status;
}

void rh_chain_free(rh_chain *chain)
{
    free(chain->rows);
    free(chain->expiries);
    free(chain->underlyings);
    *chain = (rh_chain){0};
}
