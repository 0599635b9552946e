"""Schemas as they may have been before or may become, each with a value: what must happen when we read it.

A case is a function from our present schema of its event to (writer's schema, value, outcome). The outcome is "ok", or
the code that the refusal must carry. Nothing here knows the project's own code; fastavro resolves and writes.
"""
import copy

CASES = []


def case(event, outcome="ok"):
    def add(make):
        CASES.append((make.__name__, event, outcome, make))
        return make
    return add


def field(schema, name):
    return next(f for f in schema["fields"] if f["name"] == name)


def drop(schema, *names):
    for name in names:
        schema["fields"].remove(field(schema, name))


def retype(schema, name, kind):
    """Another type; without a default, which might not fit and says nothing about a writer."""
    changed = field(schema, name)
    changed["type"] = kind
    changed.pop("default", None)


def nested(schema, name):
    """The record definition of that name, wherever in the schema it stands."""
    if isinstance(schema, dict):
        if schema.get("type") == "record" and schema.get("name") == name:
            return schema
        parts = schema.values()
    else:
        parts = schema if isinstance(schema, list) else []
    for part in parts:
        found = nested(part, name)
        if found is not None:
            return found
    return None


@case("DeliveryStatus")
def old_writer_without_our_defaulted_fields(schema, value):
    drop(schema, "kind", "approved_by", "counts", "files_planned")


@case("BridgeTask")
def old_writer_without_a_nullable_record(schema, value):
    drop(schema, "baseline", "baseline_version")


@case("AuditRecord")
def old_writer_without_an_array(schema, value):
    drop(schema, "facts")


@case("UploadTask")
def old_writer_without_a_field_inside_a_shared_record(schema, value):
    drop(nested(schema, "StagedRef"), "rows")


@case("UploadTask")
def old_writer_without_an_enum(schema, value):
    drop(schema, "resolution")


@case("Receipt")
def old_writer_without_a_boolean_that_is_true_by_default(schema, value):
    drop(nested(schema, "FileReceipt"), "blind")


@case("DeliveryStatus")
def old_writer_with_int_where_we_have_long(schema, value):
    for name in ("version", "created_at_ms"):
        retype(schema, name, "int")
    retype(nested(schema, "Count"), "value", "int")
    value.update(version=-2**31, created_at_ms=2**31 - 1)
    for count in value["counts"]:
        count["value"] = -1


@case("Trigger")
def old_writer_with_a_text_that_may_be_absent_now(schema, value):
    retype(schema, "route", "string")
    value["route"] = ""


@case("Trigger")
def old_writer_with_bytes_for_text(schema, value):
    retype(schema, "actor", "bytes")
    value["actor"] = "é".encode()


@case("DeadLetter")
def old_writer_with_text_for_bytes(schema, value):
    retype(schema, "key", ["null", "string"])
    value["key"] = "é"


EVERY_KIND = [
    ("x_null", "null", None),
    ("x_boolean", "boolean", True),
    ("x_int", "int", -7),
    ("x_long", "long", 2**62),
    ("x_float", "float", 0.5),
    ("x_double", "double", -2.5),
    ("x_bytes", "bytes", b"\0\xff"),
    ("x_string", "string", "new"),
    ("x_fixed", {"type": "fixed", "name": "Five", "size": 5}, b"12345"),
    ("x_no_fixed", {"type": "fixed", "name": "None5", "size": 0}, b""),
    ("x_enum", {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}, "BLUE"),
    ("x_array", {"type": "array", "items": "string"}, ["a", "", "c"]),
    ("x_no_array", {"type": "array", "items": "long"}, []),
    ("x_map", {"type": "map", "values": {"type": "array", "items": "int"}}, {"k": [1, 2], "": []}),
    ("x_map_of_null", {"type": "map", "values": "null"}, {"k": None}),
    ("x_union", ["null", "int", {"type": "map", "values": "long"}], {"k": 5}),
    ("x_empty", {"type": "record", "name": "Empty", "fields": []}, {}),
    ("x_record", {"type": "record", "name": "Pair", "fields": [
        {"name": "left", "type": "Five"}, {"name": "right", "type": ["null", "Colour"]}]},
     {"left": b"54321", "right": "RED"}),
    ("x_list", {"type": "record", "name": "Node", "fields": [
        {"name": "value", "type": "int"}, {"name": "next", "type": ["null", "Node"]}]},
     {"value": 1, "next": {"value": 2, "next": {"value": 3, "next": None}}}),
]


