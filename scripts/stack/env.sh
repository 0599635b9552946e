# shellcheck shell=bash
# What a service or test has to know of the stack, as lines for a shell to evaluate.

export_line() { printf 'export %s=%q\n' "$1" "$2"; }

# stack_env [stack|demo]: the stack's own, or what the last demo left on it.
stack_env() {
	local name
	[ "${1:-stack}" != demo ] || demo_take
	for name in $SERVERS; do
		[ -s "$(server_dir "$name")/ports" ] || die "the stack of $RUN has never been started; run ./dev up"
	done
	export_line LONGSHORE_KAFKA "127.0.0.1:$(server_port kafka)"
	export_line LONGSHORE_POSTGRES \
		"host=127.0.0.1 port=$(server_port postgres) dbname=$POSTGRES_DATABASE user=$POSTGRES_ADMIN"
	export_line LONGSHORE_REDIS "127.0.0.1:$(server_port redis)"
	[ "${1:-stack}" != demo ] || export_line LONGSHORE_TOPIC_PREFIX "$DEMO_PREFIX"
	export_line LONGSHORE_STAGING "file://${DEMO_ROOT:-$RUN}/staging"
	export_line LONGSHORE_KEYS "${DEMO_ROOT:-$RUN}/keys"
	export_line LONGSHORE_RUN "$RUN"
	export_line LONGSHORE_PYTHON "$(venv_python)"
	export_line LONGSHORE_DUCKDB "${LONGSHORE_DUCKDB:-$(duckdb_home)/libduckdb.so}"
	printf 'export PATH=%q:"%s"\n' "$BIN" "\$PATH"
}

# demo_take: which database, topics and directory the last demo used; the people's role, not the owner's.
demo_take() {
	[ -s "$RUN/demo/left" ] || die "there is nothing that a demo left on this stack; run ./dev demo"
	# shellcheck source=/dev/null
	. "$RUN/demo/left"
	POSTGRES_DATABASE=$DEMO_DATABASE POSTGRES_ADMIN=longshore_operator
}

# What was started last, the stack itself or a demo: that is what exec and shell talk to.
talks_to() {
	if [ -s "$RUN/demo/left" ] && [ "$(cat "$RUN/talks-to" 2>/dev/null)" = demo ]; then echo demo; else echo stack; fi
}

talk_to() { # stack|demo
	case ${1:-} in
	stack | demo) printf '%s\n' "$1" >"$RUN/talks-to" ;;
	*) misuse "talk-to: stack or demo?" ;;
	esac
}
