/* SPDX-License-Identifier: Apache-2.0
 * Mistakes are told all at once, each with the line and path of its field. */
#include "document_bench.h"

#define HOST_KEY "SHA256:0123456789abcdefghijABCDEFGHIJ0123456789+/a"

static const struct {
	const char *from, *to, *says;
} cases[] = {
        {"limits: {tasks_in_flight: 10}", "limits: {tasks_in_flight: x}",
                "f:3: limits.tasks_in_flight: must be a whole number, 0 or more\n"},
        {"refresh: {max_shrink: 30%}", "privacy: {suppress_states_dtc: [WA, Washington]}",
                "f:36: privacy.suppress_states_dtc: must be a list of two-letter USPS codes, such "
                "as WA: anything else would suppress nobody\n"},
        {"limits: {tasks_in_flight: 10}", "limits: {tasks_in_fligth: 10}",
                "f:3: limits.tasks_in_fligth: is no field of a document of kind Tenant: did you "
                "mean "
                "limits.tasks_in_flight?\n"},
        {"limits: {tasks_in_flight: 10}", "limits: {deliveries_per_hour: -1}",
                "f:3: limits.deliveries_per_hour: must be a whole number, 0 or more\n"},
        {"limits: {tasks_in_flight: 10}",
                "limits: {deliveries_per_hour: 5, deliveries_per_day: ten}",
                "f:3: limits.deliveries_per_day: must be a whole number, 0 or more\n"},
        {"limits: {tasks_in_flight: 10}", "limits: {deliveries_per_day: 1000001}",
                "f:3: limits.deliveries_per_day: must be from 0 to 1000000\n"},
        {"limits: {tasks_in_flight: 10}", "limits: {delivery_per_day: 1}",
                "f:3: limits.delivery_per_day: is no field of a document of kind Tenant: did you "
                "mean "
                "limits.deliveries_per_day?\n"},
        {"limits: {max_rows_per_file: 100}",
                "limits: {max_rows_per_file: 100, deliveries_per_hour: \"1.5\"}",
                "f:32: limits.deliveries_per_hour: must be a whole number, 0 or more\n"},
        {"limits: {max_rows_per_file: 100}",
                "limits: {max_rows_per_file: 100, deliveries_per_day: 2000000}",
                "f:32: limits.deliveries_per_day: must be from 0 to 1000000\n"},
        {"limits: {attempts: 3}", "limits: {deliveries_per_day: 3}",
                "f:63: limits.deliveries_per_day: is no field of a document of kind Route: remove "
                "it; the "
                "fields here are attempts, hold_hours, slice_bytes\n"},
        {"name: acme", "name: a b",
                "f:2: name: must be 1 to 100 letters, digits, dots, dashes or underscores\n*"},
        {"type: DTC", "type: dtc", "f:8: type: must be DTC, HCP or NPI_TO_DTC\n"},
        {"type: DTC\n", "", "f:5: type: is missing\n"},
        {"file:///in/people/", "s3://in/people/",
                "f:9: source.url: must be an absolute file:// URL*"},
        {"file:///in/people/", "file://in/people/",
                "f:9: source.url: must be an absolute file:// URL*"},
        {"source: {url: \"file:///in/people/\"}", "source: {uri: \"file:///in/people/\"}",
                "f:9: source.uri: is no field of a document of kind Audience: did you mean "
                "source.url?\n"
                "f:9: source.url: is missing\n"},
        {"column: patient, kind: patient_id}\nfilters", "column: patient}\nfilters",
                "f:10: id.kind: is missing\n"},
        {"  - {column: c, in: [x, y]}", "  - {column: c, in: x}",
                "f:12: filters[0].in: must be a list\n"},
        {"  - {column: c, in: [x, y]}", "  - {in: [x, y]}",
                "f:12: filters[0].column: is missing\n"},
        {"  - {column: c, in: [x, y]}", "  - {column: c, on: [x, y]}",
                "f:12: filters[0].in: has no values, so no row would pass: list them, or remove "
                "the "
                "filter\nf:12: filters[0].on: is no field of a document of kind Audience: did you "
                "mean filters.in?\n"},
        {"min_size: 10", "min_size: -1", "f:13: min_size: must be a whole number, 0 or more\n"},
        {"min_size: 10", "min_size: ten", "f:13: min_size: must be a whole number, 0 or more\n"},
        /* No id of a person stands in a document, nor in what is told of its mistake. */
        {"- {column: c", "- {column: patient",
                "f:12: filters[0].column: is the column of the ids: ids of people would stand in "
                "documents, tables and topics; filter by another column, name people in a "
                "SuppressionList, or leave them out of the source\n"},
        {"min_size: 10", "minimum: 10",
                "f:13: minimum: is no field of a document of kind Audience: remove it; the fields "
                "here "
                "are kind, tenant, name, description, type, segment, source, id, state_column, "
                "filters, "
                "min_size\n"},
        {"cardinality: \"1:1\"", "cardinality: \"1:n\"", "f:22: cardinality: must be 1:1 or n:1\n"},
        {"{name: token, column: tok, max_length: 40}", "{column: tok}",
                "f:21: record[0].name: is missing\n"},
        {"record:\n  - {name: token, column: tok, max_length: 40}\n", "",
                "f:15: record: must list the partner's columns, the primary id first\n*"},
        {"{name: token, column: tok, max_length: 40}",
                "{name: token, column: tok, max_length: 99999}",
                "f:21: record[0].max_length: must be from 0 to 65536\n"},
        {"{name: user_id, source: token}", "{name: user_id, source: tocken}",
                "f:52: bridge: records of tokens have no column tocken, which partner writes\n"},
        {"{name: user_id, source: token}", "{source: token}",
                "f:27: columns[0].name: is missing\n"},
        {"{name: flag, constant: \"1\"}", "{name: flag, constant: \"\", required: true}",
                "f:28: columns[1].constant: is empty, but the column is required\n"},
        {"{name: flag,", "{name: user_id,",
                "f:28: columns[1].name: is the name of column 1, too: choose another\n"},
        {"{label}_{part}.csv", "{part}.csv",
                "f:30: naming.data_template: must hold {label} or {delivery}, so that each "
                "delivery has names of its own\n"},
        {"{label}_{part}.csv", "{label}.csv",
                "f:30: naming.data_template: must have {part}: files are split by "
                "limits.max_rows_per_file\n"},
        {"{label}_{part}.csv", "{label}_{part}_{day}.csv",
                "f:30: naming.data_template: has no token {day}; there are {tenant} *\n"},
        {"{label}_{part}.csv", "{label}_{part.csv", "f:30: naming.data_template: *{ without }*"},
        {"\"{route}/{label}_{part}", "\"/{label}_{part}",
                "f:30: naming.data_template: must be a path below the drop, without empty, '.' or "
                "'..' parts, control characters and backslashes\n"},
        {"\"{route}/{label}_{part}", "\"../{label}_{part}",
                "f:30: naming.data_template: must be a path*"},
        {"time_zone: UTC", "time_zone: Mars/Base",
                "f:31: naming.time_zone: is no time zone that can be used here, such as "
                "Europe/Paris\n"},
        {"max_rows_per_file: 100", "max_rows_per_file: \"100\"",
                "f:32: limits.max_rows_per_file: must be a whole number, 0 or more\n"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_{part}_OK",
                "f:35: completion.name_template: cannot have {part}: there is one for all parts\n"},
        {"{route}/{label}_SUCCESS", "{route}/{label}_{part}.csv.gz", "f:35: completion.*"},
        {"  name_template: \"{route}/{label}_SUCCESS\"\n", "",
                "f:33: completion.name_template: is missing\n"},
        {"max_shrink: 30%", "max_shrink: much",
                "f:36: refresh.max_shrink: must be a ratio such as \"30%\" or \"0.3\"\n"},
        {"file:///in/people/", "file:///in/../people/",
                "f:9: source.url: must be an absolute file:// URL*"},
        {"url: \"file:///drop/\"", "url: \"file:///a//drop/\"",
                "f:40: url: must be an absolute file:// URL*"},
        {"url: \"file:///drop/\"", "url: \"file:///./drop/\"",
                "f:40: url: must be an absolute file:// URL*"},
        {"url: \"file:///drop/\"", "url: \"file:////\"",
                "f:40: url: must be an absolute file:// URL*"},
        {"\"{route}/{label}_{part}", "\"{route}\\\\{label}_{part}",
                "f:30: naming.data_template: must be a path*"},
        {"url: \"file:///drop/\"", "url: \"s3://bucket/drop/\"",
                "f:40: url: must be an absolute file:// URL*"},
        {"url: \"file:///drop/\"",
                "url: \"sftp://host/drop/\"\ncredential: a\nhost_key: \"" HOST_KEY "\"",
                "f:40: url: must name a user*"},
        {"url: \"file:///drop/\"",
                "url: \"sftp://u@Host/drop/\"\ncredential: a\nhost_key: \"" HOST_KEY "\"",
                "f:40: url: the host is a name in small letters*"},
        {"url: \"file:///drop/\"", "url: \"sftp://u@host/drop/\"\nhost_key: \"" HOST_KEY "\"",
                "f:*: credential: must be the name of a credential*"},
        {"url: \"file:///drop/\"", "url: \"sftp://u@host/drop/\"\ncredential: a",
                "f:*: host_key: must be SHA256:*"},
        {"url: \"file:///drop/\"", "url: \"sftp://u@host/drop/\"\ncredential: a\nhost_key: MD5:00",
                "f:42: host_key: must be SHA256:*"},
        {"url: \"file:///drop/\"", "url: \"file:///drop/\"\ncredential: a",
                "f:41: credential: is for sftp:// only: remove it*"},
        {"url: \"file:///drop/\"\n", "", "f:38: url: is missing\n"},
        {"id: {column: patient, kind: patient_id}\n---\nkind: Route",
                "id: {column: patient, kind: npi}\n---\nkind: Route",
                "f:55: suppress[0]: has another kind of id than the audience: id.kind of both must "
                "be the same\n"},
        {"suppress: [optout]", "suppress: [optout, others]",
                "f:55: suppress[1]: there is no SuppressionList others: apply it\n"},
        {"suppress: [optout]", "suppress: optout", "f:55: suppress: must be a list\n"},
        {"audience: people", "audience: nobody",
                "f:51: audience: there is no Audience nobody: apply it\n"},
        {"destination: partner", "destination: none",
                "f:53: destination: there is no Destination none: apply it\n"},
        {"bucket: box\n", "", "f:48: bucket: is missing\n"},
        {"from: {column: patient, kind: patient_id}", "from: {column: patient, kind: npi}",
                "f:52: bridge: maps another kind of id than the audience has: from.kind must be "
                "the audience's id.kind\n"},
        {"cron: \"0 6 * * *\"", "cron: \"0 25 * * *\"", "f:58: cadence.cron: *hour*\n"},
        {"cron: \"0 6 * * *\"", "cron: \"0 6 * *\"", "f:58: cadence.cron: *\n"},
        {"kind: cron", "kind: daily\n  at: \"25:00\"",
                "f:58: cadence.at: must be a time such as \"06:30\"\n"},
        {"kind: cron", "kind: hourly", "f:57: cadence.kind: must be none, cron, daily, weekly,*"},
        {"zone: Europe/Paris", "zone: Europe/Pariss",
                "f:59: cadence.zone: is no time zone that can be used here, such as "
                "Europe/Paris\n"},
        {"guards: {min_size: 5, max_growth: \"0.5\"}", "guards: {min_size: 5, max_grow: \"0.5\"}",
                "f:60: guards.max_grow: is no field of a document of kind Route: did you mean "
                "guards.max_growth?\n"},
        {"to_minute: 60}", "to_minute: 10081}",
                "f:62: blackout[0].to_minute: is past the end of the week, 10080\n"},
        {"limits: {attempts: 3}", "limits: {attempts: 0}",
                "f:63: limits.attempts: must be from 1 to 1000\n"},
        {"limits: {attempts: 3}", "dry_run: maybe", "f:63: dry_run: must be true or false\n"},
        {"limits: {attempts: 3}", "limits: {attempts: 3}\nlimits: {attempts: 4}", "f:*: *\n*"},
        {"kind: Bucket\nname: box", "kind: Bucketry\nname: box",
                "f:38: kind: must be one of Tenant, *\nf:54: bucket: there is no Bucket box: apply "
                "it\n"},
};

