"""Other people's readers on our files: Python's csv, json and gzip. And the golden files against the Python that is here."""
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "golden"))
import make_golden  # noqa: E402

WRITER = Path(os.environ["LONGSHORE_BUILD"]) / "tests" / "contract_format_test_files"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A directory with every case as we write it, plain and compressed."""
    folder = tmp_path_factory.mktemp("written")
    subprocess.run([str(WRITER), str(folder)], check=True, timeout=120)
    return folder


def test_golden_files_are_what_python_writes():
    for name, content in make_golden.files():
        assert (HERE / "golden" / name).read_bytes() == content, f"{name}: run golden/make_golden.py and look at why"


@pytest.mark.parametrize("case", make_golden.CASES)
def test_csv_reads_back_the_values(written, case):
    delimiter, quotes, _, header, columns, rows = make_golden.CASES[case]
    text = (written / f"{case}.csv").read_bytes().decode("utf-8")
    quoting = csv.QUOTE_NONE if quotes == "none" else csv.QUOTE_MINIMAL
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True))
    assert found == ([columns, *rows] if header else rows)


@pytest.mark.parametrize("case", make_golden.CASES)
def test_gzip_reads_back_the_bytes(written, case):
    packed = (written / f"{case}.csv.gz").read_bytes()
    assert packed[:10] == bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])  # no name, no time, unknown system
    assert gzip.decompress(packed) == (written / f"{case}.csv").read_bytes()
    member = zlib.decompressobj(wbits=31)
    member.decompress(packed)
    assert member.eof and member.unused_data == b""  # one member, nothing behind it


@pytest.mark.parametrize("case", make_golden.CASES)
def test_json_reads_back_names_and_values_in_their_order(written, case):
    _, _, _, _, columns, rows = make_golden.CASES[case]
    lines = (written / f"{case}.jsonl").read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""  # each row ends in a line feed
    pairs = [json.loads(line, object_pairs_hook=list) for line in lines]
    assert pairs == [[*zip(columns, row)] for row in rows]
    # No byte more than Python's own writer needs.
    assert lines == [json.dumps(dict(p), ensure_ascii=False, separators=(",", ":")) for p in pairs]
