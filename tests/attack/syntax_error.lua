-- Not Lua.
return rehedge.policy { api = = 1 }