static void good_configuration_has_no_mistake(void **state)
{
	(void)state;
	struct bench b;
	struct err e;
	begin(&b);
	assert_int_equal(documents_read("f", str_c(good), &b.read, &e), 0);
	assert_string_equal(told(&b), "");
	assert_int_equal(b.read.count, 7);
	end(&b);
}

static void each_mistake_has_its_line_and_path(void **state)
{
	(void)state;
	int wrong = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct err e;
		begin(&b);
		char *text = changed(cases[i].from, cases[i].to);
		assert_int_equal(documents_read("f", str_c(text), &b.read, &e), 0);
		const char *says = told(&b);
		if (!is_like(says, cases[i].says)) {
			print_error("'%s' says\n%sand not\n%s", cases[i].to, says, cases[i].says);
			wrong++;
		}
		free(text);
		end(&b);
	}
	assert_int_equal(wrong, 0);
}

static void all_are_told_at_once_in_the_order_of_files_and_lines(void **state)
{
	(void)state;
	struct bench b;
	struct err e;
	begin(&b);
	assert_int_equal(documents_read("two",
	                         STR("kind: Bucket\nname: b\nurl: x\n---\nkind: Route\n"
	                             "tenant: t\nname: r\naudience: a\nbridge: b\n"
	                             "destination: d\nbucket: b\nmode: [\n"),
	                         &b.read, &e),
	        0);
	assert_int_equal(documents_read("one",
	                         STR("kind: Tenant\nname: t\nlimit: 1\n---\n"
	                             "kind: Bucket\nname: b\nurl: file:///b/\n"),
	                         &b.read, &e),
	        0);
	const char *says = told(&b);
	assert_true(is_like(says, "two:3: url: must be an absolute *\ntwo:1*: this is no YAML: *\n"
	                          "one:3: limit: is no field of a document of kind Tenant: did you "
	                          "mean limits?\none:5: "
	                          "this document stands twice, "
	                          "first at two:1: remove one\n"));
	end(&b);
}

