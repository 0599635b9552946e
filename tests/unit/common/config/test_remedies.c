/* SPDX-License-Identifier: Apache-2.0
 * Each mistake names a remedy that works: the message is told of the bad text, and nothing is told
 * any more of the text that does what the message says. tests/unit/pages/test_remedies.py sees to it
 * that no message is missing here. */
#include "document_bench.h"

#define ROUTE_PART "limits: {attempts: 3}"

#define HOST_KEY "SHA256:0123456789abcdefghijABCDEFGHIJ0123456789+/a"

static const struct {
	const char *from, *bad, *says, *good;
} cases[] = {
        /* YAML, names, kinds */
        {"min_size: 10", "min_size: 10\nmin_size: 10", "min_size: stands twice: remove one",
                "min_size: 10"},
        {"min_size: 10", "\tmin_size: 10", "is indented with a tab: YAML allows spaces only",
                "min_size: 10"},
        {"min_size: 10", "min_size: 10\n  x: 1", "this is no YAML: *", "min_size: 10"},
        {"min_size: 10", "description: \"\xff\"", "this is no UTF-8 text: save it as UTF-8",
                "description: \"\xc3\xbf\""},
        {"type: DTC\n", "type: &t DTC\ndescription: *t\n",
                "description: aliases are not allowed: write the value out",
                "type: DTC\ndescription: DTC\n"},
        {"type: DTC\n", "? [a, b]\n: 1\ntype: DTC\n", "a field's name must be a short text",
                "type: DTC\n"},
        {"kind: Tenant\n", "- a\n---\nkind: Tenant\n",
                "a document must be a mapping with kind and name", "kind: Tenant\n"},
        {"name: acme", "name: a b",
                "name: must be 1 to 100 letters, digits, dots, dashes or underscores",
                "name: acme"},
        {"name: box\nurl", "name: 2026\nurl",
                "name: must be a text: write \"2026\", with the quotes", "name: box\nurl"},
        {"tenant: acme\nname: people", "name: people", "tenant: must be the name of a Tenant",
                "tenant: acme\nname: people"},
        {"kind: Bucket\n", "kind: Bukket\n", "kind: must be one of Tenant, *", "kind: Bucket\n"},
        {"kind: Bucket\n", "kind: Bucket\nname: box\nurl: file:///drop/\n---\nkind: Bucket\n",
                "this document stands twice, first at f:38: remove one", "kind: Bucket\n"},
        /* fields and their values */
        {"min_size: 10", "minSize: 10",
                "minSize: is no field of a document of kind Audience: did you mean min_size?",
                "min_size: 10"},
        {"min_size: 10", "colour: red",
                "colour: is no field of a document of kind Audience: remove it; the fields here "
                "are "
                "*min_size",
                "min_size: 10"},
        {"limits: {tasks_in_flight: 10}", "\"limits.tasks_in_flight\": 10",
                "\"limits.tasks_in_flight\": is one name with a dot in it: for "
                "limits.tasks_in_flight, write one field below the other",
                "limits: {tasks_in_flight: 10}"},
        {"min_size: 10", "min_size:", "min_size: has no value: write one, or remove the field",
                "min_size: 10"},
        {"suppress: [optout]", "suppress: [\"\"]",
                "suppress[0]: is an empty text: write one, or remove the field",
                "suppress: [optout]"},
        {"type: DTC\n", "type: DTC\nstate_column: \"\"\n",
                "state_column: is an empty text: write one, or remove the field", "type: DTC\n"},
        {"type: DTC\n", "", "type: is missing", "type: DTC\n"},
        {"type: DTC\n", "type: dtc\n", "type: must be DTC, HCP or NPI_TO_DTC", "type: DTC\n"},
        {"min_size: 10", "min_size: ten", "min_size: must be a whole number, 0 or more",
                "min_size: 0"},
        {"limits: {tasks_in_flight: 10}", "limits: {tasks_in_flight: 1000001}",
                "limits.tasks_in_flight: must be from 0 to 1000000",
                "limits: {tasks_in_flight: 1000000}"},
        {"limits: {tasks_in_flight: 10}", "limits: 5", "limits: must be a mapping of fields",
                "limits: {tasks_in_flight: 5}"},
        {"filters:\n  - {column: c, in: [x, y]}", "filters: c", "filters: must be a list",
                "filters: [{column: c, in: [x]}]"},
        {"  - {column: c, in: [x, y]}", "  - c", "filters: must be a list of mappings",
                "  - {column: c, in: [x]}"},
        {"in: [x, y]", "in: [1]", "filters[0].in[0]: must be a text: write \"1\", with the quotes",
                "in: [\"1\"]"},
        {"in: [x, y]", "in: [true]",
                "filters[0].in[0]: must be a text: write \"true\", with the quotes",
                "in: [\"true\"]"},
        {"kind: patient_id}\nfilters", "kind: 7}\nfilters",
                "id.kind: must be a text: write \"7\", with the quotes",
                "kind: patient_id}\nfilters"},
        {ROUTE_PART, "dry_run: 1", "dry_run: must be true or false", "dry_run: true"},
        {"max_shrink: 30%", "max_shrink: much",
                "refresh.max_shrink: must be a ratio such as \"30%\" or \"0.3\"",
                "max_shrink: \"0.3\""},
        {"max_shrink: 30%", "max_shrink: 30",
                "refresh.max_shrink: must have a % sign, such as \"50%\", or lie between 0 and 1, "
                "such as \"0.5\"",
                "max_shrink: \"50%\""},
        {"max_shrink: 30%", "max_shrink: 130%", "refresh.max_shrink: must be at most 100%",
                "max_shrink: 100%"},
        {"file:///in/people/", "s3://in/people/",
                "source.url: must be an absolute file:// URL, such as file:///data/audience/, "
                "without *",
                "file:///data/audience/"},
        {"\"file:///in/people/\"}", "\"file:///in/people/\", credential: a}",
                "source.credential: is for sftp:// only: remove it", "\"file:///in/people/\"}"},
        {"\"file:///in/people/\"}",
                "\"sftp://host/in/\", credential: a, host_key: \"" HOST_KEY "\"}",
                "source.url: must name a user: sftp://user@host/path",
                "\"sftp://user@host/in/\", credential: a, host_key: \"" HOST_KEY "\"}"},
        {"\"file:///in/people/\"}", "\"sftp://user@host/in/\", host_key: \"" HOST_KEY "\"}",
                "source.credential: must be the name of a credential in the service's key "
                "directory, of small letters, digits, '.', '_' and '-': an sftp:// place needs "
                "one",
                "\"sftp://user@host/in/\", credential: a, host_key: \"" HOST_KEY "\"}"},
        {"\"file:///in/people/\"}", "\"sftp://user@host/in/\", credential: a}",
                "source.host_key: must be SHA256: and 43 characters, as ssh-keygen -lf prints "
                "the server's key: an sftp:// place needs it",
                "\"sftp://user@host/in/\", credential: a, host_key: \"" HOST_KEY "\"}"},
        /* sources */
        {"\"file:///in/people/\"}", "\"file:///in/people/\", ready: {marker: ../_SUCCESS}}",
                "source.ready.marker: must be the name of a file below source.url, such as "
                "_SUCCESS",
                "\"file:///in/people/\", ready: {marker: _SUCCESS}}"},
        {"\"file:///in/people/\"}",
                "\"file:///in/people/\", ready: {marker: _SUCCESS, quiet_seconds: 5}}",
                "source.ready.quiet_seconds: decides nothing beside source.ready.marker: remove "
                "one "
                "of the two",
                "\"file:///in/people/\", ready: {quiet_seconds: 5}}"},
        {"\"file:///in/people/\"}", "\"file:///in/people/\", format: parquet, delimiter: \";\"}",
                "source.delimiter: is for csv only: leave it out, or choose another source.format",
                "\"file:///in/people/\", format: parquet}"},
        {"\"file:///in/optout.csv\"}", "\"file:///in/optout.csv\", ready: {marker: a//b}}",
                "source.ready.marker: must be the name of a file below source.url, such as "
                "_SUCCESS",
                "\"file:///in/optout.csv\", ready: {marker: a/b}}"},
        {"\"file:///in/people/\"}", "\"file:///in/people/\", delimiter: ab}",
                "source.delimiter: must be one ASCII character, no quote and no line end",
                "\"file:///in/people/\", delimiter: a}"},
        /* audiences */
        {"in: [x, y]", "in: []",
                "filters[0].in: has no values, so no row would pass: list them, or remove the "
                "filter",
                "in: [x]"},
        {"filters:\n  - {column: c, in: [x, y]}\n", "filters:\n  - {column: c}\n",
                "filters[0].in: has no values, so no row would pass: list them, or remove the "
                "filter",
                ""},
        {"in: [x, y]}", "in: [x, y]}\n  - {column: c, in: [z]}",
                "filters[1].in: shares no value with filters[0] of the same column, so no row "
                "would "
                "pass: put all values into one filter",
                "in: [x, y, z]}"},
        {"type: DTC\n", "type: DTC\nstate_column: patient\n",
                "state_column: is the column of the ids: name the one that has the states, or "
                "remove it",
                "type: DTC\nstate_column: state\n"},
        {"{column: c, in: [x, y]}", "{column: patient, in: [x]}",
                "filters[0].column: is the column of the ids: ids of people would stand in "
                "documents, tables "
                "and topics; filter by another column, *",
                "{column: c, in: [x]}"},
        /* bridges */
        {"record:\n  - {name: token, column: tok, max_length: 40}\n", "record: []\n",
                "record: must list the partner's columns, the primary id first*",
                "record: [{name: token, column: tok}]\n"},
        {"max_length: 40}\n", "max_length: 40}\n  - {name: token, column: b}\n",
                "record[1].name: is the name of record[0], too: give it another one",
                "max_length: 40}\n  - {name: other, column: b}\n"},
        /* tenants */
        {"limits: {tasks_in_flight: 10}", "limits: {deliveries_per_hour: 0}",
                "limits.deliveries_per_hour: of 0 would be no limit: remove it for that; paused: "
                "true in a Route lets nothing go",
                "limits: {}"},
        /* destinations */
        {"kind: Destination\n", "kind: Destination\nstatus: confirmt\n",
                "status: must be draft, confirmed, suspended or retired",
                "kind: Destination\nstatus: confirmed\n"},
        {"kind: Destination\n", "kind: Destination\naudience_types: [DTCC]\n",
                "audience_types[0]: must be DTC, HCP or NPI_TO_DTC*",
                "kind: Destination\naudience_types: [DTC]\n"},
        {"kind: Destination\n", "kind: Destination\naudience_types: []\n",
                "audience_types: must be a list of DTC, HCP and NPI_TO_DTC; remove it for all of "
                "them",
                "kind: Destination\n"},
        {"columns:\n  - {name: user_id, source: token}\n  - {name: flag, constant: \"1\"}\n",
                "columns: []\n", "columns: must list the columns of a file",
                "columns:\n  - {name: user_id, source: token}\n"},
        {"{name: flag, constant: \"1\"}", "{name: flag, constant: \"\", required: true}",
                "columns[1].constant: is empty, but the column is required",
                "{name: flag, constant: \"\"}"},
        {"{name: flag,", "{name: user_id,",
                "columns[1].name: is the name of column 1, too: choose another", "{name: f,"},
        {"{name: flag, constant: \"1\"}", "{name: flag, constant: \"1\", source: token}",
                "columns[1].source: decides nothing beside constant: remove one of the two",
                "{name: flag, source: token}"},
        {"{name: flag, constant: \"1\"}\n",
                "{name: flag, constant: \"1\"}\nformat: {delimiter: \"\\\"\"}\n",
                "format.delimiter: must be one ASCII character, no quote and no line end",
                "{name: flag, constant: \"1\"}\nformat: {delimiter: \";\"}\n"},
        {"limits: {max_rows_per_file: 100}",
                "limits: {max_rows_per_file: 100, files_per_second: \"0.0001\"}",
                "limits.files_per_second: must be at least \"0.001\"; remove it where there is no "
                "limit",
                "limits: {max_rows_per_file: 100, files_per_second: \"0.001\"}"},
        {"limits: {max_rows_per_file: 100}",
                "limits: {max_rows_per_file: 100, files_per_second: \"50%\"}",
                "limits.files_per_second: is a number of files, such as \"5\" or \"0.5\": no share",
                "limits: {max_rows_per_file: 100, files_per_second: \"0.5\"}"},
        {"limits: {max_rows_per_file: 100}",
                "limits: {max_rows_per_file: 100, deliveries_per_day: 0}",
                "limits.deliveries_per_day: of 0 would be no limit: remove it for that; *",
                "limits: {max_rows_per_file: 100}"},
        {"time_zone: UTC", "time_zone: UTC\n  part_format: \"%05d\"",
                "naming.part_format: must be the number of the first part as it is written, 1 to 9 "
                "digits, such as \"001\"; other text belongs into naming.data_template, around "
                "{part}",
                "time_zone: UTC\n  part_format: \"00001\""},
        {"{label}_{part}.csv.gz\"\n", "{label}_{part}.csv.gz\"\n  part_format: file-part-%d\n",
                "naming.part_format: must be the number of the first part*around {part}",
                "{label}_file-part-{part}.csv.gz\"\n  part_format: \"1\"\n"},
        {"time_zone: UTC", "time_zone: Mars/Base",
                "naming.time_zone: is no time zone that can be used here, such as Europe/Paris",
                "time_zone: Europe/Paris"},
        {"{label}_{part}.csv", "{part}.csv",
                "naming.data_template: must hold {label} or {delivery}, so that each delivery has "
                "names of its own",
                "{delivery}_{part}.csv"},
        {"{label}_{part}.csv", "{label}.csv",
                "naming.data_template: must have {part}: files are split by "
                "limits.max_rows_per_file",
                "{label}{part}.csv"},
        {"{label}_{part}.csv", "{label}_{day}_{part}.csv",
                "naming.data_template: has no token {day}; there are {tenant} *{yyyymmdd}*",
                "{label}_{yyyymmdd}_{part}.csv"},
        {"{label}_{part}.csv", "{label}_{part.csv", "*naming.data_template: has a { without }*",
                "{label}_{part}.csv"},
        {"\"{route}/{label}_{part}", "\"../{label}_{part}",
                "naming.data_template: must be a path below the drop, without empty, '.' or '..' "
                "parts, control characters and backslashes",
                "\"x/{label}_{part}"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_{part}_OK",
                "completion.name_template: cannot have {part}: there is one for all parts",
                "{route}/{label}_OK"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_{part}.csv.gz",
                "*completion.name_template: is the name of another file: choose another",
                "{route}/{label}_OK"},
        {"refresh: {max_shrink: 30%}", "manifest: {template: \"{route}/{label}_{part}.csv.gz\"}",
                "*manifest.template: is the name of the data: choose another",
                "manifest: {template: \"{route}/{label}_manifest.json\"}"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_00001.csv.gz",
                "*completion.name_template*gives the same name as *, or one that differs by "
                "capitals only*",
                "{route}/{label}_OK"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_00001.csv.gz/OK",
                "*completion.name_template*lies below *, and no name is both a file and a "
                "directory*",
                "{route}/{label}_OK"},
        {"  name_template: \"{route}/{label}_SUCCESS\"\n", "",
                "completion.name_template: is missing",
                "  name_template: \"{route}/{label}_SUCCESS\"\n"},
        {"kind: success_file", "kind: none",
                "completion.name_template: decides nothing while completion.kind is none: say "
                "kind: "
                "success_file, or remove it",
                "kind: success_file"},
        {"  kind: success_file\n  name_template: \"{route}/{label}_SUCCESS\"\n",
                "  written: last\n",
                "completion.kind: makes several files by limits.max_rows_per_file, and nothing "
                "tells "
                "when the last one is there: add completion.kind: success_file, or "
                "consent.parts_without_marker: true",
                "  written: last\nconsent: {parts_without_marker: true}\n"},
        /* routes */
        {"audience: people\n", "audience: nobody\n",
                "audience: there is no Audience nobody: apply it", "audience: people\n"},
        {"kind: Tenant\nname: acme\n", "kind: Tenant\nname: other\n",
                "tenant: there is no Tenant acme: apply it", "kind: Tenant\nname: acme\n"},
        {"{name: user_id, source: token}", "{name: user_id, source: tocken}",
                "bridge: records of tokens have no column tocken, which partner writes",
                "{name: user_id, source: token}"},
        {"from: {column: patient, kind: patient_id}", "from: {column: patient, kind: npi}",
                "bridge: maps another kind of id than the audience has: from.kind must be the "
                "audience's id.kind",
                "from: {column: patient, kind: patient_id}"},
        {"id: {column: patient, kind: patient_id}\n---\nkind: Route",
                "id: {column: patient, kind: npi}\n---\nkind: Route",
                "suppress[0]: has another kind of id than the audience: id.kind of both must be "
                "the "
                "same",
                "id: {column: patient, kind: patient_id}\n---\nkind: Route"},
        {"kind: Destination\n", "kind: Destination\naudience_types: [HCP]\n",
                "audience: is of type DTC, which is not among the audience_types of partner",
                "kind: Destination\naudience_types: [HCP, DTC]\n"},
        {ROUTE_PART, "mode: ful", "mode: must be full or delta", "mode: full"},
        {"suppress: [optout]", "suppress: [optout, optout]",
                "suppress[1]: stands twice: remove one", "suppress: [optout]"},
        {"guards: {min_size: 5,", "guards: {min_size: 50, max_size: 40,",
                "guards.max_size: is less than the largest minimum (guards.min_size, the "
                "audience's "
                "min_size, the destination's privacy.min_audience_size), 50: no delivery would "
                "pass "
                "both",
                "guards: {min_size: 50, max_size: 50,"},
        {"guards: {min_size: 5,", "guards: {max_size: 9,",
                "guards.max_size: is less than the largest minimum *, 10: no delivery would pass "
                "both",
                "guards: {max_size: 10,"},
        {"guards: {min_size: 5,", "guards: {max_size: 0,",
                "guards.max_size: of 0 would be no limit: remove it for that", "guards: {"},
        /* cadences and blackouts */
        {"cadence:\n  kind: cron\n  cron: \"0 6 * * *\"\n", "cadence:\n  at: \"06:30\"\n",
                "cadence: has no kind: say how often it runs, such as kind: daily",
                "cadence:\n  kind: daily\n  at: \"06:30\"\n"},
        {"cron: \"0 6 * * *\"", "cron: \"0 6 * * *\"\n  at: \"06:30\"",
                "cadence.at: decides nothing in a cadence of kind cron: remove it",
                "cron: \"0 6 * * *\""},
        {"kind: cron\n  cron: \"0 6 * * *\"", "kind: daily\n  at: \"25:00\"",
                "cadence.at: must be a time such as \"06:30\"", "kind: daily\n  at: \"06:30\""},
        {"kind: cron\n  cron: \"0 6 * * *\"", "kind: monthly\n  day: 32",
                "cadence.day: must be from 1 to 31", "kind: monthly\n  day: 31"},
        {"kind: cron\n  cron: \"0 6 * * *\"", "kind: biweekly\n  anchor: soon",
                "cadence.anchor: must be a date such as 2026-01-05",
                "kind: biweekly\n  anchor: 2026-01-05"},
        {"cadence:\n  kind: cron\n  cron: \"0 6 * * *\"\n  zone: Europe/Paris\n",
                "cadence: daily\n", "cadence: must be a mapping of fields",
                "cadence: {kind: daily}\n"},
        {"kind: cron\n  cron: \"0 6 * * *\"", "catchup_seconds: 5",
                "cadence.catchup_seconds: decides nothing without a cadence: remove it, or say how "
                "often it runs, such as kind: daily",
                "kind: daily\n  catchup_seconds: 5"},
        {"cron: \"0 6 * * *\"", "cron: \"0 0 1 12 *\"",
                "cadence.cron: never runs: no such day comes", "cron: \"0 0 1 11 *\""},
        {"zone: Europe/Paris", "zone: Europe/Pariss",
                "cadence.zone: is no time zone that can be used here, such as Europe/Paris",
                "zone: Europe/Paris"},
        {"{from_minute: 0, to_minute: 60}", "{from_minute: 60, to_minute: 60}",
                "blackout[0]: is empty: to_minute must be more than from_minute, and at most 10080",
                "{from_minute: 60, to_minute: 61}"},
        {"{from_minute: 0, to_minute: 60}", "{from_minute: 60, to_minute: 0}",
                "blackout[0]: is empty: *", "{from_minute: 60, to_minute: 10080}"},
        {"{from_minute: 0, to_minute: 60}", "{from_minute: 1320, to_minute: 360}",
                "blackout[0]: ends before it begins: write one that goes over the end of the week "
                "as "
                "two, {from_minute: 1320, to_minute: 10080} and {from_minute: 0, to_minute: 360}; "
                "one of each day is seven",
                "{from_minute: 1320, to_minute: 10080}\n  - {from_minute: 0, to_minute: 360}"},
        {"{from_minute: 0, to_minute: 60}",
                "{from_minute: 0, to_minute: 5000}\n  - {from_minute: 4000, to_minute: 10080}",
                "blackout: covers the whole week, so nothing would ever be sent: leave some of it "
                "open, or say paused: true",
                "{from_minute: 1, to_minute: 5000}\n  - {from_minute: 4000, to_minute: 10080}"},
        {"to_minute: 60}", "to_minute: 10081}",
                "blackout[0].to_minute: is past the end of the week, 10080", "to_minute: 10079}"},
        {"to_minute: 60}", "}", "blackout[0].to_minute: is missing", "to_minute: 60}"},
};

