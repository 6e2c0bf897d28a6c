/* Binance candles: the CSV files of its public archive (with or without the header line, epochs in
 * ms or us) and the JSON arrays of its API: elements of 12 with text numbers, or of 6 numbers.
 * JSON is read element by element in bounded memory; numbers are parsed correctly rounded from
 * their text. Columns: open time, open, high, low, close, volume, close time, quote volume, count,
 * taker buy volume, ... */
#include "feed/import.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "data/source.h"

enum { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, CLOSE_TIME, TAKER_BUY = 9, COLUMNS_MIN = 6,
       COLUMNS_MAX = 16, CELL_MAX = 64 };

static rh_status cell_number(const char *const *cells, int column, double *value, rh_error *error)
{
    static const char *const names[] = {"open time", "open", "high", "low", "close", "volume",
                                        "close time", "quote volume", "count",
                                        "taker buy volume"};
    if (rh_import_number(cells[column], value)) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s (field %d) is \"%.40s\", expected a number",
                   names[column], column + 1, cells[column]);
}

/* Close time is the last ms or us of the bar; only used when the spacing of rows says nothing. */
static int64_t stated_span(rh_import_clock *clock, const char *const *cells, int64_t open_ns)
{
    int64_t close_ns;
    if (rh_import_time(clock, cells[CLOSE_TIME], &close_ns, NULL) != RH_OK) return 0;
    if (close_ns <= open_ns) return 0;
    return close_ns - open_ns + (clock->unit == RH_UNIT_US ? 1000 : 1000000);
}

static rh_status read_cells(rh_import_clock *clock, const char *const *cells, size_t count,
                            rh_import_row *row, rh_error *error)
{
    if (count < COLUMNS_MIN)
        return rh_fail(error, RH_INPUT, "%zu fields, expected at least 6 (open time, open, high, "
                       "low, close, volume)", count);
    row->kind = RH_RECORD_BAR;
    row->known_ns = RH_IMPORT_UNSET;
    row->ranged = true;
    RH_TRY(rh_import_time(clock, cells[TIME], &row->time_ns, error));
    RH_TRY(cell_number(cells, OPEN, &row->open, error));
    RH_TRY(cell_number(cells, HIGH, &row->high, error));
    RH_TRY(cell_number(cells, LOW, &row->low, error));
    RH_TRY(cell_number(cells, CLOSE, &row->price, error));
    RH_TRY(cell_number(cells, VOLUME, &row->size, error));
    if (count > CLOSE_TIME) row->span_ns = stated_span(clock, cells, row->time_ns);
    if (count <= TAKER_BUY) {
        row->flags = RH_RECORD_NO_SIDE;
        return RH_OK;
    }
    double buy;
    RH_TRY(cell_number(cells, TAKER_BUY, &buy, error));
    row->extra = 2 * buy - row->size;
    return RH_OK;
}

/* All rows of a file have the shape of its first. */
typedef struct klines { rh_import_sink *sink; rh_import_clock clock; size_t columns; } klines;

static rh_status put_cells(klines *reader, const char *const *cells, size_t count, long line,
                           rh_error *error)
{
    rh_import_sink *sink = reader->sink;
    rh_import_row row = {.line = line};
    rh_status status = RH_OK;
    if (reader->columns == 0) reader->columns = count;
    if (count != reader->columns)
        status = rh_fail(error, RH_INPUT, "%zu fields, but the first row has %zu", count,
                         reader->columns);
    if (status == RH_OK) status = read_cells(&reader->clock, cells, count, &row, error);
    if (status != RH_OK) return rh_fail_in(error, "%s: %s %ld", sink->path, sink->unit, line);
    return rh_import_put(sink, &row, error);
}

/* --- CSV ----------------------------------------------------------------------------------- */

static bool is_header(const rh_csv_row *row)
{
    double number;
    return row->count >= COLUMNS_MIN && !rh_import_is_time(row->fields[TIME]) &&
           !rh_import_number(row->fields[CLOSE], &number);
}

static rh_status read_csv(const char *path, const rh_import_options *options, klines *reader,
                          rh_error *error)
{
    rh_csv *csv = NULL;
    rh_csv_row row;
    rh_status status = rh_csv_open(path, options->delimiter ? options->delimiter : ',', &csv,
                                   error);
    bool first = true;
    while (status == RH_OK && (status = rh_csv_next(csv, &row, error)) == RH_OK) {
        if (!first || !is_header(&row))
            status = put_cells(reader, (const char *const *)row.fields, row.count, row.line,
                               error);
        else if (strcmp(row.fields[CLOSE], "close") != 0 && strcmp(row.fields[CLOSE], "Close") != 0)
            status = rh_fail(error, RH_INPUT, "%s: line %ld: field 5 of the header is \"%.40s\", "
                             "expected close; read this file with format csv and --map", path,
                             row.line, row.fields[CLOSE]);
        first = false;
    }
    rh_csv_close(csv);
    return status == RH_END ? RH_OK : status;
}

/* --- JSON ---------------------------------------------------------------------------------- */

typedef struct json_stream {
    rh_source *source;
    char bytes[65536];
    size_t at, length;
    long line, element;
    char cells[COLUMNS_MAX][CELL_MAX];
    size_t count;
} json_stream;

