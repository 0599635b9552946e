# One way to declare each kind of target, so that a new file needs no edit here.
set(LONGSHORE_GENERATED ${CMAKE_BINARY_DIR}/generated)

function(longshore_use_headers target)
	target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/include ${LONGSHORE_GENERATED})
endfunction()

# common/<name>/**/*.c -> static library ls_<name>. Its own folder is private; other folders are not on its path.
function(longshore_layer name)
	cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
	file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/common/${name}/*.c)
	if(NOT sources)
		message(STATUS "layer ${name} has no sources")
		add_library(ls_${name} INTERFACE)
		return()
	endif()
	add_library(ls_${name} STATIC ${sources})
	longshore_use_headers(ls_${name})
	target_include_directories(ls_${name} PRIVATE ${CMAKE_SOURCE_DIR}/common/${name})
	foreach(dep ${arg_DEPS})
		target_link_libraries(ls_${name} PUBLIC ls_${dep})
	endforeach()
	target_link_libraries(ls_${name} PUBLIC ${arg_LIBS})
	longshore_sql(ls_${name} ${CMAKE_SOURCE_DIR}/common/${name} ${name})
	add_dependencies(ls_${name} longshore_generated)
endfunction()

# schemas/*.avsc -> generated/longshore/events.h and events.c (structs, field tables, schemas, fingerprints).
function(longshore_generate_events)
	file(GLOB schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/*.avsc)
	set(header ${LONGSHORE_GENERATED}/longshore/events.h)
	set(source ${LONGSHORE_GENERATED}/events.c)
	add_custom_command(OUTPUT ${header} ${source}
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/gen-events --header ${header} --source ${source}
			${schemas}
		DEPENDS ${schemas} ${CMAKE_SOURCE_DIR}/scripts/gen-events VERBATIM)
	add_custom_target(longshore_generated DEPENDS ${header} ${source})
	if(TARGET ls_event)
		target_sources(ls_event PRIVATE ${source})
	endif()
endfunction()

# services/registry.toml -> generated/longshore/registry.h, and the tables of longshore/services.h and longshore/topics.h.
# LONGSHORE_SERVICE_NAMES: the services, for the caller.
function(longshore_registry)
	set(registry ${CMAKE_SOURCE_DIR}/services/registry.toml)
	set(program ${CMAKE_SOURCE_DIR}/scripts/gen-services)
	set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${registry})
	execute_process(COMMAND ${Python3_EXECUTABLE} ${program} names OUTPUT_VARIABLE names ERROR_VARIABLE fault
		RESULT_VARIABLE code OUTPUT_STRIP_TRAILING_WHITESPACE)
	if(code)
		message(FATAL_ERROR "${fault}")
	endif()
	string(REPLACE "\n" ";" names "${names}")
	set(LONGSHORE_SERVICE_NAMES ${names} PARENT_SCOPE)
	set(header ${LONGSHORE_GENERATED}/longshore/registry.h)
	set(base ${LONGSHORE_GENERATED}/registry_base.c)
	set(topics ${LONGSHORE_GENERATED}/registry_topics.c)
	file(GLOB compared CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/*.avsc ${CMAKE_SOURCE_DIR}/db/migrations/*.sql
		${CMAKE_SOURCE_DIR}/services/*/main.c)
	add_custom_command(OUTPUT ${header} ${base} ${topics}
		COMMAND ${Python3_EXECUTABLE} ${program} c ${header} ${base} ${topics}
		DEPENDS ${registry} ${program} ${compared} VERBATIM)
	add_custom_target(longshore_registered DEPENDS ${header} ${base} ${topics})
	add_dependencies(longshore_generated longshore_registered)
	target_sources(ls_base PRIVATE ${base})
	target_sources(ls_event PRIVATE ${topics})
endfunction()

