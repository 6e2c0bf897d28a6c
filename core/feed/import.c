/* The sink every importer writes through: judges order, duplicates, gaps and absurd values,
 * treats them as told, keeps [from, to], and turns bars into the records of their path.
 * Invariant: nothing is dropped, filled or kept silently: every case is counted in the report, and
 * a refusal never leaves a tape behind. */
#include "feed/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"

const char *const rh_treatment_words[] = {"refuse", "drop", "keep", "fill", NULL};

const rh_feed_format rh_feed_formats[] = {
    {"binance-klines", "Binance candles: CSV with or without header, or JSON arrays",
     rh_import_binance_klines},
    {"csv", "any CSV of trades, bars, quotes, vols or funding, by --map", rh_import_csv},
    {NULL, NULL, NULL},
};

const rh_feed_format *rh_feed_format_find(const char *name, rh_error *error)
{
    const char *names[sizeof rh_feed_formats / sizeof *rh_feed_formats];
    size_t count = 0;
    for (; rh_feed_formats[count].name; ++count) {
        if (strcmp(name, rh_feed_formats[count].name) == 0) return &rh_feed_formats[count];
        names[count] = rh_feed_formats[count].name;
    }
    const char *near = rh_nearest_name(name, names, count);
    rh_fail(error, RH_USAGE, "unknown format \"%.60s\"%s%s%s (known: binance-klines, csv)", name,
            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return NULL;
}

void rh_import_defaults(rh_import_options *options)
{
    *options = (rh_import_options){.from_ns = RH_TIME_NS_MIN, .to_ns = RH_TIME_NS_MAX,
                                   .delimiter = ','};
}

/* --- numbers ------------------------------------------------------------------------------- */

static bool same_word(const char *text, const char *lower)
{
    for (; *text && *lower; ++text, ++lower)
        if ((*text >= 'A' && *text <= 'Z' ? *text + 32 : *text) != *lower) return false;
    return *text == *lower;
}

/* [+-]digits[.digits][e[+-]digits]: what rh_parse_double refuses of these is out of range. */
static bool is_decimal(const char *text)
{
    if (*text == '+' || *text == '-') ++text;
    size_t whole = strspn(text, "0123456789"), fraction = 0;
    text += whole;
    if (*text == '.') text += 1 + (fraction = strspn(text + 1, "0123456789"));
    if (whole + fraction == 0) return false;
    if (*text != 'e' && *text != 'E') return *text == '\0';
    ++text;
    if (*text == '+' || *text == '-') ++text;
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && text[digits] == '\0';
}

bool rh_import_number(const char *text, double *value)
{
    static const char *const infinite[] = {"inf", "-inf", "infinity", "-infinity"};
    static const char *const missing[] = {"", "nan", "-nan", "null", "none", "na"};
    if (rh_parse_double(text, value)) return true;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; ++i)
        if (same_word(text, missing[i])) return *value = (double)NAN, true;
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; ++i)
        if (same_word(text, infinite[i])) return *value = (double)INFINITY, true;
    if (!is_decimal(text)) return false;
    *value = (double)INFINITY;
    return true;
}

/* --- judging ------------------------------------------------------------------------------- */

enum { REASON_MAX = 200 };

/* A problem's text is "line 12: REASON". The first one stays in the report, the first refused one
 * becomes the error of the import. */
static void problem(rh_import_sink *sink, const rh_import_row *row, rh_treatment treatment,
                    const char *reason, const char *ways)
{
    rh_error note;
    rh_fail(&note, RH_INPUT, "%s: %s %ld: %s", row->path, row->unit, row->line, reason);
    char *first = sink->report->first_problem;
    if (!*first)
        rh_text_escape(first, sizeof sink->report->first_problem, note.message,
                       strlen(note.message));
    if (treatment != RH_TREAT_REFUSE || sink->refused) return;
    sink->refused = true;
    rh_fail(&sink->refusal, RH_INPUT, "%s; pass %s", note.message, ways);
    rh_tape_abandon(sink->writer);
    sink->writer = NULL;
}

static bool price_ok(double price)
{
    return price >= RH_PRICE_MIN && price <= RH_PRICE_MAX;
}

static bool number_is_absurd(char *reason, const char *name, double value, bool ok)
{
    if (ok) return false;
    char text[RH_NUMBER_TEXT];
    rh_text_double(text, value);
    snprintf(reason, REASON_MAX, "absurd %s %s", name, text);
    return true;
}