static void a_mistake_of_what_is_applied_is_told_where_it_is_needed(void **state)
{
	(void)state;
	struct bench b;
	struct err e;
	const struct spec_document applied[] = {
	        {STR("Tenant"), STR("acme"), STR("acme"), STR("{}")},
	        {STR("Bucket"), STR(""), STR("box"), STR("{\"url\":\"ftp://x\"}")},
	};
	begin(&b);
	assert_int_equal(documents_read("f", str_c(strstr(good, "kind: Route")), &b.read, &e), 0);
	documents_check(&b.read, applied, 2, &world);
	assert_int_equal(documents_report(&b.read, &b.report, &e), 0);
	assert_int_equal(buf_append(&b.report, "", 1, &e), 0);
	assert_true(is_like(buf_str(&b.report).p, "f:1: Bucket box, which is applied already: url: "
	                                          "must be an absolute *\nf:4: audience: "
	                                          "there is no Audience people: apply it\nf:5: "
	                                          "bridge: *\nf:6: destination: *\nf:8: *\n"));
	end(&b);
}

/* The bridge of an applied route is applied again without the column that its destination writes. */
static void an_applied_route_is_not_broken_by_what_it_names(void **state)
{
	(void)state;
	struct bench all, b;
	struct err e;
	struct spec_document applied[8];
	size_t count = 0;
	begin(&all);
	assert_int_equal(documents_read("f", str_c(good), &all.read, &e), 0);
	for (size_t i = 0; i < all.read.count; i++)
		if (!str_eq(all.read.items[i].document.kind, STR("Bridge")))
			applied[count++] = all.read.items[i].document;
	begin(&b);
	assert_int_equal(documents_read("new",
	                         STR("kind: Bridge\ntenant: acme\nname: tokens\n"
	                             "source: {url: \"file:///in/b/\"}\n"
	                             "from: {column: patient, kind: patient_id}\n"
	                             "record: [{name: other, column: o}]\n"),
	                         &b.read, &e),
	        0);
	documents_check(&b.read, applied, count, &world);
	assert_int_equal(documents_report(&b.read, &b.report, &e), 0);
	assert_int_equal(buf_append(&b.report, "", 1, &e), 0);
	assert_string_equal(buf_str(&b.report).p,
	        "new:1: Route daily, which is applied already: bridge: records of tokens have no "
	        "column token, which partner writes\n");
	end(&b);
	end(&all);
}

