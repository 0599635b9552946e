# shellcheck shell=bash
# Where things are: the clone (ROOT), the download cache (CACHE), the CMake preset (PRESET) and its build (BUILD). What
# runs the product (demo, up, fleet, exec, shell) sets LONGSHORE_PRESET to release if it is not set; tests take dev.
# shellcheck disable=SC2034  # used by those who source this file

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

absolute() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s/%s\n' "$PWD" "$1" ;;
	esac
}

default_cache() {
	local home=${HOME:-}
	[ -n "$home" ] || home=$(getent passwd "$(id -u)" | cut -d: -f6)
	printf '%s/longshore\n' "${XDG_CACHE_HOME:-$home/.cache}"
}

CACHE=$(absolute "${LONGSHORE_CACHE:-$(default_cache)}")
PRESET=${LONGSHORE_PRESET:-dev}
BUILD=$(absolute "${LONGSHORE_BUILD:-$ROOT/build/$PRESET}")
BIN=$BUILD/bin