static bool is_below(char *reason, const char *name, double value, const char *floor_name,
                     double floor_value)
{
    if (value >= floor_value) return false;
    char text[RH_NUMBER_TEXT], floor_text[RH_NUMBER_TEXT];
    rh_text_double(text, value);
    rh_text_double(floor_text, floor_value);
    snprintf(reason, REASON_MAX, "absurd bar: %s %s below %s %s", name, text, floor_name,
             floor_text);
    return true;
}

static bool bar_is_absurd(const rh_import_row *row, char *reason)
{
    if (number_is_absurd(reason, "close", row->price, price_ok(row->price))) return true;
    if (!row->ranged) return false;
    return number_is_absurd(reason, "open", row->open, price_ok(row->open)) ||
           number_is_absurd(reason, "high", row->high, price_ok(row->high)) ||
           number_is_absurd(reason, "low", row->low, price_ok(row->low)) ||
           is_below(reason, "high", row->high, "low", row->low) ||
           is_below(reason, "high", row->high, "open", row->open) ||
           is_below(reason, "high", row->high, "close", row->price) ||
           is_below(reason, "open", row->open, "low", row->low) ||
           is_below(reason, "close", row->price, "low", row->low);
}

static bool is_absurd(const rh_import_row *row, char *reason)
{
    double price = row->price, size = row->size;
    switch (row->kind) {
    case RH_RECORD_BAR:
        if (bar_is_absurd(row, reason)) return true;
        break;
    case RH_RECORD_QUOTE:
        if (number_is_absurd(reason, "bid", price, price_ok(price)) ||
            number_is_absurd(reason, "ask", row->extra, price_ok(row->extra)))
            return true;
        if (price > row->extra) return snprintf(reason, REASON_MAX, "bid above ask"), true;
        return false;
    case RH_RECORD_VOL:
        return number_is_absurd(reason, "vol (a fraction is expected, 0.8 for 80%)", price,
                                price > 0 && price <= 10);
    case RH_RECORD_FUNDING:
        return number_is_absurd(reason, "funding rate (a fraction is expected)", price,
                                price >= -1 && price <= 1);
    default:
        if (number_is_absurd(reason, "price", price, price_ok(price))) return true;
    }
    double most = row->kind == RH_RECORD_BAR ? size * (1 + 1e-9) : 1;
    return number_is_absurd(reason, "size", size, size >= 0 && size <= RH_QTY_MAX) ||
           number_is_absurd(reason, "signed size", row->extra, fabs(row->extra) <= most);
}

/* --- writing ------------------------------------------------------------------------------- */

static int64_t happened_of(const rh_import_sink *sink, const rh_import_row *row)
{
    return row->kind == RH_RECORD_BAR ? row->time_ns + sink->interval_ns : row->time_ns;
}

static bool inside(const rh_import_sink *sink, int64_t time_ns)
{
    return time_ns >= sink->options->from_ns && time_ns <= sink->options->to_ns;
}

static rh_status append(rh_import_sink *sink, rh_record record, rh_error *error)
{
    if (!inside(sink, record.happened_ns)) return RH_OK;
    ++sink->report->records;
    record.flags |= RH_RECORD_END_OF_BATCH;
    return sink->writer ? rh_tape_append(sink->writer, &record, error) : RH_OK;
}

static rh_status append_point(rh_import_sink *sink, int64_t happened_ns, int64_t known_ns,
                              double price, rh_error *error)
{
    rh_record point = {.happened_ns = happened_ns, .known_ns = known_ns, .price = price,
                       .kind = RH_RECORD_BAR_POINT};
    return append(sink, point, error);
}

/* Open, then the extreme on the far side of where the bar goes, then the other, then the close. */
static rh_status append_path(rh_import_sink *sink, const rh_import_row *row, int64_t known_ns,
                             rh_error *error)
{
    int64_t open_ns = row->time_ns, interval_ns = sink->interval_ns;
    bool rises = row->price >= row->open;
    RH_TRY(append_point(sink, open_ns, open_ns, row->open, error));
    RH_TRY(append_point(sink, open_ns + interval_ns / 3, known_ns, rises ? row->low : row->high,
                        error));
    return append_point(sink, open_ns + interval_ns / 3 * 2 + interval_ns % 3 * 2 / 3, known_ns,
                        rises ? row->high : row->low, error);
}

static rh_status write_row(rh_import_sink *sink, const rh_import_row *row, rh_error *error)
{
    int64_t happened_ns = happened_of(sink, row);
    int64_t known_ns = row->known_ns == RH_IMPORT_UNSET ? happened_ns : row->known_ns;
    if (row->kind == RH_RECORD_BAR && sink->options->ohlc)
        RH_TRY(append_path(sink, row, known_ns, error));
    rh_record record = {.happened_ns = happened_ns, .known_ns = known_ns, .price = row->price,
                        .size = row->size, .extra = row->extra, .kind = (uint16_t)row->kind,
                        .flags = row->flags};
    return append(sink, record, error);
}

