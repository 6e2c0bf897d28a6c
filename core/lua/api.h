/* What a script can call and write, as one table: it registers the functions, lists the keys that
 * are accepted, and is the source of docs/lua-api.md and scripts/rehedge.d.lua (`rehedge api`).
 * Adding one is a row here; a test fails until the two files are generated again.
 * Rows are X(name, C function, parameters, results, about) or X(name, type, about). Parameters and
 * results are separated by ';', each "name type text" or, for results, "type text"; one that starts
 * with '@' is an annotation for editors only. */
#ifndef RH_LUA_API_H
#define RH_LUA_API_H

#include "base/buffer.h"

#define RH_LUA_BASE_MAP(X)                                                                         \
    X("assert", base_assert, "value any; message? any; ... any", "any all arguments",              \
      "an error when `value` is false or nil")                                                     \
    X("error", base_error, "message any; level? integer", "",                                      \
      "raises an error; a text gets file and line in front")                                       \
    X("ipairs", base_ipairs, "list table", "function; table; integer", "visits 1, 2, 3, ...")      \
    X("pairs", rh_lua_pairs, "t table", "function",                                                \
      "visits numbers ascending, then texts bytewise, then booleans")                              \
    X("pcall", base_pcall, "f function; ... any", "boolean ok; any ...",                           \
      "calls f, catches its errors (never a limit)")                                               \
    X("rawequal", base_rawequal, "a any; b any", "boolean", "equality without metamethods")        \
    X("rawlen", base_rawlen, "value table|string", "integer", "length without metamethods")        \
    X("require", rh_lua_require, "name string", "any",                                             \
      "what the module of this name in the policy's own bundle returns")                           \
    X("select", base_select, "n integer|string; ... any", "any ...",                               \
      "the arguments from n on; their count for \"#\"")                                            \
    X("setmetatable", rh_lua_setmetatable, "t table; metatable table?", "table",                   \
      "installs a sealed copy of the metatable")                                                   \
    X("tonumber", base_tonumber, "value any; base? integer", "number?",                            \
      "the number a text says, nil when it says none")                                             \
    X("tostring", base_tostring, "value any", "string",                                            \
      "shortest text that reads back to the same number; no addresses")                            \
    X("type", base_type, "value any", "string", "\"nil\", \"number\", \"string\", ...")

#define RH_LUA_MATH_MAP(X)                                                                         \
    X("abs", math_abs, "x number", "number", "absolute value")                                     \
    X("ceil", math_ceil, "x number", "integer", "rounds up")                                       \
    X("cos", math_cos, "x number", "number", "cosine; our own bits, as all of these")              \
    X("exp", math_exp, "x number", "number", "e to the x")                                         \
    X("floor", math_floor, "x number", "integer", "rounds down")                                   \
    X("fmod", math_fmod, "x number; y number", "number", "remainder, with the sign of x")          \
    X("log", math_log, "x number; base? number", "number", "natural logarithm, or to a base")      \
    X("max", math_max, "x number; ... number", "number", "the largest")                            \
    X("min", math_min, "x number; ... number", "number", "the smallest")                           \
    X("pow", math_pow, "x number; y number", "number", "x to the y (`^` takes a literal 2 only)")  \
    X("sin", math_sin, "x number", "number", "sine")                                               \
    X("sqrt", math_sqrt, "x number", "number", "square root")                                      \
    X("tointeger", math_tointeger, "x any", "integer?", "the same value as an integer, or nil")    \
    X("type", math_type, "x any", "string?", "\"integer\", \"float\", or nil")

/* X(name, value, about) */
#define RH_LUA_MATH_VALUE_MAP(X)                                                                   \
    X("huge", (lua_Number)INFINITY, "infinity")                                                    \
    X("pi", 3.14159265358979323846, "the ratio of a circle's circumference to its diameter")

