# shellcheck shell=bash
# What a service or test has to know of the stack, as lines for a shell to evaluate.

export_line() { printf 'export %s=%q\n' "$1" "$2"; }

stack_env() {
	local name
	for name in $SERVERS; do
		[ -s "$(server_dir "$name")/ports" ] || die "the stack of $RUN has never been started; run ./dev up"
	done
	export_line LONGSHORE_KAFKA "127.0.0.1:$(server_port kafka)"
	export_line LONGSHORE_POSTGRES \
		"host=127.0.0.1 port=$(server_port postgres) dbname=$POSTGRES_DATABASE user=$POSTGRES_ADMIN"
	export_line LONGSHORE_REDIS "127.0.0.1:$(server_port redis)"
	export_line LONGSHORE_STAGING "file://$RUN/staging"
	export_line LONGSHORE_KEYS "$RUN/keys"
	export_line LONGSHORE_RUN "$RUN"
	export_line LONGSHORE_PYTHON "$(venv_python)"
	printf 'export PATH=%q:"%s"\n' "$BIN" "\$PATH"
}
