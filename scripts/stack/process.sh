# shellcheck shell=bash
# Processes that outlive the script that started them.
#
# A pid alone is no identity: after a crash or a reboot the number may belong to a stranger.
# So a pid file holds "pid start-time boot-id", a process counts as ours only if all three
# agree, and no other is ever signalled.

# process_stat PID: sets STATE and START from /proc; fails if there is no such process.
process_stat() {
	local line=''
	# To the end of the file, not of the line: a process may have a line end in its name.
	IFS= read -rd '' line 2>/dev/null <"/proc/$1/stat" || [ -n "$line" ] || return 1
	# The name in parentheses may hold anything; what follows the last ')' may not.
	local -a field
	read -ra field <<<"${line##*) }"
	STATE=${field[0]} START=${field[19]}
}

process_identity() { # PID
	process_stat "$1" && printf '%s %s %s\n' "$1" "$START" "$(</proc/sys/kernel/random/boot_id)"
}

# process_alive FILE: is the process that FILE names running? Sets PID.
process_alive() {
	local start boot
	PID=''
	[ -s "$1" ] && read -r PID start boot <"$1" || return 1
	[[ $PID =~ ^[1-9][0-9]*$ ]] && process_stat "$PID" && [ "$STATE" != Z ] &&
		[ "$START $(</proc/sys/kernel/random/boot_id)" = "$start $boot" ]
}

close_inherited() {
	local fd
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || [ "$fd" = 255 ] || eval "exec $fd>&-"
	done
}

# process_spawn DIR COMMAND...: starts the command with its output in DIR/server.log. The child
# writes its own identity before it becomes the command, so nothing ever runs unrecorded, and lets go
# of the locks of who started it only then, so whoever has them next finds it.
process_spawn() {
	local dir=$1
	shift
	[ ! -e "$dir/server.log" ] || mv -f "$dir/server.log" "$dir/server.log.1"
	rm -f "$dir/pid"
	(
		cd /
		process_identity "$BASHPID" >"$dir/pid.new" && mv -f "$dir/pid.new" "$dir/pid" || exit 1
		close_inherited
		exec env --default-signal=INT,QUIT setsid "$@"
	) </dev/null >"$dir/server.log" 2>&1 &
	local child=$!
	disown "$child"
	wait_until 10 process_recorded "$dir" "$child" || die "the server of $dir did not start; see $dir/server.log"
}

process_recorded() { [ -s "$1/pid" ] || ! process_stat "$2" || [ "$STATE" = Z ]; }

# wait_until SECONDS COMMAND...: asks again and again until COMMAND succeeds or time is up.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

process_gone() { ! process_alive "$1"; }

# process_stop FILE SIGNAL SECONDS: asks it to end, and after the time given makes it.
process_stop() {
	local file=$1 signal=$2 seconds=$3
	process_alive "$file" || return 0
	kill -"$signal" "$PID" 2>/dev/null || true
	kill -CONT "$PID" 2>/dev/null || true
	wait_until "$seconds" process_gone "$file" || {
		warn "process $PID did not stop in $seconds s and was killed"
		process_kill "$file"
	}
}

# process_kill FILE: SIGKILL for it and for what it forked, as if the machine had failed.
process_kill() {
	local file=$1 child
	local -a children
	process_alive "$file" || return 0
	mapfile -t children < <(pgrep -P "$PID" || true)
	kill -KILL "$PID" 2>/dev/null || true
	for child in "${children[@]}"; do kill -KILL "$child" 2>/dev/null || true; done
	wait_until 10 process_gone "$file" || die "process $PID does not die"
	for child in "${children[@]}"; do
		wait_until 10 pid_gone "$child" || die "process $child, a child of $PID, does not die"
	done
}

pid_gone() { ! process_stat "$1" || [ "$STATE" = Z ]; }