#define RH_LUA_STRING_MAP(X)                                                                       \
    X("byte", string_byte, "text string; i? integer; j? integer", "integer ...",                   \
      "the bytes from i to j")                                                                     \
    X("char", string_char, "... integer", "string", "the text of these bytes")                     \
    X("find", string_find, "text string; wanted string; from? integer; plain? boolean",            \
      "integer? first; integer? last", "where a plain text first occurs; no patterns")             \
    X("format", rh_lua_format, "format string; ... any", "string",                                 \
      "%d %i %c %x %X %o %e %E %f %F %g %G %s %%, the same text on every machine")                 \
    X("len", string_len, "text string", "integer", "bytes")                                        \
    X("lower", string_lower, "text string", "string", "ASCII letters to lower case")               \
    X("rep", string_rep, "text string; n integer; separator? string", "string",                    \
      "n copies, at most 64 KiB")                                                                  \
    X("sub", string_sub, "text string; from integer; to? integer", "string", "a part")             \
    X("upper", string_upper, "text string", "string", "ASCII letters to upper case")

/* What `--trusted` adds, and nothing else has: Lua's own functions, so rows without one of ours. */
#define RH_LUA_TRUSTED_STRING_MAP(X)                                                               \
    X("find", NULL, "text string; pattern string; from? integer; plain? boolean",                  \
      "integer? first; integer? last; any ... captures",                                           \
      "trusted: where a pattern first matches, and its captures")                                  \
    X("gmatch", NULL, "text string; pattern string; from? integer", "fun(): string, ...",          \
      "trusted: an iterator over all matches of a pattern")                                        \
    X("gsub", NULL,                                                                                \
      "text string; pattern string; with string|table|function; most? integer",                    \
      "string; integer count", "trusted: the text with matches replaced")                          \
    X("match", NULL, "text string; pattern string; from? integer", "any ... captures",             \
      "trusted: the captures of the first match, or the match")

#define RH_LUA_COROUTINE_MAP(X)                                                                    \
    X("create", NULL, "f function", "thread", "trusted: a coroutine, not yet begun")               \
    X("isyieldable", NULL, "co? thread", "boolean", "trusted: may it yield?")                      \
    X("resume", NULL, "co thread; ... any", "boolean ok; any ...",                                 \
      "trusted: begins or goes on, until it yields or ends; there is no close")                    \
    X("running", NULL, "", "thread; boolean main", "trusted: the coroutine that runs")             \
    X("status", NULL, "co thread", "string",                                                       \
      "trusted: \"running\", \"suspended\", \"normal\" or \"dead\"")                               \
    X("wrap", NULL, "f function", "function", "trusted: a coroutine as a function")                \
    X("yield", NULL, "... any", "any ...",                                                         \
      "trusted: suspends the coroutine; not across pcall")

#define RH_LUA_TABLE_MAP(X)                                                                        \
    X("concat", table_concat, "list table; separator? string; i? integer; j? integer", "string",   \
      "the elements as one text")                                                                  \
    X("insert", table_insert, "list table; position any; value? any", "",                          \
      "puts a value at a position, or at the end")                                                 \
    X("remove", table_remove, "list table; position? integer", "any", "takes an element out")      \
    X("sort", table_sort, "list table; before? fun(a: any, b: any): boolean", "",                  \
      "stable; a comparator that contradicts itself is an error")                                  \
    X("unpack", table_unpack, "list table; i? integer; j? integer", "any ...",                     \
      "the elements as results, at most 4096")

