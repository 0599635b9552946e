# What makes a mistake harder to use. tests/stack/test_release_binaries.py reads the finished binaries and fails if one of
# these is missing there. Sanitizers bring checks of their own, and the fortified functions would hide calls from them.
include(CheckCCompilerFlag)

if(NOT LONGSHORE_SANITIZE)
	# By hand, and for the libraries too: CMake would compile those as shared ones (-fPIC), which is slower.
	add_compile_options(-fPIE)
	add_link_options(-pie)
	add_compile_options(-fstack-clash-protection -ftrivial-auto-var-init=zero -U_FORTIFY_SOURCE)
	# Fortified functions need an optimising compiler.
	add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
	# Control flow: x86 has one mechanism, 64-bit Arm another. Debian 12's start-up objects do not mark themselves as fit for
	# shadow stacks, which they are; ours are marked all the same, so a C library that knows them can turn them on.
	foreach(flag -fcf-protection=full -mbranch-protection=standard)
		string(MAKE_C_IDENTIFIER "LONGSHORE_HAS${flag}" known)
		check_c_compiler_flag(${flag} ${known})
		if(${known})
			add_compile_options(${flag})
		endif()
	endforeach()
	if(LONGSHORE_HAS_fcf_protection_full)
		add_link_options(-Wl,-z,shstk)
	endif()
	add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()
