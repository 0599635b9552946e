"""What the build reads out of the migrations' GRANT statements is what PostgreSQL makes of them."""
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[3]
HELD = """
SELECT r.rolname, CASE WHEN a.attname IS NULL THEN 'table' ELSE 'column' END,
    n.nspname || '.' || c.relname || coalesce('.' || a.attname, ''), g.privilege_type
FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
CROSS JOIN LATERAL (SELECT NULL::name AS attname, c.relacl AS acl UNION ALL SELECT attname, attacl FROM pg_attribute
    WHERE attrelid = c.oid) a, aclexplode(a.acl) g JOIN pg_roles r ON r.oid = g.grantee
WHERE r.rolname = ANY(%(roles)s) AND c.relkind <> 'S'
UNION ALL
SELECT r.rolname, 'sequence', n.nspname || '.' || c.relname, g.privilege_type
FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
WHERE r.rolname = ANY(%(roles)s) AND c.relkind = 'S'
UNION ALL
SELECT r.rolname, 'schema', n.nspname, g.privilege_type
FROM pg_namespace n, aclexplode(n.nspacl) g JOIN pg_roles r ON r.oid = g.grantee WHERE r.rolname = ANY(%(roles)s)
"""
MIGRATIONS = ["""
-- GRANT ALL ON s.a TO nobody; this is a comment
DO $$ BEGIN EXECUTE 'GRANT SELECT ON s.a TO ' || current_user; EXCEPTION WHEN OTHERS THEN NULL; END $$;
CREATE SCHEMA s;
CREATE SCHEMA t;
CREATE TABLE s.a (x int, y int);
CREATE TABLE IF NOT EXISTS s.b (x int);
CREATE UNLOGGED TABLE t.c (x int);
CREATE SEQUENCE t.n;
""", """
GRANT USAGE ON SCHEMA s, t TO ROLE1, ROLE2;
GRANT SELECT, INSERT ON s.a, s.b TO ROLE1;
GRANT SELECT ON ALL TABLES IN SCHEMA s, t TO ROLE2; -- and t.n is no table
GRANT ALL ON TABLE t.c TO ROLE1;
GRANT UPDATE (x, y), SELECT (y) ON s.a TO ROLE2;
GRANT USAGE, SELECT ON SEQUENCE t.n
    TO ROLE1;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
""", """
CREATE VIEW s.v AS SELECT x FROM s.a;
CREATE TABLE s.d (x int);
GRANT select ON s.v, s.d TO ROLE1;
REVOKE INSERT ON s.a FROM ROLE1;
REVOKE USAGE ON SCHEMA t FROM ROLE2;
DROP TABLE s.b;
"""]


def generate(files):
    out = files[0].parent / "grants.c"
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "gen-sql"), "grants", str(out), *map(str, files)],
                          capture_output=True, text=True, check=False)
    return done, (re.findall(r'\{"(.*?)", "(.*?)", "(.*?)", "(.*?)"\}', out.read_text()) if out.exists() else None)


@pytest.fixture
def database():
    name, roles = f"grants_{secrets.token_hex(4)}", [f"r{secrets.token_hex(4)}" for _ in range(2)]
    server = os.environ["LONGSHORE_POSTGRES"]
    with psycopg.connect(server, autocommit=True) as c:
        c.execute(f"CREATE DATABASE {name}")
        for role in roles:
            c.execute(f"CREATE ROLE {role}")
        try:
            yield re.sub(r"\bdbname=\S+", "", server) + f" dbname={name}", roles
        finally:
            c.execute(f"DROP DATABASE {name} WITH (FORCE)")
            for role in roles:
                c.execute(f"DROP ROLE {role}")


def test_the_build_reads_grants_as_postgresql_does(tmp_path, database):
    conninfo, roles = database
    files = []
    for i, text in enumerate(MIGRATIONS):
        files.append(tmp_path / f"{i + 1:04d}_x.sql")
        files[-1].write_text(text.replace("ROLE1", roles[0]).replace("ROLE2", roles[1]))
    with psycopg.connect(conninfo, autocommit=True) as c:
        for f in files:
            c.execute(f.read_text())
        held = c.execute(HELD, {"roles": roles}).fetchall()
    done, rows = generate(files)
    assert done.returncode == 0, done.stderr
    assert len(rows) == len(set(rows)) and set(rows) == set(held)
    assert (roles[1], "column", "s.a.y", "UPDATE") in held and (roles[0], "table", "t.c", "TRUNCATE") in held


@pytest.mark.parametrize("statement", [
    "GRANT pg_read_all_data TO longshore_uploader", "GRANT SELECT ON s.a TO x WITH GRANT OPTION",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO x", "ALTER TABLE s.a RENAME TO b",
    "ALTER TABLE s.a SET SCHEMA t", "GRANT USAGE ON LANGUAGE plpgsql TO x",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA s TO x", "REVOKE SELECT ON s.a FROM x CASCADE"])
def test_what_it_does_not_understand_ends_the_build(tmp_path, statement):
    path = tmp_path / "0001_x.sql"
    path.write_text(f"CREATE SCHEMA s; CREATE TABLE s.a (x int);\n{statement};\n")
    done, rows = generate([path])
    assert done.returncode != 0 and "teach scripts/gen-sql" in done.stderr and statement[:20] in done.stderr and rows is None
