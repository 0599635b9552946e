# shellcheck shell=bash
# Talking to the person at the terminal. All of it goes to standard error, so that a
# command's own output (an environment, a test report) stays clean.

say() { printf '%s\n' "$*" >&2; }
warn() { printf '%s: warning: %s\n' "${PROGRAM:-dev}" "$*" >&2; }
die() {
	printf '%s: %s\n' "${PROGRAM:-dev}" "$*" >&2
	exit 1
}
misuse() {
	printf '%s: %s\n' "${PROGRAM:-dev}" "$*" >&2
	exit 2
}
