"""CI's last question: did each suite run a test? Asked of small builds and reports made by hand."""
import subprocess
from pathlib import Path

import pytest

SUITES_RAN = Path(__file__).resolve().parents[3] / "scripts" / "suites-ran"
TESTS = {"unit_a": "unit", "unit_b": "unit", "e2e_a": "e2e"}


@pytest.fixture
def ask(tmp_path):
    build, tests, report = tmp_path / "build", tmp_path / "tests", tmp_path / "report.xml"
    build.mkdir()
    (build / "CTestTestfile.cmake").write_text("".join(
        f'add_test({name} "true")\nset_tests_properties({name} PROPERTIES LABELS {suite})\n'
        for name, suite in TESTS.items()))
    for suite in ("unit", "e2e"):
        (tests / suite).mkdir(parents=True)
        (tests / suite / "test_a.py").touch()

    def answer(cases):
        """cases: name -> (status, output); None: there is no report."""
        if cases is not None:
            report.write_text("<testsuite>" + "".join(
                f'<testcase name="{name}" status="{status}"><system-out>{output}</system-out></testcase>'
                for name, (status, output) in cases.items()) + "</testsuite>")
        done = subprocess.run([SUITES_RAN, build, report, tests], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr
    return answer


def test_all_is_well_when_each_suite_ran_one(ask):
    assert ask({"unit_a": ("run", "3 passed in 0.1s"), "unit_b": ("run", "1 skipped in 0.1s"),
                "e2e_a": ("run", "2 passed, 1 skipped in 9.0s")}) == (0, "")


@pytest.mark.parametrize("output", ["[==========] Running 0 test(s).", "no tests ran in 0.01s", "collected 0 items",
                                    "s\n1 skipped in 0.01s", "2 deselected in 0.01s", "1 skipped, 4 deselected in 0.02s"])
def test_a_program_that_ran_none_of_its_tests_counts_as_none(ask, output):
    code, text = ask({"unit_a": ("run", "3 passed in 0.1s"), "e2e_a": ("run", output)})
    assert code == 1 and "no test ran in: e2e." in text


@pytest.mark.parametrize("cases", [{"unit_a": ("run", "ok")}, {"unit_a": ("run", "ok"), "e2e_a": ("notrun", "")}])
def test_a_suite_that_did_not_run_is_named(ask, cases):
    code, text = ask(cases)
    assert code == 1 and "no test ran in: e2e." in text


def test_without_a_report_nothing_is_believed(ask):
    code, text = ask(None)
    assert code == 1 and "ctest wrote no report" in text
