# What `cmake --install` puts where. The program finds its modules at ../lib/proofsheet
# (harness/module.h), so that folder's name does not follow CMAKE_INSTALL_LIBDIR; nothing holds an
# absolute path but the .pc file.
set(PS_DATADIR ${CMAKE_INSTALL_DATADIR}/proofsheet)

install(TARGETS proofsheet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(module proofsheet-media proofsheet-perception)
    if(TARGET ${module})
        install(TARGETS ${module} LIBRARY DESTINATION lib/proofsheet)
    endif()
endforeach()

# For modules outside of this tree: the interfaces and the library.
set_target_properties(ps_harness PROPERTIES OUTPUT_NAME proofsheet-harness)
install(TARGETS ps_harness ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
file(GLOB harness_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/*.h)
install(FILES ${harness_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/proofsheet/harness)
file(GLOB stats_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/stats/*.h)
install(FILES ${stats_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/proofsheet/harness/stats)

# The .pc file is made when it is installed: only then is the prefix known.
set(PS_PC_SANITIZE "")
if(PS_SANITIZE)
    set(PS_PC_SANITIZE " -fsanitize=${PS_SANITIZE}")
endif()
foreach(name PROJECT_DESCRIPTION PROJECT_VERSION CMAKE_INSTALL_INCLUDEDIR
             CMAKE_INSTALL_LIBDIR PS_PC_SANITIZE)
    install(CODE "set(${name} \"${${name}}\")")
endforeach()
install(CODE "configure_file(
    \"${CMAKE_SOURCE_DIR}/cmake/install/proofsheet.pc.in\"
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig/proofsheet.pc\" @ONLY)")

install(FILES ${CMAKE_SOURCE_DIR}/docs/proofsheet.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/scripts/completion.bash RENAME proofsheet
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

# The suites and the curated sets, beside each other as in this tree; the recipes stay behind.
file(GLOB suites CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/suites/*.yaml)
install(FILES ${suites} DESTINATION ${PS_DATADIR}/suites)
file(GLOB manifests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/datasets/*/manifest.json)
foreach(manifest IN LISTS manifests)
    get_filename_component(set ${manifest} DIRECTORY)
    install(DIRECTORY ${set} DESTINATION ${PS_DATADIR}/datasets PATTERN recipe EXCLUDE)
endforeach()

file(GLOB manuals CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.md)
install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ci DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
