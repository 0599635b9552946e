"""The tables of docs/OPERATING.md that come from tables of the code."""


def cell(text):
    return text.replace("|", "\\|")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell(c) for c in line) + " |\n" if line is not lines[1] else "|" + "---|" * len(head) + "\n"
                   for line in lines)


def holds(known):
    return table(["reason", "meaning", "released by"], [[f"`{h['word']}`", h["meaning"], h["release"]] for h in known["holds"]])


def ends(known):
    return table(["state", "reasons"], [[f"`{s['word']}`", s["reasons"]] for s in known["states"] if s["final"]])


def failures(known):
    """A row for each meaning: words that mean the same share one."""
    rows = []
    for code in (c for c in known["codes"] if c["use"] == "fails"):
        if code["same"]:
            rows[-1][0] += f", `{code['word']}`"
        else:
            rows.append([f"`{code['word']}`", code["meaning"], code["remedy"]])
    return table(["reason of `failed`", "meaning", "what to do"], rows)


def logs(known):
    """A row for the events that follow each other, have one level and one remedy."""
    rows = []
    for event in (e for e in known["logs"] if e["level"] in ("warn", "error")):
        if rows and rows[-1][1:] == [event["level"], event["remedy"]]:
            rows[-1][0] += f", `{event['word']}`"
        else:
            rows.append([f"`{event['word']}`", event["level"], event["remedy"]])
    return table(["event", "level", "what to do"], rows)


def books(known):
    return table(["count", "equals"], [[f"`{b['whole']}`", " + ".join(f"`{t}`" for t in b["terms"])] for b in known["books"]])


def counts(known):
    return table(["count", "meaning"], [[f"`{c['word']}`", c["meaning"]] for c in known["counts"]])
