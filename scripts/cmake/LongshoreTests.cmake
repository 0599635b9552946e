# Adding a test = adding one file: tests/<kind>/**/test_*.c (cmocka) or test_*.py (pytest). The kind is its label.
find_program(LONGSHORE_PYTHON_PROGRAM NAMES python3)

function(longshore_c_test kind file)
	file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/tests ${file})
	string(REGEX REPLACE "\\.c$" "" name ${path})
	string(REGEX REPLACE "[/]" "_" name ${name})
	get_property(services GLOBAL PROPERTY LONGSHORE_SERVICES)
	add_executable(${name} ${file})
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	# Unit tests mirror the tree and may look at the private headers of what they test.
	get_filename_component(folder ${file} DIRECTORY)
	file(RELATIVE_PATH mirror ${CMAKE_SOURCE_DIR}/tests/${kind} ${folder})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/${mirror} ${CMAKE_SOURCE_DIR}/tests/harness)
	target_link_libraries(${name} PRIVATE -Wl,--start-group ${services} ls_migrations ${LONGSHORE_LAYERS} -Wl,--end-group
		cmocka)
	target_compile_definitions(${name} PRIVATE LONGSHORE_TESTS="${CMAKE_SOURCE_DIR}/tests")
	# Tests may be plainer than what they test; gcc says these only where it optimises.
	target_compile_options(${name} PRIVATE -Wno-missing-prototypes -Wno-null-dereference -Wno-format-truncation
		-Wno-unused-result -Wno-dangling-pointer)
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES LABELS ${kind} TIMEOUT 300)
endfunction()

function(longshore_py_test kind file)
	file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/tests ${file})
	string(REGEX REPLACE "\\.py$" "" name ${path})
	string(REGEX REPLACE "[/]" "_" name ${name})
	add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/scripts/run-pytest ${file})
	set_tests_properties(${name} PROPERTIES LABELS ${kind} TIMEOUT 1800
		ENVIRONMENT "LONGSHORE_BIN=${CMAKE_BINARY_DIR}/bin;LONGSHORE_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

# tables.json: the tables that code, pages and tests share. scripts/gen-pages makes pages from it.
function(longshore_tables)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/tables/*.c)
	get_property(services GLOBAL PROPERTY LONGSHORE_SERVICES)
	add_executable(print-tables ${sources})
	set_target_properties(print-tables PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	target_include_directories(print-tables PRIVATE ${CMAKE_SOURCE_DIR}/tests/tables ${CMAKE_SOURCE_DIR}/common
		${CMAKE_SOURCE_DIR}/common/config ${CMAKE_SOURCE_DIR}/services ${CMAKE_SOURCE_DIR})
	target_link_libraries(print-tables PRIVATE -Wl,--start-group ${services} ls_migrations ${LONGSHORE_LAYERS} -Wl,--end-group)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/tables.json
		COMMAND print-tables > ${CMAKE_BINARY_DIR}/tables.json DEPENDS print-tables VERBATIM)
	add_custom_target(tables ALL DEPENDS ${CMAKE_BINARY_DIR}/tables.json)
endfunction()

# tests/bench/<name>.c -> tests/bench_<name>: a program that `./dev bench` measures. It links what it measures.
function(longshore_bench_programs)
	get_property(services GLOBAL PROPERTY LONGSHORE_SERVICES)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/*.c)
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		add_executable(bench_${name} ${source})
		set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
		target_include_directories(bench_${name} PRIVATE ${CMAKE_SOURCE_DIR}/services)
		target_link_libraries(bench_${name} PRIVATE -Wl,--start-group ${services} ls_migrations ${LONGSHORE_LAYERS}
			-Wl,--end-group)
	endforeach()
endfunction()

function(longshore_law name)
	add_test(NAME ${name} COMMAND ${ARGN})
	set_tests_properties(${name} PROPERTIES LABELS law ENVIRONMENT "LONGSHORE_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

function(longshore_tests)
	longshore_tables()
	longshore_bench_programs()
	foreach(kind unit contract integration e2e stack)
		file(GLOB_RECURSE c_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${kind}/test_*.c)
		foreach(file ${c_files})
			longshore_c_test(${kind} ${file})
		endforeach()
		file(GLOB_RECURSE py_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${kind}/test_*.py)
		foreach(file ${py_files})
			longshore_py_test(${kind} ${file})
		endforeach()
	endforeach()
	foreach(law includes third-party banned size headers mutations callers comments idioms words)
		longshore_law(law_${law} ${CMAKE_SOURCE_DIR}/scripts/check-${law})
		longshore_law(law_${law}_self_test ${CMAKE_SOURCE_DIR}/scripts/check-${law} --self-test)
	endforeach()
	if(EXISTS ${CMAKE_SOURCE_DIR}/scripts/check-purity)
		longshore_law(law_purity ${CMAKE_SOURCE_DIR}/scripts/check-purity)
		longshore_law(law_purity_self_test ${CMAKE_SOURCE_DIR}/scripts/check-purity --self-test)
	endif()
endfunction()
