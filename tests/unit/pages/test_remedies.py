"""No message of a mistake in a document is missing in the table whose remedies are tried."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FILES = ("cadence", "check", "document", "documents", "field_read", "fields", "resolve", "rule_names", "rule_together", "rules", "sense", "sense_route", "yaml")
TELLS = r"\b(?:document_wrong|mistake_at|wrong_at|wrong_window|wrong|too_many|tell|snprintf|arena_printf|return|unwritable)\b"
# What no text of a document leads to, or what no case of a few lines can: limits have tests of their own.
OTHERS = ("its stored body cannot be read", "is not there: apply it", "which is applied already:", "is too large",
          "the configuration does not fit into a spec", "the document is larger than the memory for it", "no memory to read YAML",
          "the resolved configuration", "is nested too deeply", "there is no document in it", "deliveries of route", "will be held: unsupported(", "is a draft, until it says",
          "more than %d documents", "has %zu entries; at most %d are allowed", "has %zu bytes; at most %d are allowed", "decides nothing yet", "a document of kind",
          "# warnings", "is not honoured yet", "naming.data_template has no {part}",
          "there is neither a cadence nor a blackout", "no memory")


def literal(text):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)).replace('\\"', '"')


def messages():
    """(file, message) of each text that reads like one: the longest piece without what is filled in."""
    for name in FILES:
        source = (ROOT / f"common/config/{name}.c").read_text()
        for call in re.finditer(TELLS, source):
            for part in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', source[call.start():source.index(";", call.start())]):
                text = literal(part)
                piece = max(re.split(r"%[^a-z]*[a-z]+|\\[a-z]", text), key=len).strip()
                if piece.count(" ") >= 2 and len(piece) > 12:
                    yield name, piece


def test_each_message_has_a_case_whose_remedy_is_tried():
    table = (ROOT / "tests/unit/common/config/test_remedies.c").read_text()
    said = literal("".join(re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', table)))
    found = sorted({(name, piece) for name, piece in messages() if not any(o in piece or piece in o for o in OTHERS)})
    assert len(found) > 60
    missing = [f"{name}.c: {piece}" for name, piece in found if piece not in said]
    assert not missing, missing
