# librehedge, static and shared, from the objects of all rooms; its headers and pkg-config file.
# What include/rehedge/ declares is what the shared library exports, and nothing else.
set(REHEDGE_PUBLIC_HEADERS "")
file(GLOB REHEDGE_PUBLIC_HEADERS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/rehedge/*.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${REHEDGE_PUBLIC_HEADERS})

set(exported "")
foreach(header IN LISTS REHEDGE_PUBLIC_HEADERS)
    file(READ ${header} text)
    # a declaration begins a line; examples inside comments do not
    string(REGEX MATCHALL "\n[a-z][a-z0-9_ ]*[ *](rh_[a-z0-9_]+)\\(" declarations "${text}")
    foreach(declaration IN LISTS declarations)
        string(REGEX REPLACE ".*[ *](rh_[a-z0-9_]+)\\(" "\\1" function "${declaration}")
        list(APPEND exported ${function})
    endforeach()
endforeach()
list(REMOVE_DUPLICATES exported)
list(SORT exported)
string(REPLACE ";" "; " exported "${exported}")
set(REHEDGE_EXPORTS ${CMAKE_CURRENT_BINARY_DIR}/rehedge.exports)
file(CONFIGURE OUTPUT ${REHEDGE_EXPORTS} CONTENT "{ global: ${exported}; local: *; };\n")

set(objects "")
foreach(room IN LISTS REHEDGE_ROOMS)
    list(APPEND objects $<TARGET_OBJECTS:${room}>)
endforeach()
add_library(rehedge_static STATIC ${objects})
add_library(rehedge_shared SHARED ${objects})
foreach(library IN ITEMS rehedge_static rehedge_shared)
    set_target_properties(${library} PROPERTIES OUTPUT_NAME rehedge LINKER_LANGUAGE C
        ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    target_include_directories(${library} INTERFACE ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${library} PRIVATE PkgConfig::UV PkgConfig::CJSON PkgConfig::XXHASH
        PkgConfig::SODIUM PkgConfig::ARCHIVE PkgConfig::SQLITE ${CSV_LIBRARY} ZLIB::ZLIB
        Threads::Threads m)
endforeach()
target_link_libraries(rehedge_static PRIVATE rh_liblua)
target_link_libraries(rehedge_shared PRIVATE rh_liblua_shared)
set_target_properties(rehedge_shared PROPERTIES VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${REHEDGE_EXPORTS})
target_link_options(rehedge_shared PRIVATE "LINKER:--version-script=${REHEDGE_EXPORTS}")
if(NOT REHEDGE_SANITIZE)
    target_link_options(rehedge_shared PRIVATE "LINKER:--no-undefined")
endif()

# The .pc file finds its prefix from where it lies, so that an installed tree can be moved.
set(REHEDGE_PC_REQUIRES "libuv libcjson libxxhash libsodium zlib sqlite3")
# libarchive by name: its own .pc asks for the development files of all it was built with.
set(REHEDGE_PC_LIBS_PRIVATE "-larchive -lcsv -lm -pthread")
if(REHEDGE_LUA_DIR)
    string(APPEND REHEDGE_PC_LIBS_PRIVATE " ${LUA54_LIBRARY} -ldl")
else()
    string(APPEND REHEDGE_PC_REQUIRES " ${LUA54_MODULE_NAME}")
endif()
file(RELATIVE_PATH REHEDGE_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/host/rehedge.pc.in ${CMAKE_BINARY_DIR}/rehedge.pc @ONLY)

install(TARGETS rehedge_static rehedge_shared)
install(FILES ${REHEDGE_PUBLIC_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rehedge)
install(FILES ${CMAKE_BINARY_DIR}/rehedge.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
