"""`./dev bench upload` runs and writes what it promises; with a few MiB, and ours alone."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "bench" / "upload.py"


def can_make_networks():
    return (os.geteuid() == 0 and os.path.exists("/dev/net/tun") and shutil.which("ip")
            and subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0)


def measured(tmp_path, *options):
    figures = tmp_path / "figures.json"
    done = subprocess.run([sys.executable, PROGRAM, "--only", "sftp", "--scale", "0.002", "--runs", "1", "--no-peers", "--json", figures, *options],
                          text=True, capture_output=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = json.loads(figures.read_text())
    assert [(f["case"], f["tool"]) for f in lines] == [("sftp-one", "longshore"), ("sftp-many", "longshore")]
    for f in lines:
        assert set(f) == {"case", "tool", "mb_s", "cpu_s", "peak_mb"} and min(f["mb_s"], f["cpu_s"], f["peak_mb"]) > 0, f
        assert f"{f['case']:10} {f['tool']}" in done.stdout


def test_a_small_run_measures_every_case(tmp_path):
    measured(tmp_path)


@pytest.mark.skipif(not can_make_networks(), reason="needs root, /dev/net/tun, ip, and the right to make a network namespace")
def test_a_small_run_over_a_slow_line_measures_every_case(tmp_path):
    measured(tmp_path, "--latency")
