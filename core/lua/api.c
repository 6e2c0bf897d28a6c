/* The table of lua/api.h as text: the reference for people and the definitions for editors. Both
 * are written whole from the table, the fields of the view and the kinds of features; a test
 * compares them with the committed files. Must not say anything the tables do not know. */
#include "lua/api.h"

#include <stdio.h>
#include <string.h>

#include "flow/feature.h"
#include "policy/policy.h"
#include "rehedge/pricing.h"

#define X(name, function, parameters, results, about) {name, parameters, results, about},
static const rh_lua_api_row base_rows[] = {RH_LUA_BASE_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row math_rows[] = {RH_LUA_MATH_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row string_rows[] = {RH_LUA_STRING_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row table_rows[] = {RH_LUA_TABLE_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row rehedge_rows[] = {RH_LUA_REHEDGE_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row prelude_rows[] = {RH_LUA_PRELUDE_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row stream_rows[] = {RH_LUA_STREAM_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row view_rows[] = {RH_LUA_VIEW_METHOD_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row trusted_string_rows[] = {
    RH_LUA_TRUSTED_STRING_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row coroutine_rows[] = {RH_LUA_COROUTINE_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row test_rows[] = {RH_LUA_TEST_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row market_rows[] = {RH_LUA_MARKET_METHOD_MAP(X) {NULL, NULL, NULL, NULL}};
static const rh_lua_api_row tested_rows[] = {
    RH_LUA_TEST_POLICY_METHOD_MAP(X) {NULL, NULL, NULL, NULL}};
#undef X

const rh_lua_api_library rh_lua_api_libraries[] = {
    {"rehedge", "The module `rehedge`", rehedge_rows, '.', false},
    {"rehedge", "Combinators of triggers", prelude_rows, '.', false},
    {"s", "Methods of the view", view_rows, ':', false},
    {"stream", "A stream of `rehedge.rng`", stream_rows, ':', false},
    {"", "Base functions", base_rows, 0, false},
    {"math", "`math`", math_rows, '.', false},
    {"string", "`string`", string_rows, '.', false},
    {"table", "`table`", table_rows, '.', false},
    {"", "Tests: globals of `*_test.lua`", test_rows, 0, true},
    {"m", "Tests: a market `m`", market_rows, ':', true},
    {"p", "Tests: a policy `p`", tested_rows, ':', true},
    {NULL, NULL, NULL, 0, false},
};

const rh_lua_api_library rh_lua_api_trusted[] = {
    {"string", "Under `--trusted` only: patterns", trusted_string_rows, '.', false},
    {"coroutine", "Under `--trusted` only: `coroutine`", coroutine_rows, '.', false},
    {NULL, NULL, NULL, 0, false},
};

/* Keys of one kind of table: its class for editors, and its title for people. */
typedef struct key_row { const char *name, *type, *about; } key_row;
typedef struct key_class { const char *class_name, *title; const key_row *rows; } key_class;

#define X(name, type, about) {name, type, about},
static const key_row policy_keys[] = {RH_LUA_POLICY_KEY_MAP(X) {NULL, NULL, NULL}};
static const key_row param_keys[] = {RH_LUA_PARAM_KEY_MAP(X) {NULL, NULL, NULL}};
static const key_row wake_keys[] = {RH_LUA_WAKE_KEY_MAP(X) {NULL, NULL, NULL}};
static const key_row order_keys[] = {RH_LUA_ORDER_KEY_MAP(X) {NULL, NULL, NULL}};
static const key_row option_keys[] = {RH_LUA_OPTION_KEY_MAP(X) {NULL, NULL, NULL}};
static const key_row live_order_keys[] = {RH_LUA_LIVE_ORDER_MAP(X) {NULL, NULL, NULL}};
static const key_row route_line_keys[] = {RH_LUA_ROUTE_LINE_MAP(X) {NULL, NULL, NULL}};
static const key_row fill_keys[] = {RH_LUA_FILL_MAP(X) {NULL, NULL, NULL}};
static const key_row rejected_keys[] = {RH_LUA_REJECTED_MAP(X) {NULL, NULL, NULL}};
static const key_row expired_keys[] = {RH_LUA_EXPIRED_MAP(X) {NULL, NULL, NULL}};
static const key_row test_option_keys[] = {RH_LUA_TEST_OPTION_MAP(X) {NULL, NULL, NULL}};
static const key_row market_keys[] = {RH_LUA_MARKET_KEY_MAP(X) {NULL, NULL, NULL}};
#undef X

static const key_class classes[] = {
    {"rehedge.Policy", "The table of `rehedge.policy`", policy_keys},
    {"rehedge.Param", "A param", param_keys},
    {"rehedge.Wake", "`wake`", wake_keys},
    {"rehedge.Order", "An order", order_keys},
    {"rehedge.LiveOrder", "A line of `s:orders()`", live_order_keys},
    {"rehedge.RouteLine", "A line of `s:route(qty)`", route_line_keys},
    {"rehedge.Option", "An option, for `price`, `greeks` and `implied_vol`", option_keys},
    {"rehedge.Fill", "What `on_fill` gets", fill_keys},
    {"rehedge.Rejected", "What `on_reject` gets", rejected_keys},
    {"rehedge.Expired", "What `on_expiry` gets", expired_keys},
    {"rehedge.TestOptions", "Tests: options of `policy`", test_option_keys},
    {"rehedge.MarketFields", "Tests: fields of `market`, beside those of the view", market_keys},
};
enum { CLASSES = sizeof classes / sizeof *classes };

/* --- pieces of a row ----------------------------------------------------------------------- */

/* The next piece of a list separated by ';', without blanks at its ends; false at the end. */
static bool next_piece(const char **at, char piece[256])
{
    while (**at == ' ') ++*at;
    size_t length = strcspn(*at, ";");
    if (length == 0) return false;
    snprintf(piece, 256, "%.*s", (int)length, *at);
    *at += length;
    if (**at == ';') ++*at;
    return true;
}

/* "lo number below" without what follows the name; true when it is marked optional. */
static bool cut_at_name(char *piece)
{
    size_t length = strcspn(piece, " ?");
    bool is_optional = piece[length] == '?';
    piece[length] = '\0';
    return is_optional;
}

static void put_parameters(rh_buffer *out, const char *parameters, bool show_optional)
{
    char piece[256];
    bool first = true;
    while (next_piece(&parameters, piece)) {
        if (piece[0] == '@') continue;
        bool is_optional = cut_at_name(piece);
        rh_buffer_printf(out, "%s%s%s", first ? "" : ", ", piece,
                         show_optional && is_optional ? "?" : "");
        first = false;
    }
}

/* --- for people ---------------------------------------------------------------------------- */

/* Text inside a Markdown table: a bar would end the cell. */
static void put_cell(rh_buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|') rh_buffer_append(out, "\\", 1);
        rh_buffer_append(out, text, 1);
    }
}

static void put_function_rows(rh_buffer *out, const rh_lua_api_library *library)
{
    rh_buffer_printf(out, "\n## %s\n\n| | gives | |\n|---|---|---|\n", library->title);
    for (const rh_lua_api_row *row = library->rows; row->name != NULL; row++) {
        char piece[256];
        const char *results = row->results;
        rh_buffer_printf(out, "| `%s", library->name);
        if (library->call != 0) rh_buffer_append(out, &library->call, 1);
        rh_buffer_printf(out, "%s(", row->name);
        put_parameters(out, row->parameters, true);
        rh_buffer_text(out, ")` | ");
        for (bool first = true; next_piece(&results, piece); first = false) {
            if (!first) rh_buffer_text(out, ", ");
            put_cell(out, piece);
        }
        rh_buffer_text(out, " | ");
        put_cell(out, row->about);
        rh_buffer_text(out, " |\n");
    }
    if (library->rows != math_rows) return;
#define X(name, value, about) rh_buffer_text(out, "| `math." name "` | number | " about " |\n");
    RH_LUA_MATH_VALUE_MAP(X)
#undef X
}

static void put_key_rows(rh_buffer *out, const key_class *class)
{
    rh_buffer_printf(out, "\n## %s\n\n| key | type | |\n|---|---|---|\n", class->title);
    for (const key_row *row = class->rows; row->name != NULL; row++) {
        bool is_optional = row->type[0] == '?';
        rh_buffer_printf(out, "| `%s` | ", row->name);
        put_cell(out, row->type + is_optional);
        rh_buffer_text(out, is_optional ? "? | " : " | ");
        put_cell(out, row->about);
        rh_buffer_text(out, " |\n");
    }
}

static void put_words(rh_buffer *out)
{
    rh_buffer_text(out, "\nWords of `wake.on`:");
    for (int on = 0; on < RH_ON_KINDS; on++)
        rh_buffer_printf(out, "%s `%s`", on > 0 ? "," : "", rh_wake_on_words[on]);
    rh_buffer_text(out, ".\n\n## Features\n\n| kind | arguments | |\n|---|---|---|\n");
    for (const rh_feature_kind *kind = rh_feature_kinds; kind->name != NULL; kind++) {
        rh_buffer_printf(out, "| `%s` | ", kind->name);
        for (const char *const *key = kind->keys; *key != NULL; key++)
            rh_buffer_printf(out, "%s`%s`", key == kind->keys ? "" : ", ", *key);
        rh_buffer_text(out, " | ");
        put_cell(out, kind->about);
        rh_buffer_text(out, " |\n");
    }
}

/* Fields of one hedge instrument; X-macros are the only list of them. */
static void put_hedge_rows(rh_buffer *out)
{
    rh_buffer_text(out, "\n## Fields of `s:instrument(name)`\n\nA unit is one unit of an order's "
                        "`qty`: a contract of an option, else what moves as one unit of the asset."
                        "\n\n| field | unit | |\n|---|---|---|\n");
#define X(name, lua_name, unit, about)                                                             \
    rh_buffer_text(out, "| `" lua_name "` | " unit " | " about " |\n");
    RH_HEDGE_FIELD_MAP(X)
#undef X
}

static void put_view_rows(rh_buffer *out)
{
    rh_buffer_text(out, "\n## Fields of the view `s`\n\n| field | unit | |\n|---|---|---|\n"
                        "| `time` | ns since 1970 UTC, an integer | the present moment |\n");
    for (int i = 0; i < RH_VIEW_FIELDS; i++) {
        rh_view_field field = (rh_view_field)i;
        rh_buffer_printf(out, "| `%s` | %s | ", rh_view_field_name(field),
                         rh_view_field_unit(field));
        put_cell(out, rh_view_field_about(field));
        rh_buffer_text(out, " |\n");
    }
}

void rh_lua_api_markdown(rh_buffer *out)
{
    rh_buffer_text(out,
        "# What a policy can call\n\n"
        "Generated by `rehedge api --markdown` from the table that registers the functions; what "
        "they mean together is in\n[policy.md](policy.md). `?` marks what may be left out.\n");
    for (int i = 0; i < CLASSES; i++) {
        put_key_rows(out, &classes[i]);
        if (classes[i].rows == wake_keys) put_words(out);
    }
    put_view_rows(out);
    put_hedge_rows(out);
    for (const rh_lua_api_library *library = rh_lua_api_libraries; library->name != NULL; library++)
        put_function_rows(out, library);
    for (const rh_lua_api_library *library = rh_lua_api_trusted; library->name != NULL; library++)
        put_function_rows(out, library);
}

/* --- for editors --------------------------------------------------------------------------- */

static void define_class(rh_buffer *out, const key_class *class, const char *parent)
{
    rh_buffer_printf(out, "\n---@class %s%s\n", class->class_name, parent);
    for (const key_row *row = class->rows; row->name != NULL; row++) {
        bool is_optional = row->type[0] == '?';
        if (row->about[0] != '\0') rh_buffer_printf(out, "---%s\n", row->about);
        rh_buffer_printf(out, "---@field %s%s %s\n", row->name, is_optional ? "?" : "",
                         row->type + is_optional);
    }
}

static void define_function(rh_buffer *out, const char *owner, char call, const rh_lua_api_row *row)
{
    char piece[256];
    const char *parameters = row->parameters, *results = row->results;
    rh_buffer_printf(out, "---%s\n", row->about);
    while (next_piece(&parameters, piece)) {
        if (piece[0] == '@')
            rh_buffer_printf(out, "---%s\n", piece);
        else
            rh_buffer_printf(out, "---@param %s\n", piece);
    }
    while (next_piece(&results, piece)) rh_buffer_printf(out, "---@return %s\n", piece);
    rh_buffer_printf(out, "function %s%.*s%s(", owner, call != 0 ? 1 : 0, &call, row->name);
    put_parameters(out, row->parameters, false);
    rh_buffer_text(out, ") end\n");
}

static void define_methods(rh_buffer *out, const char *owner, const rh_lua_api_row *rows)
{
    for (; rows->name != NULL; rows++) define_function(out, owner, ':', rows);
}

/* The fields of the view, each with "?" when `optional`. */
static void define_fields(rh_buffer *out, const char *optional)
{
    for (int i = 0; i < RH_VIEW_FIELDS; i++) {
        rh_view_field field = (rh_view_field)i;
        rh_buffer_printf(out, "---%s; %s\n---@field %s%s number\n", rh_view_field_about(field),
                         rh_view_field_unit(field), rh_view_field_name(field), optional);
    }
}

static void define_view(rh_buffer *out)
{
    rh_buffer_text(out, "\n---@class rehedge.Fields\n");
    define_fields(out, "?");
    rh_buffer_text(out, "\n---@class rehedge.AssetView what is known of one asset now\n"
                        "---@field time integer nanoseconds since 1970 UTC\n");
    define_fields(out, "");
    rh_buffer_text(out, "\n---@class rehedge.InstrumentView what is known of a hedge instrument\n");
#define X(name, lua_name, unit, about)                                                             \
    rh_buffer_text(out, "---" about "; " unit "\n---@field " lua_name " number\n");
    RH_HEDGE_FIELD_MAP(X)
#undef X
    rh_buffer_text(out, "\n---@class rehedge.View: rehedge.AssetView only valid in a callback\n"
                        "local View = {}\n");
    define_methods(out, "View", view_rows);
}

static void define_greeks(rh_buffer *out)
{
    rh_buffer_text(out, "\n---@alias rehedge.Model "
                        "\"bsm\"|\"european\"|\"black76\"|\"inverse\"|\"american\"|\"baw\"\n"
                        "---@alias rehedge.CallPut \"call\"|\"put\"|\"C\"|\"P\"\n"
                        "---@alias rehedge.Trigger fun(s: rehedge.View, p: table, f: table): "
                        "boolean?, number?, number?\n"
                        "---@alias rehedge.Scaled number|rehedge.Order|rehedge.Order[]|nil\n"
                        "\n---@class rehedge.Greeks what the model has not is nil\n");
    for (int greek = 0; greek < RH_GREEKS; greek++)
        rh_buffer_printf(out, "---@field %s number\n", rh_greek_name((rh_greek)greek));
    rh_buffer_text(out, "---@field boundary number american only: exercised at and beyond it\n");
}

static void define_tests(rh_buffer *out)
{
    rh_buffer_text(out, "\n-- What follows exists in *_test.lua files only.\n"
                        "\n---@class rehedge.TestPolicy an instance of the policy beside a test\n"
                        "---@field name string\n---@field version string\n"
                        "---@field gas integer instructions of the last call\n"
                        "local TestPolicy = {}\n");
    define_methods(out, "TestPolicy", tested_rows);
    rh_buffer_text(out, "\n---@class rehedge.Market: rehedge.View a market moved by hand\n"
                        "---@field wake_lo? number of the last wake_outside\n"
                        "---@field wake_hi? number\n"
                        "---@field wake_in? integer nanoseconds, of the last wake_in\n"
                        "---@field vol_scale? number of the last delta_at\n"
                        "local Market = {}\n");
    define_methods(out, "Market", market_rows);
    rh_buffer_text(out, "\n");
    for (const rh_lua_api_row *row = test_rows; row->name != NULL; row++)
        define_function(out, "", 0, row);
}

static void define_trusted(rh_buffer *out)
{
    rh_buffer_text(out, "\n-- What follows exists under --trusted only; a policy that uses it is "
                        "refused without.\n\n");
    for (const rh_lua_api_library *library = rh_lua_api_trusted; library->name != NULL; library++)
        for (const rh_lua_api_row *row = library->rows; row->name != NULL; row++)
            define_function(out, library->name, '.', row);
}

void rh_lua_api_definitions(rh_buffer *out)
{
    static const rh_lua_api_row pow = {"pow", "x number; y number", "number",
                                       "x to the y; stock Lua 5.4 has none"};
    rh_buffer_text(out,
        "---@meta\n"
        "-- Editor definitions for policies (lua-language-server): completion, types and hover\n"
        "-- text. Generated by `rehedge api --definitions`; rehedge itself never loads it.\n");
    define_view(out);
    define_greeks(out);
    for (int i = 0; i < CLASSES; i++)
        define_class(out, &classes[i],
                     classes[i].rows == market_keys ? ": rehedge.Fields" : "");
    rh_buffer_text(out, "\n---@class rehedge.Stream\nlocal Stream = {}\n");
    define_methods(out, "Stream", stream_rows);
    rh_buffer_text(out, "\nrehedge = {}\n");
    for (const rh_lua_api_row *row = rehedge_rows; row->name != NULL; row++)
        define_function(out, "rehedge", '.', row);
    for (const rh_lua_api_row *row = prelude_rows; row->name != NULL; row++)
        define_function(out, "rehedge", '.', row);
    rh_buffer_text(out, "\n");
    define_function(out, "math", '.', &pow);
    define_trusted(out);
    define_tests(out);
}
