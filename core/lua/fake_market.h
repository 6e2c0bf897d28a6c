/* The market of a test file, shared by the units that set it, trade in it and wake policies in it.
 * Nobody else includes this. Invariant: fields nobody set follow others, see fake_market.c. */
#ifndef RH_LUA_FAKE_MARKET_H
#define RH_LUA_FAKE_MARKET_H

#include "lua/api.h"
#include "lua/testing.h"

/* Number of the order of the default route that is pending; that of instrument i is i + 1 more. */
enum { PENDING_ORDER = 1 };

typedef struct fake_feature { char name[RH_NAME_MAX]; double value; } fake_feature;
/* Fields of one asset that were set apart from the market's. */
typedef struct fake_asset {
    char name[RH_NAME_MAX];
    uint32_t given;
    double field[RH_VIEW_FIELDS];
} fake_asset;

typedef struct fake_hedge { char name[RH_NAME_MAX]; double field[RH_HEDGE_FIELDS]; } fake_hedge;

typedef struct fake_market {
    double field[RH_VIEW_FIELDS];
    uint32_t given;                 /* bits of fields set by hand */
    int64_t time_ns, start_ns;
    int64_t woke_ns;                /* time of the last wake, -1 before the first */
    double last_spot, cost_bps;
    double delta_shift, vol_scale;  /* of delta_at against delta; what was asked last, or 0 */
    bool has_band;
    double wake_lo, wake_hi;
    int64_t wake_in_ns, timer_ns;   /* 0: none */
    int feature_count;
    fake_feature features[RH_FEATURES_MAX];
    int hedge_count;
    fake_hedge hedges[RH_HEDGES_MAX];
    int asset_count;
    fake_asset assets[RH_ASSETS_MAX];
    const rh_policy_services *services;     /* of the policy, during its call */
} fake_market;

fake_market *rh_fake_check(lua_State *L);   /* arg 1, or an error */
void rh_fake_follow(fake_market *m);        /* after a change of a field */
fake_hedge *rh_fake_hedge(const fake_market *m, const char *name);      /* NULL: never set */
/* A field of an instrument; `hedge` NULL: what the default route has. */
double rh_fake_hedge_value(const fake_market *m, const fake_hedge *hedge, rh_hedge_field field);
double rh_fake_cost(const fake_market *m, const fake_hedge *hedge, double qty);

/* Methods of a market: fake_orders.c, fake_wake.c. */
int rh_fake_market_cost(lua_State *L);
int rh_fake_market_fill(lua_State *L);
int rh_fake_market_send(lua_State *L);
int rh_fake_market_wake(lua_State *L);
int rh_fake_market_tell(lua_State *L);
int rh_fake_market_wakes(lua_State *L);

#endif
