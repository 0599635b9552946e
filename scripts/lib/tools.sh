# shellcheck shell=bash
# Where the tools are that setup installed. Needs paths.sh.

# cache_key WORD FILE...: the name of a pinned list, and so of the cache entry made from it.
cache_key() {
	local word=$1
	shift
	{ printf '%s\n' "$word" && cat -- "$@"; } | sha256sum | cut -c1-16
}

# The broker's jars are worth as much as the list they were made from.
kafka_home() { printf '%s/kafka-%s\n' "$CACHE" "$(cache_key kafka "$ROOT/scripts/setup/kafka-pom.xml" "$ROOT/scripts/setup/kafka-sha256.txt")"; }

# What reads Parquet; services find it by LONGSHORE_DUCKDB.
duckdb_home() { printf '%s/duckdb-%s\n' "$CACHE" "$(cache_key duckdb "$ROOT/scripts/setup/duckdb-pom.xml" "$ROOT/scripts/setup/duckdb-sha256.txt")"; }

# Debian's own interpreter, whatever else is on PATH; a new minor version makes a new entry.
SYSTEM_PYTHON=/usr/bin/python3
venv_home() {
	printf '%s/python-%s\n' "$CACHE" \
		"$(cache_key "$(readlink -f "$SYSTEM_PYTHON")" "$ROOT/scripts/setup/requirements.txt")"
}
venv_python() { printf '%s/bin/python\n' "$(venv_home)"; }

java_bin() {
	local java
	for java in /usr/lib/jvm/java-17-openjdk-*/bin/java; do
		[ ! -x "$java" ] || { printf '%s\n' "$java" && return; }
	done
	command -v java || printf 'java\n'
}

# The class archive fits one Java only, hence its name.
kafka_archive() {
	local java
	java=$(readlink -f "$(java_bin)")
	printf '%s/broker-%s.jsa\n' "$(kafka_home)" "$(stat -c '%n %s %Y' "$java" 2>&1 | sha256sum | cut -c1-12)"
}

postgres_bin() { printf '/usr/lib/postgresql/15/bin\n'; }

# java_property TEXT: as a Java properties file wants it, which is read as Latin-1.
java_property() { "$SYSTEM_PYTHON" -I -c 'import json, sys; sys.stdout.write(json.dumps(sys.argv[1])[1:-1])' "$1"; }
