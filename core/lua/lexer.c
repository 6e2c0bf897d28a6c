/* A look at the source before Lua's own parser, which is C and cannot be metered: bounds tokens,
 * nesting and jumps, refuses precompiled chunks, `_ENV`, and `^` other than `^ 2` (Lua computes it
 * with the pow of libc, whose bits differ between machines; math.pow is ours).
 * Must not judge grammar: anything else that is wrong is left for Lua to report. */
#include <stdbool.h>
#include <string.h>

#include "lua/host.h"
#include "lua/lexer.h"

enum { TOKENS_MAX = 32768, JUMPS_MAX = 400, NUMERAL_MAX = 100 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const rh_lua_lexer *lex, size_t ahead)
{
    return (size_t)(lex->end - lex->at) > ahead ? lex->at[ahead] : '\0';
}

/* Level of a long bracket "[==[" that starts here, -1 when none does. */
static int long_level(const rh_lua_lexer *lex)
{
    size_t level = 0;
    if (peek(lex, 0) != '[') return -1;
    while (peek(lex, 1 + level) == '=' && level < 1000) level++;
    return peek(lex, 1 + level) == '[' ? (int)level : -1;
}

static void skip_long(rh_lua_lexer *lex, int level)
{
    lex->at += level + 2;
    for (; lex->at < lex->end; lex->at++) {
        if (*lex->at == '\n') lex->line++;
        if (*lex->at != ']') continue;
        int equals = 0;
        while (peek(lex, 1 + (size_t)equals) == '=') equals++;
        if (equals == level && peek(lex, 1 + (size_t)equals) == ']') {
            lex->at += level + 2;
            return;
        }
        lex->at += equals;
    }
}

static void skip_blanks(rh_lua_lexer *lex)
{
    while (lex->at < lex->end) {
        char c = *lex->at;
        if (c == '\n') lex->line++;
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            lex->at++;
        } else if (c == '-' && peek(lex, 1) == '-') {
            lex->at += 2;
            int level = long_level(lex);
            if (level >= 0)
                skip_long(lex, level);
            else
                while (lex->at < lex->end && *lex->at != '\n' && *lex->at != '\r') lex->at++;
        } else {
            return;
        }
    }
}

static void skip_quoted(rh_lua_lexer *lex, char quote)
{
    lex->at++;
    while (lex->at < lex->end && *lex->at != quote) {
        if (*lex->at == '\\' && lex->at + 1 < lex->end) {
            lex->at++;
            if (*lex->at == 'z') {      /* skips the blanks that follow, lines included */
                lex->at++;
                while (lex->at < lex->end &&
                       (*lex->at == ' ' || (*lex->at >= '\t' && *lex->at <= '\r'))) {
                    if (*lex->at == '\n') lex->line++;
                    lex->at++;
                }
                continue;
            }
        } else if (*lex->at == '\n') {
            return;     /* unfinished; Lua says so */
        }
        if (*lex->at == '\n') lex->line++;
        lex->at++;
    }
    if (lex->at < lex->end) lex->at++;
}

static void skip_numeral(rh_lua_lexer *lex)
{
    bool hex = *lex->at == '0' && (peek(lex, 1) == 'x' || peek(lex, 1) == 'X');
    while (lex->at < lex->end && (is_word(*lex->at) || *lex->at == '.')) {
        char c = *lex->at++;
        bool exponent = hex ? (c == 'p' || c == 'P') : (c == 'e' || c == 'E');
        if (exponent && (peek(lex, 0) == '+' || peek(lex, 0) == '-')) lex->at++;
    }
}

void rh_lua_next_token(rh_lua_lexer *lex)
{
    skip_blanks(lex);
    lex->start = lex->at;
    lex->token_line = lex->line;
    if (lex->at >= lex->end) {
        lex->kind = RH_TOKEN_END;
        return;
    }
    char c = *lex->at;
    if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1)))) {
        lex->kind = RH_TOKEN_NUMERAL;
        skip_numeral(lex);
    } else if (is_word(c)) {
        lex->kind = RH_TOKEN_NAME;
        while (lex->at < lex->end && is_word(*lex->at)) lex->at++;
    } else if (c == '"' || c == '\'') {
        lex->kind = RH_TOKEN_TEXT;
        skip_quoted(lex, c);
    } else if (long_level(lex) >= 0) {
        lex->kind = RH_TOKEN_TEXT;
        skip_long(lex, long_level(lex));
    } else {
        lex->kind = RH_TOKEN_OTHER;
        lex->at++;
    }
}

bool rh_lua_token_is(const rh_lua_lexer *lex, const char *text)
{
    size_t length = (size_t)(lex->at - lex->start);
    return strlen(text) == length && memcmp(lex->start, text, length) == 0;
}

static bool is_any(const rh_lua_lexer *lex, const char *const *words)
{
    for (; *words != NULL; words++)
        if (rh_lua_token_is(lex, *words)) return true;
    return false;
}

static rh_status refuse(const rh_lua_lexer *lex, const char *why, rh_error *error)
{
    return rh_fail(error, RH_POLICY, "%s:%d: %s", lex->label, lex->token_line, why);
}

/* After `^`: the literal 2, and not followed by another `^` (which would bind tighter). */
static rh_status check_power(rh_lua_lexer lex, rh_error *error)
{
    const rh_lua_lexer at = lex;
    rh_lua_next_token(&lex);
    bool two = lex.kind == RH_TOKEN_NUMERAL &&
               (rh_lua_token_is(&lex, "2") || rh_lua_token_is(&lex, "2.0"));
    rh_lua_next_token(&lex);
    if (two && !(lex.kind == RH_TOKEN_OTHER && rh_lua_token_is(&lex, "^"))) return RH_OK;
    return refuse(&at, "`^` is allowed with the literal 2 only (x^2): use math.pow or math.sqrt",
                  error);
}

