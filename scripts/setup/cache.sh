# shellcheck shell=bash
# The download cache. An entry is made under a temporary name and renamed into place when it
# is whole, so a name that exists is good; one lock keeps two setups from working at once.

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
	mv -T "$making" "$entry"
}
