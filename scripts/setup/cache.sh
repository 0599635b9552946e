# shellcheck shell=bash
# The download cache. An entry is made under a temporary name and renamed into place when it
# is whole, with the hashes of its files; they are compared whenever a setup finds it. One lock keeps two setups
# from working at once.

HASHES=.files.sha256

cache_lock() {
	mkdir -p "$CACHE" || die "cannot make the cache directory $CACHE; name another one in LONGSHORE_CACHE"
	exec 8>"$CACHE/lock"
	flock -n 8 && return
	say "another setup is working on $CACHE; waiting for it"
	flock 8
}

cache_unlock() { exec 8>&-; }

# cache_make ENTRY MAKER: runs `MAKER DIRECTORY ENTRY` and puts the directory in place.
cache_make() {
	local entry=$1 maker=$2 making=$1.making
	[ ! -d "$entry" ] || return 0
	rm -rf "$making"
	mkdir "$making"
	"$maker" "$making" "$entry" || {
		rm -rf "$making"
		return 1
	}
	cache_hash "$making"
	mv -T "$making" "$entry"
}

cache_hash() { # DIRECTORY
	local hashes
	hashes=$(cd "$1" && find . -type f ! -name "$HASHES" -print0 | LC_ALL=C sort -z | xargs -0 sha256sum --)
	printf '%s\n' "$hashes" >"$1/$HASHES"
}

# cache_verify ENTRY: what was put there is what is there. Files that came later are not looked at.
cache_verify() {
	local said
	[ -f "$1/$HASHES" ] || die "$1 has no $HASHES, so nothing says that it is whole: remove it, and it is fetched again"
	said=$(cd "$1" && sha256sum --quiet --strict -c "$HASHES" 2>&1) ||
		die "$1 is not what was put there: ${said%%$'\n'*}. Remove it, and it is fetched again"
}
