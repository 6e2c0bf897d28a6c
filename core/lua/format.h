/* string.format of the strict profile; see format.c. */
#ifndef RH_LUA_FORMAT_H
#define RH_LUA_FORMAT_H

#include <lua.h>

int rh_lua_format(lua_State *L);

#endif
