/* rehedge.price, rehedge.greeks, rehedge.implied_vol: the public functions of rehedge/pricing.h for
 * scripts. Pure: usable anywhere, no view, the same bits as in C. Must not compute anything itself.
 * Invariants: no NaN, infinity or number outside its domain reaches a formula, they are errors that
 * name the argument; numbers given one by one make nothing that the collector must free. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lua/host.h"
#include "rehedge/pricing.h"

/* Where arguments lie on the stack, given one by one or as the fields of a table. */
enum { AT_MODEL = 1, AT_CP, AT_S, AT_K, AT_T, AT_R, AT_Q, AT_LAST, ARGUMENTS = AT_LAST };

typedef struct pricing_call pricing_call;

/* Gas is charged before the work, an instruction for each 5 ns that random options took: the median
 * of the closed forms, nine in ten of the American ones. The slowest take five times as long:
 * rh_lua_charge looks at the clock for those. */
typedef struct model_row {
    const char *name;
    rh_option_model model;
    bool is_closed;                             /* has a closed form, hence implied vols */
    int64_t price_work, greeks_work;
    int (*push_price)(lua_State *L, const pricing_call *call);
    void (*fill)(lua_State *L, const pricing_call *call);   /* NULL: nothing but a price */
} model_row;

struct pricing_call {
    const char *name;           /* of the function, for messages */
    const char *last;           /* name of the argument AT_LAST */
    const model_row *row;
    bool is_call;
    double S, K, T, r, q, number;       /* number: sigma, or the price */
};

/* --- models -------------------------------------------------------------------------------- */

static int push_closed(lua_State *L, const pricing_call *c)
{
    rh_greeks_full g;
    rh_option_greeks_full(c->row->model, c->is_call, c->S, c->K, c->T, c->r, c->q, c->number, &g);
    lua_pushnumber(L, g.price);
    lua_pushnumber(L, g.delta);
    lua_pushnumber(L, g.gamma);
    lua_pushnumber(L, g.vega);
    lua_pushnumber(L, g.theta);
    return 5;
}

static void no_answer(lua_State *L, const pricing_call *c)
{
    luaL_error(L, "%s: no %s price here: |rT| or |qT| above 30, sigma sqrt T above 20, a zero S or "
               "K, or two boundaries (put: q < r < 0, call: r < q < 0)", c->name, c->row->name);
}

static int push_checked(lua_State *L, const pricing_call *c, double price)
{
    if (isnan(price)) no_answer(L, c);
    lua_pushnumber(L, price);
    return 1;
}

static int push_american(lua_State *L, const pricing_call *c)
{
    return push_checked(L, c, rh_american_price(c->is_call, c->S, c->K, c->T, c->r, c->q,
                                                c->number));
}

static int push_baw(lua_State *L, const pricing_call *c)
{
    return push_checked(L, c, rh_american_baw(c->is_call, c->S, c->K, c->T, c->r, c->q,
                                              c->number));
}

/* Into the table on top; absent: the model has no such greek, a field of another one must go. */
static void set_greek(lua_State *L, const char *name, double value, bool absent)
{
    lua_pushstring(L, name);
    if (absent) {
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) == LUA_TNIL) {
            lua_pop(L, 2);
            return;
        }
        lua_pop(L, 1);
        lua_pushnil(L);
    } else {
        lua_pushnumber(L, value);
    }
    lua_rawset(L, -3);
}

static bool is_absent(rh_option_model model, rh_greek greek)
{
    switch (greek) {
    case RH_GREEK_rho: return model == RH_MODEL_INVERSE;
    case RH_GREEK_phi: return model != RH_MODEL_BSM;
    case RH_GREEK_usd_price:
    case RH_GREEK_usd_delta:
    case RH_GREEK_net_delta: return model != RH_MODEL_INVERSE;
    default: return false;
    }
}

