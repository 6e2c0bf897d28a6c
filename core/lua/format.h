/* string.format of the strict profile: see format.c for the conversions it has.
 * Must not show an address or depend on the C library for the text of nan and inf. */
#ifndef RH_LUA_FORMAT_H
#define RH_LUA_FORMAT_H

#include <lua.h>

int rh_lua_format(lua_State *L);

#endif
