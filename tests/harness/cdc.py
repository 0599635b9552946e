"""PostgreSQL's logical decoding as somebody else's program reads it: pg_recvlogical with test_decoding."""
import re
import subprocess
import tempfile
from collections import namedtuple

# op: INSERT, UPDATE, DELETE. row: {column: text as decoded}; an UPDATE that moves a row's key has `old_key`.
Change = namedtuple("Change", "table op row old_key")

_VALUE = r"(?:'(?:[^']|'')*'|[^\s']+)"
_COLUMN = rf'("[^"]+"|\w+)\[([^\]]+)\]:({_VALUE})'
_LINE = re.compile(rf'^table (\w+)\."?(\w+)"?: (INSERT|UPDATE|DELETE):((?: (?:old-key:|new-tuple:|{_COLUMN}|\(no-tuple-data\)))+)$',
                   re.MULTILINE)
_WORD = re.compile(rf"(old-key:|new-tuple:)|{_COLUMN}")
UNCHANGED = "unchanged-toast-datum"


def parse(text):
    """All changes of a decoded stream, in the order of their commits."""
    changes = []
    for schema, table, op, body, *_ in _LINE.findall(text):
        parts = {"": {}, "old-key:": {}, "new-tuple:": {}}
        part = ""
        for mark, name, _, value in _WORD.findall(body):
            if mark:
                part = mark
            else:
                parts[part][name.strip('"')] = value
        changes.append(Change(f"{schema}.{table}", op, parts["new-tuple:"] or parts[""], parts["old-key:"] or None))
    return changes


class Reader:
    """A replication slot of one database, from now on. It holds back WAL, and the database cannot be dropped, until it
    is closed."""

    def __init__(self, fleet):
        self._fleet, self._slot = fleet, f"cdc_{fleet.id}"
        self._run("--create-slot", "--plugin=test_decoding")

    def _run(self, *args):
        argv = ["pg_recvlogical", "--no-password", f"--dbname={self._fleet.conninfo()}", f"--slot={self._slot}", *args]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, (argv, done.stdout, done.stderr)

    def read(self):
        """Everything up to now."""
        [(end,)] = self._fleet.query("SELECT pg_current_wal_insert_lsn()::text")
        # A record of its own behind that place: the reader stops when it has seen one there.
        self._fleet.query("SELECT pg_logical_emit_message(false, 'longshore-test', '')")
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", suffix=".cdc") as out:
            self._run("--start", f"--endpos={end}", f"--file={out.name}", "--no-loop")
            text = out.read()
        changes = parse(text)
        assert len(changes) == len(re.findall(r"^table \S+: (?:INSERT|UPDATE|DELETE):", text, re.MULTILINE)), \
            "the reader of test_decoding's text does not know a form of it"
        return changes

    def close(self):
        self._run("--drop-slot")
