/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "longshore/cadence.h"
#include "longshore/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA = 4 * 1024 * 1024, MOST = 8 };

static const char tenant[] = "{\"limits\":{\"tasks_in_flight\":40,\"deliveries_per_hour\":5}}";
static const char audience[] = "{\"type\":\"DTC\",\"source\":{\"url\":\"file:///in/a/"
                               "\",\"ready\":{\"marker\":\"_SUCCESS\"}},"
                               "\"id\":{\"column\":\"patient\",\"kind\":\"patient_id\"},\"state_"
                               "column\":\"st\",\"min_size\":50,"
                               "\"filters\":[{\"column\":\"c\",\"in\":[\"x\",\"y\"]}]}";
static const char bridge[] =
        "{\"source\":{\"url\":\"file:///in/b/"
        "\"},\"from\":{\"column\":\"patient\",\"kind\":\"patient_id\"},"
        "\"record\":[{\"name\":\"token\",\"column\":\"tok\"}],\"cardinality\":\"n:1\"}";
static const char destination[] =
        "{\"columns\":[{\"name\":\"user_id\",\"source\":\"token\"},{\"name\":\"k\",\"constant\":"
        "\"v\"}],"
        "\"format\":{\"container\":\"tsv\"},\"limits\":{\"max_rows_per_file\":1000,"
        "\"deliveries_per_hour\":3,\"deliveries_per_day\":20},"
        "\"naming\":{\"data_template\":\"{label}_{part}.tsv.gz\"},\"packaging\":{\"compression\":"
        "\"gzip\"},"
        "\"completion\":{\"kind\":\"success_file\",\"name_template\":\"{label}_SUCCESS\"},"
        "\"privacy\":{\"min_audience_size\":{\"DTC\":70},\"suppress_states_dtc\":[\"WA\"]},"
        "\"refresh\":{\"max_shrink\":\"30%\"}}";
static const char bucket[] = "{\"url\":\"file:///drop/\"}";
static const char route[] =
        "{\"name\":\"r\",\"audience\":\"a\",\"bridge\":\"b\",\"destination\":\"d\",\"bucket\":"
        "\"k\","
        "\"guards\":{\"min_size\":60,\"min_match_rate\":\"0.5\"},\"approval\":\"always\"}";

struct set {
	struct spec_document docs[MOST];
	size_t count;
};

static struct set good(void)
{
	return (struct set){.count = 6,
	        .docs = {{STR("Tenant"), STR("t"), STR("t"), STR(tenant)},
	                {STR("Audience"), STR("t"), STR("a"), STR(audience)},
	                {STR("Bridge"), STR("t"), STR("b"), STR(bridge)},
	                {STR("Destination"), STR(""), STR("d"), STR(destination)},
	                {STR("Bucket"), STR(""), STR("k"), STR(bucket)},
	                {STR("Route"), STR("t"), STR("r"), STR(route)}}};
}

static int resolve(const struct set *s, struct arena *mem, struct str *json, char hash[SHA256_HEX],
        struct err *e)
{
	return spec_resolve(STR("t"), STR("r"), s->docs, s->count, mem, json, hash, e);
}

/* The spec of a set that is right. */
static struct spec resolved(const struct set *s, struct arena *mem)
{
	struct err e;
	struct str json;
	struct spec spec;
	char hash[SHA256_HEX];
	if (resolve(s, mem, &json, hash, &e) != 0 || spec_parse(json, mem, &spec, &e) != 0)
		fail_msg("%s", e.text);
	return spec;
}