/* Bars of no volume at the last close, from the last bar to `row`. */
static rh_status fill_gap(rh_import_sink *sink, const rh_import_row *row, rh_error *error)
{
    rh_import_row bar = sink->last;
    bar.open = bar.high = bar.low = bar.price;
    bar.size = bar.extra = 0;
    bar.known_ns = RH_IMPORT_UNSET;
    if ((row->time_ns - bar.time_ns) / sink->interval_ns > RH_IMPORT_FILL_MAX)
        return rh_fail(error, RH_LIMIT, "%s: %s %ld: this gap is too long to fill", row->path,
                       row->unit, row->line);
    while (row->time_ns - bar.time_ns >= 2 * sink->interval_ns) {
        bar.time_ns += sink->interval_ns;
        RH_TRY(write_row(sink, &bar, error));
    }
    return RH_OK;
}

/* --- order --------------------------------------------------------------------------------- */

static void note_gap(rh_import_report *report, int64_t from_ns, int64_t to_ns)
{
    if (report->gaps++ == 0) {
        report->first_gap_from_ns = from_ns;
        report->first_gap_to_ns = to_ns;
    }
    if (to_ns - from_ns <= report->longest_gap_ns) return;
    report->longest_gap_ns = to_ns - from_ns;
    report->longest_gap_from_ns = from_ns;
    report->longest_gap_to_ns = to_ns;
}

static rh_status judge_gap(rh_import_sink *sink, const rh_import_row *row, rh_error *error)
{
    int64_t before_ns = sink->last.time_ns, interval_ns = sink->interval_ns;
    if (row->kind != RH_RECORD_BAR || row->time_ns - before_ns <= interval_ns) return RH_OK;
    /* The missing closes lie in [before + 2 intervals, row's open]. */
    if (row->time_ns < sink->options->from_ns ||
        before_ns + 2 * interval_ns > sink->options->to_ns)
        return RH_OK;
    char length[RH_TIME_TEXT], from[RH_TIME_TEXT], to[RH_TIME_TEXT], reason[REASON_MAX];
    rh_text_duration(length, row->time_ns - before_ns);
    rh_text_time(from, before_ns);
    rh_text_time(to, row->time_ns);
    snprintf(reason, sizeof reason, "gap of %s from %s to %s", length, from, to);
    note_gap(sink->report, before_ns, row->time_ns);
    problem(sink, row, sink->options->gaps, reason, "--gaps keep or --gaps fill");
    return sink->options->gaps == RH_TREAT_FILL ? fill_gap(sink, row, error) : RH_OK;
}

static bool is_duplicate(const rh_import_sink *sink, const rh_import_row *row)
{
    if (row->kind == RH_RECORD_TRADE || row->kind == RH_RECORD_QUOTE)
        return row->has_id && sink->last.has_id && row->id == sink->last.id;
    return row->time_ns == sink->last.time_ns;
}

/* True when the row must not be written: a duplicate, or behind the last one. */
static bool judge_order(rh_import_sink *sink, const rh_import_row *row)
{
    int64_t last_ns = sink->last.time_ns;
    char now[RH_TIME_TEXT], before[RH_TIME_TEXT], reason[REASON_MAX];
    rh_text_time(now, row->time_ns);
    rh_text_time(before, last_ns);
    if (row->time_ns >= last_ns && is_duplicate(sink, row)) {
        snprintf(reason, sizeof reason, "duplicate of %s %ld at %s", sink->last.unit,
                 sink->last.line, now);
        ++sink->report->duplicates;
        problem(sink, row, sink->options->duplicates, reason, "--duplicates drop");
        return true;
    }
    bool overlaps = row->kind == RH_RECORD_BAR && row->time_ns - last_ns < sink->interval_ns;
    if (row->time_ns >= last_ns && !overlaps) return false;
    if (row->time_ns < last_ns)
        snprintf(reason, sizeof reason, "time goes backwards from %s to %s%s", before, now,
                 sink->judged == 2 ? " (is the file newest first? sort it)" : "");
    else
        snprintf(reason, sizeof reason, "the bar of %s opens before the bar of %s has closed",
                 now, before);
    ++sink->report->reversals;
    problem(sink, row, sink->options->reversals, reason, "--reversals drop");
    return true;
}

