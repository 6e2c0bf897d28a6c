# The program: every command in one library, so that tests can link it, and main.c with the table.
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.c)
list(FILTER cli_sources EXCLUDE REGEX "/main\\.c$")
add_library(rh_cli STATIC ${cli_sources})
target_link_libraries(rh_cli PUBLIC rh_host rh_report rh_study rh_engine rh_lua rh_feed rh_policy
    rh_data rh_math rh_base PRIVATE rh_liblua PkgConfig::EDIT)

# said by `rehedge version` and by the bench, beside every figure
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
set(sanitizers "$<$<BOOL:${REHEDGE_SANITIZE}>: -fsanitize=address,undefined>")
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}" flags)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/cli/build.c PROPERTIES COMPILE_DEFINITIONS
    "REHEDGE_BUILD_FLAGS=\"${flags} -ffp-contract=off -fno-fast-math${sanitizers}\"")

add_executable(rehedge ${CMAKE_CURRENT_SOURCE_DIR}/cli/main.c)
target_link_libraries(rehedge PRIVATE rh_cli)
set_target_properties(rehedge PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
install(TARGETS rehedge)
