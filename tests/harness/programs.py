"""What the programs say of themselves: their settings, and the verbs of the command line."""
import functools
import os
import re
import subprocess
from pathlib import Path

BIN = Path(os.environ.get("LONGSHORE_BIN", Path(__file__).resolve().parents[2] / "build/dev/bin"))


def words_of(*command):
    return subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=True, timeout=120).stdout


@functools.cache
def settings():
    """{name: {its defaults}} of the settings of all services, as --help says. Services may differ, as in
    LONGSHORE_THREADS; a setting that is required has none."""
    found = {}
    services = sorted(p.name for p in BIN.glob("longshore-*"))
    assert len(services) == 6, services
    for service in services:
        for name, last in re.findall(r"^  (LONGSHORE_\w+) .*\[(.*)\]$", words_of(service, "--help"), re.MULTILINE):
            default = re.search(r"default (.*)$", last)
            found.setdefault(name, set()).update([default[1]] if default else [])
    return found


@functools.cache
def verbs():
    """The verbs that the help lists."""
    return set(re.findall(r"^  ([a-z]+) +\S.*", words_of("longshore", "help").split("\n\n")[1], re.MULTILINE)) | {"help"}