#define RH_LUA_REHEDGE_MAP(X)                                                                      \
    X("greeks", rh_lua_greeks,                                                                     \
      "model rehedge.Model not baw; cp rehedge.CallPut; S number; K number; T number; r number; "  \
      "q number; sigma number; into? table filled and returned; "                                  \
      "@overload fun(option: rehedge.Option, into?: table): rehedge.Greeks", "rehedge.Greeks",     \
      "every greek that the model has, in `into` or a new table")                                  \
    X("implied_vol", rh_lua_implied_vol,                                                           \
      "model rehedge.Model bsm, black76 or inverse; cp rehedge.CallPut; S number; K number; "      \
      "T number; r number; q number; price number; "                                               \
      "@overload fun(option: rehedge.Option): number?, string?", "number? sigma; string? why",     \
      "the vol; or nil and below_intrinsic, above_maximum, lost_in_rounding, zero_time, domain")   \
    X("log", rehedge_log, "text any", "", "a line in the journal, at most 64 a second")            \
    X("policy", rh_lua_policy, "declaration rehedge.Policy", "rehedge.Policy",                     \
      "declares the policy; a script returns what it gives")                                       \
    X("price", rh_lua_price,                                                                       \
      "model rehedge.Model; cp rehedge.CallPut; S number; K number; T number; r number; "          \
      "q number; sigma number; @overload fun(option: rehedge.Option): number, number?, number?, "  \
      "number?, number?",                                                                          \
      "number price; number? delta; number? gamma; number? vega; number? theta",                   \
      "the price and the first greeks; of american and baw the price alone")                       \
    X("record", rh_lua_record, "name string one of `series`; value number NaN is a gap", "",       \
      "a value of a custom series: a column of the ledger, a line of the report")                  \
    X("rng", rehedge_rng, "stream integer 0 to 65535", "rehedge.Stream",                           \
      "a stream of random numbers, the same in every run of a seed")                               \
    X("state", rh_lua_state, "@generic T: table; defaults T plain values only", "T",               \
      "the table that survives a swap; C fills it again")                                          \
    X("to_centre", rehedge_to_centre, "delta number; lo number; hi number", "number",              \
      "the quantity that brings delta to the middle of [lo, hi], from anywhere")                   \
    X("to_edge", rehedge_to_edge, "delta number; lo number; hi number", "number",                  \
      "the quantity that brings delta to the nearest edge of [lo, hi]; 0 inside")

/* Written in Lua (scripts/prelude.lua): rows without a function. */
#define RH_LUA_PRELUDE_MAP(X)                                                                      \
    X("after", NULL, "start string|integer; trigger rehedge.Trigger", "rehedge.Trigger",           \
      "not before a time (\"2021-05-19\") or before a duration has passed since the first call")   \
    X("all", NULL, "triggers rehedge.Trigger[]", "rehedge.Trigger",                                \
      "fires when all fire, with the band of the last")                                            \
    X("any", NULL, "triggers rehedge.Trigger[]", "rehedge.Trigger",                                \
      "fires with the band of the first that fires")                                               \
    X("cooldown", NULL, "wait string|integer; trigger rehedge.Trigger", "rehedge.Trigger",         \
      "not again before a duration (or a param that is one) has passed since it fired")            \
    X("never", NULL, "", "boolean", "a trigger that never fires")

#define RH_LUA_STREAM_MAP(X)                                                                       \
    X("normal", rng_normal, "", "number", "standard normal")                                       \
    X("uniform", rng_uniform, "", "number", "uniform on (0, 1)")

#define RH_LUA_VIEW_METHOD_MAP(X)                                                                  \
    X("asset", rh_lua_view_asset, "name string", "rehedge.AssetView",                              \
      "the view of one asset of the scenario: the fields, not the methods")                        \
    X("cost", view_cost,                                                                           \
      "qty number units of the asset; instrument? string contracts then, if it is an option",      \
      "number",                                                                                    \
      "what trading qty now would cost in the numeraire, from what is known")                      \
    X("delta_at", view_delta_at, "vol_scale number 1 gives s.delta", "number",                     \
      "net delta, as s.delta, with the hedge vol of every option times vol_scale")                 \
    X("instrument", rh_lua_view_instrument, "name string one of the hedge instruments",            \
      "rehedge.InstrumentView",                                                                    \
      "what is known of a hedge instrument: price, greeks of one unit, position")                  \
    X("orders", rh_lua_view_orders, "", "rehedge.LiveOrder[]",                                     \
      "live orders as far as is reported, oldest first")                                           \
    X("route", rh_lua_view_route, "qty number units of the asset", "rehedge.RouteLine[]",          \
      "what each hedge instrument but options would do for qty now, from what is known")           \
    X("wake_in", view_wake_in, "duration string|integer \"5s\", or nanoseconds", "",               \
      "wakes once after a duration; a new call replaces the pending one")                          \
    X("wake_outside", view_wake_outside, "lo number; hi number", "",                               \
      "wakes when delta leaves [lo, hi]; replaces delta_beyond until called again or swapped")

