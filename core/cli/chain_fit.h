/* From the rows of a chain to surfaces: forwards, implied vols, weights, slices, and for every row
 * the reason why it is or is not part of the fit. */
#ifndef RH_CLI_CHAIN_FIT_H
#define RH_CLI_CHAIN_FIT_H

#include "base/arena.h"
#include "cli/chain_csv.h"
#include "rehedge/surface.h"

typedef enum rh_chain_weights {
    RH_WEIGHT_SPREAD,   /* 1 / (spread of the vols + half a point)^2; no mids: vega */
    RH_WEIGHT_VEGA,     /* the square of the Black vega: least squares of prices */
    RH_WEIGHT_EQUAL
} rh_chain_weights;

typedef struct rh_chain_fit_options {
    rh_chain_weights weights;
    double rate;                /* discounts Black-76 prices */
    double spread_max;          /* of the vols of bid and ask, against the quote's vol */
    bool ssvi, repair, both_sides;
} rh_chain_fit_options;

typedef enum rh_forward_source {
    RH_FORWARD_NONE, RH_FORWARD_GIVEN, RH_FORWARD_PARITY
} rh_forward_source;

typedef struct rh_expiry_fit {
    const rh_chain_expiry *expiry;
    rh_forward_source source;
    double forward;
    size_t uses[RH_CHAIN_USES];         /* rows by what became of them */
    size_t first, count;                /* quotes of the fit */
    size_t banded, inside;              /* quotes with bid and ask; of these the fit lies inside */
    bool fitted;
    rh_fit_error error;
    double theta;                       /* of SSVI */
} rh_expiry_fit;

enum { RH_CHAIN_ARBITRAGE_MAX = 4096 };

typedef struct rh_underlying_fit {
    const char *name;                   /* "" where the file has no such column */
    rh_expiry_fit *expiries;
    size_t expiry_count;
    rh_surface surface;                 /* of those that were fitted, */
    const rh_expiry_fit **of_slice;     /* and whose they are */
    rh_fit_error error, raw_error;      /* of all quotes; before the repair */
    rh_ssvi ssvi;
    rh_arbitrage *arbitrage;            /* as it is now: after the repair */
    size_t arbitrage_count, listed, raw_count;
    size_t replaced;                    /* slices that the repair had to replace */
} rh_underlying_fit;

typedef struct rh_chain_fit {
    rh_underlying_fit *underlyings;
    size_t underlying_count;
} rh_chain_fit;

/* All of the fit lives in the arena; it points into the chain as well. RH_DOMAIN: no SSVI, or no
 * repair; an expiry without a slice is no failure. */
rh_status rh_chain_fit_all(const rh_chain *chain, const rh_chain_fit_options *options,
                           rh_arena *arena, rh_chain_fit *fit, rh_error *error);

#endif
