"""The golden files are what their makers write today."""
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
FOLDERS = ["contract/data/golden", "unit/services/bridge-worker/golden"]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_golden_files_are_what_their_maker_writes(folder, tmp_path):
    subprocess.run([sys.executable, TESTS / folder / "make_golden.py", tmp_path], check=True)
    made = contents(tmp_path)
    assert made
    assert made == contents(TESTS / folder)
