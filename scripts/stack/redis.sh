# shellcheck shell=bash
# Redis. It keeps nothing over a restart: what it holds may be lost at any time.
# shellcheck disable=SC2034  # server.sh reads the settings

redis_PORTS=1
redis_SIGNAL="TERM 10"

redis_configure() { :; }

redis_launch() {
	local dir
	dir=$(server_dir redis)
	process_spawn "$dir" redis-server --port "$(server_port redis)" --bind 127.0.0.1 --protected-mode yes \
		--save '' --appendonly no --dir "$dir" --maxmemory 128mb --daemonize no
}

# The answer must come from our own process, not from one that holds its port.
redis_ready() {
	redis-cli -h 127.0.0.1 -p "$(server_port redis)" info server 2>/dev/null | tr -d '\r' | grep -qx "process_id:$PID"
}

redis_finish() { :; }
