/* Every limit of rehedge in one place, with the relations between them asserted.
 * A limit is a promise to the person (bounded memory, bounded work), not a tuning knob. */
#ifndef RH_BASE_LIMITS_H
#define RH_BASE_LIMITS_H

#include <assert.h>
#include <stdint.h>

#define RH_ERROR_MESSAGE_MAX 1024
#define RH_NAME_MAX 64                         /* asset, instrument, venue, param names, with NUL */
#define RH_PATH_MAX 4096

/* data */
#define RH_SCENARIO_BYTES_MAX (4u << 20)        /* scenario JSON */
#define RH_JSON_DEPTH_MAX 64
#define RH_CSV_FIELDS_MAX 256
#define RH_CSV_FIELD_BYTES_MAX (64u << 10)
#define RH_CSV_ROW_BYTES_MAX (1u << 20)
#define RH_TAPE_BLOCK_RECORDS 4096u
#define RH_TAPE_INSTRUMENTS_MAX 1024u
#define RH_VARS_MAX 256

/* world */
#define RH_ASSETS_MAX 16
#define RH_INSTRUMENTS_MAX 1024                 /* options of the book included */
#define RH_CURRENCIES_MAX 32
#define RH_FEEDS_MAX 64
#define RH_VENUES_MAX 32
#define RH_HEDGES_MAX 16
#define RH_BOOK_TRADES_MAX 100000               /* client trades */
#define RH_ACTUAL_FILLS_MAX (1 << 22)           /* recorded hedges of a person */
#define RH_ACTUAL_BYTES_MAX (1u << 30)          /* of their file */

/* option chains */
#define RH_CHAIN_ROWS_MAX (1 << 20)
#define RH_CHAIN_EXPIRIES_MAX 1024
#define RH_CHAIN_UNDERLYINGS_MAX 64

/* decide */
#define RH_FEATURES_MAX 64                      /* per policy */
#define RH_FEATURE_SAMPLES_MAX (1u << 20)       /* window ring of one feature */
#define RH_PARAMS_MAX 64
#define RH_SERIES_MAX 64                        /* recorded by scripts, per run */
#define RH_SWAPS_MAX 1024                       /* swaps and sets of one run */
#define RH_DRY_RUN_VIEWS 1000                   /* wakes a new policy is tried on */
#define RH_DRY_RUN_GAS 2000000                  /* after which the trial ends early */
#define RH_WARM_UP_RECORDS 16384                /* known records that new features start from */
#define RH_ORDERS_LIVE_MAX 4096
#define RH_ORDERS_PER_CALL_MAX 32
#define RH_SLICES_MAX 1024

/* Lua host (see docs/policy.md) */
#define RH_LUA_SOURCE_BYTES_MAX (256u << 10)
#define RH_LUA_MEMORY_BYTES_MAX (8u << 20)
#define RH_LUA_INSTRUCTIONS_PER_CALL 200000
#define RH_LUA_INSTRUCTIONS_PER_LOAD 10000000
#define RH_LUA_STRING_BYTES_MAX (64u << 10)
#define RH_LUA_NESTING_MAX 100                  /* of source blocks and expressions */
#define RH_WAKE_NS_MIN INT64_C(1000000)         /* between two timer wakes: a run must end */
#define RH_TIMER_GAS 500                        /* that each wake by a timer counts for, and */
#define RH_TIMER_GAS_MAX 2000000                /* all of them between two records, in a minute */
#define RH_LUA_STATE_BYTES_MAX (256u << 10)
#define RH_LUA_STATE_DEPTH_MAX 16
#define RH_LUA_LOG_LINES_PER_SECOND 64          /* of market time */
#define RH_LUA_LOG_LINES_MAX 65536              /* of one version of a policy in one run */
#define RH_LUA_LOG_BYTES_MAX 1024

/* bundles: a folder or archive with a policy, its modules, tests and documents */
#define RH_MODULES_MAX 64                       /* that one policy may require */
#define RH_MODULE_PATH_MAX 56                   /* "indicators/vol.lua", with NUL */
#define RH_MODULES_BYTES_MAX (1u << 20)         /* source of all modules and the main file */
#define RH_BUNDLE_FILES_MAX 256
#define RH_BUNDLE_PATH_MAX 100                  /* with NUL: every path fits a plain tar header */
#define RH_BUNDLE_DEPTH_MAX 8                   /* folders above a file, and itself */
#define RH_BUNDLE_FILE_BYTES_MAX (1u << 20)
#define RH_BUNDLE_BYTES_MAX (4u << 20)          /* all files */
#define RH_BUNDLE_ARCHIVE_BYTES_MAX (8u << 20)
#define RH_BUNDLE_RATIO_MAX 100                 /* bytes out per byte in, past the next limit */
#define RH_BUNDLE_RATIO_FREE_BYTES (256u << 10)
#define RH_MANIFEST_BYTES_MAX (256u << 10)
#define RH_SIGNATURE_BYTES_MAX (16u << 10)
#define RH_KEYSTORE_BYTES_MAX (256u << 10)

/* the year of every rate and volatility: 365 days */
#define RH_YEAR_NS (365.0 * 86400.0 * 1e9)
#define RH_YEARS_MAX 231.0                      /* of a clock or an expiry: before 2200 */
static inline int64_t rh_years_ns(double years) /* the nearest, of 0 to RH_YEARS_MAX */
{
    return (int64_t)(years * RH_YEAR_NS + 0.5);
}

#define RH_STEPS_MAX 1000000000                 /* of a grid over the clock */

/* prices, sizes: beyond these a record is absurd and refused */
#define RH_PRICE_MAX 1e15
#define RH_PRICE_MIN 1e-15
#define RH_QTY_MAX 1e15
#define RH_TIME_NS_MIN INT64_C(0)                     /* 1970 */
#define RH_TIME_NS_MAX INT64_C(7258118400000000000)   /* 2200-01-01 */

static_assert(RH_VENUES_MAX == 32, "a message says so");
static_assert(RH_HEDGES_MAX <= RH_INSTRUMENTS_MAX, "hedges are instruments");
static_assert(RH_LUA_STRING_BYTES_MAX < RH_LUA_MEMORY_BYTES_MAX, "a string fits the VM");
static_assert(RH_MODULE_PATH_MAX < 60, "a module's path fits the short source of Lua");
static_assert(RH_MODULES_BYTES_MAX <= RH_BUNDLE_BYTES_MAX, "the modules are files of the bundle");
static_assert(RH_MODULES_MAX <= RH_BUNDLE_FILES_MAX, "the modules are files of the bundle");
static_assert(RH_LUA_STATE_BYTES_MAX < RH_LUA_MEMORY_BYTES_MAX, "the state fits the VM");
static_assert((RH_WARM_UP_RECORDS & (RH_WARM_UP_RECORDS - 1)) == 0, "a ring of a power of two");
static_assert(RH_ORDERS_PER_CALL_MAX * 8 <= RH_ORDERS_LIVE_MAX, "a few calls fit the order pool");

#endif