/* Globals of *_test.lua files, and of nothing else. */
#define RH_LUA_TEST_MAP(X)                                                                         \
    X("before_each", test_before_each, "f function", "",                                           \
      "called before every test of its describe")                                                  \
    X("describe", test_describe, "name string; f function", "", "a group of tests")                \
    X("equal", test_equal, "found any; expected any; what? string", "",                            \
      "fails unless both are the same; plain tables by their contents")                            \
    X("fails", test_fails, "f function; text? string", "string message",                           \
      "fails unless f raises an error, whose message has `text` in it")                            \
    X("it", test_it, "name string; f function", "", "a test; each runs in a fresh world")          \
    X("market", rh_lua_test_market, "fields? rehedge.MarketFields", "rehedge.Market",              \
      "a market moved by hand")                                                                    \
    X("near", test_near, "found number; expected number; within? number 1e-9; what? string", "",   \
      "fails unless |found - expected| <= within")                                                 \
    X("policy", test_policy, "params? table; options? rehedge.TestOptions", "rehedge.TestPolicy",  \
      "a fresh instance of the policy beside the test")

#define RH_LUA_MARKET_METHOD_MAP(X)                                                                \
    X("advance", market_advance, "duration string|integer \"1h\", or nanoseconds", "",             \
      "time passes: time, age, since_hedge, oracle_age and expiry_in follow")                      \
    X("cost", rh_fake_market_cost, "qty number; instrument? string", "number",                     \
      "what s:cost answers: cost_bps of |qty| spot, or of |qty| mid of one of its instruments")    \
    X("fill", rh_fake_market_fill, "orders number|rehedge.Order|rehedge.Order[]", "",              \
      "sends orders and fills them at mid: position, delta, cash, greeks follow")                  \
    X("instrument", market_instrument, "name string", "table<string, number>",                     \
      "a copy of what s:instrument answers for it")                                                \
    X("move", market_move, "spot number", "",                                                      \
      "spot moves, and delta with it by gamma; of its instruments too, and their mid")             \
    X("send", rh_fake_market_send, "orders number|rehedge.Order|rehedge.Order[]", "",              \
      "sends orders that stay unfilled: pending and delta follow, delta_filled does not")          \
    X("set", market_set, "fields rehedge.MarketFields", "", "sets fields by hand")                 \
    X("tell", rh_fake_market_tell,                                                                 \
      "policy rehedge.TestPolicy; what \"fill\"|\"reject\"|\"expiry\"|\"timer\"; fields? table",   \
      "", "calls on_fill, on_reject, on_expiry or on_timer with what happened")                    \
    X("wake", rh_fake_market_wake, "policy rehedge.TestPolicy; lo? number; hi? number",            \
      "rehedge.Order[] orders; boolean fired; number? lo; number? hi",                             \
      "calls trigger, and scale when it fires, whatever the policy waits for")                     \
    X("wakes", rh_fake_market_wakes, "policy rehedge.TestPolicy", "boolean",                       \
      "do the policy's wake conditions hold now?")

#define RH_LUA_TEST_POLICY_METHOD_MAP(X)                                                           \
    X("logged", policy_logged, "", "string[]", "what it logged so far, a text for each line")      \
    X("recorded", policy_recorded, "series string", "number?",                                     \
      "what rehedge.record got last; nil for nothing and for a gap")                               \
    X("state", policy_state, "", "table", "a copy of its rehedge.state")                           \
    X("take", policy_take, "from rehedge.TestPolicy|table; name? string; version? string", "",     \
      "takes over the state of another instance, or a table as one of that name and version")

/* --- keys a script writes: X(name, type, about), "?type" is optional --------------------- */

