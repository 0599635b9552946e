"""Every statement, prepared on a migrated PostgreSQL: its parameters and columns are those that the C code has names for, and
the C code gives and reads each as the type that it is."""
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[4]
FOLDERS = sorted({p.parent for top in ("common", "services", "cli") for p in (ROOT / top).rglob("sql/*.sql")})
SOURCES = [p for top in ("common", "services", "cli") for p in sorted((ROOT / top).rglob("*.[ch]"))]
TEXTS = {"text", "name", "varchar", "bpchar", "json", "jsonb", "timestamptz"}
NUMBERS = {"int2", "int4", "int8"}
# What a C function gives a parameter as, or reads a column as.
GIVES = {"pg_set": TEXTS, "pg_set_num": NUMBERS | {"float8"}, "pg_set_bool": {"bool"}, "pg_set_bytes": {"bytea"},
         "pg_set_texts": {"_text"}, "pg_set_nums": {"_int8"}, "pg_set_bytes_array": {"_bytea"}, "pg_set_null": None,
         "SET_TEXTS": {"_text"}, "SET_TEXTS_OF": {"_text"}, "SET_WORDS": {"_text"}, "SET_NUMS": {"_int8"}, "SET_NUMS_OF": {"_int8"},
         "SET_BYTES": {"_bytea"}}
READS = {"pg_text": TEXTS | NUMBERS, "pg_is_text": TEXTS, "pg_num": NUMBERS | {"numeric"}, "pg_bool": {"bool"},
         "pg_bytes": {"bytea"}, "pg_is_null": None}
USE = re.compile(r"\b(pg_\w+|SET_\w+)\((?:[^;{}()]|\([^()]*\))*?\b((?:PARAM|COL)_[A-Z0-9_]+)\b")


def described(folder):
    files = sorted(map(str, folder.glob("*.sql")))
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "gen-sql"), "describe", *files], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


STATEMENTS = [s for folder in FOLDERS for s in described(folder)]


@pytest.fixture(scope="module")
def database():
    name = f"statements_{secrets.token_hex(4)}"
    server = os.environ["LONGSHORE_POSTGRES"]
    conninfo = re.sub(r"\bdbname=\S+", "", server) + f" dbname={name}"
    with psycopg.connect(server, autocommit=True) as c:
        c.execute(f"CREATE DATABASE {name}")
        try:
            subprocess.run([os.path.join(os.environ["LONGSHORE_BIN"], "longshore"), "migrate"], check=True, timeout=300,
                           env=os.environ | {"LONGSHORE_POSTGRES": conninfo}, stdin=subprocess.DEVNULL)
            with psycopg.connect(conninfo, autocommit=True) as connection:
                yield connection
        finally:
            c.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def answers(database):
    """Of each statement, by name: the types of its parameters, and the names and types of its columns, as PostgreSQL has them."""
    types = dict(database.execute("SELECT oid::bigint, typname FROM pg_type").fetchall())
    found, wrong = {}, []
    for s in STATEMENTS:
        result = database.pgconn.prepare(s["name"].encode(), s["sql"].encode())
        if result.error_message:
            wrong.append(f"{s['name']}: {result.error_message.decode()}")
            continue
        r = database.pgconn.describe_prepared(s["name"].encode())
        found[s["name"]] = ([types[r.param_type(i)] for i in range(r.nparams)],
                            [(r.fname(i).decode(), types[r.ftype(i)]) for i in range(r.nfields)])
    assert not wrong, "\n".join(wrong)
    return found


def test_no_two_statements_have_the_same_name():
    names = [s["name"] for s in STATEMENTS]
    assert len(FOLDERS) >= 5 and len(names) > 100
    assert sorted(set(names)) == sorted(names)


def test_parameters_and_columns_are_those_of_the_names(answers):
    wrong = [f"{s['name']}: names {s['params']} {s['columns']}, PostgreSQL {answers[s['name']]}" for s in STATEMENTS
             if len(s["params"]) != len(answers[s["name"]][0]) or s["columns"] != [n for n, _ in answers[s["name"]][1]]]
    assert not wrong, "\n".join(wrong)


def test_the_code_gives_and_reads_each_as_what_it_is(answers):
    constants = {}
    for s in STATEMENTS:
        params, columns = answers[s["name"]]
        constants |= {f"PARAM_{s['name']}_{p}".upper(): t for p, t in zip(s["params"], params)}
        constants |= {f"COL_{s['name']}_{c}".upper(): t for c, (_, t) in zip(s["columns"], columns)}
    wrong, used = [], 0
    for path in SOURCES:
        for function, name in USE.findall(path.read_text(encoding="utf-8")):
            allowed = (GIVES if name.startswith("PARAM_") else READS).get(function)
            if function not in GIVES and function not in READS or allowed is None:
                continue
            used += 1
            if constants.get(name) not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}: {function} of {name}, which is {constants.get(name)}")
    assert used > 200 and not wrong, "\n".join(wrong)
