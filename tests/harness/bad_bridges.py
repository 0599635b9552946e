"""The table of bad bridges: the partner's files, and what is said of them."""
from dataclasses import dataclass, field
from typing import Callable

from bad_world import CANARY, COLUMN, DONE, GOOD_BRIDGE, PEOPLE, TOKENS, failed, outcome

A = PEOPLE[0]


@dataclass
class Bridge:
    name: str
    files: dict
    code: int
    says: str
    books: dict = field(default_factory=dict)
    config: dict = field(default_factory=dict)
    then: Callable = None

    def documents(self, world):
        return [world.bridge_of(self.name, f"{self.name}/", **self.config),
                world.route_of(self.name, audience="daily", bridge=self.name)]


def bad_bridge(name, detail):
    return failed("bad_bridge", f"build 0: bridge {name}: {detail}")


def contradicts(name, cardinality, count, rows):
    return bad_bridge(name, f"{count} rows contradict the cardinality {cardinality}, the first: rows {rows} (counted through all "
                            "objects). Correct the partner's file, or the cardinality of the bridge")


def bridge_arrives(world, case):
    world.put(f"{case.name}/pairs.csv", GOOD_BRIDGE)
    world.wait_row(case.name, "bad", "completed")


BRIDGE = [
    Bridge("b_two_tokens", {"pairs.csv": GOOD_BRIDGE + f"{A},{CANARY}other\n"}, 1, contradicts(
        "b_two_tokens", "1:1", 1, "1 and 13")),
    Bridge("b_shared_token", {"pairs.csv": GOOD_BRIDGE, "qairs.csv": f"patient,token\n{CANARY}other,{TOKENS[A]}\n"}, 1, contradicts(
        "b_shared_token", "1:1", 1, "1 and 13")),
    Bridge("b_two_tokens_n1", {"pairs.csv": GOOD_BRIDGE + f"{A},{CANARY}other\n"}, 1, contradicts(
        "b_two_tokens_n1", "n:1", 1, "1 and 13"), config={"cardinality": "n:1"}),
    Bridge("b_long_token", {"pairs.csv": GOOD_BRIDGE, "qairs.csv": f"patient,token\n{CANARY}other,{CANARY * 8}\n"}, 1, bad_bridge(
        "b_long_token", "object qairs.csv: row 1: column token is longer than 16 bytes: correct the row, or raise its max_length"),
           config={"record": [{"name": "token", "column": "token", "max_length": 16}]}),
    Bridge("b_no_text", {"pairs.csv": GOOD_BRIDGE.encode(), "qairs.csv": f"patient,token\n{CANARY},{CANARY}".encode() + b"\xff\n"}, 1,
           bad_bridge("b_no_text", f"1 of {len(PEOPLE) + 1} rows have no valid id (qairs.csv row 1), and max_invalid "
                      "allows 5.0000 %: correct them, or raise max_invalid")),
    Bridge("b_no_column", {"pairs.csv": f"patient,tokens\n{A},{TOKENS[A]}\n"}, 1, failed(
        "bad_source", f"build 0: bridge b_no_column: object pairs.csv: header: there is no column token: {COLUMN}")),
    Bridge("b_ragged", {"pairs.csv": f"patient,token\n{A}\n"}, 1, failed(
        "bad_csv", "build 0: bridge b_ragged: object pairs.csv: row 1: 1 fields, expected 2: correct the row, or the delimiter in the "
        "configuration")),
    Bridge("b_no_rows", {"pairs.csv": f"patient,token\n{A},\n,{TOKENS[A]}\n"}, 1, bad_bridge(
        "b_no_rows", "file://ROOT/source/b_no_rows/ holds no row with both ids: correct it, or the columns in the configuration")),
    Bridge("b_no_object", {}, 3, outcome(
        "held", "source_missing", "bridge b_no_object: file://ROOT/source/b_no_object/ contains no object yet: put it there"), then=bridge_arrives),
    Bridge("b_empty_ids", {"pairs.csv": GOOD_BRIDGE + f"{CANARY}more,\n,{CANARY}more\n"}, 0, DONE,
           {"rows_read": len(PEOPLE) + 2, "invalid": 2, "pairs": len(PEOPLE)}, config={"max_invalid": "15%"}),
    Bridge("b_pair_twice", {"pairs.csv": GOOD_BRIDGE + f"{A},{TOKENS[A]}\n"}, 0, DONE,
           {"rows_read": len(PEOPLE) + 1, "repeated": 1, "pairs": len(PEOPLE)}),
]
