"""The arithmetic of the report of `./dev bench upload`."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import upload  # noqa: E402


def line(tool, mb_s, cpu_s=1.0, case="sftp-one"):
    return {"case": case, "tool": tool, "mb_s": mb_s, "cpu_s": cpu_s, "peak_mb": 1.0}


def test_megabytes_are_decimal_and_memory_is_in_mebibytes():
    figures = upload.figures_of("sftp-one", "longshore", 1 << 30, wall=2.0, cpu=1.5, peak_kb=64 * 1024)
    assert figures == {"case": "sftp-one", "tool": "longshore", "mb_s": pytest.approx(536.870912), "cpu_s": 1.5, "peak_mb": 64.0}


@pytest.mark.parametrize(("speeds", "middle"), [([5], 5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2), ([1, 1, 7], 1)])
def test_the_median_run_is_one_that_took_place(speeds, middle):
    runs = [line("x", speed, cpu_s=10.0 * speed) for speed in speeds]
    assert upload.median_of(runs) == line("x", middle, cpu_s=10.0 * middle)


def test_ours_is_compared_with_the_fastest_peer_of_the_same_case():
    lines = [line("longshore", 120.0, 2.0), line("slow", 50.0, 1.0), line("fast", 100.0, 4.0), line("longshore", 30.0, 6.0, "sftp-many"),
             line("fast", 20.0, 9.0, "sftp-many"), line("slow", 60.0, 3.0, "sftp-many")]
    assert upload.against_peers(lines) == {"sftp-one": ("fast", pytest.approx(1.2), 0.5), "sftp-many": ("slow", 0.5, 2.0)}


def test_without_peers_nothing_is_compared():
    assert upload.against_peers([line("longshore", 1.0)]) == {} == upload.against_peers([line("fast", 1.0)])


@pytest.mark.parametrize(("case", "scale", "files"), [("one", 1, (1, 1 << 30)), ("many", 1, (200, 5 << 20)), ("one", 0.25, (1, 1 << 28)),
                                                     ("many", 0.25, (50, 5 << 20)), ("many", 0.001, (2, 5 << 20)), ("one", 1e-9, (1, 1 << 20))])
def test_a_part_of_a_case_keeps_its_shape(case, scale, files):
    assert upload.scaled(case, scale) == files
