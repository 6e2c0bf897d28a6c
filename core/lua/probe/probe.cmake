# Ask the Lua that is linked which known bugs it has, and print the verdict. The strict profile of
# the host opens none of these doors, so a finding is a remark and never a failure. The answer is
# kept until another Lua is chosen.
if(CMAKE_CROSSCOMPILING)
    return()
endif()
set(probed "${LUA54_LIBRARY}${LUA54_LIBRARIES}${LUA54_VERSION}${REHEDGE_LUA_DIR}")
if(NOT "${probed}" STREQUAL "${REHEDGE_LUA_PROBED}")
    set(probe_library ${LUA54_LIBRARY} m ${CMAKE_DL_LIBS})
    set(probe_include ${LUA54_INCLUDE})
    if(NOT REHEDGE_LUA_DIR)
        set(probe_library ${LUA54_LINK_LIBRARIES})
        set(probe_include ${LUA54_INCLUDE_DIRS})
    endif()
    try_run(probe_exit probe_built ${CMAKE_BINARY_DIR}/lua_probe ${CMAKE_CURRENT_LIST_DIR}/probe.c
        CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${probe_include}"
        COMPILE_DEFINITIONS -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700
        LINK_LIBRARIES ${probe_library}
        RUN_OUTPUT_VARIABLE probe_text)
    if(NOT probe_built OR NOT "${probe_exit}" STREQUAL "0")
        set(probe_text "could not be probed")
    endif()
    string(STRIP "${probe_text}" probe_text)
    string(REPLACE "\n" " | " probe_text "${probe_text}")
    set(REHEDGE_LUA_PROBED "${probed}" CACHE INTERNAL "The Lua that was probed")
    set(REHEDGE_LUA_VERDICT "${probe_text}" CACHE INTERNAL "What the probe of Lua said")
endif()
message(STATUS "Lua: ${REHEDGE_LUA_VERDICT}")
if(REHEDGE_LUA_VERDICT MATCHES "CRASHES|WRONG|hangs")
    message(STATUS "Lua: known bugs, not reachable from a policy (strict profile); "
        "-DREHEDGE_LUA_DIR= links a newer 5.4")
endif()
