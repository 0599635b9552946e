# shellcheck shell=bash
# The oracles' Python environment. It is made under a temporary name, then its scripts and
# compiled files are told the final one.

PYTHON_SIZE="30 MB to download, 120 MB on disk"

python_make() { # DIRECTORY ENTRY
	local dir=$1 entry=$2
	"$SYSTEM_PYTHON" -m venv "$dir" &&
		"$dir/bin/python" -m pip install -q --no-input --disable-pip-version-check --no-cache-dir --no-compile \
			--only-binary :all: --require-hashes -r "$ROOT/scripts/setup/requirements.txt" </dev/null &&
		"$dir/bin/python" -m compileall -q -s "$dir" -p "$entry" "$dir/lib" &&
		grep -rlIF -- "$dir" "$dir/bin" "$dir/pyvenv.cfg" | xargs -r -d '\n' sed -i "s|$dir|$entry|g"
}

python_install() {
	say "fetching Python packages by pip"
	cache_make "$(venv_home)" python_make >"$SETUP_TMP/pip-log" 2>&1 || {
		tail -n 20 "$SETUP_TMP/pip-log" >&2
		die "pip could not make the Python environment; see above. It needs a way to a Python package index (a mirror is set in pip.conf)"
	}
}
