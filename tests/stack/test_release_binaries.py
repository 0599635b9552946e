"""The programs of the release preset have what makes a mistake harder to use, read from the finished files."""
import os
import re
import subprocess
from pathlib import Path

import pytest

from registry import SERVICES

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("longshore", *(f"longshore-{s}" for s in SERVICES))
# Begin and end of a process come from the C library's own files.
NOT_OURS = {"_start", "_init", "_fini"}


@pytest.fixture(scope="module")
def bins():
    env = {k: v for k, v in os.environ.items() if k != "LONGSHORE_BUILD"}
    done = subprocess.run([ROOT / "scripts/build", "release", "product"], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    found = ROOT / "build/release/bin"
    assert {p.name for p in found.iterdir()} == set(PROGRAMS), "each program is read"
    return found


def read(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}).stdout


def imported(file):
    return set(re.findall(r" UND (\w+)", read("readelf", "-W", "--dyn-syms", file)))


def our_functions(file):
    """name -> first instruction, of functions that other files may call; others are only jumped to from where the compiler
    sees them, and need no mark."""
    known = set(re.findall(r" FUNC +GLOBAL +\w+ +\d+ (\w+)$", read("readelf", "-Ws", file), re.MULTILINE)) - NOT_OURS
    code = read("objdump", "-d", "--no-show-raw-insn", "-j", ".text", file)
    return {name: first for name, first in re.findall(r"^[0-9a-f]+ <(\w+)>:\n *[0-9a-f]+:\s+(\S+)", code, re.MULTILINE)
            if name in known}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_can_be_put_anywhere_and_nothing_of_it_is_both_writable_and_executable(bins, program):
    file = bins / program
    assert re.search(r"Type: +DYN \(Position-Independent Executable file\)", read("readelf", "-Wh", file))
    segments = re.findall(r"^  (\w+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3})", read("readelf", "-Wl", file), re.MULTILINE)
    assert ("GNU_STACK", "RW ") in segments and "GNU_RELRO" in dict(segments)
    assert not [s for s in segments if "W" in s[1] and "E" in s[1]]
    dynamic = read("readelf", "-Wd", file)
    assert "BIND_NOW" in dynamic and re.search(r"FLAGS_1\).*NOW.*PIE", dynamic)
    assert not re.search("RPATH|RUNPATH|TEXTREL", dynamic)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_checks_its_stack_and_its_buffers(bins, program):
    names = imported(bins / program)
    assert "__stack_chk_fail" in names
    assert {"__memcpy_chk", "__snprintf_chk", "__read_chk"} <= names
    assert not names & {"sprintf", "vsprintf", "gets", "strcpy", "strcat"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_marks_where_it_may_be_jumped_to(bins, program):
    file = bins / program
    if "X86-64" not in read("readelf", "-Wh", file):
        pytest.skip("another processor, with another mechanism")
    assert re.search(r"x86 feature:.*SHSTK", read("readelf", "-Wn", file))
    functions = our_functions(file)
    assert len(functions) > 100
    assert not {name: first for name, first in functions.items() if first != "endbr64"}


def test_each_file_is_compiled_with_what_leaves_no_mark_of_its_own(bins):
    """What the finished file does not tell: each function's large frames are probed, and variables begin as zero."""
    del bins
    commands = (ROOT / "build/release/compile_commands.json").read_text()
    sources = re.findall(r'"command": "(.*?)",\n', commands)
    assert len(sources) > 200
    for flag in ("-fstack-clash-protection", "-ftrivial-auto-var-init=zero", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=3",
                 "-fPIE", "-fcf-protection=full"):
        without = [s for s in sources if flag not in s.split()]
        assert not without, (flag, without[:3])
