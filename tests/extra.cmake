# The tests that are no cmocka program: tidy, and the end-to-end tests of the built program.
find_package(Python3 3.9 COMPONENTS Interpreter REQUIRED)

set(tidy_folder ${CMAKE_CURRENT_SOURCE_DIR}/tidy)
add_test(NAME tidy/self COMMAND ${Python3_EXECUTABLE} ${tidy_folder}/test_tidy.py)
add_test(NAME tidy/tree COMMAND ${Python3_EXECUTABLE} ${tidy_folder}/tidy.py ${PROJECT_SOURCE_DIR})
set_tests_properties(tidy/self tidy/tree PROPERTIES LABELS tidy)

if(TARGET rehedge)
    # Makes the N-th write fail; the program is run under it by the end-to-end tests.
    add_library(rehedge_failing_writes MODULE ${CMAKE_CURRENT_SOURCE_DIR}/e2e/failing_writes.c)
    set_target_properties(rehedge_failing_writes PROPERTIES PREFIX "")
    target_link_libraries(rehedge_failing_writes PRIVATE ${CMAKE_DL_LIBS})

    set(e2e_environment "REHEDGE=$<TARGET_FILE:rehedge>"
        "REHEDGE_SHIM=$<TARGET_FILE:rehedge_failing_writes>"
        "REHEDGE_SANITIZED=$<BOOL:${REHEDGE_SANITIZE}>")
    file(GLOB e2e_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/e2e/test_*.py
        ${CMAKE_CURRENT_SOURCE_DIR}/reference/test_*.py)
    foreach(source IN LISTS e2e_sources)
        get_filename_component(name ${source} NAME_WE)
        add_test(NAME e2e/${name} COMMAND ${Python3_EXECUTABLE} ${source})
        set_tests_properties(e2e/${name} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 240
            ENVIRONMENT "${e2e_environment}")
    endforeach()
    set_tests_properties(e2e/test_paced_replay PROPERTIES COST 1000) # waits longest: goes first

    # The laws of the literature on few paths; tests/run.sh --all runs them on many.
    add_test(NAME e2e/laws COMMAND ${Python3_EXECUTABLE}
        ${CMAKE_CURRENT_SOURCE_DIR}/laws/laws.py --threads 1)
    set_tests_properties(e2e/laws PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 240
        ENVIRONMENT "${e2e_environment}")
endif()

# Counts every allocation of our own code, and so of Lua, whose allocator is ours.
if(TARGET host_test_allocations)
    target_link_options(host_test_allocations PRIVATE
        -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
endif()

add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/bench/engine)
add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/bench/pricing)
add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
