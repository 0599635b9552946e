# shellcheck shell=bash
# The run directory: everything that a stack keeps.
#
#   .longshore-run        says that the directory is ours and may be emptied
#   .lock                 held by whoever starts or stops something
#   <server>/pid          who runs (see process.sh)
#   <server>/ports        its ports, kept while it is restarted
#   <server>/server.log   its output since its last start; .1 is the one before
#   staging/ keys/        for the services
#   demo/ talks-to        what the last demo left, and whether exec and shell show that
#   services/<service>/   pid and server.log as above, and its cache; see scripts/fleet
#
# A test's private stacks belong below the run directory it was given (LONGSHORE_RUN), so that
# wiping that one finds them too.

MARK_NAME=.longshore-run
RUN=$(absolute "${LONGSHORE_RUN:-$ROOT/run}")
# `realpath -m` so that two spellings of one directory are one stack.
RUN=$(realpath -m -- "$RUN")

server_dir() { printf '%s/%s\n' "$RUN" "$1"; }

rundir_make() {
	case $RUN in
	*[,\	\\%\#\']*) die "the run directory '$RUN' has a character that a server's configuration cannot hold; name another one in LONGSHORE_RUN" ;;
	esac
	mkdir -p "$RUN" || die "cannot make the run directory $RUN; name another one in LONGSHORE_RUN"
	# The mark comes first, and is looked for last, in case two of us are here at once.
	if [ -n "$(ls -A "$RUN")" ] && [ ! -e "$RUN/$MARK_NAME" ]; then
		die "$RUN holds something that is not a stack's; empty it or name another directory in LONGSHORE_RUN"
	fi
	: >>"$RUN/$MARK_NAME"
	mkdir -p "$RUN/staging" "$RUN/keys"
	chmod 700 "$RUN/keys"
}

# One starter or stopper at a time; a second one waits for the first. A lock on a file that
# `wipe` removed meanwhile is worth nothing, hence the look afterwards.
rundir_lock() {
	while :; do
		exec 9>>"$RUN/.lock"
		flock -w 180 9 ||
			die "another start or stop has held $RUN/.lock for three minutes; look for a hanging 'scripts/stack/stack'"
		[ ! "$RUN/.lock" -ef /proc/self/fd/9 ] || return 0
		rundir_make
	done
}

# PostgreSQL refuses to be root, and its own user may not be able to reach the run directory;
# so when we are root its files live in a short directory of everybody's temporary space.
shared_dir() {
	printf '/var/tmp/longshore-%s\n' "$(printf '%s' "$RUN" | sha256sum | cut -c1-12)"
}

shared_dir_make() {
	local dir
	dir=$(shared_dir)
	mkdir -m 755 "$dir" 2>/dev/null || [ -d "$dir" ] || die "cannot make $dir"
	if [ ! -O "$dir" ] || [ -L "$dir" ]; then
		die "$dir is not ours; remove it, or name another run directory in LONGSHORE_RUN"
	fi
}
