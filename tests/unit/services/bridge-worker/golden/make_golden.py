#!/usr/bin/env python3
"""Makes the cases of this folder: a bridge, an audience, a suppression list, and what must become of them, by a naive
reading of the rules with dictionaries and sorted lists. Shares no code with the project.

usage: make_golden.py DIRECTORY

<case>/rules.csv      name,value: what the spec says
<case>/bridge.csv     person,token,extra
<case>/src/*.csv      the audience: patient,state,kind; columns in any order
<case>/list.csv       id: who must not be sent
<case>/books.csv      name,value
<case>/members.txt    records in order; each value ends in US, each record in RS
"""
import csv
import sys
from pathlib import Path

US, RS = "\x1f", "\x1e"
STATES = ["NY", "NJ", "WA", "wa", " CA ", "ca", "PR", "", "XX", "New York"]
KNOWN = set("AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
            "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP".split())
ODD = ["{}", "{} ", " {}", "{},x", '{}"', "é{}", "{}/日", "P{}", "p{}"]


class Draw:
    """A generator that is the same on every machine."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def of(self, items):
        return items[self.below(len(items))]


def person(draw, n):
    k = draw.below(n)
    return ODD[k % len(ODD)].format(k)


def padded(draw, who):
    """As another system writes the same id."""
    return draw.of(["{}", "{}", "{}", "{}  ", " {}"]).format(who)


def make_bridge(draw, people, one_to_one):
    """person -> (token, extra). 1:1: no record twice; n:1: few records for many."""
    bridge = {}
    taken = set()
    while len(bridge) < people:
        token = f"t{draw.below(people * 3 if one_to_one else people // 6):04d}" + draw.of(["", "a", "é"])
        record = (token, draw.of(["", "x", "y", "x!", "ÿ"] if one_to_one else ["", "ÿ"]))
        who = person(draw, people * 2)
        if who in bridge or (one_to_one and record in taken):
            continue
        bridge[who] = record  # as the partner writes it; no two of these are one id
        taken.add(record)
    return bridge


def make_audience(draw, rows, n):
    out = []
    for _ in range(rows):
        who = person(draw, n)
        if draw.below(40) == 0:
            who = draw.of(["", "a\nb", "tab\there", "x" * 513])
        out.append((padded(draw, who), draw.of(STATES), draw.of(["a", "b", "c"])))
    return out


def is_id(text):
    return 0 < len(text.strip(" ").encode()) <= 512 and all(ord(c) >= 32 and ord(c) != 127 for c in text)


def expect(bridge, audience, suppressed, rules):
    books = dict.fromkeys("rows_read invalid filtered unmatched matched repeated shared chosen blocked members persons "
                          "primary_ids".split(), 0)
    persons, chosen, blocked = set(), set(), set()
    bridge = {who.strip(" "): record for who, record in bridge.items()}
    for who, state, kind in audience:
        who = who.strip(" ")
        books["rows_read"] += 1
        if not is_id(who):
            books["invalid"] += 1
        elif rules["kinds"] and kind not in rules["kinds"].split("|"):
            books["filtered"] += 1
        elif who not in bridge:
            books["unmatched"] += 1
        else:
            books["matched"] += 1
            persons.add(who)
            chosen.add(bridge[who])
            state = state.strip(" ").upper()
            unknown = state not in KNOWN
            if (unknown and rules["unknown"] == "1") or (not unknown and state in rules["states"].split("|")):
                blocked.add(bridge[who])
    for who in suppressed:
        if who.strip(" ") in bridge:
            blocked.add(bridge[who.strip(" ")])
    members = sorted(chosen - blocked, key=lambda record: [value.encode() for value in record])
    books |= {"repeated": books["matched"] - len(persons), "shared": len(persons) - len(chosen), "chosen": len(chosen),
              "blocked": len(chosen & blocked), "members": len(members), "persons": len(persons),
              "primary_ids": len({record[0] for record in members})}
    return books, members


def write(path, header, rows, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator=newline)
        writer.writerow(header)
        writer.writerows(rows)


def make_case(folder, seed, people, rows, objects, rules):
    draw = Draw(seed)
    bridge = make_bridge(draw, people, rules["one_to_one"] == "1")
    audience = make_audience(draw, rows, people * 2)
    listed = people // 10 if rules["list"] == "1" else 0
    suppressed = [padded(draw, person(draw, people * 2).strip(" ")) for _ in range(listed)]
    pairs = [(who, *record) for who, record in bridge.items()]
    write(folder / "rules.csv", ["name", "value"], rules.items())
    write(folder / "bridge.csv", ["person", "token", "extra"], pairs + pairs[:5])
    write(folder / "list.csv", ["id"], [[who] for who in suppressed])
    for i in range(objects):
        part = audience[len(audience) * i // objects:len(audience) * (i + 1) // objects]
        if i % 2:
            write(folder / f"src/{i}.csv", ["kind", "state", "patient"], [r[::-1] for r in part], "\r\n")
        else:
            write(folder / f"src/{i}.csv", ["patient", "state", "kind"], part)
    books, members = expect(bridge, audience, suppressed, rules)
    write(folder / "books.csv", ["name", "value"], books.items())
    text = "".join("".join(value + US for value in record) + RS for record in members)
    (folder / "members.txt").write_bytes(text.encode())


def rules(one_to_one="1", kinds="", states="", unknown="0", listed="0"):
    return {"one_to_one": one_to_one, "kinds": kinds, "states": states, "unknown": unknown, "list": listed}


CASES = {
    "plain": (1, 200, 400, 1, rules()),
    "shared_records": (2, 200, 600, 3, rules(one_to_one="0")),
    "filtered": (3, 200, 400, 2, rules(kinds="a|c")),
    "states": (4, 200, 400, 4, rules(one_to_one="0", states="WA|CA")),
    "unknown_states": (5, 200, 400, 2, rules(states="NY", unknown="1")),
    "suppressed": (6, 300, 600, 5, rules(one_to_one="0", listed="1")),
    "all_rules": (7, 300, 900, 7, rules(one_to_one="0", kinds="a|b", states="WA|NJ", unknown="1", listed="1")),
    "few_people": (8, 4, 30, 1, rules()),
}


def main(directory):
    for name, arguments in CASES.items():
        make_case(Path(directory) / name, *arguments)


if __name__ == "__main__":
    main(sys.argv[1])
