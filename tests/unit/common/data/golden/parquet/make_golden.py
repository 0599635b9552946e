#!/usr/bin/env python3
"""Makes the Parquet files of this folder with other people's writers, pyarrow and DuckDB, and beside each what its rows are:
`<case>.rows` has a line "id|state" for each row. test_parquet.c reads the files and compares.

    pip install pyarrow==26.0.0 duckdb==2.0.0 && ./make_golden.py
"""
import datetime
import decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
STATES = ["NY", "WA", None, ""]
TEXTS = [f"P{i:09d}" for i in range(1000)]
ODD = ["", None, " blank ", "é日本😀", 'quote"', "a,b|c".replace("|", ";"), "x" * 600, "twelve bytes", "thirteen byte"]


def states(count):
    return [STATES[i % len(STATES)] for i in range(count)]


def text(value):
    return "" if value is None else str(value)


def rows(ids, of_states):
    return "".join(f"{text(i)}|{text(s)}\n" for i, s in zip(ids, of_states))


def arrow(case, ids, id_type=pa.string(), more=None, **options):
    columns = {"other": pa.array(range(len(ids)), pa.int64()), "id": pa.array(ids, id_type), "state": pa.array(states(len(ids)))}
    pq.write_table(pa.table(columns | (more or {})), HERE / f"{case}.parquet", **options)
    (HERE / f"{case}.rows").write_text(rows(ids, states(len(ids))), encoding="utf-8")


def duck(case, sql, ids, of_states, options=""):
    duckdb.sql(f"COPY ({sql}) TO '{HERE / case}.parquet' (FORMAT parquet{options})")
    (HERE / f"{case}.rows").write_text(rows(ids, of_states), encoding="utf-8")


def main():
    for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
        arrow(f"arrow_{codec}", TEXTS, compression=codec)
    arrow("arrow_plain", TEXTS, use_dictionary=False)
    arrow("arrow_pages_v2", TEXTS, data_page_version="2.0", write_page_index=True)
    arrow("arrow_delta", TEXTS, use_dictionary=False, column_encoding={"id": "DELTA_BYTE_ARRAY", "state": "DELTA_LENGTH_BYTE_ARRAY"})
    arrow("arrow_groups", TEXTS, row_group_size=100)
    arrow("arrow_dictionary", [TEXTS[i % 5] for i in range(100)], pa.dictionary(pa.int8(), pa.string()))
    arrow("arrow_large_text", TEXTS[:50], pa.large_string())
    arrow("arrow_odd", ODD)
    arrow("arrow_no_rows", [])
    arrow("arrow_all_null", [None] * 20)
    arrow("arrow_int64", [0, -1, 2**63 - 1, -2**63, None, 1234567890], pa.int64())
    arrow("arrow_uint64", [0, 2**64 - 1, None], pa.uint64())
    arrow("arrow_int8", [-128, 127, 0], pa.int8())
    arrow("arrow_nested", TEXTS[:30], more={
        "list": pa.array([[1, 2]] * 30), "struct": pa.array([{"id": "inner", "deep": {"x": [1.5]}}] * 30),
        "map": pa.array([[("k", "v")]] * 30, pa.map_(pa.string(), pa.string()))})
    arrow("arrow_names", TEXTS[:30], more={'we"ird': pa.array(["w"] * 30), "ID": pa.array(["capital"] * 30)})
    duck("duckdb_default", "SELECT range AS other, 'T' || range AS id, 'NY' AS state FROM range(3000)",
         [f"T{i}" for i in range(3000)], ["NY"] * 3000)
    duck("duckdb_v2_groups", "SELECT range AS id, 'é' AS state FROM range(6000)", range(6000), ["é"] * 6000,
         ", COMPRESSION zstd, ROW_GROUP_SIZE 2048, PARQUET_VERSION v2")
    # Refused: no one form as text.
    for case, ids, id_type in (
            ("bad_float", [1.0], pa.float64()), ("bad_timestamp", [datetime.datetime(2026, 1, 1)], pa.timestamp("us")),
            ("bad_date", [datetime.date(2026, 1, 1)], pa.date32()), ("bad_bool", [True], pa.bool_()),
            ("bad_decimal", [decimal.Decimal("1")], pa.decimal128(9, 0)), ("bad_binary", [b"x"], pa.binary()),
            ("bad_list", [["x"]], pa.list_(pa.string()))):
        columns = {"id": pa.array(ids, id_type), "state": pa.array(["NY"])}
        pq.write_table(pa.table(columns), HERE / f"{case}.parquet")


if __name__ == "__main__":
    main()
