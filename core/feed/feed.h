/* A feed: anything that yields records in (happened) order. One vtable for tapes, generators and,
 * later, recorded messages. A feed owns its memory and allocates nothing in `more`.
 * Kinds are rows of tables: rh_feed_formats (importers) and rh_feed_models (generators). */
#ifndef RH_FEED_FEED_H
#define RH_FEED_FEED_H

#include "base/error.h"
#include "data/json.h"
#include "data/tape.h"

/* One of many paths of the feeds that are generators; the others are the same in each. */
typedef struct rh_feed_path {
    uint32_t index; /* of every random stream */
    bool mirrored;  /* its normal shocks have the other sign */
    bool matched;   /* and are then shifted and scaled by the moments that `measure` found */
} rh_feed_path;

typedef struct rh_feed rh_feed;
struct rh_feed {
    /* Records at hand, taken by moving `ready`: a whole tape, or what a generator made ahead. Their
     * instruments are feed-local (0 .. n-1). They last until `more` is called. */
    const rh_record *ready, *ready_end;
    /* Called when none is left. RH_OK and at least one record, RH_END, or a failure; after one of
     * the last two it says the same again. */
    rh_status (*more)(rh_feed *feed, rh_error *error);
    void (*free)(rh_feed *feed);
    /* Back to the first record, of another path. */
    rh_status (*rewind)(rh_feed *feed, const rh_feed_path *path, rh_error *error);
    /* Find the mean and the variance of the shocks of each step over `count` paths, which are 0 and
     * 1 in those paths when they are `matched`. Rewind afterwards. NULL where nothing is random. */
    rh_status (*measure)(rh_feed *feed, const rh_feed_path *paths, size_t count, rh_error *error);
    /* Of a feed whose only records are bars of one instrument: the prices of the next `count` bars
     * of the path, which are all there are or fewer, without the bars. Rewind afterwards. NULL:
     * the records must be taken one by one. */
    rh_status (*prices)(rh_feed *feed, double *prices, size_t count, rh_error *error);
    bool random;                    /* a generator, or a merge with one */
    bool mirrors;                   /* all that is random in it can be mirrored and matched */
    int64_t interval_ns;            /* bar length, 0 when it has none */
    int64_t delay_ns;               /* added to `known` by a merge: a slow source */
    uint32_t instruments;
    const char *(*instrument_name)(const rh_feed *feed, uint32_t index);
    /* The digest identity of the input: tape content hash, or "" for a generator. */
    const char *content_hash;
};

/* RH_OK and the next record, not yet taken; RH_END, or a failure. */
static inline rh_status rh_feed_peek(rh_feed *feed, const rh_record **record, rh_error *error)
{
    if (feed->ready == feed->ready_end) RH_TRY(feed->more(feed, error));
    *record = feed->ready;
    return RH_OK;
}

/* RH_OK and a copy of the next record, which is taken; RH_END, or a failure. */
static inline rh_status rh_feed_next(rh_feed *feed, rh_record *record, rh_error *error)
{
    const rh_record *next;
    RH_TRY(rh_feed_peek(feed, &next, error));
    *record = *next;
    feed->ready++;
    return RH_OK;
}

/* Records of a tape with from <= happened <= to. On success the feed owns the tape, on failure the
 * caller still does. */
rh_status rh_feed_from_tape(rh_tape *tape, int64_t from_ns, int64_t to_ns, rh_feed **feed,
                            rh_error *error);

/* --- importers ----------------------------------------------------------------------------- */

typedef enum rh_treatment {
    RH_TREAT_REFUSE, RH_TREAT_DROP, RH_TREAT_KEEP, RH_TREAT_FILL
} rh_treatment;
extern const char *const rh_treatment_words[];     /* "refuse", "drop", "keep", "fill", NULL */

typedef struct rh_import_options {
    rh_treatment gaps;          /* refuse, keep (leave the hole), fill (last close, no volume) */
    rh_treatment duplicates;    /* refuse | drop (the first wins) */
    rh_treatment reversals;     /* refuse | drop */
    rh_treatment absurd;        /* non-finite, <= 0, beyond limits, high < low: refuse | drop */
    bool ohlc;                  /* bar_path "ohlc" instead of "close" */
    int64_t interval_ns;        /* 0: find out (the most frequent spacing of the first rows) */
    int64_t from_ns, to_ns;     /* gaps are judged, and records kept, inside this range only */
    const char *map;            /* csv: "time=ts,price=px,..." ; NULL otherwise */
    const char *kind;           /* csv: "trade", "bar", "quote", "vol", "funding" */
    const char *time_unit;      /* csv: "s", "ms", "us", "ns", "iso" or NULL: find out */
    const char *instrument;     /* name written into the tape */
    char delimiter;             /* csv, default ',' */
} rh_import_options;
void rh_import_defaults(rh_import_options *options);    /* refuse everything; whole range; close */

