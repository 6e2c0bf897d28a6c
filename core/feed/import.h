/* The shared half of every importer: a format turns its bytes into rows, the sink judges them
 * (order, duplicates, gaps, absurd values), treats them as the options say and writes the tape.
 * Invariant: what reaches the tape is sorted, finite and inside [from, to]; everything else is
 * counted in the report, and the first of it is named there with file and line. */
#ifndef RH_FEED_IMPORT_H
#define RH_FEED_IMPORT_H

#include "feed/feed.h"

#define RH_IMPORT_VERSION "1"           /* part of the cache key: raise it when results change */
#define RH_IMPORT_PENDING_ROWS 512u     /* rows looked at to find the bar length */
#define RH_IMPORT_FILL_MAX 10000000     /* bars one gap may be filled with */
#define RH_IMPORT_INTERVAL_MAX (INT64_C(366) * 86400 * 1000000000)
#define RH_IMPORT_UNSET INT64_MIN

typedef struct rh_import_row {
    rh_record_kind kind;        /* BAR, TRADE, QUOTE, VOL or FUNDING */
    uint32_t flags;
    int64_t time_ns;            /* of a bar its open time, else when it happened */
    int64_t known_ns;           /* RH_IMPORT_UNSET: known as soon as it happened */
    int64_t span_ns;            /* bar length the row itself states; 0 when it does not */
    double open, high, low;     /* bars with `ranged` */
    double price, size, extra;
    uint64_t id;                /* of trades and quotes with `has_id` */
    bool ranged, has_id;
    bool closes;                /* time_ns of a bar is its close time */
    long line;                  /* line or element, from 1 */
    const char *path, *unit;    /* set by the sink: file, "line" or "element" */
} rh_import_row;

typedef struct rh_import_sink {
    const rh_import_options *options;
    rh_import_report *report;
    const char *tape_path, *origin, *source_sha256;
    rh_tape_writer *writer;         /* NULL before the start and once something was refused */
    rh_import_row *pending;         /* bars held until their length is known */
    size_t pending_count;
    int64_t interval_ns;
    const char *path, *unit;        /* of the file being read */
    uint64_t judged;                /* rows, the one at hand included */
    bool started, any, refused;
    rh_import_row last;             /* the last row in order, valid when `any` */
    rh_error refusal;               /* of the first row refused */
} rh_import_sink;

/* Judge one row. RH_OK also for a refused row: the file is read to its end, so that the report
 * counts everything; the refusal comes out of rh_import_files. */
rh_status rh_import_put(rh_import_sink *sink, rh_import_row *row, rh_error *error);

/* A number of the data. Overflow, "nan", "inf" and an empty cell give a non-finite value, for the
 * sink to judge as absurd; any other text is false. */
bool rh_import_number(const char *text, double *value);

typedef enum rh_time_unit {
    RH_UNIT_UNKNOWN, RH_UNIT_S, RH_UNIT_MS, RH_UNIT_US, RH_UNIT_NS, RH_UNIT_ISO
} rh_time_unit;
extern const char *const rh_time_unit_words[];      /* by rh_time_unit; [0] is "" */

/* The time unit of one column of one file: told, or found out from its first value and then held
 * to it: a file that changes its unit half way is refused. */
typedef struct rh_import_clock { rh_time_unit unit; bool told; } rh_import_clock;
rh_status rh_import_clock_init(rh_import_clock *clock, const char *unit, rh_error *error);
/* Message without file and line, which the caller puts in front. */
rh_status rh_import_time(rh_import_clock *clock, const char *text, int64_t *time_ns,
                         rh_error *error);
/* Would this text be a time in any unit? (to tell a header from data) */
bool rh_import_is_time(const char *text);

rh_status rh_import_binance_klines(const char *path, const rh_import_options *options,
                                   rh_import_sink *sink, rh_error *error);
rh_status rh_import_csv(const char *path, const rh_import_options *options, rh_import_sink *sink,
                        rh_error *error);

#endif