static void a_route_resolves_by_value(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct str json;
	struct spec spec;
	char hash[SHA256_HEX];
	struct set s = good();
	arena_init(&mem, ARENA);
	if (resolve(&s, &mem, &json, hash, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(spec_parse(json, &mem, &spec, &e), 0);
	assert_true(str_eq(spec.audience.source.ready_marker, STR("_SUCCESS")));
	assert_true(str_eq(spec.audience.filters[0].values[1], STR("y")));
	assert_int_equal(spec.bridge.cardinality, CARDINALITY_N_1);
	assert_int_equal(spec.destination.delimiter, '\t');
	assert_int_equal(spec.destination.compression, COMPRESSION_GZIP);
	assert_int_equal(spec.destination.completion, COMPLETION_SUCCESS_FILE);
	assert_true(spec.destination.columns[1].is_constant);
	assert_int_equal(spec.guards.min_size, 70); /* the strictest of 50, 60 and 70 */
	assert_int_equal(spec.guards.max_shrink_ppm, 300000);
	assert_int_equal(spec.guards.min_match_rate_ppm, 500000);
	assert_int_equal(spec.limits.tenant_tasks, 40);
	assert_int_equal(spec.limits.tenant_per_hour, 5);
	assert_int_equal(spec.limits.tenant_per_day, 0); /* none */
	assert_int_equal(spec.limits.destination_per_hour, 3);
	assert_int_equal(spec.limits.destination_per_day, 20);
	assert_int_equal(spec.approval, APPROVAL_ALWAYS);
	assert_int_equal(spec.unsupported_count, 0);
	char own[SHA256_HEX];
	sha256_hex(json.p, json.n, own);
	assert_string_equal(own, hash);
	arena_release(&mem);
}

static void who_leaves_the_caps_open_has_finite_ones(void **state)
{
	(void)state;
	static const struct {
		const char *tenant, *destination;
		int64_t tenant_tasks, destination_tasks;
	} cases[] = {{"{}", "", 1000, 250},
	        {"{\"limits\":{\"tasks_in_flight\":0}}", ",\"limits\":{\"tasks_in_flight\":0}", 0,
	                0},
	        {"{\"limits\":{\"tasks_in_flight\":1}}",
	                ",\"limits\":{\"tasks_in_flight\":1000000}", 1, 1000000}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct set s = good();
		arena_init(&mem, ARENA);
		s.docs[0].body = str_c(cases[i].tenant);
		s.docs[3].body = arena_printf(&mem,
		        "{\"columns\":[{\"name\":\"u\",\"source\":\"token\"}],\"naming\":{\"data_"
		        "template\":\"{label}_{part}.csv\"}%s}",
		        cases[i].destination);
		struct spec spec = resolved(&s, &mem);
		assert_int_equal(spec.limits.tenant_tasks, cases[i].tenant_tasks);
		assert_int_equal(spec.limits.destination_tasks, cases[i].destination_tasks);
		arena_release(&mem);
	}
}

/* Records (x, 1) and (x, 2) are one row to a destination that does not write the second column. */
static void a_row_that_may_repeat_is_not_sent_without_leave(void **state)
{
	(void)state;
	static const struct {
		const char *columns, *format;
		size_t unsupported;
		bool one_row_a_primary;
	} cases[] = {{"{\"name\":\"u\",\"source\":\"token\"}", "", 0, true},
	        {"{\"name\":\"u\",\"source\":\"token\"}", "\"dedupe\":\"exact_row\"", 0, true},
	        {"{\"name\":\"u\",\"source\":\"token\"}", "\"dedupe\":\"none\"", 0, false},
	        {"{\"name\":\"z\",\"source\":\"zip\"}", "", 1, false},
	        {"{\"name\":\"z\",\"source\":\"zip\"}", "\"dedupe\":\"none\"", 0, false},
	        {"{\"name\":\"z\",\"source\":\"zip\"},{\"name\":\"u\",\"source\":\"token\"}", "", 0,
	                false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct set s = good();
		arena_init(&mem, ARENA);
		s.docs[2].body =
		        STR("{\"source\":{\"url\":\"file:///in/b/\"},\"from\":{\"column\":\"p\","
		            "\"kind\":\"patient_id\"},\"record\":[{\"name\":\"token\","
		            "\"column\":\"t\"},{\"name\":\"zip\",\"column\":\"z\"}]}");
		s.docs[3].body = arena_printf(&mem,
		        "{\"columns\":[%s],\"format\":{%s},\"naming\":{\"data_template\":\"{label}."
		        "csv"
		        "\"}}",
		        cases[i].columns, cases[i].format);
		struct spec spec = resolved(&s, &mem);
		assert_int_equal(spec.unsupported_count, cases[i].unsupported);
		assert_int_equal(spec.destination.one_row_a_primary, cases[i].one_row_a_primary);
		if (cases[i].unsupported > 0)
			assert_true(str_eq(spec.unsupported[0], STR("format.dedupe")));
		arena_release(&mem);
	}
}

/* A state that is spelled out, or left empty, may be one of those. */
static void where_states_are_suppressed_unknown_ones_are_unless_it_says_no(void **state)
{
	(void)state;
	static const struct {
		const char *privacy;
		bool want;
	} cases[] = {{"\"suppress_states_dtc\":[\"WA\"]", true},
	        {"\"suppress_states_dtc\":[\"WA\"],\"suppress_unknown_state\":false", false},
	        {"\"suppress_unknown_state\":true", true}, {"", false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct set s = good();
		arena_init(&mem, ARENA);
		s.docs[3].body = arena_printf(&mem,
		        "{\"columns\":[{\"name\":\"u\",\"source\":\"token\"}],\"naming\":{\"data_"
		        "template\":\"{label}.csv\"},\"privacy\":{%s}}",
		        cases[i].privacy);
		struct spec spec = resolved(&s, &mem);
		assert_int_equal(spec.destination.suppress_unknown_state, cases[i].want);
		arena_release(&mem);
	}
}

/* Else a name could be claimed twice at one place. */
static void a_place_has_one_name(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct str json[2];
	char hash[2][SHA256_HEX];
	arena_init(&mem, ARENA);
	for (int i = 0; i < 2; i++) {
		struct set s = good();
		struct spec spec;
		for (size_t k = 0; k < s.count && i == 1; k++)
			if (str_eq(s.docs[k].kind, STR("Bucket")))
				s.docs[k].body = STR("{\"url\":\"file:///drop\"}");
		assert_int_equal(resolve(&s, &mem, &json[i], hash[i], &e), 0);
		assert_int_equal(spec_parse(json[i], &mem, &spec, &e), 0);
		assert_true(str_eq(spec.bucket.url, STR("file:///drop/")));
	}
	assert_string_equal(hash[0], hash[1]);
	arena_release(&mem);
}

static struct str jsonl_with(const char *more, struct arena *mem)
{
	return arena_printf(mem,
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"token\"}],\"naming\":{\"data_"
	        "template\":"
	        "\"{label}.jsonl\"},%s}",
	        more);
}

/* An option that only CSV has would be forgotten in silence. */
static void json_lines_have_no_options_of_csv(void **state)
{
	(void)state;
	static const struct {
		const char *form, *says; /* NULL: it is fine */
	} cases[] = {{"\"format\":{\"container\":\"jsonl\"}", NULL},
	        {"\"header_row\":false,\"format\":{\"container\":\"jsonl\",\"newline\":\"lf\"}",
	                NULL},
	        {"\"format\":{\"container\":\"jsonl\",\"delimiter\":\";\"}", "format.delimiter"},
	        {"\"format\":{\"container\":\"jsonl\",\"quote_mode\":\"minimal\"}",
	                "format.quote_mode"},
	        {"\"format\":{\"container\":\"jsonl\",\"quote_char\":\"\\\"\"}",
	                "format.quote_char"},
	        {"\"header_row\":true,\"format\":{\"container\":\"jsonl\"}", "header_row"},
	        {"\"format\":{\"container\":\"jsonl\",\"newline\":\"crlf\"}", "format.newline"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct err e;
		struct str json;
		char hash[SHA256_HEX];
		struct set s = good();
		arena_init(&mem, ARENA);
		s.docs[3].body = jsonl_with(cases[i].form, &mem);
		if (cases[i].says) {
			assert_int_equal(resolve(&s, &mem, &json, hash, &e), ERR_REJECT);
			const char *field = e.text + strlen("Destination d, ");
			assert_memory_equal(field, cases[i].says, strlen(cases[i].says));
		} else {
			struct spec spec = resolved(&s, &mem);
			assert_int_equal(spec.destination.format, FILE_JSONL);
			assert_false(spec.destination.header_row);
			assert_int_equal(spec.unsupported_count, 0);
		}
		arena_release(&mem);
	}
}

static void what_is_not_honoured_is_named(void **state)
{
	(void)state;
	struct arena mem;
	struct set s = good();
	arena_init(&mem, ARENA);
	s.docs[3].body = STR("{\"columns\":[{\"name\":\"u\",\"source\":\"token\"}],\"naming\":{"
	                     "\"data_template\":\"{label}\"},"
	                     "\"packaging\":{\"encryption\":\"pgp\",\"compression\":\"zip\"},"
	                     "\"status\":\"suspended\",\"privacy\":{\"min_age\":18},"
	                     "\"bridge\":{\"cardinality\":\"one_to_many\"}}");
	struct spec spec = resolved(&s, &mem);
	static const char *const want[] = {"packaging.encryption", "packaging.compression",
	        "status", "privacy.min_age", "bridge.cardinality"};
	assert_int_equal(spec.unsupported_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(str_eq(spec.unsupported[i], str_c(want[i])));
	arena_release(&mem);
}

static void what_must_not_be_split_is_not_split_by_its_limit(void **state)
{
	(void)state;
	static const struct {
		const char *limits;
		size_t unsupported;
	} cases[] = {{"{\"max_rows_per_file\":10,\"split\":\"never\"}", 1},
	        {"{\"max_rows_per_file\":10,\"split\":\"by_rows\"}", 0},
	        {"{\"max_rows_per_file\":10}", 0}, {"{\"split\":\"never\"}", 0}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct set s = good();
		arena_init(&mem, ARENA);
		s.docs[3].body = arena_printf(&mem,
		        "{\"columns\":[{\"name\":\"u\",\"required\":true,\"source\":\"token\"}],"
		        "\"limits\":%s,\"naming\":{\"data_template\":\"{label}_{part}\"}}",
		        cases[i].limits);
		struct spec spec = resolved(&s, &mem);
		assert_true(spec.destination.columns[0].is_required);
		assert_int_equal(spec.unsupported_count, cases[i].unsupported);
		if (cases[i].unsupported)
			assert_true(str_eq(spec.unsupported[0], STR("limits.split")));
		arena_release(&mem);
	}
}

static void mistakes_name_document_and_path(void **state)
{
	(void)state;
	static const struct {
		size_t doc;
		const char *body, *says;
	} cases[] = {
	        {1, "{\"type\":\"DTC\"}", "Audience a, source.url: is missing"},
	        {1, NULL, "Route r, audience: there is no Audience a: apply it"},
	        {2,
	                "{\"source\":{\"url\":\"file:///"
	                "x\"},\"from\":{\"column\":\"p\",\"kind\":\"npi\"},"
	                "\"record\":[{\"name\":\"t\","
	                "\"column\":\"t\"}]}",
	                "Route r, bridge: maps another kind of id than the audience has: from.kind "
	                "must be the audience's id.kind"},
	        /* applied before it was refused: no delivery begins with it */
	        {1,
	                "{\"type\":\"DTC\",\"source\":{\"url\":\"file:///in/a/\"},\"id\":{"
	                "\"column\":\"p\",\"kind\":\"patient_id\"},\"filters\":[{\"column\":"
	                "\"p\",\"in\":[\"p1\"]}]}",
	                "Audience a, filters[0].column: is the column of the ids: ids of people "
	                "would stand in documents, tables and topics; filter by another column, "
	                "name people in a SuppressionList, or leave them out of the source"},
	        {3, "{\"columns\":[]}", "Destination d, naming.data_template: is missing"},
	        {3,
	                "{\"columns\":[{\"name\":\"u\",\"source\":\"token\"}],\"naming\":{"
	                "\"data_template\":\"{yyyymmdd}_{part}.csv\"}}",
	                "Destination d, naming.data_template: must hold {label} or {delivery}, so "
	                "that each delivery has names of its own"},
	        {5,
	                "{\"audience\":\"a\",\"bridge\":\"b\",\"destination\":\"d\",\"bucket\":"
	                "\"k\",\"guards\":{\"min_size\":\"x\"}}",
	                "Route r, guards.min_size: must be a whole number, 0 or more"},
	        {5,
	                "{\"audience\":\"a\",\"bridge\":\"b\",\"destination\":\"d\",\"bucket\":"
	                "\"k\",\"approval\":\"maybe\"}",
	                "Route r, approval: must be none or always"},
	        {5,
	                "{\"audience\":\"a\",\"bridge\":\"b\",\"destination\":\"d\",\"bucket\":"
	                "\"k\",\"suppress\":[\"s\"]}",
	                "Route r, suppress[0]: there is no SuppressionList s: apply it"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct err e;
		struct str json;
		char hash[SHA256_HEX];
		struct set s = good();
		arena_init(&mem, ARENA);
		if (cases[i].body)
			s.docs[cases[i].doc].body = str_c(cases[i].body);
		else
			s.docs[cases[i].doc].name = STR("another");
		assert_int_equal(resolve(&s, &mem, &json, hash, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_configuration");
		assert_string_equal(e.text, cases[i].says);
		arena_release(&mem);
	}
}

static void a_spec_in_another_form_is_refused(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct str json;
	struct spec spec;
	char hash[SHA256_HEX];
	struct set s = good();
	arena_init(&mem, ARENA);
	assert_int_equal(resolve(&s, &mem, &json, hash, &e), 0);
	struct str spaced = arena_printf(&mem, STR_FMT " ", STR_ARG(json));
	assert_int_equal(spec_parse(spaced, &mem, &spec, &e), ERR_REJECT);
	assert_int_equal(spec_parse(STR("{\"tenant\":1}"), &mem, &spec, &e), ERR_REJECT);
	assert_int_equal(spec_parse(STR("{"), &mem, &spec, &e), ERR_REJECT);
	assert_int_equal(
	        spec_parse(STR("{\"surprise\":1,\"tenant\":\"t\"}"), &mem, &spec, &e), ERR_REJECT);
	arena_release(&mem);
}

static const char guarded[] = "{\"name\":\"r\",\"audience\":\"a\",\"bridge\":\"b\",\"destination\":"
                              "\"d\",\"bucket\":\"k\","
                              "\"guards\":{%s}}";

/* 0 % is a guard; leaving it out is none, or the destination's. */
static void a_guard_of_nothing_is_a_guard(void **state)
{
	(void)state;
	static const struct {
		const char *guards;
		int64_t shrink, growth, change, match;
	} cases[] = {
	        {"", 300000, GUARD_OFF, GUARD_OFF, GUARD_OFF},
	        {"\"max_shrink\":\"0%\"", 0, GUARD_OFF, GUARD_OFF, GUARD_OFF},
	        {"\"max_shrink\":0,\"max_growth\":\"0\"", 0, 0, GUARD_OFF, GUARD_OFF},
	        {"\"max_growth\":1,\"max_change\":\"0.0%\"", 300000, 1000000, 0, GUARD_OFF},
	        {"\"max_growth\":\"250%\",\"min_match_rate\":\"100%\"", 300000, 2500000, GUARD_OFF,
	                1000000},
	        {"\"max_change\":\"1\",\"min_match_rate\":\"0\"", 300000, GUARD_OFF, 1000000, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct set s = good();
		char body[400];
		arena_init(&mem, ARENA);
		(void)snprintf(body, sizeof(body), guarded, cases[i].guards);
		s.docs[5].body = str_c(body);
		struct spec spec = resolved(&s, &mem);
		assert_int_equal(spec.guards.max_shrink_ppm, cases[i].shrink);
		assert_int_equal(spec.guards.max_growth_ppm, cases[i].growth);
		assert_int_equal(spec.guards.max_change_ppm, cases[i].change);
		assert_int_equal(spec.guards.min_match_rate_ppm, cases[i].match);
		arena_release(&mem);
	}
}

static void a_guard_of_a_bare_number_is_refused(void **state)
{
	(void)state;
	static const char bare[] =
	        "must have a % sign, such as \"50%\", or lie between 0 and 1, such as "
	        "\"0.5\"";
	static const struct {
		const char *guards, *says;
	} cases[] = {
	        {"\"max_growth\":50", bare},
	        {"\"max_growth\":\"1.5\"", bare},
	        {"\"max_shrink\":\"2\"", bare},
	        {"\"max_change\":2", bare},
	        {"\"min_match_rate\":90", bare},
	        {"\"max_shrink\":\"100.1%\"", "must be at most 100%"},
	        {"\"min_match_rate\":\"101%\"", "must be at most 100%"},
	        {"\"max_shrink\":\"much\"", "must be a ratio such as \"30%\" or \"0.3\""},
	        {"\"max_shrink\":-1", "must be a ratio such as \"30%\" or \"0.3\""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena mem;
		struct err e;
		struct str json;
		char hash[SHA256_HEX], body[400];
		struct set s = good();
		arena_init(&mem, ARENA);
		(void)snprintf(body, sizeof(body), guarded, cases[i].guards);
		s.docs[5].body = str_c(body);
		assert_int_equal(resolve(&s, &mem, &json, hash, &e), ERR_REJECT);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s: %s", cases[i].guards, e.text);
		arena_release(&mem);
	}
}

static void ratios_are_exact_to_the_millionth(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ppm; /* -1: refused */
	} cases[] = {{"30%", 300000}, {"0.3", 300000}, {"1", 1000000}, {"12.5%", 125000},
	        {"0.000001", 1}, {"0.0001%", 1}, {"0.0000001", -1}, {"", -1}, {"%", -1}, {".5", -1},
	        {"5.", -1}, {"-1", -1}, {"1e3", -1}, {"200%", 2000000}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ppm = -1;
		bool ok = ratio_parse(str_c(cases[i].text), &ppm);
		assert_int_equal(ok, cases[i].ppm >= 0);
		if (ok)
			assert_int_equal(ppm, cases[i].ppm);
	}
}

static void a_cadence_is_read_or_refused(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct spec_cadence c;
	arena_init(&mem, ARENA);
	assert_int_equal(
	        spec_cadence(
	                STR("{\"name\":\"r\",\"cadence\":{\"kind\":\"biweekly\",\"at\":\"06:30\","
	                    "\"weekday\":"
	                    "\"friday\",\"anchor\":\"2026-01-02\",\"zone\":\"Europe/Berlin\"}}"),
	                &mem, &c, &e),
	        0);
	assert_int_equal(c.kind, CADENCE_BIWEEKLY);
	assert_int_equal(c.hour * 60 + c.minute, 390);
	assert_int_equal(c.weekday, 5);
	assert_true(str_eq(c.zone, STR("Europe/Berlin")));
	assert_int_equal(
	        spec_cadence(STR("{\"cadence\":{\"cron\":\"0 6 * * 1\"}}"), &mem, &c, &e), 0);
	assert_int_equal(c.kind, CADENCE_CRON);
	assert_int_equal(spec_cadence(STR("{\"name\":\"r\"}"), &mem, &c, &e), 0);
	assert_int_equal(c.kind, CADENCE_NONE);
	assert_int_equal(
	        spec_cadence(
	                STR("{\"name\":\"r\",\"cadence\":{\"kind\":\"daily\",\"at\":\"24:00\"}}"),
	                &mem, &c, &e),
	        ERR_REJECT);
	assert_string_equal(e.text, "Route r, cadence.at: must be a time such as \"06:30\"");
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_route_resolves_by_value),
	        cmocka_unit_test(who_leaves_the_caps_open_has_finite_ones),
	        cmocka_unit_test(json_lines_have_no_options_of_csv),
	        cmocka_unit_test(what_is_not_honoured_is_named),
	        cmocka_unit_test(what_must_not_be_split_is_not_split_by_its_limit),
	        cmocka_unit_test(a_row_that_may_repeat_is_not_sent_without_leave),
	        cmocka_unit_test(where_states_are_suppressed_unknown_ones_are_unless_it_says_no),
	        cmocka_unit_test(a_place_has_one_name),
	        cmocka_unit_test(mistakes_name_document_and_path),
	        cmocka_unit_test(a_spec_in_another_form_is_refused),
	        cmocka_unit_test(a_guard_of_nothing_is_a_guard),
	        cmocka_unit_test(a_guard_of_a_bare_number_is_refused),
	        cmocka_unit_test(ratios_are_exact_to_the_millionth),
	        cmocka_unit_test(a_cadence_is_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
