"""The table of bad commands and configuration: arguments, the file that is applied, and what the command says of it."""
from dataclasses import dataclass

NOTHING = "longshore: nothing was applied: correct what is named above\n"
USAGE = "usage: longshore deliver ROUTE | --audience NAME\n"


@dataclass
class Command:
    """says: standard error; a star stands for what a library says in its own words. {file}: the file of that text."""
    name: str
    args: tuple
    code: int
    says: str
    text: str = None


def applied(name, says, text):
    return Command(name, ("apply", "-f", "{file}"), 1, says + NOTHING, text)


BAD_ID = "longshore: deliver: the value of --id must be UTF-8 of at most 200 bytes without control characters\n"
CONFIGURATION = [
    Command("no_verb", ("fly",), 2, "longshore: there is no verb fly; longshore help lists them\n"),
    Command("no_argument", ("deliver",), 2,
            "longshore: deliver: an argument is missing; usage: longshore deliver ROUTE, or --audience NAME\n"),
    Command("one_argument_more", ("deliver", "daily", "nightly"), 2,
            f"longshore: deliver: nightly is one argument too many; {USAGE}"),
    Command("no_option", ("status", "--color"), 2, "longshore: status: there is no option --color; longshore help status\n"),
    Command("option_without_value", ("deliver", "daily", "--id"), 2,
            "longshore: deliver: --id needs a value: --id TRIGGER_ID\n"),
    Command("endless_id", ("deliver", "daily", "--id", "x" * 201), 2, BAD_ID),
    Command("id_with_line_end", ("deliver", "daily", "--id", "a\nb"), 2, BAD_ID),
    Command("id_that_is_no_text", ("deliver", "daily", "--id", "\udcff"), 2, BAD_ID),
    Command("no_route", ("deliver", "nowhere"), 1,
            "longshore: tenant acme has no Route nowhere; longshore get Route lists them\n"),
    Command("no_tenant", ("deliver", "daily", "--tenant", "nobody"), 1,
            "longshore: tenant nobody has no Route daily; longshore get Route lists them\n"),
    Command("no_bridge", ("bridge", "build", "nowhere"), 1,
            "longshore: tenant acme has no Bridge nowhere; longshore get Bridge lists them\n"),
    Command("no_such_bridge_verb", ("bridge", "burn", "tokens"), 2,
            "longshore: bridge: burn is not known; usage: longshore bridge build|info NAME\n"),
    Command("no_delivery", ("status", "nowhere"), 1, "longshore: there is no delivery nowhere; longshore status lists them\n"),
    Command("nothing_to_approve", ("approve", "nowhere"), 1,
            "longshore: there is no delivery nowhere; longshore status lists them\n"),
    Command("adopt_and_resend", ("resume", "nowhere", "--adopt", "--resend"), 2,
            "longshore: resume: --adopt and --resend exclude each other\n"),
    Command("no_file_named", ("apply",), 2, "longshore: apply: name a file by -f FILE\n"),
    Command("no_such_file", ("apply", "-f", "/nowhere.yaml"), 1, "longshore: /nowhere.yaml: No such file or directory\n"),
    applied("no_yaml", "{file}:*this is no YAML: *", "kind: Route\n  x: ["),
    applied("key_twice", "{file}:*duplicate key\n", "kind: Tenant\nname: a\nname: b\n"),
    applied("nested_for_ever", "{file}:*depth*\n", "[" * 5000),
    applied("no_mapping", "{file}:1: a document must be a mapping *", "- a\n"),
    applied("no_such_kind", "{file}:1: kind must be *", "kind: Rout\nname: x\n"),
    applied("bad_name", "{file}:*name must be 1 to 100 *", "kind: Bucket\nname: 'a b'\n"),
    applied("no_such_field", "{file}:4: a Bucket has no field secret\n", "kind: Bucket\nname: b\nurl: file:///b/\nsecret: y\n"),
    applied("field_missing", "{file}:*Bridge z*source*", "kind: Bridge\ntenant: acme\nname: z\n"),
    applied("document_twice", "{file}:4: this document stands twice, first at {file}:1\n",
            "kind: Tenant\nname: x\n---\nkind: Tenant\nname: x\n"),
    applied("alias", "{file}:*aliases are not allowed: write the value out\n*", "kind: &x Tenant\nname: *x\n"),
    applied("nobody_named_so", "{file}:*Audience nobody: is not there: apply it\n",
            "kind: Route\ntenant: acme\nname: r9\naudience: nobody\ndestination: partner\nbridge: tokens\nbucket: box\n"),
]
