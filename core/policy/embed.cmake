# Embed scripts/ in the program: the policies as rh_shipped_scripts[], their tests (by the policy's
# name) as rh_shipped_tests[], and what `rehedge new` writes as rh_policy_templates[]. Included by
# core/CMakeLists.txt, and run again by itself (cmake -DOUTPUT=... -P) when one of them changes.
if(CMAKE_SCRIPT_MODE_FILE)
    set(text "/* Generated from scripts/ by core/policy/embed.cmake. */\n")
    string(APPEND text "#include \"policy/source.h\"\n\n#include <stddef.h>\n\n")
    foreach(table IN ITEMS shipped_scripts shipped_tests policy_templates)
        set(rows "")
        foreach(script IN LISTS ${table})
            get_filename_component(name ${script} NAME_WE)
            if("x${table}" STREQUAL "xshipped_tests")
                string(REGEX REPLACE "_test$" "" name ${name})
            endif()
            file(READ ${script} hex HEX)
            string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
            string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
            string(APPEND text "static const char ${table}_${name}[] = {\n${bytes}0};\n\n")
            set(row "{\"${name}\", ${table}_${name}, sizeof ${table}_${name} - 1}")
            if("x${name}" STREQUAL "xprelude")
                string(APPEND text "const rh_shipped_script rh_prelude = ${row};\n\n")
            else()
                string(APPEND rows "    ${row},\n")
            endif()
        endforeach()
        string(APPEND text "const rh_shipped_script rh_${table}[] = {\n${rows}")
        string(APPEND text "    {NULL, NULL, 0},\n};\n\n")
    endforeach()
    file(WRITE ${OUTPUT} "${text}")
    return()
endif()

file(GLOB shipped CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/*.lua)
list(FILTER shipped EXCLUDE REGEX "\\.d\\.lua$")
list(SORT shipped)
set(shipped_tests ${shipped})
list(FILTER shipped EXCLUDE REGEX "_test\\.lua$")
list(FILTER shipped_tests INCLUDE REGEX "_test\\.lua$")
file(GLOB templates CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/templates/*)
set(shipped_source ${CMAKE_CURRENT_BINARY_DIR}/policy/shipped_scripts.c)
add_custom_command(OUTPUT ${shipped_source}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${shipped_source}" "-Dshipped_scripts=${shipped}"
        "-Dshipped_tests=${shipped_tests}" "-Dpolicy_templates=${templates}"
        -P ${CMAKE_CURRENT_LIST_FILE}
    DEPENDS ${shipped} ${shipped_tests} ${templates} ${CMAKE_CURRENT_LIST_FILE}
    COMMENT "Embedding the shipped policies" VERBATIM)
target_sources(rh_policy PRIVATE ${shipped_source})