static bool judge_value(rh_import_sink *sink, const rh_import_row *row)
{
    char reason[REASON_MAX];
    bool absurd = is_absurd(row, reason);
    if (!absurd && row->known_ns != RH_IMPORT_UNSET && row->known_ns < happened_of(sink, row)) {
        char early[RH_TIME_TEXT];
        rh_text_duration(early, happened_of(sink, row) - row->known_ns);
        snprintf(reason, sizeof reason, "known %s before it happened", early);
        absurd = true;
    }
    if (!absurd) return false;
    ++sink->report->absurd;
    problem(sink, row, sink->options->absurd, reason, "--absurd drop");
    return true;
}

static rh_status judge(rh_import_sink *sink, rh_import_row *row, rh_error *error)
{
    if (row->kind == RH_RECORD_BAR && row->closes) row->time_ns -= sink->interval_ns;
    row->closes = false;
    ++sink->judged;
    bool bar = row->kind == RH_RECORD_BAR, kept = inside(sink, happened_of(sink, row));
    if (bar && sink->options->ohlc) kept = kept || inside(sink, row->time_ns);
    if (!kept) {
        ++sink->report->outside;
        if (sink->any && row->time_ns - sink->last.time_ns < (bar ? sink->interval_ns : 0))
            return RH_OK;
    } else if (judge_value(sink, row) || (sink->any && judge_order(sink, row))) {
        return RH_OK;
    }
    if (sink->any) RH_TRY(judge_gap(sink, row, error));
    sink->last = *row;
    sink->any = true;
    return kept ? write_row(sink, row, error) : RH_OK;
}

/* --- the bar length ------------------------------------------------------------------------ */

/* Without its sign: a file that runs newest first shows its bar length as well. */
static int64_t spacing_at(const rh_import_row *rows, size_t i)
{
    int64_t spacing = rows[i].time_ns - rows[i - 1].time_ns;
    return spacing < 0 ? -spacing : spacing;
}

/* The most frequent spacing of the rows held; the shorter one of two as frequent. */
static int64_t frequent_spacing(const rh_import_row *rows, size_t count)
{
    int64_t best_ns = 0;
    size_t best = 0;
    for (size_t i = 1; i < count; ++i) {
        int64_t spacing = spacing_at(rows, i);
        if (spacing == 0 || spacing == best_ns) continue;
        size_t times = 0;
        for (size_t j = 1; j < count; ++j) times += spacing_at(rows, j) == spacing;
        if (times < best || (times == best && spacing > best_ns)) continue;
        best = times;
        best_ns = spacing;
    }
    return best_ns;
}

static rh_status find_interval(rh_import_sink *sink, rh_error *error)
{
    int64_t interval_ns = sink->options->interval_ns;
    if (interval_ns == 0) interval_ns = frequent_spacing(sink->pending, sink->pending_count);
    if (interval_ns == 0) interval_ns = sink->pending[0].span_ns;
    if (interval_ns <= 0)
        return rh_fail(error, RH_INPUT, "%s: the bar length does not show; pass --interval",
                       sink->pending[0].path);
    if (interval_ns > RH_IMPORT_INTERVAL_MAX)
        return rh_fail(error, RH_INPUT, "%s: bars of more than 366 days are not supported",
                       sink->pending[0].path);
    sink->interval_ns = sink->report->interval_ns = interval_ns;
    return RH_OK;
}

static rh_status start(rh_import_sink *sink, rh_error *error)
{
    sink->started = true;
    if (sink->pending[0].kind == RH_RECORD_BAR) RH_TRY(find_interval(sink, error));
    const char *name = sink->options->instrument ? sink->options->instrument : "INSTRUMENT";
    RH_TRY(rh_tape_create(sink->tape_path, &name, 1, sink->interval_ns, sink->origin,
                          sink->source_sha256, &sink->writer, error));
    for (size_t i = 0; i < sink->pending_count; ++i)
        RH_TRY(judge(sink, &sink->pending[i], error));
    return RH_OK;
}

rh_status rh_import_put(rh_import_sink *sink, rh_import_row *row, rh_error *error)
{
    row->path = sink->path;
    row->unit = sink->unit;
    ++sink->report->rows;
    if (row->kind == RH_RECORD_BAR && sink->options->ohlc && !row->ranged)
        return rh_fail(error, RH_INPUT, "%s: bar_path ohlc needs open, high and low", row->path);
    if (sink->started) return judge(sink, row, error);
    sink->pending[sink->pending_count++] = *row;
    if (row->kind == RH_RECORD_BAR && sink->pending_count < RH_IMPORT_PENDING_ROWS) return RH_OK;
    return start(sink, error);
}

