"""One SQL statement as the build reads it: its parameters and its result columns, by name.

A statement writes a parameter as `:name`; PostgreSQL gets `$1`, `$2`, ... in the order in which the names appear first.
A result column is a plain column of a table, or an expression with `AS name`. A comment line may say

    -- parameters of: OTHER    its parameters begin with those of that statement, in that order
    -- columns of: OTHER       its rows are read as rows of that statement; the names must be the same
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<comment>--[^\n]*)
  | (?P<text>[eE]?'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<cast>::)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<param>:[a-z_][a-z0-9_]*)
  | (?P<counted>\$\d*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<space>\s+)
  | (?P<other>.)
""", re.X | re.S)
DIRECTIVE = re.compile(r"^-- (parameters|columns) of: (\w+)$")
NAME = re.compile(r"[a-z][a-z0-9_]*")
ENDS = {"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", ";"}
VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE", "LOCK"}


class Refused(Exception):
    """What is wrong with a statement."""


@dataclass
class Statement:
    name: str
    sql: str = ""
    params: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    params_of: str = ""
    columns_of: str = ""


def tokens(text):
    return [(m.lastgroup, m.group()) for m in TOKEN.finditer(text)]


def top_level(all_tokens):
    """The words that stand outside of all brackets; a bracket with what is in it is one token."""
    out, depth = [], 0
    for kind, value in all_tokens:
        if kind in ("comment", "space"):
            continue
        if value in "([" and kind == "other":
            depth += 1
            if depth == 1:
                out.append(("brackets", value, value))
        elif value in ")]" and kind == "other":
            depth -= 1
        elif depth == 0:
            out.append((kind, value.upper() if kind == "word" else value, value))
    if depth != 0:
        raise Refused("its brackets do not match")
    return out


def items(words, begin):
    """The comma-separated items of a list of results, from a place on."""
    out = [[]]
    for at in range(begin, len(words)):
        is_distinct_from = words[at][1] == "FROM" and words[at - 1][1] == "DISTINCT"
        if words[at][1] in ENDS and words[at][0] in ("word", "other") and not is_distinct_from:
            break
        if words[at][:2] == ("other", ","):
            out.append([])
        else:
            out[-1].append(words[at])
    return out


def column(item):
    """The name of one result."""
    name = item[-1]
    if name[0] not in ("word", "quoted"):
        name = None
    elif len(item) >= 2 and item[-2][1] == "AS":
        name = name[2].strip('"')
    else:
        plain = all(t[0] in ("word", "quoted") if i % 2 == 0 else t[1] == "." for i, t in enumerate(item)) and len(item) % 2 == 1
        name = name[2].strip('"') if plain and name[1] not in ("NULL", "TRUE", "FALSE") else None
    if not name or not NAME.fullmatch(name):
        raise Refused(f"give each result column a name, by AS: {' '.join(t[-1] for t in item)}")
    return name


def columns(all_tokens):
    words = top_level(all_tokens)
    verb = next((i for i, w in enumerate(words) if w[0] == "word" and w[1] in VERBS), None)
    if verb is None:
        raise Refused("it does nothing that is known here")
    begin = verb + 1
    if words[verb][1] == "SELECT":
        if begin < len(words) and words[begin][1] == "DISTINCT":
            begin += 3 if words[begin + 1][1] == "ON" else 1
        if begin < len(words) and words[begin][1] == "ALL":
            begin += 1
    else:
        begin = next((i + 1 for i, w in enumerate(words) if w[:2] == ("word", "RETURNING")), None)
        if begin is None:
            return []
    return [column(item) for item in items(words, begin)]


def twice(names):
    return next((n for i, n in enumerate(names) if n in names[:i]), None)


def read(name, text):
    """A statement whose directives are not resolved yet."""
    s = Statement(name)
    all_tokens = tokens(text)
    for kind, value in all_tokens:
        m = DIRECTIVE.match(value) if kind == "comment" else None
        if m and m[1] == "parameters":
            s.params_of = m[2]
        elif m:
            s.columns_of = m[2]
        elif kind == "counted":
            raise Refused(f"name its parameters, as in :name, instead of counting them ({value})")
    s.columns = columns(all_tokens)
    if twice(s.columns):
        raise Refused(f"two result columns are called {twice(s.columns)}")
    s.sql = all_tokens
    return s


def bind(s, others):
    """Numbers its parameters, and checks what it shares with others."""
    for other in (s.params_of, s.columns_of):
        if other and (other not in others or others[other].params_of or others[other].columns_of):
            raise Refused(f"{other} is no statement of this folder with names of its own")
    used = [value[1:] for kind, value in s.sql if kind == "param"]
    s.params = list(dict.fromkeys(v[1:] for k, v in others[s.params_of].sql if k == "param")) if s.params_of else []
    if set(s.params) - set(used):
        raise Refused(f"it lacks the parameter {sorted(set(s.params) - set(used))[0]} of {s.params_of}")
    s.params = list(dict.fromkeys(s.params + used))
    if s.columns_of and s.columns != others[s.columns_of].columns:
        raise Refused(f"its columns are not those of {s.columns_of}: {', '.join(s.columns)}")


def statements(named_texts):
    """All statements of a folder: [(name, text)] -> [Statement]."""
    out = {}
    name = ""
    try:
        for name, text in named_texts:
            out[name] = read(name, text)
        for name, s in out.items():
            bind(s, out)
    except Refused as e:
        raise Refused(f"{name}.sql: {e}") from None
    for s in out.values():
        numbers = {p: i + 1 for i, p in enumerate(s.params)}
        s.sql = "".join(f"${numbers[v[1:]]}" if k == "param" else v for k, v in s.sql)
    return list(out.values())
