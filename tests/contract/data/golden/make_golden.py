#!/usr/bin/env python3
"""Makes CSV files with Python's csv module, in every dialect that partners send, and what Python reads back from them.

usage: make_golden.py DIRECTORY

<case>.csv     the file; the first record names the columns
<case>.fields  what is in it: a line "delimiter", then fields that end in US, records that end in RS
"""
import csv
import io
import sys
from pathlib import Path

US, RS = "\x1f", "\x1e"
BITS = ["", "a", "é", "日本", "😀", ",", ";", "|", "\t", '"', '""', "\n", "\r\n", "\n\n", " ", "'", "\\", "0", "x" * 50]

# name: (delimiter, quoting, line end, byte order mark?, last line end?)
CASES = {
    "comma_lf": (",", csv.QUOTE_MINIMAL, "\n", False, True),
    "comma_crlf": (",", csv.QUOTE_MINIMAL, "\r\n", False, True),
    "comma_lf_all": (",", csv.QUOTE_ALL, "\n", False, True),
    "comma_crlf_all_mark": (",", csv.QUOTE_ALL, "\r\n", True, True),
    "comma_lf_text": (",", csv.QUOTE_NONNUMERIC, "\n", True, False),
    "semicolon_crlf": (";", csv.QUOTE_MINIMAL, "\r\n", False, False),
    "pipe_lf": ("|", csv.QUOTE_MINIMAL, "\n", True, True),
    "tab_lf": ("\t", csv.QUOTE_MINIMAL, "\n", False, False),
    "tab_crlf_all": ("\t", csv.QUOTE_ALL, "\r\n", False, True),
}


class Draw:
    """A generator that is the same on every machine."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def rows(seed):
    draw = Draw(seed)
    yield ["id", "a b", 'c,"d"', "é"]
    for _ in range(150):
        yield ["".join(BITS[draw.below(len(BITS))] for _ in range(draw.below(4))) for _ in range(4)]


def main(directory):
    for seed, (name, (delimiter, quoting, end, mark, last)) in enumerate(CASES.items()):
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows(seed))
        text = out.getvalue() if last else out.getvalue()[:-len(end)]
        back = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        assert back == list(rows(seed))
        (Path(directory) / f"{name}.csv").write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.encode())
        fields = "".join("".join(field + US for field in row) + RS for row in back)
        (Path(directory) / f"{name}.fields").write_bytes((delimiter + "\n" + fields).encode())


if __name__ == "__main__":
    main(sys.argv[1])