@case("Trigger")
def new_writer_with_more_fields_of_every_kind(schema, value):
    ours, mixed = schema["fields"], []
    for i, (name, kind, content) in enumerate(EVERY_KIND):
        mixed += ours[i:i + 1] + [{"name": name, "type": copy.deepcopy(kind)}]
        value[name] = content
    schema["fields"] = mixed + ours[len(EVERY_KIND):]


@case("BuildTask")
def new_writer_with_a_nullable_record_in_the_shared_head(schema, value):
    nested(schema, "TaskHead")["fields"].insert(3, {
        "name": "parent", "default": None,
        "type": ["null", {"type": "record", "name": "Parent", "fields": [{"name": "id", "type": "string"}]}]})
    value["head"]["parent"] = {"id": "p"}


@case("TaskResult")
def new_writer_with_a_field_more_in_the_items_of_an_array(schema, value):
    nested(schema, "Count")["fields"].insert(0, {"name": "unit", "type": "string"})
    for count in value["counts"]:
        count["unit"] = "rows"


@case("Trigger")
def new_writer_with_a_symbol_that_we_do_not_know(schema, value):
    field(schema, "kind")["type"]["symbols"].insert(1, "PURGE")
    value["kind"] = "PURGE"


@case("UploadTask", "undecodable")
def new_writer_with_an_unknown_symbol_where_there_is_no_default(schema, value):
    field(schema, "role")["type"]["symbols"].append("INDEX")
    value["role"] = "INDEX"


@case("UploadTask")
def new_writer_with_a_further_symbol_that_is_not_used(schema, value):
    field(schema, "role")["type"]["symbols"].insert(0, "INDEX")


@case("TaskResult")
def symbols_in_another_order(schema, value):
    field(schema, "outcome")["type"]["symbols"].reverse()


@case("DeadLetter")
def fields_in_another_order(schema, value):
    schema["fields"].reverse()


@case("Trigger")
def branches_of_a_union_in_another_order(schema, value):
    retype(schema, "route", ["string", "null"])
    retype(schema, "bridge", ["string", "null"])
    value["bridge"] = None


@case("Trigger")
def new_writer_with_a_wider_union_that_holds_what_we_know(schema, value):
    retype(schema, "route", ["null", "int", "string"])


@case("Trigger", "undecodable")
def new_writer_with_a_wider_union_that_holds_what_we_have_no_place_for(schema, value):
    retype(schema, "route", ["null", "int", "string"])
    value["route"] = 5


@case("DeliveryStatus")
def new_writer_whose_text_may_be_absent_but_is_there(schema, value):
    retype(schema, "detail", ["null", "string"])


@case("DeliveryStatus", "undecodable")
def new_writer_whose_text_is_absent_where_we_need_it(schema, value):
    retype(schema, "detail", ["null", "string"])
    value["detail"] = None


@case("AuditRecord")
def items_that_may_be_absent_but_are_there(schema, value):
    items = field(schema, "facts")["type"]
    items["items"] = ["null", items["items"]]


@case("AuditRecord", "undecodable")
def items_that_are_absent(schema, value):
    items = field(schema, "facts")["type"]
    items["items"] = ["null", items["items"]]
    value["facts"].append(None)


@case("Trigger", "incompatible")
def writer_without_a_field_that_has_no_default(schema, value):
    drop(schema, "tenant")


@case("TaskResult", "incompatible")
def writer_with_long_where_we_have_int(schema, value):
    retype(schema, "issue", "long")


@case("Trigger", "incompatible")
def writer_with_a_number_where_we_have_text(schema, value):
    retype(schema, "source", "int")
    value["source"] = 1


@case("Trigger", "bad_schema")
def writer_with_an_array_of_items_without_width(schema, value):
    schema["fields"].append({"name": "x_nulls", "type": {"type": "array", "items": "null"}})
    value["x_nulls"] = [None]


@case("Trigger", "bad_schema")
def writer_with_an_array_of_empty_records(schema, value):
    schema["fields"].append({"name": "x_empties", "type": {"type": "array", "items": {
        "type": "record", "name": "Empty", "fields": [{"name": "nothing", "type": "null"}]}}})
    value["x_empties"] = [{"nothing": None}]
