"""The table of bad commands and configuration: arguments, the file that is applied, and what the command says of it."""
from dataclasses import dataclass

KINDS = "Tenant, Audience, Bridge, Destination, Bucket, SuppressionList, Route, ConceptGroup, Credential"
ROUTE = "kind: Route\ntenant: acme\nname: daily\naudience: daily\ndestination: partner\nbridge: tokens\nbucket: box\n"
NOTHING = "longshore: nothing was applied: correct the mistakes above\n"
USAGE = "usage: longshore deliver [TENANT/]ROUTE | --audience [TENANT/]NAME\n"


@dataclass
class Command:
    """says: standard error. {file}: the file of that text."""
    name: str
    args: tuple
    code: int
    says: str
    text: str = None


def applied(name, says, text):
    return Command(name, ("apply", "-f", "{file}"), 1, says + NOTHING, text)


BAD_ID = "longshore: deliver: the value of --id must be UTF-8 text of at most 200 bytes without control characters\n"
CONFIGURATION = [
    Command("no_verb", ("fly",), 2, "longshore: unknown verb fly; longshore help lists the verbs\n"),
    Command("no_argument", ("deliver",), 2,
            "longshore: deliver: an argument is missing; usage: longshore deliver ROUTE, or longshore deliver --audience NAME\n"),
    Command("one_argument_more", ("deliver", "daily", "nightly"), 2,
            f"longshore: deliver: unexpected argument nightly; {USAGE}"),
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
            "longshore: bridge: unknown action burn; usage: longshore bridge build|info NAME\n"),
    Command("no_delivery", ("status", "nowhere"), 1, "longshore: delivery nowhere does not exist; longshore status lists deliveries\n"),
    Command("nothing_to_approve", ("approve", "nowhere"), 1,
            "longshore: delivery nowhere does not exist; longshore status lists deliveries\n"),
    Command("adopt_and_resend", ("resume", "nowhere", "--adopt", "--resend"), 2,
            "longshore: resume: --adopt and --resend exclude each other\n"),
    Command("no_file_named", ("apply",), 2, "longshore: apply: give a file or a directory with -f PATH\n"),
    Command("no_such_file", ("apply", "-f", "/nowhere.yaml"), 1, "longshore: /nowhere.yaml: No such file or directory\n"),
    Command("directory_without_yaml", ("apply", "-f", "/proc/self"), 1,
            "longshore: /proc/self: contains no file whose name ends in .yaml or .yml\n"),
    applied("no_yaml", "{file}:1: this is no YAML: invalid multiline plain key\n", "kind: Route\n  x: ["),
    applied("no_yaml_further_down", "{file}:3: this is no YAML: invalid multiline plain key\n", "kind: Tenant\nname: a\ndescription: b\n c: d\n"),
    applied("tab", "{file}:4: is indented with a tab: YAML allows spaces only\n", "kind: Tenant\nname: a\ndescription: b\n\tc: d\n"),
    applied("name_of_digits", "{file}:2: name: must be a text: write \"2026\", with the quotes\n", "kind: Tenant\nname: 2026\n"),
    applied("key_twice", "{file}:3: name: stands twice: remove one\n", "kind: Tenant\nname: a\nname: b\n"),
    applied("nested_for_ever", "{file}:1: this is no YAML: Max depth (64) exceeded\n", "[" * 5000),
    applied("empty", "{file}:1: there is no document in it\n", ""),
    applied("comments_only", "{file}:1: there is no document in it\n", "# kind: Tenant\n"),
    applied("utf_16", "{file}:1: this is no UTF-8 text: save it as UTF-8\n", "kind: Tenant\nname: x\n".encode("utf-16")),
    applied("no_utf_8", "{file}:3: this is no UTF-8 text: save it as UTF-8\n", b"kind: Tenant\nname: x\ndescription: \xff\xfe\n"),
    applied("no_mapping", "{file}:1: a document must be a mapping with kind and name\n", "- a\n"),
    applied("no_such_kind", f"{{file}}:1: kind: must be one of {KINDS}\n", "kind: Rout\nname: x\n"),
    applied("bad_name", "{file}:2: name: must be 1 to 100 letters, digits, dots, dashes or underscores\n", "kind: Tenant\nname: 'a b'\n"),
    applied("no_such_field", "{file}:3: secret: is no field of a document of kind Tenant: remove it; the fields here are kind, name, description, limits\n", "kind: Tenant\nname: b\nsecret: y\n"),
    applied("field_misspelt_further_down", "{file}:8: guards.min_sise: is no field of a document of kind Route: did you mean guards.min_size?\n", ROUTE + "guards: {min_sise: 5}\n"),
    applied("field_misspelt_in_a_list", "{file}:8: blackout[0].until: is no field of a document of kind Route: remove it; the fields here are from_minute, to_minute\n", ROUTE + "blackout: [{from_minute: 1, to_minute: 2, until: 3}]\n"),
    applied("fields_missing", "{file}:1: from.column: is missing\n{file}:1: from.kind: is missing\n"
            "{file}:1: record: must list the partner's columns, the primary id first\n{file}:1: source.url: is missing\n",
            "kind: Bridge\ntenant: acme\nname: z\n"),
    applied("value_for_a_mapping", "{file}:8: guards: must be a mapping of fields\n", ROUTE + "guards: 5\n"),
    applied("word_for_a_mapping", "{file}:8: cadence: must be a mapping of fields\n", ROUTE + "cadence: daily\n"),
    applied("mapping_for_a_list", "{file}:8: blackout: must be a list\n", ROUTE + "blackout: {from_minute: 1, to_minute: 2}\n"),
    applied("half_a_blackout", "{file}:8: blackout[0].to_minute: is missing\n", ROUTE + "blackout: [{from_minute: 1}]\n"),
    applied("no_mappings_in_a_list", "{file}:8: blackout: must be a list of mappings\n", ROUTE + "blackout: [5]\n"),
    applied("text_for_a_number", "{file}:8: guards.min_size: must be a whole number, 0 or more\n", ROUTE + "guards: {min_size: many}\n"),
    applied("no_such_word", "{file}:8: approval: must be none or always\n", ROUTE + "approval: perhaps\n"),
    applied("document_twice", "{file}:4: this document stands twice, first at {file}:1: remove one\n",
            "kind: Tenant\nname: x\n---\nkind: Tenant\nname: x\n"),
    applied("alias", "{file}:2: name: aliases are not allowed: write the value out\n", "kind: &x Tenant\nname: *x\n"),
    applied("nobody_named_so", "{file}:4: audience: there is no Audience nobody: apply it\n", ROUTE.replace("audience: daily", "audience: nobody")),
    applied("no_drop", "{file}:3: url: drop: cannot open the bucket's directory: No such file or directory; create or "
            "mount it, or let the uploader's user read and write it; --no-probe applies it without this check\n",
            "kind: Bucket\nname: b\nurl: file:///nowhere/\n"),
    applied("bad_cadence", "{file}:8: cadence.cron: cron: the field for the hour must be *, numbers from 0 to 23, lists, "
            "ranges or steps\n{file}:8: cadence.zone: is no time zone that can be used here, such as Europe/Paris\n", ROUTE + "cadence: {kind: cron, cron: 0 25 * * *, zone: Mars/Base}\n"),
    applied("bad_quotas", "{file}:3: limits.deliveries_per_hour: must be from 0 to 1000000\n{file}:4: limits.deliveries_per_day: "
            "must be a whole number, 0 or more\n", "kind: Tenant\nname: x\nlimits: {deliveries_per_hour: 1000001,\n  deliveries_per_day: many}\n"),
    applied("all_at_once", "{file}:3: limits.tasks_in_flight: must be from 0 to 1000000\n{file}:5: kind: must be one of "
            f"{KINDS}\n{{file}}:10: url: must be an absolute file:// URL, such as file:///data/audience/, without '.', '..' and empty parts, or sftp://user@host/path; other places are not "
            "known here\n", "kind: Tenant\nname: x\nlimits: {tasks_in_flight: 1000001}\n---\nkind: Bukket\nname: y\n---\n"
            "kind: Bucket\nname: z\nurl: s3://z/\n"),
]