static void fill_closed(lua_State *L, const pricing_call *c)
{
    rh_greeks_full g;
    rh_option_model model = c->row->model;
    rh_option_greeks_full(model, c->is_call, c->S, c->K, c->T, c->r, c->q, c->number, &g);
#define X(name) set_greek(L, #name, g.name, is_absent(model, RH_GREEK_##name));
    RH_GREEK_MAP(X)
#undef X
    set_greek(L, "boundary", 0.0, true);
}

static void fill_american(lua_State *L, const pricing_call *c)
{
    rh_american a;
    if (!rh_american_greeks(c->is_call, c->S, c->K, c->T, c->r, c->q, c->number, &a))
        no_answer(L, c);
#define X(name) set_greek(L, #name, 0.0, true);
    RH_GREEK_MAP(X)
#undef X
    set_greek(L, "price", a.price, false);
    set_greek(L, "delta", a.delta, false);
    set_greek(L, "gamma", a.gamma, false);
    set_greek(L, "vega", a.vega, false);
    set_greek(L, "theta", a.theta, false);
    set_greek(L, "rho", a.rho, false);
    set_greek(L, "boundary", a.boundary, false);
}

static const model_row rows[] = {
    {"bsm", RH_MODEL_BSM, true, 32, 160, push_closed, fill_closed},
    {"european", RH_MODEL_BSM, true, 32, 160, push_closed, fill_closed},
    {"black76", RH_MODEL_BLACK76, true, 32, 160, push_closed, fill_closed},
    {"inverse", RH_MODEL_INVERSE, true, 32, 160, push_closed, fill_closed},
    {"american", RH_MODEL_BSM, false, 4000, 8000, push_american, fill_american},
    {"baw", RH_MODEL_BSM, false, 128, 0, push_baw, NULL},
};
enum { ROWS = sizeof rows / sizeof *rows, IMPLIED_VOL_WORK = 64, TABLE_WORK = 48 };

/* --- arguments ----------------------------------------------------------------------------- */

static const char *const argument_names[ARGUMENTS + 1] = {"", "model", "cp", "S", "K", "T", "r",
                                                          "q", "sigma"};

static const char *name_of(const pricing_call *c, int at)
{
    return at == AT_LAST ? c->last : argument_names[at];
}

static void refuse_type(lua_State *L, const pricing_call *c, int at, const char *expected)
{
    luaL_error(L, "%s: %s: found %s%s, expected %s", c->name, name_of(c, at),
               lua_isnoneornil(L, at) ? "" : "a ", luaL_typename(L, at), expected);
}

/* The fields of the option at 1 become arguments, what follows it comes after them. */
static void spread_table(lua_State *L, const pricing_call *c)
{
    const char *names[ARGUMENTS];
    size_t given = ARGUMENTS;
    if (!rh_lua_is_plain(L, 1))
        luaL_error(L, "%s: found a table with a metatable, expected a plain one", c->name);
    rh_lua_charge(L, TABLE_WORK);
    for (int at = 1; at <= ARGUMENTS; at++) {
        names[at - 1] = name_of(c, at);
        lua_pushstring(L, names[at - 1]);
        bool missing = lua_rawget(L, 1) == LUA_TNIL;
        if (missing) given--;
        if (missing && (at == AT_R || at == AT_Q)) {
            lua_pop(L, 1);
            lua_pushinteger(L, 0);
        }
        lua_insert(L, at + 1);
    }
    if (rh_lua_count_keys(L, 1) != given)
        rh_lua_check_fields(L, 1, "an option", names, ARGUMENTS);
    lua_remove(L, 1);
}

static void read_model(lua_State *L, pricing_call *c)
{
    char shown[RH_NAME_MAX];
    const char *names[ROWS];
    size_t length = 0;
    if (lua_type(L, AT_MODEL) != LUA_TSTRING)
        refuse_type(L, c, AT_MODEL, "\"bsm\", \"black76\", \"inverse\", \"american\" or \"baw\"");
    const char *name = lua_tolstring(L, AT_MODEL, &length);
    for (size_t i = 0; i < ROWS; i++) {
        names[i] = rows[i].name;
        if (strcmp(name, names[i]) == 0) c->row = &rows[i];
    }
    if (c->row != NULL) return;
    rh_text_escape(shown, sizeof shown, name, length);
    const char *near = rh_nearest_name(shown, names, ROWS);
    luaL_error(L, "%s: model: unknown model '%s'; %s%s%s", c->name, shown,
               near != NULL ? "did you mean '" : "expected bsm, black76, inverse, american or baw",
               near != NULL ? near : "", near != NULL ? "'?" : "");
}

