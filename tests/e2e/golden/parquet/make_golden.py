#!/usr/bin/env python3
"""Makes the Parquet files of this folder with other people's writers: the people, the bridge and the list of test_formats.py.

    pip install pyarrow==26.0.0 duckdb==2.0.0 && ./make_golden.py
"""
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "harness"))
import makers  # noqa: E402

PEOPLE = 200


def main():
    ids = makers.people(PEOPLE)
    known = ids[: PEOPLE * 4 // 5]
    rows = [*makers.audience_rows(ids), (None, "NY", 1)]
    people = pa.table({"patient_id": pa.array([r[0] for r in rows], pa.string()), "tags": pa.array([[1, 2]] * len(rows)),
                       "state": pa.array([r[1] for r in rows]).dictionary_encode(), "score": pa.array([r[2] for r in rows], pa.int16())})
    pq.write_table(people, HERE / "people.parquet", row_group_size=50, compression="zstd")
    db = duckdb.connect()
    db.execute("CREATE TABLE bridge (patient_id VARCHAR, token VARCHAR)")
    db.executemany("INSERT INTO bridge VALUES (?, ?)", [(p, makers.token(p)) for p in known])
    db.execute(f"COPY bridge TO '{HERE}/bridge.parquet' (FORMAT parquet, COMPRESSION snappy)")
    pq.write_table(pa.table({"patient_id": known[:10]}), HERE / "optout.parquet", compression="gzip")


if __name__ == "__main__":
    main()
