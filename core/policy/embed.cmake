# Embed scripts/*.lua in the program as rh_shipped_scripts[]: included by core/CMakeLists.txt, and
# run again by itself (cmake -DOUTPUT=... -DSCRIPTS=... -P) at build time when a script changes.
if(CMAKE_SCRIPT_MODE_FILE)
    set(text "/* Generated from scripts/ by core/policy/embed.cmake. */\n")
    string(APPEND text "#include \"policy/source.h\"\n\n#include <stddef.h>\n\n")
    set(rows "")
    foreach(script IN LISTS SCRIPTS)
        get_filename_component(name ${script} NAME_WE)
        file(READ ${script} hex HEX)
        string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
        string(APPEND text "static const char script_${name}[] = {\n${bytes}0};\n\n")
        set(row "{\"${name}\", script_${name}, sizeof script_${name} - 1}")
        if(name STREQUAL "prelude")
            set(prelude "const rh_shipped_script rh_prelude = ${row};\n")
        else()
            string(APPEND rows "    ${row},\n")
        endif()
    endforeach()
    string(APPEND text "${prelude}\n")
    string(APPEND text "const rh_shipped_script rh_shipped_scripts[] = {\n${rows}")
    string(APPEND text "    {NULL, NULL, 0},\n};\n")
    file(WRITE ${OUTPUT} "${text}")
    return()
endif()

file(GLOB shipped CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/*.lua)
list(FILTER shipped EXCLUDE REGEX "\\.d\\.lua$")
list(SORT shipped)
set(shipped_source ${CMAKE_CURRENT_BINARY_DIR}/policy/shipped_scripts.c)
add_custom_command(OUTPUT ${shipped_source}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${shipped_source}" "-DSCRIPTS=${shipped}"
        -P ${CMAKE_CURRENT_LIST_FILE}
    DEPENDS ${shipped} ${CMAKE_CURRENT_LIST_FILE}
    COMMENT "Embedding the shipped policies" VERBATIM)
target_sources(rh_policy PRIVATE ${shipped_source})