#define RH_LUA_POLICY_KEY_MAP(X)                                                                   \
    X("api", "1", "required")                                                                      \
    X("name", "string", "required; at most 63 characters")                                         \
    X("version", "string", "required; at most 63 characters")                                      \
    X("license", "?string", "for people")                                                          \
    X("about", "?string", "for people")                                                            \
    X("params", "?table<string, rehedge.Param|number|string|boolean>", "what a person may set")    \
    X("features", "?table<string, table>", "numbers about the market, computed in C")              \
    X("wake", "?rehedge.Wake", "when it is called at all; every known time without it")            \
    X("trigger", "?fun(s: rehedge.View, p: table, f: table): boolean?, number?, number?",          \
      "trade now? and the band it means")                                                          \
    X("scale",                                                                                     \
      "?fun(s: rehedge.View, p: table, f: table, lo: number, hi: number): rehedge.Scaled",         \
      "how much? a number, an order, a list of orders")                                            \
    X("scope", "?\"asset\"|\"portfolio\"",                                                         \
      "of the hedge instruments' one asset (when absent), or of all assets of the scenario")       \
    X("series", "?string[]", "names for rehedge.record, at most 64")                               \
    X("on_fill", "?fun(s: rehedge.View, p: table, fill: rehedge.Fill)", "a fill is reported")      \
    X("on_reject", "?fun(s: rehedge.View, p: table, order: rehedge.Rejected)",                     \
      "a guard or a venue refused an order")                                                       \
    X("on_expiry", "?fun(s: rehedge.View, p: table, option: rehedge.Expired)",                     \
      "an option of the book or the hedge expired")                                                \
    X("on_timer", "?fun(s: rehedge.View, p: table)", "s:wake_in is due")                           \
    X("migrate", "?fun(old: table, from_name: string, from_version: string): table?",              \
      "takes over another version's state")

#define RH_LUA_PARAM_KEY_MAP(X)                                                                    \
    X("default", "number|string|boolean", "required; says what the param is")                      \
    X("min", "?number|string", "smallest value")                                                   \
    X("max", "?number|string", "largest value")                                                    \
    X("unit", "?string", "for people")                                                             \
    X("about", "?string", "for people")                                                            \
    X("allowed", "?string[]", "the words a text may be")                                           \
    X("instrument", "?boolean", "true: a text that names a hedge instrument; \"\" for none yet")

#define RH_LUA_WAKE_KEY_MAP(X)                                                                     \
    X("every", "?string", "a duration, or the name of a param that is one")                        \
    X("delta_beyond", "?number|string", "while |s.delta| is larger; a number or a param")          \
    X("unit", "?string", "of delta_beyond: asset, quote, percent, or a param")                     \
    X("move_beyond", "?number|string", "spot moved by this fraction since the last call")          \
    X("on", "?string|string[]", "events by name")

#define RH_LUA_ORDER_KEY_MAP(X)                                                                    \
    X("qty", "?number",                                                                            \
      "units of the asset, of an option contracts, negative to sell; may be absent with cancel")   \
    X("instrument", "?string", "one of the hedge instruments; absent: the default route")          \
    X("venue", "?string",                                                                          \
      "the first hedge instrument that trades there, or a check of `instrument`")                  \
    X("kind", "?\"market\"|\"limit\"", "market when absent")                                       \
    X("limit", "?number", "price of a limit order")                                                \
    X("slippage_bps", "?number", "do not trade beyond the known mid by more than this")            \
    X("slices", "?integer", "equal parts, at most 1024")                                           \
    X("over", "?string|integer", "time the slices are spread over")                                \
    X("cancel", "?\"all\"|integer", "cancel all live orders first, or one by its number")          \
    X("replace", "?integer", "cancel this live order and send this one at once")

#define RH_LUA_OPTION_KEY_MAP(X)                                                                   \
    X("model", "rehedge.Model", "")                                                                \
    X("cp", "rehedge.CallPut", "")                                                                 \
    X("S", "number", "spot (bsm, american, baw) or forward")                                       \
    X("K", "number", "strike")                                                                     \
    X("T", "number", "years of 365 days")                                                          \
    X("r", "?number", "rate, continuous; 0 when absent")                                           \
    X("q", "?number", "yield, continuous; 0 when absent")                                          \
    X("sigma", "?number", "a fraction per sqrt(year)")                                             \
    X("price", "?number", "for implied_vol, in place of sigma")

