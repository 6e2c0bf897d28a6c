# The Lua to link: REHEDGE_LUA_DIR (a prefix) or the system's 5.4. Programs take its archive where
# there is one: a call into a shared library goes through a table, and a policy is mostly such calls
# (6% of many paths). Gives the targets rh_liblua and, for a shared library of ours, whose code must
# be relocatable, rh_liblua_shared.
include(CheckCSourceCompiles)
option(REHEDGE_LUA_SHARED "Link the system's Lua as a shared library in programs too" OFF)
add_library(rh_liblua INTERFACE)
add_library(rh_liblua_shared INTERFACE)
if(REHEDGE_LUA_DIR)
    find_path(LUA54_INCLUDE lua.h PATHS ${REHEDGE_LUA_DIR}/include ${REHEDGE_LUA_DIR}/src
        NO_DEFAULT_PATH REQUIRED)
    find_library(LUA54_LIBRARY NAMES lua5.4 lua PATHS ${REHEDGE_LUA_DIR}/lib ${REHEDGE_LUA_DIR}/src
        NO_DEFAULT_PATH REQUIRED)
    target_include_directories(rh_liblua SYSTEM INTERFACE ${LUA54_INCLUDE})
    target_link_libraries(rh_liblua INTERFACE ${LUA54_LIBRARY} m ${CMAKE_DL_LIBS})
    target_link_libraries(rh_liblua_shared INTERFACE rh_liblua)
else()
    pkg_search_module(LUA54 REQUIRED IMPORTED_TARGET lua5.4 lua54 lua-5.4 lua>=5.4)
    target_link_libraries(rh_liblua_shared INTERFACE PkgConfig::LUA54)
    list(GET LUA54_LIBRARIES 0 name)
    find_library(LUA54_ARCHIVE lib${name}.a HINTS ${LUA54_LIBDIR})
    mark_as_advanced(LUA54_ARCHIVE)
    if(LUA54_ARCHIVE)
        set(CMAKE_REQUIRED_INCLUDES ${LUA54_INCLUDE_DIRS})
        set(CMAKE_REQUIRED_LIBRARIES ${LUA54_ARCHIVE} m ${CMAKE_DL_LIBS})
        check_c_source_compiles("#include <lauxlib.h>
            int main(void) { return luaL_newstate() == 0; }" REHEDGE_LUA_ARCHIVE_LINKS)
        unset(CMAKE_REQUIRED_INCLUDES)
        unset(CMAKE_REQUIRED_LIBRARIES)
    endif()
    if(LUA54_ARCHIVE AND REHEDGE_LUA_ARCHIVE_LINKS AND NOT REHEDGE_LUA_SHARED)
        target_include_directories(rh_liblua SYSTEM INTERFACE ${LUA54_INCLUDE_DIRS})
        target_link_libraries(rh_liblua INTERFACE ${LUA54_ARCHIVE} m ${CMAKE_DL_LIBS})
    else()
        target_link_libraries(rh_liblua INTERFACE PkgConfig::LUA54)
    endif()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/probe/probe.cmake)
