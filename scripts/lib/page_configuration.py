"""docs/configuration.md: every field of every document, from the rows of common/config/fields/."""

HEAD = """# Configuration

<!-- Made by scripts/gen-pages from common/config/fields/. Change the rows there, and run it. -->

Every field that a document may have. [examples](../examples) shows a small, complete configuration;
[data.md](data.md) says what becomes of your rows. A field that is not listed here is a mistake, which `longshore apply` refuses.

| type | how it is written |
|---|---|
| text | a text; one that looks like a number needs quotes |
| texts | a list of texts: `[a, b]` |
| list | a list of mappings; the fields of each item follow |
| number | a whole number, 0 or more |
| share | a share of a whole: `"30%"`, or `"0.3"`; a bare number lies between 0 and 1 |
| rate | `"5"` or `"0.5"` |
| yes/no | `true` or `false` |
| word | one of the words that are named |
| character | one character |
| name | the name of another document |
| names | a list of names of other documents |
| mapping | texts under names of your choice |

**needed**: the field must be there. *Decides nothing yet*: `apply` accepts the field and warns about it.
"""

KINDS = {
    "Tenant": "For whom deliveries are made. Everything but destinations and buckets belongs to one.",
    "Audience": "Who is to be reached, by your own ids.",
    "Bridge": "From your ids to the ids of one partner.",
    "Destination": "What one partner wants, whoever delivers. It is also the model of a partner: a field may be known and not supported yet. "
                   "`apply` warns about a value that is not supported, and a delivery is `held: unsupported(FIELD)` instead of being "
                   "sent in another form.",
    "Bucket": "Where the files of a route are put.",
    "SuppressionList": "People who must not be sent, whatever audience they are in.",
    "Route": "One audience to one destination. This is what `longshore deliver` names.",
    "ConceptGroup": "A document of this kind decides nothing yet.",
    "Credential": "A document of this kind decides nothing yet.",
}

TYPES = {"flag": "yes/no", "reference": "name", "references": "names"}


def percent(ppm):
    return f"{ppm / 10000:g}%"


def type_of(field):
    name = TYPES.get(field["type"], field["type"])
    low, high = field["min"], field["max"]
    if field["words"]:
        return "word: " + ", ".join(f"`{w}`" for w in field["words"])
    if field["type"] == "share" and 0 < high < 10**12:
        return f"share, at most {percent(high)}"
    if field["type"] == "number" and 0 < high < 2**62:
        return f"number, {low} to {high}"
    return name


def default_of(field):
    if field["needed"]:
        return "**needed**"
    if field["unset"]:
        return field["unset"]
    if field["type"] == "word":
        return f"`{field['words'][field['preset']]}`" if field["words"] else ""
    if field["preset_text"]:
        return f"`{field['preset_text']}`"
    if not field["resolved"] and field["preset"] == 0:
        return ""
    if field["type"] == "flag":
        return "true" if field["preset"] else "false"
    if field["type"] == "share":
        return percent(field["preset"])
    if field["type"] == "character":
        return f"`{chr(field['preset'])}`"
    return str(field["preset"]) if field["type"] == "number" else ""


def group_of(field, groups):
    """The group that says something about all fields below it."""
    return next((g for g in groups if field["path"].startswith(g["path"] + ".")), field)


def honoured(field, groups):
    group = group_of(field, groups)
    if field["idle"] or group["idle"]:
        return "decides nothing yet"
    if field["honoured_any"] or group["honoured_any"] or field["type"] == "list":
        return "any value"
    if group["honoured"] == ["[]"]:
        return f"only an empty list of `{group['path']}`"
    return ", ".join(f"`{w}`" for w in field["honoured"]) if field["honoured"] else "no value"


def cell(text):
    return text.replace("|", "\\|")


def row(cells):
    return "| " + " | ".join(cell(c) for c in cells) + " |\n"


def section(kind):
    groups = [f for f in kind["fields"] if f["type"] == "group"]
    is_model = kind["name"] == "Destination"
    head = ["field", "type", "if left out"] + (["supported values"] if is_model else []) + ["meaning"]
    text = f"\n## {kind['name']}\n\n{KINDS[kind['name']]}\n\n" + row(head) + "|" + "---|" * len(head) + "\n"
    for field in kind["fields"]:
        if field["type"] == "group":
            continue
        about = field["about"] + ("" if is_model or not field["idle"] else ". *Decides nothing yet*")
        text += row([f"`{field['path']}`", type_of(field), default_of(field)]
                    + ([honoured(field, groups)] if is_model else []) + [about])
    return text


def page(known):
    return HEAD + "".join(section(kind) for kind in known["kinds"])
