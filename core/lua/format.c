/* string.format: %d %i %c %x %X %o %f %F %e %E %g %G %s %%, widths and precisions of two digits.
 * NaN and inf are written by us, their text differs between C libraries; finite numbers go through
 * snprintf with a precision, which rounds correctly everywhere. No %p, %a, %q. */
#include "lua/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/host.h"

enum { ITEM_MAX = 512 };    /* "%99.99f" of 1e308 */

typedef struct format_spec {
    char flags[6];          /* each at most once */
    int width, precision;   /* -1 = not given */
    bool left;
    char conversion;
} format_spec;

static int two_digits(const char **at, const char *end)
{
    int value = -1;
    for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '9'; i++)
        value = (value < 0 ? 0 : value) * 10 + (*(*at)++ - '0');
    return value;
}

static void read_spec(lua_State *L, const char **at, const char *end, format_spec *spec)
{
    size_t flags = 0;
    memset(spec, 0, sizeof *spec);
    while (*at < end && **at != '\0' && strchr("-+ #0", **at) != NULL) {
        if (flags + 1 >= sizeof spec->flags) luaL_error(L, "invalid format (repeated flags)");
        spec->left = spec->left || **at == '-';
        spec->flags[flags++] = *(*at)++;
    }
    spec->width = two_digits(at, end);
    spec->precision = -1;
    if (*at < end && **at == '.') {
        (*at)++;
        spec->precision = two_digits(at, end);
        if (spec->precision < 0) spec->precision = 0;
    }
    if (*at >= end || **at == '\0' || strchr("dicxXofFeEgGs", **at) == NULL)
        luaL_error(L, "invalid conversion in 'format': available are d i c x X o f F e E g G s %%");
    spec->conversion = *(*at)++;
}

static void add_padded(rh_lua_piece *piece, const format_spec *spec, const char *text,
                       size_t length)
{
    char blanks[100];
    size_t pad = spec->width > 0 && (size_t)spec->width > length ? (size_t)spec->width - length : 0;
    memset(blanks, ' ', sizeof blanks);
    if (!spec->left) rh_lua_piece_add(piece, blanks, pad);
    rh_lua_piece_add(piece, text, length);
    if (spec->left) rh_lua_piece_add(piece, blanks, pad);
}

static void build_c_format(const format_spec *spec, const char *modifier, char out[48])
{
    char width[16] = "", precision[16] = "";
    if (spec->width >= 0) snprintf(width, sizeof width, "%d", spec->width);
    if (spec->precision >= 0) snprintf(precision, sizeof precision, ".%d", spec->precision);
    snprintf(out, 48, "%%%s%s%s%s%c", spec->flags, width, precision, modifier, spec->conversion);
}

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#endif
static void add_integer(lua_State *L, rh_lua_piece *piece, const format_spec *spec, int arg)
{
    char format[48], text[ITEM_MAX];
    long long value = (long long)rh_lua_integer(L, arg);
    build_c_format(spec, "ll", format);
    int length = snprintf(text, sizeof text, format, value);
    rh_lua_piece_add(piece, text, length > 0 ? (size_t)length : 0);
}

static void add_float(lua_State *L, rh_lua_piece *piece, const format_spec *spec, int arg)
{
    char format[48], text[ITEM_MAX];
    double value = rh_lua_number(L, arg);
    rh_lua_charge(L, 64 + (spec->precision > 0 ? 2 * spec->precision : 0));
    if (isnan(value)) {
        add_padded(piece, spec, "nan", 3);
    } else if (isinf(value)) {
        const char *name = value < 0 ? "-inf" : "inf";
        add_padded(piece, spec, name, strlen(name));
    } else {
        build_c_format(spec, "", format);
        int length = snprintf(text, sizeof text, format, value);
        rh_lua_piece_add(piece, text, length > 0 ? (size_t)length : 0);
    }
}
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

static void add_text(lua_State *L, rh_lua_piece *piece, const format_spec *spec, int arg)
{
    size_t length = 0;
    rh_lua_push_text(L, arg);
    const char *text = lua_tolstring(L, -1, &length);
    if (spec->precision >= 0 && length > (size_t)spec->precision) length = (size_t)spec->precision;
    add_padded(piece, spec, text, length);
    lua_pop(L, 1);
}

static void add_item(lua_State *L, rh_lua_piece *piece, const format_spec *spec, int arg)
{
    luaL_checkany(L, arg);
    if (strchr("dixXo", spec->conversion) != NULL) {
        add_integer(L, piece, spec, arg);
    } else if (spec->conversion == 's') {
        add_text(L, piece, spec, arg);
    } else if (spec->conversion == 'c') {
        lua_Integer code = rh_lua_integer(L, arg);
        luaL_argcheck(L, code >= 0 && code <= 255, arg, "value out of range");
        char byte = (char)(unsigned char)code;
        if (code == 0) rh_lua_host(L)->uses |= RH_SOURCE_ZEROS;
        add_padded(piece, spec, &byte, 1);
    } else {
        add_float(L, piece, spec, arg);
    }
}

int rh_lua_format(lua_State *L)
{
    rh_lua_piece piece;
    format_spec spec;
    size_t length;
    int last = lua_gettop(L), arg = 1;
    const char *at = rh_lua_text(L, 1, &length), *end = at + length;
    rh_lua_piece_begin(L, &piece);
    while (at < end) {
        const char *percent = memchr(at, '%', (size_t)(end - at));
        size_t plain = (size_t)((percent != NULL ? percent : end) - at);
        rh_lua_piece_add(&piece, at, plain);
        at += plain;
        if (percent == NULL) break;
        at++;
        if (at < end && *at == '%') {
            rh_lua_piece_add(&piece, at++, 1);
            continue;
        }
        read_spec(L, &at, end, &spec);
        if (++arg > last) return luaL_argerror(L, arg, "no value");
        add_item(L, &piece, &spec, arg);
    }
    rh_lua_piece_push(&piece);
    return 1;
}