static void limits_at_their_edges(void **state)
{
	(void)state;
	struct bench b;
	struct err e;
	begin(&b);
	struct buf text;
	buf_init(&text, DOCUMENT_FILE_MAX);
	for (int i = 0; i < DOCUMENTS_MAX; i++)
		assert_int_equal(buf_printf(&text, &e, "kind: Tenant\nname: t%d\n---\n", i), 0);
	assert_int_equal(documents_read("f", buf_str(&text), &b.read, &e), 0);
	assert_int_equal(b.read.count, DOCUMENTS_MAX);
	assert_int_equal(
	        documents_read("g", STR("kind: Tenant\nname: x\n"), &b.read, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	buf_release(&text);
	end(&b);
}

/* Nested so deep: a mapping of mappings. */
static const char *read_nested(struct bench *b, int depth)
{
	struct err e;
	struct buf text;
	begin(b);
	buf_init(&text, 1 << 20);
	assert_int_equal(buf_printf(&text, &e, "kind: Destination\nname: d\naliases: "), 0);
	for (int i = 0; i < depth; i++)
		assert_int_equal(buf_append(&text, "[", 1, &e), 0);
	for (int i = 0; i < depth; i++)
		assert_int_equal(buf_append(&text, "]", 1, &e), 0);
	assert_int_equal(documents_read("f", buf_str(&text), &b->read, &e), 0);
	assert_int_equal(documents_report(&b->read, &b->report, &e), 0);
	assert_int_equal(buf_append(&b->report, "", 1, &e), 0);
	buf_release(&text);
	return buf_str(&b->report).p;
}

static void depth_and_digits(void **state)
{
	(void)state;
	struct bench b;
	struct err e;
	assert_string_equal(read_nested(&b, DOCUMENT_DEPTH_MAX), "");
	end(&b);
	assert_true(is_like(
	        read_nested(&b, DOCUMENT_DEPTH_MAX + 1), "f:3: aliases*is nested too deeply\n"));
	end(&b);
	begin(&b);
	assert_int_equal(
	        documents_read("f",
	                STR("kind: Destination\nname: d\nfeedback: {channels: [{mapping: {a: "
	                    "999999999999999999, b: 1000000000000000000, c: 007, d: -5}}]}\n"),
	                &b.read, &e),
	        0);
	assert_true(str_eq(b.read.items[0].document.body,
	        STR("{\"feedback\":{\"channels\":[{\"mapping\":{\"a\":999999999999999999,\"b\":"
	            "\"1000000000000000000\",\"c\":\"007\",\"d\":-5}}]},"
	            "\"kind\":\"Destination\",\"name\":\"d\"}")));
	end(&b);
}

static void documents_without_content_are_passed_over(void **state)
{
	static const char *const two[] = {
	        "kind: Tenant\nname: a\n---\n---\nkind: Tenant\nname: b\n",
	        "---\n# off\n---\nkind: Tenant\nname: a\n---\n# off\n---\nkind: Tenant\nname: "
	        "b\n---\n",
	        "kind: Tenant\nname: a\n---\n\n...\n---\nkind: Tenant\nname: b\n---\n# the end\n"};
	struct bench b;
	(void)state;
	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
		assert_int_equal(documents_in(&b, two[i]), 2);
		assert_string_equal(told(&b), "");
		end(&b);
	}
	assert_int_equal(documents_in(&b, "---\n# nothing\n---\n"), 0);
	assert_string_equal(told(&b), "f:1: there is no document in it\n");
	end(&b);
	/* What is written there is a document, and it is the one that is named. */
	assert_int_equal(documents_in(&b, "kind: Tenant\nname: a\n---\nnull\n---\n''\n"), 1);
	assert_string_equal(told(&b), "f:4: a document must be a mapping with kind and name\n"
	                              "f:6: a document must be a mapping with kind and name\n");
	end(&b);
}

static void a_name_of_digits_is_written_as_a_text(void **state)
{
	struct bench b;
	(void)state;
	assert_int_equal(documents_in(&b, "kind: Tenant\nname: 2026\n"), 1);
	assert_string_equal(
	        told(&b), "f:2: name: must be a text: write \"2026\", with the quotes\n");
	end(&b);
	static const char *const good_ones[] = {"kind: Tenant\nname: \"2026\"\n",
	        "kind: Tenant\nname: !!str 2026\n", "kind: Tenant\nname: '2026'\n"};
	for (size_t i = 0; i < sizeof(good_ones) / sizeof(good_ones[0]); i++) {
		assert_int_equal(documents_in(&b, good_ones[i]), 1);
		assert_string_equal(told(&b), "");
		end(&b);
	}
}

/* Reading is linear: with a look at all earlier keys for each this would take minutes. */
static void a_mapping_may_have_many_keys(void **state)
{
	enum { KEYS = 100000, LINE = 16 };
	struct bench b;
	struct buf yaml;
	struct err e;
	(void)state;
	buf_init(&yaml, (size_t)KEYS * LINE + 64);
	assert_int_equal(buf_printf(&yaml, &e, "kind: ConceptGroup\nname: a\nwide:\n"), 0);
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(buf_printf(&yaml, &e, " k%d: 1\n", i), 0);
	assert_int_equal(buf_printf(&yaml, &e, " k7: 2\n"), 0);
	assert_int_equal(buf_append(&yaml, "", 1, &e), 0);
	(void)documents_in(&b, buf_str(&yaml).p);
	assert_string_equal(told(&b), "f:100004: wide.k7: stands twice: remove one\n");
	end(&b);
	buf_release(&yaml);
}

/* Each cadence in place of the good one's, alone in its document. */
static void cadences_that_never_run_or_contradict_are_refused(void **state)
{
	static const char of_daily[] = ": decides nothing in a cadence of kind daily: remove it\n";
	static const struct {
		const char *cadence, *says;
	} tries[] = {
	        {"{cron: '0 0 1 12 *'}", "f:4: cadence.cron: never runs: no such day comes\n"},
	        {"{at: '06:30'}",
	                "f:4: cadence: has no kind: say how often it runs, such as kind: daily\n"},
	        {"{kind: daily, cron: '30 6 * * 1-5'}", of_daily},
	        {"{kind: daily, weekday: monday}", of_daily},
	        {"{kind: weekly, day: 3}",
	                ": decides nothing in a cadence of kind weekly: remove it\n"},
	        {"{kind: cron, cron: '1 2 3 4 5', at: '06:30'}", "cadence.at: decides nothing"},
	        {"{kind: none, at: '06:30'}",
	                "cadence.at: decides nothing in a cadence of kind none"},
	        {"{cron: '1 2 3 4 5', weekday: monday}", "cadence.weekday: decides nothing"},
	        {"{kind: monthly, month: 1}", "cadence.month: decides nothing"},
	        {"{kind: daily, zone: right/UTC}",
	                "cadence.zone: is no time zone that can be used here"},
	        {"{kind: daily, at: '06:30', zone: Europe/Paris}", ""},
	        {"{kind: quarterly, at: '06:30', day: 31, month: 3}", ""},
	        {"{kind: biweekly, weekday: friday, anchor: 2026-01-05}", ""},
	        {"{zone: Europe/Paris}", ""}, /* of blackouts */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct bench b;
		char yaml[400];
		(void)snprintf(yaml, sizeof(yaml), "kind: Route\nname: r\ntenant: t\ncadence: %s\n",
		        tries[i].cadence);
		(void)documents_in(&b, yaml);
		const char *report = told(&b);
		if (tries[i].says[0] ? !strstr(report, tries[i].says)
		                     : strstr(report, "cadence") != NULL)
			fail_msg("%s\n%s", tries[i].cadence, report);
		end(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(cadences_that_never_run_or_contradict_are_refused),
	        cmocka_unit_test(documents_without_content_are_passed_over),
	        cmocka_unit_test(a_name_of_digits_is_written_as_a_text),
	        cmocka_unit_test(a_mapping_may_have_many_keys),
	        cmocka_unit_test(good_configuration_has_no_mistake),
	        cmocka_unit_test(each_mistake_has_its_line_and_path),
	        cmocka_unit_test(all_are_told_at_once_in_the_order_of_files_and_lines),
	        cmocka_unit_test(a_mistake_of_what_is_applied_is_told_where_it_is_needed),
	        cmocka_unit_test(an_applied_route_is_not_broken_by_what_it_names),
	        cmocka_unit_test(limits_at_their_edges),
	        cmocka_unit_test(depth_and_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
