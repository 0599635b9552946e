"""How the build reads the names of a statement's parameters and columns."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

GEN_SQL = Path(__file__).resolve().parents[3] / "scripts" / "gen-sql"


@pytest.fixture
def generate(tmp_path):
    def run(mode, **statements):
        for name, text in statements.items():
            (tmp_path / f"{name}.sql").write_text(text)
        out = [str(tmp_path / "sql" / "x.h"), str(tmp_path / "x.c")] if mode == "statements" else []
        files = [str(tmp_path / f"{name}.sql") for name in statements]
        return subprocess.run([sys.executable, GEN_SQL, mode, *out, *files], capture_output=True, text=True, check=False)
    return run


@pytest.fixture
def read(generate):
    def one(text):
        done = generate("describe", s=text)
        assert done.returncode == 0, done.stderr
        (found,) = json.loads(done.stdout)
        return found["sql"], found["params"], found["columns"]
    return one


@pytest.mark.parametrize("text, sql, params", [
    ("SELECT a FROM t WHERE b = :b AND c = :c::bigint", "SELECT a FROM t WHERE b = $1 AND c = $2::bigint", ["b", "c"]),
    ("DELETE FROM t WHERE b = :y OR c = :x OR d = :y", "DELETE FROM t WHERE b = $1 OR c = $2 OR d = $1", ["y", "x"]),
    ("-- :no\nSELECT ':no' AS a, \":no\" AS b, E':no' AS c, x::text AS d, 'it''s :no' AS e",
     "-- :no\nSELECT ':no' AS a, \":no\" AS b, E':no' AS c, x::text AS d, 'it''s :no' AS e", []),
    ("DELETE FROM t WHERE a = ANY(:ids::text[])", "DELETE FROM t WHERE a = ANY($1::text[])", ["ids"]),
])
def test_parameters_are_numbered_as_they_come_first(read, text, sql, params):
    assert read(text)[:2] == (sql, params)


@pytest.mark.parametrize("text, columns", [
    ("SELECT a, t.b, s.t.c FROM t", ["a", "b", "c"]),
    ("SELECT DISTINCT ON (a) a, count(*) AS n FROM t WHERE x > 1 UNION ALL SELECT b, 2", ["a", "n"]),
    ("SELECT DISTINCT a FROM t;", ["a"]),
    ("SELECT extract(epoch FROM a) AS at, a IS DISTINCT FROM b AS differs, (SELECT x, y FROM t) AS z ORDER BY 1",
     ["at", "differs", "z"]),
    ("WITH w AS (SELECT q FROM t) SELECT CASE WHEN a THEN 'x, y' END AS c FROM w", ["c"]),
    ("WITH w AS (DELETE FROM t RETURNING q) INSERT INTO t (a) SELECT q FROM w RETURNING a, b + 1 AS b", ["a", "b"]),
    ("INSERT INTO t (a) SELECT a FROM u", []), ("UPDATE t SET a = 1", []), ("LOCK TABLE t", []),
    ("SELECT FROM_x.a FROM FROM_x", ["a"]),
])
def test_columns_are_what_the_outermost_list_names(read, text, columns):
    assert read(text)[2] == columns


@pytest.mark.parametrize("text, why", [
    ("SELECT a FROM t WHERE b = $1", "name its parameters"),
    ("SELECT count(*) FROM t", "give each result column a name"),
    ("SELECT * FROM t", "give each result column a name"), ("SELECT t.* FROM t", "give each result column a name"),
    ("SELECT a b FROM t", "give each result column a name"), ("SELECT a::text FROM t", "give each result column a name"),
    ("SELECT NULL FROM t", "give each result column a name"), ("SELECT a AS \"B\" FROM t", "give each result column a name"),
    ("SELECT a, b AS a FROM t", "two result columns are called a"),
    ("SELECT f(a AS b FROM t", "brackets"), ("VACUUM", "nothing that is known"),
    ("-- parameters of: other\nSELECT a FROM t", "other is no statement"),
    ("-- columns of: other\nSELECT a FROM t", "other is no statement"),
])
def test_what_has_no_name_ends_the_build(generate, text, why):
    done = generate("statements", s=text)
    assert done.returncode != 0 and "s.sql: " in done.stderr and why in done.stderr


def test_the_names_are_numbers_of_the_statement_and_the_place(generate, tmp_path):
    done = generate("statements", one="SELECT a, b FROM t WHERE c = :c", two="DELETE FROM t WHERE c = :x AND d = :y")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"(\w+) = PG_NAME\((\d+), (\d+)\)", (tmp_path / "sql" / "x.h").read_text()) == [
        ("PARAM_ONE_C", "1", "0"), ("COL_ONE_A", "1", "0"), ("COL_ONE_B", "1", "1"), ("PARAM_TWO_X", "2", "0"),
        ("PARAM_TWO_Y", "2", "1")]


def test_statements_may_share_names(generate):
    one = "SELECT a, b FROM t WHERE c = :c AND d = :d"
    done = generate("describe", one=one,
                    two="-- parameters of: one\n-- columns of: one\nSELECT a, 2 AS b FROM u WHERE e = :e AND d = :d AND c = :c")
    assert done.returncode == 0, done.stderr
    two = json.loads(done.stdout)[1]
    assert two["params"] == ["c", "d", "e"] and "e = $3 AND d = $2 AND c = $1" in two["sql"]
    lacks = generate("describe", one=one, two="-- parameters of: one\nSELECT a, 2 AS b FROM u WHERE c = :c")
    assert lacks.returncode != 0 and "two.sql: it lacks the parameter d of one" in lacks.stderr
    other = generate("describe", one=one, two="-- columns of: one\nSELECT b, a FROM u")
    assert other.returncode != 0 and "two.sql: its columns are not those of one" in other.stderr
