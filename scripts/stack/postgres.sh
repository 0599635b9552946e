# shellcheck shell=bash
# PostgreSQL: a private cluster on loopback, run by the user `postgres` if we are root.
# shellcheck disable=SC2034  # server.sh reads the settings

postgres_PORTS=1
postgres_SIGNAL="INT 30"
POSTGRES_ADMIN=longshore_admin
POSTGRES_DATABASE=longshore

# Settings of the caller's environment (PGHOST, PGOPTIONS...) are not for our cluster.
# shellcheck disable=SC2086  # names of variables
unset ${!PG@}

as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups "$@"
	else
		"$@"
	fi
}

# The data directory; when we are root the one in the run directory is a link.
postgres_data() {
	if [ "$(id -u)" = 0 ]; then printf '%s/data\n' "$(shared_dir)"; else printf '%s/data\n' "$(server_dir postgres)"; fi
}

postgres_place() {
	local data
	data=$(postgres_data)
	if [ "$(id -u)" = 0 ]; then
		shared_dir_make
		ln -sfn "$data" "$(server_dir postgres)/data"
		[ -d "$data" ] || install -d -m 700 -o postgres -g postgres "$data"
	fi
}

postgres_init() {
	local data log sync=()
	data=$(postgres_data)
	log=$(server_dir postgres)/initdb.log
	[ "${LONGSHORE_PG_FSYNC:-on}" = on ] || sync=(--no-sync)
	# A directory without our configuration is one whose making was cut short.
	find "$data" -mindepth 1 -delete 2>/dev/null || true
	(cd / && as_postgres "$(postgres_bin)/initdb" -D "$data" -U "$POSTGRES_ADMIN" -A trust -E UTF8 \
		--locale=C.UTF-8 "${sync[@]}") >"$log" 2>&1 || {
		tail -n 10 "$log" >&2
		die "PostgreSQL could not make its cluster in $data; see above"
	}
}

postgres_configure() {
	local data
	data=$(postgres_data)
	postgres_place
	[ -f "$data/longshore.conf" ] || postgres_init
	postgres_settings | as_postgres tee "$data/longshore.conf" >/dev/null
	grep -q "^include 'longshore.conf'" "$data/postgresql.conf" ||
		echo "include 'longshore.conf'" | as_postgres tee -a "$data/postgresql.conf" >/dev/null
	postgres_forget "$data"
}

postgres_settings() {
	cat <<-C
		listen_addresses = '127.0.0.1'
		port = $(server_port postgres)
		unix_socket_directories = ''
		wal_level = ${LONGSHORE_PG_WAL_LEVEL:-logical}
		max_wal_senders = 8
		max_replication_slots = 8
		max_slot_wal_keep_size = 512MB
		max_connections = 100
		shared_buffers = 64MB
		fsync = ${LONGSHORE_PG_FSYNC:-on}
		log_line_prefix = '%m [%p] %q%u@%d '
	C
}

# After a crash postmaster.pid may name a process that is now somebody else. PostgreSQL would
# refuse to start; but a postmaster of this cluster always has it as its working directory.
postgres_forget() {
	local pid
	[ -f "$1/postmaster.pid" ] || return 0
	read -r pid <"$1/postmaster.pid"
	[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(realpath "$1")" ] || rm -f "$1/postmaster.pid"
}

postgres_launch() {
	if [ "$(id -u)" = 0 ]; then
		process_spawn "$(server_dir postgres)" setpriv --reuid=postgres --regid=postgres --init-groups \
			"$(postgres_bin)/postgres" -D "$(postgres_data)"
	else
		process_spawn "$(server_dir postgres)" "$(postgres_bin)/postgres" -D "$(postgres_data)"
	fi
}

postgres_sql() { # DATABASE SQL
	"$(postgres_bin)/psql" -X -At -v ON_ERROR_STOP=1 -c "$2" \
		"host=127.0.0.1 port=$(server_port postgres) user=$POSTGRES_ADMIN dbname=$1 connect_timeout=5" </dev/null
}

# The answer must come from our own cluster, not from one that holds its port.
postgres_ready() {
	[ "$(postgres_sql postgres 'show data_directory' 2>/dev/null)" = "$(postgres_data)" ]
}

postgres_finish() {
	[ "$(postgres_sql postgres "select 1 from pg_database where datname = '$POSTGRES_DATABASE'")" = 1 ] ||
		postgres_sql postgres "create database $POSTGRES_DATABASE" >/dev/null
}