# sql/*.sql in a folder or its rooms -> generated/sql/<name>.h and .c: one `struct pg_statement sql_<file>` each.
function(longshore_sql target folder name)
	file(GLOB statements CONFIGURE_DEPENDS ${folder}/sql/*.sql ${folder}/*/sql/*.sql)
	if(NOT statements)
		return()
	endif()
	set(header ${LONGSHORE_GENERATED}/sql/${name}.h)
	set(source ${LONGSHORE_GENERATED}/sql/${name}.c)
	add_custom_command(OUTPUT ${header} ${source}
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/gen-sql statements ${header} ${source} ${statements}
		DEPENDS ${statements} ${CMAKE_SOURCE_DIR}/scripts/gen-sql ${CMAKE_SOURCE_DIR}/scripts/laws/sql.py VERBATIM)
	target_sources(${target} PRIVATE ${header} ${source})
	target_include_directories(${target} PUBLIC ${LONGSHORE_GENERATED})
endfunction()

# *.txt in a folder or its rooms -> generated/<folder's name>_<file>.c: the text as an array `<file>_words`.
function(longshore_texts target folder name)
	file(GLOB_RECURSE texts CONFIGURE_DEPENDS ${folder}/*.txt)
	foreach(text ${texts})
		get_filename_component(word ${text} NAME_WE)
		set(source ${LONGSHORE_GENERATED}/${name}_${word}.c)
		add_custom_command(OUTPUT ${source}
			COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/gen-sql text ${source} ${text}
			DEPENDS ${text} ${CMAKE_SOURCE_DIR}/scripts/gen-sql VERBATIM)
		target_sources(${target} PRIVATE ${source})
	endforeach()
endfunction()

function(longshore_migrations)
	file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/db/migrations/*.sql)
	set(source ${LONGSHORE_GENERATED}/migrations.c)
	add_custom_command(OUTPUT ${source}
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/gen-sql migrations ${source} ${files}
		DEPENDS ${files} ${CMAKE_SOURCE_DIR}/scripts/gen-sql VERBATIM)
	set(grants ${LONGSHORE_GENERATED}/grants.c)
	add_custom_command(OUTPUT ${grants}
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/gen-sql grants ${grants} ${files}
		DEPENDS ${files} ${CMAKE_SOURCE_DIR}/scripts/gen-sql VERBATIM)
	add_library(ls_migrations STATIC ${source} ${grants})
	longshore_use_headers(ls_migrations)
endfunction()

set(LONGSHORE_LAYERS ls_worker ls_data ls_time ls_config ls_event ls_store ls_pg ls_redis ls_kafka ls_telemetry ls_crypto ls_base)

# services/<name>, with its rooms: everything but main.c is a library that tests link too; main.c is the wiring.
function(longshore_service name)
	set(folder ${CMAKE_SOURCE_DIR}/services/${name})
	string(REPLACE "-" "_" word ${name})
	file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.c)
	list(REMOVE_ITEM sources ${folder}/main.c)
	if(sources)
		add_library(ls_service_${word} STATIC ${sources})
		longshore_use_headers(ls_service_${word})
		target_include_directories(ls_service_${word} PRIVATE ${folder})
		longshore_sql(ls_service_${word} ${folder} ${word})
		longshore_texts(ls_service_${word} ${folder} ${word})
		target_link_libraries(ls_service_${word} PUBLIC ${LONGSHORE_LAYERS})
		add_dependencies(ls_service_${word} longshore_generated)
		set_property(GLOBAL APPEND PROPERTY LONGSHORE_SERVICES ls_service_${word})
	endif()
	if(EXISTS ${folder}/main.c)
		add_executable(longshore-${name} ${folder}/main.c)
		target_include_directories(longshore-${name} PRIVATE ${folder})
		target_link_libraries(longshore-${name} PRIVATE ls_service_${word} ${LONGSHORE_LAYERS})
		add_dependencies(product longshore-${name})
	endif()
endfunction()

function(longshore_cli)
	file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cli/*.c)
	if(NOT sources)
		return()
	endif()
	list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/cli/main.c)
	add_library(ls_cli STATIC ${sources})
	longshore_use_headers(ls_cli)
	target_include_directories(ls_cli PRIVATE ${CMAKE_SOURCE_DIR}/cli)
	longshore_sql(ls_cli ${CMAKE_SOURCE_DIR}/cli cli)
	target_link_libraries(ls_cli PUBLIC ls_migrations ${LONGSHORE_LAYERS})
	add_dependencies(ls_cli longshore_generated)
	set_property(GLOBAL APPEND PROPERTY LONGSHORE_SERVICES ls_cli)
	add_executable(longshore ${CMAKE_SOURCE_DIR}/cli/main.c)
	target_include_directories(longshore PRIVATE ${CMAKE_SOURCE_DIR}/cli)
	target_compile_definitions(longshore PRIVATE LONGSHORE_VERSION="${PROJECT_VERSION}")
	target_link_libraries(longshore PRIVATE ls_cli)
	add_dependencies(product longshore)
endfunction()