static void read_cp(lua_State *L, pricing_call *c)
{
    static const char *const words[] = {"call", "C", "c", "put", "P", "p"};
    if (lua_type(L, AT_CP) == LUA_TSTRING) {
        const char *word = lua_tostring(L, AT_CP);
        for (int i = 0; i < 6; i++) {
            c->is_call = i < 3;
            if (strcmp(word, words[i]) == 0) return;
        }
        luaL_error(L, "%s: cp: expected \"call\" or \"put\" (or \"C\", \"P\")", c->name);
    }
    refuse_type(L, c, AT_CP, "\"call\" or \"put\" (or \"C\", \"P\")");
}

static double read_number(lua_State *L, const pricing_call *c, int at, bool may_be_negative)
{
    char shown[RH_NUMBER_TEXT];
    if (lua_type(L, at) != LUA_TNUMBER) refuse_type(L, c, at, "a number");
    double value = lua_tonumber(L, at);
    if (isfinite(value) && (may_be_negative || value >= 0.0)) return value;
    rh_text_double(shown, value);
    luaL_error(L, "%s: %s: found %s, expected a finite number%s", c->name, name_of(c, at), shown,
               may_be_negative ? "" : ", at least 0");
    return value;
}

static pricing_call read_call(lua_State *L, const char *name, const char *last)
{
    pricing_call c = {.name = name, .last = last};
    if (lua_type(L, 1) == LUA_TTABLE) spread_table(L, &c);
    read_model(L, &c);
    read_cp(L, &c);
    c.S = read_number(L, &c, AT_S, false);
    c.K = read_number(L, &c, AT_K, false);
    c.T = read_number(L, &c, AT_T, false);
    c.r = read_number(L, &c, AT_R, true);
    c.q = read_number(L, &c, AT_Q, true);
    c.number = read_number(L, &c, AT_LAST, last[0] == 'p');
    return c;
}

/* --- functions ----------------------------------------------------------------------------- */

int rh_lua_price(lua_State *L)
{
    pricing_call c = read_call(L, "rehedge.price", "sigma");
    rh_lua_charge(L, c.row->price_work);
    return c.row->push_price(L, &c);
}

/* The argument after the option, if any, is the table that is filled and returned. */
int rh_lua_greeks(lua_State *L)
{
    pricing_call c = read_call(L, "rehedge.greeks", "sigma");
    if (c.row->fill == NULL)
        return luaL_error(L, "%s: model: %s has a price and nothing else", c.name, c.row->name);
    rh_lua_charge(L, c.row->greeks_work);
    lua_settop(L, ARGUMENTS + 1);
    if (lua_isnil(L, -1))
        lua_createtable(L, 0, RH_GREEKS);
    else if (!rh_lua_is_plain(L, -1))
        return luaL_error(L, "%s: the table to fill: found a %s, expected a plain table", c.name,
                          lua_istable(L, -1) ? "table with a metatable" : luaL_typename(L, -1));
    c.row->fill(L, &c);
    return 1;
}

int rh_lua_implied_vol(lua_State *L)
{
    double sigma;
    pricing_call c = read_call(L, "rehedge.implied_vol", "price");
    if (!c.row->is_closed)
        return luaL_error(L, "%s: model: %s has no implied vol, only bsm, black76 and inverse have",
                          c.name, c.row->name);
    rh_lua_charge(L, IMPLIED_VOL_WORK);
    rh_vol_status status = rh_implied_vol(c.row->model, c.is_call, c.S, c.K, c.T, c.r, c.q,
                                          c.number, &sigma);
    if (status == RH_VOL_OK) {
        lua_pushnumber(L, sigma);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, rh_vol_status_name(status));
    return 2;
}
