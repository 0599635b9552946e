#!/usr/bin/env python3
"""Makes the golden files of this folder with Python's csv module: for each case `<name>.rows` (what is to be written)
and `<name>.csv` (what Python writes). test_golden.py holds the files against what Python writes today; test_files.c holds
what we write against the files.

A .rows file: a line "delimiter quotes newline header", then records that end in RS, of fields that end in US; the first
record names the columns.
"""
import csv
import io
import sys
from pathlib import Path

QUOTES = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
NEWLINES = {"lf": "\n", "crlf": "\r\n"}
US, RS = "\x1f", "\x1e"

TRICKY = [
    ["plain", "two words", ""],
    ["", "", ""],
    ['"', '""', 'a"b"c'],
    [",", "a,b", ",,"],
    [";", "a;b|c", "|"],
    [" lead", "trail ", "  "],
    ["'single'", "`back`", "\\back\\slash"],
    ["é", "ß", "日本語"],
    ["😀", "e\u0301", "\u00a0"],
    ["=1+1", "+12125550123", "-5"],
    ["#not a comment", "@at", "//x"],
    ["0012", "1e5", "NULL"],
    ["x" * 300, "y" * 4000, "z"],
]
SIMPLE = [[f"id{i:06d}", f"k{i % 7}", str(i * i)] for i in range(2000)]
COLUMNS = ["id", "Some Name", "n"]

# name: (delimiter, quotes, newline, header?, columns, rows)
CASES = {
    "minimal_comma_lf": (",", "minimal", "lf", True, COLUMNS, TRICKY),
    "minimal_comma_crlf": (",", "minimal", "crlf", True, COLUMNS, TRICKY),
    "minimal_pipe_lf": ("|", "minimal", "lf", True, COLUMNS, TRICKY),
    "minimal_tab_lf_no_header": ("\t", "minimal", "lf", False, COLUMNS, TRICKY),
    "all_comma_lf": (",", "all", "lf", True, COLUMNS, TRICKY),
    "all_semicolon_crlf_no_header": (";", "all", "crlf", False, COLUMNS, TRICKY),
    "none_comma_lf": (",", "none", "lf", True, COLUMNS, SIMPLE),
    "none_tab_crlf": ("\t", "none", "crlf", True, COLUMNS, SIMPLE),
    "minimal_header_in_quotes": (",", "minimal", "lf", True, ["a,b", 'c"d', "é"], SIMPLE[:3]),
    "minimal_one_column": (",", "minimal", "lf", True, ["id"], [["a"], [""], ["b c"], [""]]),
    "all_one_column": (",", "all", "lf", True, ["id"], [["a"], [""], ["b,c"]]),
    "minimal_no_rows": (",", "minimal", "lf", True, COLUMNS, []),
    "minimal_nothing": (",", "minimal", "lf", False, COLUMNS, []),
    "minimal_many_rows": (",", "minimal", "lf", True, COLUMNS, SIMPLE * 3),
}


def rows_file(case):
    delimiter, quotes, newline, header, columns, rows = CASES[case]
    words = ["tab" if delimiter == "\t" else delimiter, quotes, newline, "header" if header else "no_header"]
    return " ".join(words) + "\n" + "".join("".join(f + US for f in r) + RS for r in [columns, *rows])


def csv_file(case):
    delimiter, quotes, newline, header, columns, rows = CASES[case]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=QUOTES[quotes], lineterminator=NEWLINES[newline],
                        quotechar='"', doublequote=True)
    writer.writerows([columns, *rows] if header else rows)
    return out.getvalue()


def files():
    """(file name, bytes)"""
    for case in CASES:
        yield f"{case}.rows", rows_file(case).encode()
        yield f"{case}.csv", csv_file(case).encode()


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    for name, content in files():
        (here / name).write_bytes(content)
    sys.stdout.write(f"{2 * len(CASES)} files in {here}\n")