/* Those whose remedy is in another document: what is put there, in place of what. */
static const struct {
	const char *from, *bad, *says, *good, *where, *what;
} elsewhere[] = {
        {"refresh: {max_shrink: 30%}", "privacy: {suppress_states_dtc: [Washington]}",
                "*privacy.suppress_states_dtc: must be a list of two-letter USPS codes, such as "
                "WA: "
                "anything else would suppress nobody",
                "privacy: {suppress_states_dtc: [WA]}", "type: DTC\n",
                "type: DTC\nstate_column: state\n"},
        {"refresh: {max_shrink: 30%}", "privacy: {suppress_states_dtc: [WA]}",
                "audience: has no state_column, and partner suppresses states: name the column in "
                "Audience people",
                "privacy: {suppress_states_dtc: [WA]}", "type: DTC\n",
                "type: DTC\nstate_column: state\n"},
};

static const char *told_of(struct bench *b, char *text)
{
	struct err e;
	begin(b);
	assert_int_equal(documents_read("f", str_c(text), &b->read, &e), 0);
	free(text);
	return told(b);
}

static int is_wrong(
        const char *bad, const char *says, const char *remedy, char *text, char *remedied)
{
	int wrong = 0;
	struct bench b;
	char pattern[1200];
	(void)snprintf(pattern, sizeof(pattern), "*f:*: %s\n*", says);
	const char *told = told_of(&b, text);
	if (!is_like(told, pattern)) {
		print_error("'%s' says\n%sand not\n%s\n", bad, told, says);
		wrong++;
	}
	end(&b);
	told = told_of(&b, remedied);
	if (told[0]) {
		print_error("the remedy '%s' leaves\n%s\n", remedy, told);
		wrong++;
	}
	end(&b);
	return wrong;
}

static void each_remedy_works(void **state)
{
	int wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		wrong += is_wrong(cases[i].bad, cases[i].says, cases[i].good,
		        changed(cases[i].from, cases[i].bad),
		        changed(cases[i].from, cases[i].good));
	assert_int_equal(wrong, 0);
}

static void each_remedy_in_another_document_works(void **state)
{
	int wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		char *text = changed(elsewhere[i].from, elsewhere[i].good);
		wrong += is_wrong(elsewhere[i].bad, elsewhere[i].says, elsewhere[i].what,
		        changed(elsewhere[i].from, elsewhere[i].bad),
		        changed_of(text, elsewhere[i].where, elsewhere[i].what));
		free(text);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_remedy_works),
	        cmocka_unit_test(each_remedy_in_another_document_works),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
