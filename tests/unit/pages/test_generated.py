"""What pages say of the code's tables is what the tables say."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_pages_are_what_the_tables_give():
    done = subprocess.run([sys.executable, ROOT / "scripts/gen-pages", "--check"], env=os.environ, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