/* --- whole imports ------------------------------------------------------------------------- */

static rh_status check_options(const rh_import_options *options, rh_error *error)
{
    bool gaps = options->gaps == RH_TREAT_REFUSE || options->gaps == RH_TREAT_KEEP ||
                options->gaps == RH_TREAT_FILL;
    if (!gaps) return rh_fail(error, RH_USAGE, "gaps: expected refuse, keep or fill");
    if (options->duplicates > RH_TREAT_DROP || options->reversals > RH_TREAT_DROP ||
        options->absurd > RH_TREAT_DROP)
        return rh_fail(error, RH_USAGE, "duplicates, reversals, absurd: expected refuse or drop");
    if (options->from_ns > options->to_ns)
        return rh_fail(error, RH_USAGE, "from lies after to");
    if (options->interval_ns < 0 || options->interval_ns > RH_IMPORT_INTERVAL_MAX)
        return rh_fail(error, RH_USAGE, "interval: expected at most 366 days");
    return RH_OK;
}

static rh_status finish(rh_import_sink *sink, rh_error *error)
{
    const rh_import_report *report = sink->report;
    if (!sink->started && sink->pending_count > 0) RH_TRY(start(sink, error));
    if (sink->refused) {
        uint64_t more = report->gaps + report->duplicates + report->reversals + report->absurd;
        *error = sink->refusal;
        if (more < 2) return error->status;
        return rh_fail(error, RH_INPUT,
                       "%s (in all: gaps %llu, duplicates %llu, reversals %llu, absurd %llu)",
                       sink->refusal.message, (unsigned long long)report->gaps,
                       (unsigned long long)report->duplicates,
                       (unsigned long long)report->reversals,
                       (unsigned long long)report->absurd);
    }
    if (report->rows == 0) return rh_fail(error, RH_INPUT, "%s: no data rows", sink->path);
    if (report->records == 0)
        return rh_fail(error, RH_INPUT, "%s: none of %llu rows lies in the time range and is fit "
                       "for use", sink->path, (unsigned long long)report->rows);
    rh_tape_writer *writer = sink->writer;
    sink->writer = NULL;
    return rh_tape_commit(writer, error);
}

static rh_status read_all(rh_import_sink *sink, const rh_feed_format *format,
                          const char *const *paths, size_t count, rh_error *error)
{
    for (size_t i = 0; i < count; ++i) {
        sink->path = paths[i];
        sink->unit = "line";
        RH_TRY(format->import(paths[i], sink->options, sink, error));
    }
    return finish(sink, error);
}

/* The hash of one file, or of the hashes of several. */
static rh_status hash_sources(const char *const *paths, size_t count, char hex[RH_SHA256_HEX],
                              rh_error *error)
{
    if (count == 1) return rh_file_sha256(paths[0], hex, error);
    rh_sha256 state;
    rh_sha256_begin(&state);
    for (size_t i = 0; i < count; ++i) {
        RH_TRY(rh_file_sha256(paths[i], hex, error));
        rh_sha256_bytes(&state, hex, RH_SHA256_HEX - 1);
    }
    rh_sha256_hex(&state, hex);
    return RH_OK;
}

rh_status rh_import_files(const rh_feed_format *format, const char *const *paths, size_t count,
                          const rh_import_options *options, const char *tape_path,
                          rh_import_report *report, rh_error *error)
{
    rh_import_report unused;
    rh_error local;
    if (!report) report = &unused;
    if (!error) error = &local;
    *report = (rh_import_report){0};
    if (count == 0) return rh_fail(error, RH_USAGE, "no file to import");
    RH_TRY(check_options(options, error));
    char hex[RH_SHA256_HEX], origin[256];
    RH_TRY(hash_sources(paths, count, hex, error));
    snprintf(origin, sizeof origin,
             "%s gaps=%s duplicates=%s reversals=%s absurd=%s bar_path=%s", format->name,
             rh_treatment_words[options->gaps], rh_treatment_words[options->duplicates],
             rh_treatment_words[options->reversals], rh_treatment_words[options->absurd],
             options->ohlc ? "ohlc" : "close");
    rh_import_sink sink = {.options = options, .report = report, .tape_path = tape_path,
                           .origin = origin, .source_sha256 = hex};
    sink.pending = malloc(RH_IMPORT_PENDING_ROWS * sizeof *sink.pending);
    if (!sink.pending) return rh_fail(error, RH_NO_MEMORY, "no memory for an import");
    rh_status status = read_all(&sink, format, paths, count, error);
    rh_tape_abandon(sink.writer);
    free(sink.pending);
    return status;
}
