# The Lua to link: REHEDGE_LUA_DIR (a prefix) or the system's 5.4. Gives the target rh_liblua.
add_library(rh_liblua INTERFACE)
if(REHEDGE_LUA_DIR)
    find_path(LUA54_INCLUDE lua.h PATHS ${REHEDGE_LUA_DIR}/include ${REHEDGE_LUA_DIR}/src
        NO_DEFAULT_PATH REQUIRED)
    find_library(LUA54_LIBRARY NAMES lua5.4 lua PATHS ${REHEDGE_LUA_DIR}/lib ${REHEDGE_LUA_DIR}/src
        NO_DEFAULT_PATH REQUIRED)
    target_include_directories(rh_liblua SYSTEM INTERFACE ${LUA54_INCLUDE})
    target_link_libraries(rh_liblua INTERFACE ${LUA54_LIBRARY} m ${CMAKE_DL_LIBS})
else()
    pkg_search_module(LUA54 REQUIRED IMPORTED_TARGET lua5.4 lua54 lua-5.4 lua>=5.4)
    target_link_libraries(rh_liblua INTERFACE PkgConfig::LUA54)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/probe/probe.cmake)
