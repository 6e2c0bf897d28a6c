/* An option chain from CSV: quotes of several underlyings and expiries, columns found by name. What
 * is not understood is refused with file and line; a row without a quote is kept, to be counted. */
#ifndef RH_CLI_CHAIN_CSV_H
#define RH_CLI_CHAIN_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rehedge/pricing.h"

/* Why a row is or is not part of the fit. X(name, text). */
#define RH_CHAIN_USE_MAP(X)                                                                        \
    X(USED, "used")                                                                                \
    X(EXPIRED, "expired")                                                                          \
    X(NO_QUOTE, "no_quote")             /* no bid or no ask; no price; no iv */                    \
    X(CROSSED, "crossed")               /* bid above ask */                                        \
    X(NO_FORWARD, "no_forward")         /* none given, none from parity */                         \
    X(IN_THE_MONEY, "in_the_money")     /* the other side of the strike says it better */          \
    X(NO_VOL, "no_vol")                 /* no vol has this price */                                \
    X(WIDE, "wide")                     /* the vols of bid and ask are too far apart */            \
    X(THIN_EXPIRY, "thin_expiry")       /* not enough quotes for a slice */

typedef enum rh_chain_use {
#define X(name, text) RH_CHAIN_##name,
    RH_CHAIN_USE_MAP(X)
#undef X
    RH_CHAIN_USES
} rh_chain_use;
const char *rh_chain_use_name(rh_chain_use use);

/* The columns, by the names of the plain format. */
#define RH_CHAIN_COLUMN_MAP(X)                                                                     \
    X(strike) X(bid) X(ask) X(price) X(iv) X(forward) X(T) X(days) X(cp) X(expiry) X(time)         \
    X(underlying)
enum {
#define X(name) RH_CHAIN_AT_##name,
    RH_CHAIN_COLUMN_MAP(X)
#undef X
    RH_CHAIN_COLUMNS
};

typedef enum rh_chain_quote {
    RH_QUOTE_MID, RH_QUOTE_PRICE, RH_QUOTE_IV, RH_QUOTE_BEST   /* BEST: the first the file has */
} rh_chain_quote;

typedef struct rh_chain_options {
    const char *format;         /* NULL: by the header */
    const char *columns;        /* "strike=K,expiry=date"; NULL: as the format says */
    const char *only;           /* underlying; NULL: all */
    const char *now;            /* time text; NULL: the time column */
    rh_chain_quote quote;
    int model;                  /* rh_option_model; -1: the format's */
} rh_chain_options;

/* Missing numbers are 0: none of these may be 0. */
typedef struct rh_chain_row {
    long line;
    double strike, bid, ask, price, iv, forward;
    uint32_t expiry;
    signed char sign;           /* +1 call, -1 put, 0 unknown */
} rh_chain_row;

typedef struct rh_chain_expiry {
    uint32_t underlying;
    int64_t expiry_ns, time_ns; /* -1: the file has T instead; the latest time */
    double T;
    size_t first, count;        /* rows */
} rh_chain_expiry;

typedef struct rh_chain {
    const char *format;
    rh_option_model model;
    rh_chain_quote quote;
    rh_chain_row *rows;         /* by expiry, then by line */
    rh_chain_expiry *expiries;  /* by underlying in order of appearance, then by T */
    char (*underlyings)[RH_NAME_MAX];
    size_t row_count, row_capacity, expiry_count, underlying_count;
} rh_chain;

/* "-" is standard input. On failure the chain is empty; free it in any case. */
rh_status rh_chain_read(const char *path, const rh_chain_options *options, rh_chain *chain,
                        rh_error *error);
void rh_chain_free(rh_chain *chain);

#endif
