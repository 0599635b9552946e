"""What a delivery must give, computed from inputs and configuration alone: books, and the rows of each file. Shares no code
with the project, keeps everything in memory and is as simple as can be."""
import csv
import gzip
import hashlib
import io
import json
import unicodedata
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlparse

USPS = set("AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
           "OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP".split())
QUOTES = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}


def canonical(text):
    """The id that a text stands for: without white space and invisible characters around it."""
    begin, end = 0, len(text)
    while begin < end and is_blank(text[begin]):
        begin += 1
    while end > begin and is_blank(text[end - 1]):
        end -= 1
    return text[begin:end]


def is_blank(c):
    return c.isspace() or unicodedata.category(c) == "Cf"


def is_id(text):
    return text != "" and not any(unicodedata.category(c) == "Cc" or (c != " " and is_blank(c)) for c in text)


def read_source(source):
    """Rows as dicts, over all objects of the source in order of their names."""
    path = Path(unquote(urlparse(source["url"]).path))
    objects = [path]
    if source["url"].endswith("/"):
        inside = [p.relative_to(path) for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
        visible = [p for p in inside if not any(part[0] in "._" for part in p.parts)]
        objects = [path / p for p in sorted(visible, key=lambda p: str(p).encode())]
    for name in objects:
        with open(name, newline="", encoding="utf-8-sig") as f:
            yield from csv.DictReader(f, delimiter=source.get("delimiter", ","), strict=True)


class Oracle:
    """The delivery of one route, given all documents."""

    def __init__(self, documents, route):
        self.documents = documents
        self.route = self._find("Route", route)
        self.audience = self._find("Audience", self.route["audience"])
        self.destination = self._find("Destination", self.route["destination"])
        self.bridge = self._find("Bridge", self.route["bridge"])
        self.books = {}
        self.members = []  # records, in the order of the files
        self._compute()

    def _find(self, kind, name):
        return next(d for d in self.documents if d["kind"] == kind and d["name"] == name)

    def _records(self):
        """{id: its record}; 1:1 and n:1 have one each."""
        columns = [c["column"] for c in self.bridge["record"]]
        return {canonical(row[self.bridge["from"]["column"]]): tuple(canonical(row[c]) for c in columns)
                for row in read_source(self.bridge["source"])}

    def _suppressed(self):
        found = set()
        for name in self.route.get("suppress", ()):
            document = self._find("SuppressionList", name)
            found |= {canonical(row[document["id"]["column"]]) for row in read_source(document["source"])}
        return found

    def _is_blocked_state(self, row):
        privacy = self.destination.get("privacy", {})
        if self.audience["type"] != "DTC" or "state_column" not in self.audience:
            return False
        state = row[self.audience["state_column"]].strip().upper()
        if state not in USPS:
            return privacy.get("suppress_unknown_state", False)
        return state in {s.upper() for s in privacy.get("suppress_states_dtc", ())}

    def _passes(self, row):
        return all(row[f["column"]] in f["in"] for f in self.audience.get("filters", ()))

    def _compute(self):
        records, suppressed = self._records(), self._suppressed()
        b = dict.fromkeys(("rows_read", "invalid", "filtered", "unmatched", "matched", "not_picked", "over_cap", "fan_out",
                           "held_out", "capped"), 0)
        persons, chosen, blocked = set(), set(), set()
        for row in read_source(self.audience["source"]):
            person = canonical(row[self.audience["id"]["column"]])
            b["rows_read"] += 1
            if not is_id(person):
                b["invalid"] += 1
            elif not self._passes(row):
                b["filtered"] += 1
            elif person not in records:
                b["unmatched"] += 1
            else:
                b["matched"] += 1
                persons.add(person)
                chosen.add(records[person])
                if self._is_blocked_state(row):
                    blocked.add(records[person])
        blocked |= {records[p] for p in suppressed if p in records}
        members = chosen - blocked
        b["links_found"] = b["links"] = b["matched"]
        b["repeated"] = b["links"] - len(persons)
        b["shared"] = len(persons) - len(chosen)
        b["chosen"] = len(chosen)
        b["blocked"] = len(chosen) - len(members)
        b["members"] = len(members)
        self.books = b
        self.primary_ids = len({m[0] for m in members})
        self.persons = len(persons)
        self.members = sorted(members, key=lambda record: [field.encode() for field in record])

    def parts(self):
        """The data files' plain bytes, in order."""
        most = self.destination.get("limits", {}).get("max_rows_per_file") or max(len(self.members), 1)
        cuts = [self.members[i:i + most] for i in range(0, len(self.members), most)] or [[]]
        return [self._render(rows) for rows in cuts]

    def _render(self, rows):
        form = self.destination.get("format", {})
        names = [c["name"] for c in self.bridge["record"]]
        columns = self.destination["columns"]
        if form.get("container") == "jsonl":
            return "".join(json.dumps(dict(self._row(record, names, columns)), ensure_ascii=False, separators=(",", ":")) + "\n"
                           for record in rows).encode()
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=form.get("delimiter", ","), quoting=QUOTES[form.get("quote_mode", "minimal")],
                            lineterminator="\r\n" if form.get("newline") == "crlf" else "\n")
        if self.destination.get("header_row", True):
            writer.writerow([c["name"] for c in columns])
        for record in rows:
            writer.writerow([value for _, value in self._row(record, names, columns)])
        return out.getvalue().encode()

    @staticmethod
    def _row(record, names, columns):
        """(column, value) of each column."""
        value = dict(zip(names, record))
        return [(c["name"], c["constant"] if "constant" in c else value[c["source"]]) for c in columns]

    def roles(self):
        """How many files there must be of each role."""
        has_marker = self.destination.get("completion", {}).get("kind") == "success_file"
        return {"part": len(self.parts())} | ({"manifest": 1} if "manifest" in self.destination else {}) | (
            {"marker": 1} if has_marker else {})


def plain(content):
    """A delivered file before compression."""
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def balance(books):
    """Lines of the books that do not hold; an empty list is right."""
    b = dict(books)
    lines = [("rows_read", "invalid filtered unmatched matched"), ("links_found", "not_picked over_cap links"),
             ("links", "matched fan_out"), ("links", "repeated shared chosen"),
             ("chosen", "blocked held_out capped members")]
    if "baseline" in b:
        lines += [("members", "unchanged changed added"), ("baseline", "unchanged changed removed")]
    return [f"{whole} {b[whole]} != {terms}" for whole, terms in lines if b[whole] != sum(b[t] for t in terms.split())]


def data_names(record):
    """The names of a delivery's data files, in the order of their parts."""
    return sorted(f["name"] for f in record["files"] if f["role"] == "part")


def check(expected, record, files):
    """Asserts that a completed delivery is exactly what was expected: its books, how many files it has of each role, the
    rows and bytes of its data files, and the size and hash that the status gives for every file. files: {name: bytes} of
    the drop."""
    assert record["state"] == "completed", record
    assert balance(record["books"]) == []
    wrong = {k: (record["books"].get(k), v) for k, v in expected.books.items() if record["books"].get(k) != v}
    assert not wrong, f"books (found, expected): {wrong}"
    assert Counter(f["role"] for f in record["files"]) == expected.roles(), record["files"]
    for listed in record["files"]:
        content = files[listed["name"]]
        assert (listed["bytes"], listed["sha256"]) == (len(content), sha256(content)), f"{listed}: the file is another"
    for name, content in zip(data_names(record), expected.parts()):
        assert plain(files[name]) == content, f"{name}: other bytes than expected"
    assert sum(f["rows"] for f in record["files"] if f["role"] == "part") == expected.books["members"]