typedef struct rh_import_report {
    uint64_t rows, records, gaps, duplicates, reversals, absurd, outside;
    int64_t first_gap_from_ns, first_gap_to_ns;     /* opens of the bars beside the gap */
    int64_t longest_gap_ns, longest_gap_from_ns, longest_gap_to_ns;
    int64_t interval_ns;
    char first_problem[256];    /* "line 4711: ..." of the first thing refused or treated */
} rh_import_report;

struct rh_import_sink;          /* feed/import.h: where a format puts its rows */
typedef struct rh_feed_format {
    const char *name;           /* "binance-klines", "csv" */
    const char *about;
    /* Read `path` row by row into the sink, which judges, treats and writes them. */
    rh_status (*import)(const char *path, const rh_import_options *options,
                        struct rh_import_sink *sink, rh_error *error);
} rh_feed_format;
extern const rh_feed_format rh_feed_formats[];          /* ended by a NULL name */
const rh_feed_format *rh_feed_format_find(const char *name, rh_error *error);   /* did-you-mean */

/* Import `count` files (in order, one instrument) into one tape. On refusal the message names the
 * file, the line or the gap ("gap of 4h45m from 2021-04-25T04:00:00Z to 2021-04-25T08:45:00Z; pass
 * --gaps keep or --gaps fill"), and `report` is still filled. */
rh_status rh_import_files(const rh_feed_format *format, const char *const *paths, size_t count,
                          const rh_import_options *options, const char *tape_path,
                          rh_import_report *report, rh_error *error);

/* Import on the fly for a scenario: the tape lies in the cache folder ($REHEDGE_CACHE, else
 * $XDG_CACHE_HOME/rehedge, else ~/.cache/rehedge) under the SHA-256 of file and options, or in
 * a temporary file when the cache cannot be written. `path` may itself be a tape (format NULL). */
rh_status rh_import_cached(const rh_feed_format *format, const char *path,
                           const rh_import_options *options, rh_tape **tape, rh_error *error);

/* The keys of a JSON object that name a file and say how it is read, besides "file" itself. */
#define RH_IMPORT_KEYS                                                                             \
    "format", "gaps", "duplicates", "reversals", "absurd", "bar_path", "map", "kind", "time_unit", \
        "delimiter"
/* These keys, where they are given, and "interval", into `options`. */
rh_status rh_import_read_options(rh_json at, rh_import_options *options, rh_error *error);
/* What a caller thinks of a file before it is read. */
typedef rh_status (*rh_import_check)(void *context, bool is_tape, const char *path,
                                     rh_error *error);
/* The file of `at`'s key "file", by its key "format" (absent: a tape), through the cache. Relative
 * to the folder of base_file and below it or a folder of `allowed`; NULL: as it is written. `check`
 * may be NULL; *is_tape is set, and left alone where the path is refused. */
rh_status rh_import_named(rh_json at, const char *base_file, const char *const *allowed,
                          const rh_import_options *options, rh_import_check check, void *context,
                          bool *is_tape, rh_tape **tape, rh_error *error);

/* --- generators ---------------------------------------------------------------------------- */

struct rh_synth;                /* feed/synth.h: what every generator shares */
typedef struct rh_feed_model {
    const char *name;               /* "gbm", "heston", "merton", ... */
    const char *about;
    const char *const *keys;        /* its parameters, NULL-terminated, besides the common ones */
    size_t bytes;                   /* of its struct, an rh_synth first */
    bool resamples;                 /* the tape of its key "file": rh_feed_resample */
    /* Common keys (model, spot, drift, interval or steps, size: mean bar volume) have been read. */
    rh_status (*configure)(rh_json at, struct rh_synth *synth, rh_error *error);
} rh_feed_model;
extern const rh_feed_model *const rh_feed_models[];     /* ended by NULL */
/* `at` is an object with "model"; the feed streams bars (kind BAR) from from_ns to to_ns. */
rh_status rh_feed_synth(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                        uint32_t stream, rh_feed **feed, rh_error *error);
/* Whether the model named by `at` resamples a tape, which the caller opens (rh_import_named). */
bool rh_feed_resamples(rh_json at);
/* rh_feed_synth for such a model; the tape may be closed afterwards. */
rh_status rh_feed_resample(rh_json at, const rh_tape *tape, int64_t from_ns, int64_t to_ns,
                           uint64_t seed, uint32_t path, uint32_t stream, rh_feed **feed,
                           rh_error *error);

/* --- merge --------------------------------------------------------------------------------- */

/* k feeds as one, by (happened, feed index, order within the feed). remap[i][j] is the universe
 * index of instrument j of feed i (copied). On success the merge owns the feeds, on failure the
 * caller still does. A feed that goes back in time ends the stream with RH_INPUT. */
rh_status rh_feed_merge(rh_feed *const *feeds, const uint16_t *const *remap, size_t count,
                        rh_feed **merged, rh_error *error);

#endif
