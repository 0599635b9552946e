# shellcheck shell=bash
# DuckDB's C library by Maven: Debian has none, and the library inside DuckDB's Java package offers the C interface, too.
# The package has its hash in duckdb-sha256.txt.

DUCKDB_SIZE="85 MB to download, 61 MB on disk"

duckdb_member() { # the library of this processor in the package
	case $(uname -m) in
	aarch64 | arm64) echo libduckdb_java.so_linux_arm64 ;;
	*) echo libduckdb_java.so_linux_amd64 ;;
	esac
}

duckdb_make() { # DIRECTORY
	local dir=$1 downloads=$CACHE/maven-duckdb jars=$SETUP_TMP/duckdb said
	mvn -q -B -C -f "$ROOT/scripts/setup/duckdb-pom.xml" -Dmaven.repo.local="$downloads" \
		dependency:copy-dependencies -DoutputDirectory="$jars" </dev/null >"$SETUP_TMP/maven-log" 2>&1 || {
		tail -n 20 "$SETUP_TMP/maven-log" >&2
		return 1
	}
	said=$(cd "$jars" && diff <(LC_ALL=C sha256sum -- *) "$ROOT/scripts/setup/duckdb-sha256.txt") || {
		printf '%s\n' "$said" >&2
		say "DuckDB's package is not that of scripts/setup/duckdb-sha256.txt (< what was found, > what the list has): what Maven fetched is not taken"
		return 1
	}
	"$SYSTEM_PYTHON" -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
		"$jars"/*.jar "$(duckdb_member)" >"$dir/libduckdb.so" && rm -rf "$downloads" "$jars"
}

duckdb_install() {
	say "fetching DuckDB by Maven"
	cache_make "$(duckdb_home)" duckdb_make ||
		die "Maven could not fetch DuckDB; see above. It needs a way to the central Maven repository (a mirror is set in ~/.m2/settings.xml)"
}
