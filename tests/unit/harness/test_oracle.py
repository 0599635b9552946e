"""The oracle against a delivery that was worked out by hand."""
import makers
from oracle import Oracle, balance


def documents(tmp_path):
    makers.write_csv(tmp_path / "audience" / "b.csv", ("patient_id", "state", "score"),
                     [("p1", "CA", 1), ("p2", "ny", 2), ("p3", "TX", 3), ("p3", "TX", 3), ("p9", "TX", 4)])
    makers.write_csv(tmp_path / "audience" / "a.csv", ("patient_id", "state", "score"),
                     [("", "TX", 1), ("p4", "TX", 0), ("p5", "ZZ", 1), ("p6", "TX", 1), ("p7", "TX", 1)])
    makers.write_csv(tmp_path / "audience" / "_SUCCESS", ("no", "data"), [])
    makers.write_csv(tmp_path / "bridge" / "x.csv", ("patient_id", "token"),
                     [("p1", "t5"), ("p2", "t4"), ("p3", "t3"), ("p4", "t2"), ("p5", "t1"), ("p6", "t3"), ("p7", 't"0')])
    makers.write_csv(tmp_path / "optout.csv", ("patient_id",), [("p1",), ("p8",)])
    return [
        makers.audience(tmp_path / "audience", state_column="state", filters=[{"column": "score", "in": ["1", "2", "3", "4"]}]),
        makers.bridge(tmp_path / "bridge", cardinality="n:1"),
        makers.suppression(tmp_path / "optout.csv"),
        makers.destination(columns=(("Token", "token"), ("c", "=x")), limits={"max_rows_per_file": 2},
                           privacy={"suppress_states_dtc": ["NY"], "suppress_unknown_state": True}),
        makers.route(suppress=["optout"]),
    ]


def test_books_are_those_of_a_hand_computed_delivery(tmp_path):
    expected = Oracle(documents(tmp_path), "daily")
    # rows: "" invalid; p4 filtered; p9 unmatched; p5 p6 p7 p1 p2 p3 p3 matched
    assert expected.books == {
        "rows_read": 10, "invalid": 1, "filtered": 1, "unmatched": 1, "matched": 7,
        "links_found": 7, "not_picked": 0, "over_cap": 0, "links": 7, "fan_out": 0,
        "repeated": 1,  # p3 twice
        "shared": 1,    # p3 and p6 are one record
        "chosen": 5,    # t1 t3 t"0 t5 t4
        "blocked": 3,   # t1 unknown state, t4 New York, t5 opted out
        "held_out": 0, "capped": 0, "members": 2}
    assert balance(expected.books) == []
    assert expected.members == [('t"0',), ("t3",)]
    assert expected.parts() == [b'Token,c\n"t""0",x\nt3,x\n']


def test_parts_are_cut_at_exactly_n_rows(tmp_path):
    made = documents(tmp_path)
    made[-2]["privacy"] = {}
    made[-1]["suppress"] = []
    assert Oracle(made, "daily").parts() == [
        b'Token,c\n"t""0",x\nt1,x\n', b"Token,c\nt3,x\nt4,x\n", b"Token,c\nt5,x\n"]


def test_books_that_do_not_hold_are_named(tmp_path):
    books = Oracle(documents(tmp_path), "daily").books
    assert [line.split()[0] for line in balance(books | {"members": 3})] == ["chosen"]


def test_makers_give_the_same_data_for_the_same_seed(tmp_path):
    rows = makers.audience_rows(makers.people(100, seed=3))
    assert rows == makers.audience_rows(makers.people(100, seed=3))
    for objects in (1, 7, 50):
        folder = makers.write_audience(tmp_path / str(objects), rows, objects)
        parts = sorted(folder.iterdir())
        assert len(parts) == objects
        lines = [line for p in parts for line in p.read_text().splitlines()[1:]]
        assert lines == [",".join(map(str, row)) for row in rows]