/* Lines of s:orders() and s:route(qty). */
#define RH_LUA_LIVE_ORDER_MAP(X)                                                                   \
    X("order", "integer", "its number, for `cancel` and `replace`")                                \
    X("instrument", "string", "")                                                                  \
    X("qty", "number", "units of the asset, of an option contracts, signed")                       \
    X("remaining", "number", "of it, as reported")                                                 \
    X("limit", "?number", "price of a limit order")                                                \
    X("cancelling", "boolean", "a cancel is under way")

#define RH_LUA_ROUTE_LINE_MAP(X)                                                                   \
    X("instrument", "string", "")                                                                  \
    X("venue", "string", "")                                                                       \
    X("units", "number", "the order it would make: instrument units, whole lots")                  \
    X("qty", "number", "units of the asset that would fill at once")                               \
    X("mid", "number", "")                                                                         \
    X("price", "number", "average")                                                                \
    X("cost", "number", "in the numeraire, positive is lost")

/* What the callbacks get. */
#define RH_LUA_FILL_MAP(X)                                                                         \
    X("order", "integer", "number of the order")                                                   \
    X("instrument", "string", "")                                                                  \
    X("qty", "number", "units of the asset, of an option contracts, signed")                       \
    X("remaining", "number", "of the order, likewise")                                             \
    X("price", "number", "")                                                                       \
    X("fee", "number", "in the numeraire")

#define RH_LUA_REJECTED_MAP(X)                                                                     \
    X("order", "integer", "number of the order")                                                   \
    X("instrument", "string", "")                                                                  \
    X("qty", "number", "units of the asset, of an option contracts, signed")                       \
    X("reason", "string", "the guard that refused it")

#define RH_LUA_EXPIRED_MAP(X)                                                                      \
    X("name", "string", "")                                                                        \
    X("kind", "\"call\"|\"put\"|\"log\"", "")                                                     \
    X("strike", "number", "")                                                                      \
    X("expiry", "integer", "nanoseconds since 1970 UTC")                                           \
    X("qty", "number", "what was held")                                                            \
    X("paid", "number", "per unit, in the currency of settlement")

#define RH_LUA_TEST_OPTION_MAP(X)                                                                  \
    X("hedges", "?string[]", "the hedge instruments orders may use; { \"HEDGE\" } when absent")    \
    X("venues", "?string[]", "where each of them trades; all at \"VENUE\" when absent")            \
    X("assets", "?string[]", "of s:asset; { \"ASSET\" } when absent")                    \
    X("seed", "?integer", "of the policy's random streams; 0 when absent")

#define RH_LUA_MARKET_KEY_MAP(X)                                                                   \
    X("time", "?integer", "nanoseconds since 1970 UTC")                                            \
    X("cost_bps", "?number", "what trading costs, for s:cost; 0 when absent")                      \
    X("delta_at", "?number", "what s:delta_at answers, whatever is asked; delta when absent")      \
    X("features", "?table<string, number>", "values of the policy's features, by name")            \
    X("assets", "?table<string, rehedge.Fields>",                                                  \
      "fields of s:asset(name) that differ from the market's own")                                 \
    X("instruments", "?table<string, table<string, number>>",                                      \
      "fields of s:instrument by name: { CALL = { mid = 5, delta = 0.5, gamma = 0.01 } }")

/* A row as text, for the generator and for the check of globals. */
typedef struct rh_lua_api_row { const char *name, *parameters, *results, *about; } rh_lua_api_row;
typedef struct rh_lua_api_library {
    const char *name;           /* "" for globals, "math", ... */
    const char *title;
    const rh_lua_api_row *rows; /* ended by a NULL name */
    char call;                  /* '.' or ':' between what it is of and the name; 0: a global */
    bool for_tests;
} rh_lua_api_library;
extern const rh_lua_api_library rh_lua_api_libraries[];     /* ended by a NULL name */
extern const rh_lua_api_library rh_lua_api_trusted[];       /* the same: what --trusted adds */

/* The two generated files. */
void rh_lua_api_markdown(rh_buffer *out);       /* docs/lua-api.md */
void rh_lua_api_definitions(rh_buffer *out);    /* scripts/rehedge.d.lua */

#endif
