"""What the law checks share: the C files of a tree, what they include, their text without comments and
strings, a report, and the self-test that plants a violation and wants it caught."""
import os
import re
import sys
import tempfile
from pathlib import Path

FOLDERS = ("include", "common", "services", "cli", "tests", "demo")
ROOT = Path(__file__).resolve().parents[2]

TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def walk(top, skip=()):
    """Every file below a folder, in order. `skip` names folders directly below it that are not entered: other tests
    make and remove files in run/ and build/ meanwhile, and a folder that vanishes during the walk is no fault."""
    for folder, folders, names in os.walk(top):
        if Path(folder) == Path(top):
            folders[:] = [f for f in folders if f not in skip]
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def files(root, suffixes=(".c", ".h")):
    """Every C file below the source folders, as paths relative to the root."""
    found = (p for folder in FOLDERS for p in walk(root / folder))
    return sorted(p.relative_to(root) for p in found if p.suffix in suffixes)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    return TOKEN.sub(lambda m: blank(m) if m.group()[0] == "/" else m.group(), text)


def code(text):
    """The text with comments and literals blanked; lines keep their numbers."""
    return TOKEN.sub(blank, text)


def includes(text):
    """(line, quoted?, name) of each #include."""
    clean = without_comments(text)
    return [(clean.count("\n", 0, m.start(1)) + 1, m.group(1) == '"', m.group(2)) for m in INCLUDE.finditer(clean)]


def self_test(check, good, bad):
    """good: {path: text} that must pass. bad: [(path, text, words the message must have)]."""
    failures = []
    for path, text, words in [(None, None, None)] + bad:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            for p, t in {**good, **({path: text} if path else {})}.items():
                (root / p).parent.mkdir(parents=True, exist_ok=True)
                (root / p).write_text(t)
            found = check(root)
        if not path and found:
            failures.append(f"a tree without fault is blamed: {found}")
        if path and not any(path in f and words in f for f in found):
            failures.append(f"a planted fault was missed: {path}: {text!r} (found {found})")
    return failures


def main(name, check, good, bad):
    """check(root) gives a list of messages; the exit code is 1 if there are any."""
    args = sys.argv[1:]
    if args == ["--self-test"]:
        found, said = self_test(check, good, bad), f"{len(bad)} planted faults caught"
    elif len(args) <= 1 and not (args and args[0].startswith("-")):
        root = Path(args[0]).resolve() if args else ROOT
        if not root.is_dir():
            sys.exit(f"{name}: {root} is no directory")
        found, said = check(root), f"{len(files(root))} files keep the law"
    else:
        sys.exit(f"usage: {name} [--self-test | ROOT]")
    for message in found:
        print(message)
    print(f"{name}: {len(found)} faults" if found else f"{name}: {said}")
    sys.exit(1 if found else 0)