/* The next byte without taking it; -1 at the end. */
static rh_status peek(json_stream *stream, int *byte, rh_error *error)
{
    if (stream->at == stream->length) {
        stream->at = stream->length = 0;
        RH_TRY(rh_source_read(stream->source, stream->bytes, sizeof stream->bytes,
                              &stream->length, error));
    }
    *byte = stream->at < stream->length ? (unsigned char)stream->bytes[stream->at] : -1;
    return RH_OK;
}

/* The next byte that is not blank, taken. */
static rh_status take(json_stream *stream, int *byte, rh_error *error)
{
    do {
        RH_TRY(peek(stream, byte, error));
        if (*byte == '\n') ++stream->line;
        if (*byte >= 0) ++stream->at;
    } while (*byte == ' ' || *byte == '\t' || *byte == '\r' || *byte == '\n');
    return RH_OK;
}

static rh_status unexpected(json_stream *stream, int byte, const char *expected, rh_error *error)
{
    const char *path = rh_source_path(stream->source);
    char found[16] = "the end";
    if (byte > ' ' && byte < 127)
        snprintf(found, sizeof found, "'%c'", byte);
    else if (byte >= 0)
        snprintf(found, sizeof found, "byte 0x%02x", (unsigned)byte);
    return rh_fail(error, RH_INPUT, "%s: element %ld (line %ld): found %s, expected %s", path,
                   stream->element, stream->line, found, expected);
}

/* One number or text number into the next cell; `byte` is its first, already taken. */
static rh_status read_cell(json_stream *stream, int byte, rh_error *error)
{
    bool quoted = byte == '"';
    char *cell = stream->cells[stream->count];
    size_t length = 0;
    if (!quoted) cell[length++] = (char)byte;
    for (;;) {
        RH_TRY(peek(stream, &byte, error));
        bool part = quoted ? byte >= ' ' && byte != '"' && byte != '\\'
                           : byte > 0 && strchr("+-.0123456789eE", byte) != NULL;
        if (!part) break;
        if (length + 1 == CELL_MAX) return unexpected(stream, byte, "a shorter number", error);
        cell[length++] = (char)byte;
        ++stream->at;
    }
    cell[length] = '\0';
    ++stream->count;
    if (!quoted) return RH_OK;
    if (byte != '"') return unexpected(stream, byte, "the end of a text", error);
    ++stream->at;
    return RH_OK;
}

/* The cells of one element, its '[' already taken. */
static rh_status read_element(json_stream *stream, rh_error *error)
{
    int byte;
    stream->count = 0;
    do {
        RH_TRY(take(stream, &byte, error));
        if (byte == ']' && stream->count == 0) return RH_OK;
        if (stream->count == COLUMNS_MAX)
            return unexpected(stream, byte, "at most 16 fields", error);
        if (byte != '"' && byte != '-' && !(byte >= '0' && byte <= '9'))
            return unexpected(stream, byte, "a number", error);
        RH_TRY(read_cell(stream, byte, error));
        RH_TRY(take(stream, &byte, error));
    } while (byte == ',');
    return byte == ']' ? RH_OK : unexpected(stream, byte, "',' or ']'", error);
}

static rh_status read_elements(json_stream *stream, klines *reader, rh_error *error)
{
    const char *cells[COLUMNS_MAX];
    int byte;
    for (size_t i = 0; i < COLUMNS_MAX; ++i) cells[i] = stream->cells[i];
    RH_TRY(take(stream, &byte, error));
    if (byte != '[') return unexpected(stream, byte, "'[', an array of candles", error);
    do {
        ++stream->element;
        RH_TRY(take(stream, &byte, error));
        if (byte == ']' && stream->element == 1) break;
        if (byte != '[') return unexpected(stream, byte, "'[', a candle", error);
        RH_TRY(read_element(stream, error));
        RH_TRY(put_cells(reader, cells, stream->count, stream->element, error));
        RH_TRY(take(stream, &byte, error));
    } while (byte == ',');
    if (byte != ']') return unexpected(stream, byte, "',' or ']'", error);
    RH_TRY(take(stream, &byte, error));
    return byte < 0 ? RH_OK : unexpected(stream, byte, "the end of the file", error);
}

/* --- both ---------------------------------------------------------------------------------- */

static void skip_bom(json_stream *stream)
{
    if (stream->length >= 3 && memcmp(stream->bytes, "\xef\xbb\xbf", 3) == 0) stream->at = 3;
}

rh_status rh_import_binance_klines(const char *path, const rh_import_options *options,
                                   rh_import_sink *sink, rh_error *error)
{
    json_stream stream = {.line = 1};
    klines reader = {.sink = sink};
    int byte;
    RH_TRY(rh_import_clock_init(&reader.clock, options->time_unit, error));
    RH_TRY(rh_source_open(path, &stream.source, error));
    rh_status status = peek(&stream, &byte, error);
    skip_bom(&stream);
    size_t start = stream.at;
    while (start < stream.length && strchr(" \t\r\n", stream.bytes[start])) ++start;
    bool json = start < stream.length && strchr("[{", stream.bytes[start]);
    if (status == RH_OK && json) {
        sink->unit = "element";
        status = read_elements(&stream, &reader, error);
    }
    rh_source_close(stream.source);
    return status == RH_OK && !json ? read_csv(path, options, &reader, error) : status;
}
