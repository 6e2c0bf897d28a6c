/* Tokens of a Lua source: what lexer.c bounds before Lua's parser runs, and globals.c walks after
 * it. Operators come one character at a time. Must not judge grammar. */
#ifndef RH_LUA_LEXER_H
#define RH_LUA_LEXER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum rh_lua_token {
    RH_TOKEN_END, RH_TOKEN_NAME, RH_TOKEN_NUMERAL, RH_TOKEN_TEXT, RH_TOKEN_OTHER
} rh_lua_token;

typedef struct rh_lua_lexer {
    const char *label, *at, *end, *start;   /* start, at: of the present token and past it */
    int line, token_line;
    rh_lua_token kind;                      /* names include keywords */
    int tokens, depth, jumps;
} rh_lua_lexer;

void rh_lua_next_token(rh_lua_lexer *lex);
bool rh_lua_token_is(const rh_lua_lexer *lex, const char *text);

#endif
