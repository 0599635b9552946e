# shellcheck shell=bash
# What the three servers have in common. A server NAME brings, in NAME.sh:
#
#   NAME_PORTS       how many ports it needs; the first is the one clients use
#   NAME_SIGNAL      what asks it to stop, and how many seconds it may take
#   NAME_configure   makes its data directory if there is none, writes its configuration
#   NAME_launch      process_spawn
#   NAME_ready       succeeds once the server answers
#   NAME_finish      what is to be done once after it answers

free_ports() { "$SYSTEM_PYTHON" -I "$ROOT/scripts/stack/free-ports.py" "$@"; }

# server_port NAME [INDEX]
server_port() {
	local -a ports
	read -ra ports <"$(server_dir "$1")/ports" && printf '%s\n' "${ports[${2:-0}]}"
}

server_running() { process_alive "$(server_dir "$1")/pid"; }

# server_ports NAME keep|repick: sees to it that the server has ports and that they are free.
server_ports() {
	local name=$1 mode=$2 file count=$1_PORTS
	local -a ports=()
	file=$(server_dir "$name")/ports
	[ ! -s "$file" ] || read -ra ports <"$file"
	if [ "${#ports[@]}" = "${!count}" ] && [[ ${ports[*]} =~ ^[0-9\ ]+$ ]]; then
		local taken
		taken=$(free_ports --check "${ports[@]}") && return
		[ "$mode" = repick ] ||
			die "port $taken, which $name had, was taken by another process while it was stopped. Free it, or stop and restart the stack, which picks another port"
	fi
	free_ports "${!count}" >"$file.new" || die "no port for $name"
	mv -f "$file.new" "$file"
}

server_clashed() { grep -qs 'Address already in use' "$(server_dir "$1")/server.log"; }

server_answers() {
	server_running "$1" || return 0 # waiting longer would not help
	"$1_ready"
}

# server_await NAME: fails if the server dies or does not answer in time.
server_await() {
	wait_until "${LONGSHORE_START_SECONDS:-90}" server_answers "$1" && server_running "$1"
}

server_fail() {
	local log
	log=$(server_dir "$1")/server.log
	process_kill "$(server_dir "$1")/pid"
	tail -n 20 "$log" >&2 || true
	die "$1 did not become ready; the end of $log is above"
}

# server_start NAME keep|repick
server_start() {
	local name=$1 mode=$2 try
	mkdir -p "$(server_dir "$name")"
	if ! server_running "$name"; then
		for try in 1 2 3; do
			server_ports "$name" "$mode"
			"${name}_configure"
			"${name}_launch"
			server_await "$name" && break
			# Somebody took the port between our look and the server's start.
			if [ "$mode" = keep ] || [ "$try" = 3 ] || ! server_clashed "$name"; then
				server_fail "$name"
			fi
		done
	elif ! server_await "$name"; then
		server_fail "$name"
	fi
	"${name}_finish"
}

server_stop() {
	local -a signal
	read -ra signal <<<"$(eval "printf '%s' \"\$$1_SIGNAL\"")"
	process_stop "$(server_dir "$1")/pid" "${signal[@]}"
	rm -f "$(server_dir "$1")/pid"
}

server_kill() {
	process_kill "$(server_dir "$1")/pid"
	rm -f "$(server_dir "$1")/pid"
}

server_status() {
	if server_running "$1"; then
		printf '%-9s running  pid %-8s port %s\n' "$1" "$PID" "$(server_port "$1")"
	else
		printf '%-9s stopped\n' "$1"
		return 1
	fi
}
