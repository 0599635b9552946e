# shellcheck shell=bash
# Debian packages: what is missing, how large it is, and its installation.

APT_OPTIONS=(--no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef
	-o Dpkg::Options::=--force-confold)

apt_wanted() { # LIST...
	cat -- "$@" | sed -e 's/#.*//' -e '/^[[:space:]]*$/d'
}

apt_present() { # LIST...
	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null && return
	die "this setup knows Debian 12 with apt. Elsewhere install the like of these by hand and set LONGSHORE_APT=skip: $(apt_wanted "$@" | tr '\n' ' ')"
}

# apt_missing LIST...: the packages of the lists that are not installed, one per line.
apt_missing() {
	apt_wanted "$@" | sort >"$SETUP_TMP/wanted"
	# shellcheck disable=SC2046  # one package name per line, no blanks in them
	dpkg-query -W -f='${db:Status-Status} ${Package}\n' $(cat "$SETUP_TMP/wanted") 2>/dev/null |
		sed -n 's/^installed //p' | sort -u | comm -23 "$SETUP_TMP/wanted" -
}

# Only root installs; so we are root, or there is sudo, or this ends here.
apt_allowed() {
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		die "these Debian packages are missing and only root may install them: ${APT_TODO[*]}. Run 'apt-get install ${APT_TODO[*]}' as root, then this command again"
}

apt_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_get() { apt_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get "${APT_OPTIONS[@]}" "$@" </dev/null; }

# apt_dry: what installing APT_TODO would do, as lines "package=version". A simulation: it needs
# no root and changes nothing.
apt_dry() {
	LC_ALL=C apt-get "${APT_OPTIONS[@]}" -s install "${APT_TODO[@]}" </dev/null >"$SETUP_TMP/apt-dry" 2>&1 || return
	sed -n 's/^Inst \([^ ]*\) .*(\([^ ]*\) .*/\1=\2/p' "$SETUP_TMP/apt-dry" >"$SETUP_TMP/apt-install"
}

# apt_sizes: "N Debian packages, A MB to download, B MB on disk".
apt_sizes() {
	xargs -r apt-cache show <"$SETUP_TMP/apt-install" | awk '
		/^Package: / { count++ }
		/^Size: / { get += $2 }
		/^Installed-Size: / { disk += $2 }
		END { printf "%d Debian packages, %.1f MB to download, %.1f MB on disk", count, get / 1e6, disk / 1e3 }'
}

apt_refresh() {
	say "refreshing the package lists of apt (about 10 MB)"
	apt_get update >"$SETUP_TMP/apt-log" 2>&1 || {
		tail -n 15 "$SETUP_TMP/apt-log" >&2
		die "apt-get update failed; see above"
	}
}

# apt_plan: one line for the announcement.
apt_plan() {
	apt_dry || {
		apt_refresh
		apt_dry || {
			tail -n 15 "$SETUP_TMP/apt-dry" >&2
			die "apt cannot install ${APT_TODO[*]}; see above. This setup is made for Debian 12"
		}
	}
	printf '%s: %s and what they need\n' "$(apt_sizes)" "${APT_TODO[*]}"
}

# While packages are installed, no server of the system is started and no cluster made:
# the stack brings its own, on its own ports.
POLICY=/usr/sbin/policy-rc.d
CLUSTER=/etc/postgresql-common/createcluster.d/longshore-setup.conf

apt_quiet_servers() {
	APT_QUIET=yes
	apt_root sh -ec "
		mkdir -p '${CLUSTER%/*}'
		echo 'create_main_cluster = false' >'$CLUSTER'
		[ -e '$POLICY' ] || { printf '%s\n' '#!/bin/sh' '# longshore setup' 'exit 101' >'$POLICY'; chmod 755 '$POLICY'; }"
}

apt_unquiet_servers() {
	apt_root sh -ec "
		rm -f '$CLUSTER'
		if grep -qs '^# longshore setup' '$POLICY'; then rm -f '$POLICY'; fi"
	APT_QUIET=''
}

apt_try_install() { apt_get -y install "${APT_TODO[@]}" >"$SETUP_TMP/apt-log" 2>&1; }

apt_install() {
	say "installing Debian packages"
	apt_quiet_servers
	apt_try_install || { apt_refresh && apt_try_install; } || {
		tail -n 30 "$SETUP_TMP/apt-log" >&2
		die "apt-get install failed; see above"
	}
	apt_unquiet_servers
}