/* Whether the text token may hold a zero byte: one as it is, or an escape of one. */
static bool may_hold_zero(const rh_lua_lexer *lex)
{
    const char *at = lex->start, *end = lex->at;
    if (memchr(at, '\0', (size_t)(end - at)) != NULL) return true;
    for (; at + 1 < end; at++) {
        if (*at != '\\') continue;
        at++;
        if (*at == '0' || (*at == 'x' && end - at > 2 && at[1] == '0' && at[2] == '0') ||
            (*at == 'u' && end - at > 2 && at[1] == '{' && at[2] == '0'))
            return true;
    }
    return false;
}

/* `for i = ...` with a bound that has a name in it, and so may be a text. */
static bool is_open_for(rh_lua_lexer lex)
{
    if (!rh_lua_token_is(&lex, "for")) return false;
    rh_lua_next_token(&lex);
    rh_lua_next_token(&lex);
    if (!rh_lua_token_is(&lex, "=")) return false;
    do rh_lua_next_token(&lex); while (lex.kind == RH_TOKEN_NUMERAL || rh_lua_token_is(&lex, ","));
    return !rh_lua_token_is(&lex, "do");
}

static unsigned uses_of(const rh_lua_lexer *lex)
{
    if (lex->kind == RH_TOKEN_TEXT) return may_hold_zero(lex) ? RH_SOURCE_ZEROS : 0;
    if (lex->kind == RH_TOKEN_NAME) return is_open_for(*lex) ? RH_SOURCE_FOR : 0;
    if (lex->kind != RH_TOKEN_OTHER) return 0;
    if (rh_lua_token_is(lex, "%")) return RH_SOURCE_MODULO;
    bool is_pair = rh_lua_token_is(lex, ".") && peek(lex, 0) == '.';
    bool is_vararg = peek(lex, 1) == '.' || (lex->tokens > 1 && lex->start[-1] == '.');
    return is_pair && !is_vararg ? RH_SOURCE_CONCAT : 0;
}

static rh_status check_token(rh_lua_lexer *lex, rh_error *error)
{
    static const char *const openers[] = {"(", "[", "{", "do", "if", "function", "repeat", NULL};
    static const char *const closers[] = {")", "]", "}", "end", "until", NULL};
    static_assert(RH_LUA_NESTING_MAX == 100 && RH_LUA_STRING_BYTES_MAX == 64u << 10, "in texts");
    size_t length = (size_t)(lex->at - lex->start);
    if (++lex->tokens > TOKENS_MAX) return refuse(lex, "more than 32768 tokens", error);
    if (lex->kind == RH_TOKEN_NUMERAL && length > NUMERAL_MAX)
        return refuse(lex, "a number of more than 100 characters", error);
    if (lex->kind == RH_TOKEN_TEXT && length > RH_LUA_STRING_BYTES_MAX)
        return refuse(lex, "a text of more than 64 KiB", error);
    if (lex->kind != RH_TOKEN_NAME && lex->kind != RH_TOKEN_OTHER) return RH_OK;
    if (is_any(lex, openers) && ++lex->depth > RH_LUA_NESTING_MAX)
        return refuse(lex, "blocks or brackets nest more than 100 deep", error);
    if (is_any(lex, closers) && lex->depth > 0) lex->depth--;
    bool is_label = rh_lua_token_is(lex, ":") && peek(lex, 0) == ':';
    if ((is_label || rh_lua_token_is(lex, "goto")) && ++lex->jumps > JUMPS_MAX)
        return refuse(lex, "more than 400 gotos and labels", error);
    if (rh_lua_token_is(lex, "_ENV"))
        return refuse(lex, "_ENV is not available in a policy", error);
    if (rh_lua_token_is(lex, "^")) return check_power(*lex, error);
    return RH_OK;
}

rh_status rh_lua_check_source(const char *label, const char *source, size_t length, unsigned *uses,
                              rh_error *error)
{
    rh_lua_lexer lex = {.label = label, .at = source, .end = source + length, .line = 1,
                        .token_line = 1};
    if (length > RH_LUA_SOURCE_BYTES_MAX)
        return refuse(&lex, "the source has more than 256 KiB", error);
    if (length > 0 && source[0] == '\x1b')
        return refuse(&lex, "precompiled chunks are not available: give the source", error);
    for (rh_lua_next_token(&lex); lex.kind != RH_TOKEN_END; rh_lua_next_token(&lex)) {
        RH_TRY(check_token(&lex, error));
        *uses |= uses_of(&lex);
    }
    return RH_OK;
}

int rh_lua_line_of(const char *source, size_t length, const char *name)
{
    rh_lua_lexer lex = {.label = "", .at = source, .end = source + length, .line = 1};
    for (rh_lua_next_token(&lex); lex.kind != RH_TOKEN_END; rh_lua_next_token(&lex)) {
        if (lex.kind != RH_TOKEN_NAME || !rh_lua_token_is(&lex, name)) continue;
        rh_lua_lexer ahead = lex;
        rh_lua_next_token(&ahead);
        if (rh_lua_token_is(&ahead, "=") && peek(&ahead, 0) != '=') return lex.token_line;
    }
    return 0;
}
