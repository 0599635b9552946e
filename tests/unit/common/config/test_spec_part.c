/* SPDX-License-Identifier: Apache-2.0
 * Which service is told what. Whoever adds a member to a spec decides here who needs it. */
#include "longshore/spec_part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SOURCE \
	"{\"delimiter\":\";\",\"format\":\"parquet\",\"quiet_seconds\":5,\"read_partial\":true," \
	"\"ready_marker\":\"ok\"," \
	"\"url\":\"file:///in/\"}"
#define AUDIENCE \
	"{\"filters\":[{\"column\":\"c\",\"values\":[\"x\"]}],\"id_column\":\"patient\"," \
	"\"id_kind\":\"patient_id\",\"min_size\":30,\"name\":\"people\",\"segment\":\"s\"," \
	"\"source\":" SOURCE ",\"state_column\":\"st\",\"type\":\"DTC\"}"
#define BRIDGE \
	"{\"cardinality\":\"n:1\",\"columns\":[{\"column\":\"token\",\"name\":\"t\"}]," \
	"\"from_column\":\"patient\",\"from_kind\":\"patient_id\",\"max_age_hours\":9," \
	"\"max_invalid_ppm\":1,\"max_shrink_ppm\":1,\"name\":\"tokens\",\"recipient\":\"r\"," \
	"\"source\":" SOURCE "}"
#define LISTS \
	"[{\"id_column\":\"patient\",\"name\":\"optout\",\"source\":{\"url\":\"file:///out/\"}}]"
#define COLUMNS "[{\"name\":\"token\",\"source\":\"t\"}]"

/* Every member of a spec, with another value than its default. */
static const char whole[] =
        "{\"approval\":\"always\",\"audience\":" AUDIENCE
        ",\"blackouts\":[{\"from_minute\":1,\"to_minute\":2}],\"bridge\":" BRIDGE
        ",\"bucket\":{\"name\":\"box\",\"others_may_delete\":true,\"url\":\"file:///drop/\"},"
        "\"destination\":{\"columns\":" COLUMNS
        ",\"completion\":\"success_file\",\"compression\":\"gzip\",\"crlf\":true,"
        "\"data_template\":\"d\",\"delimiter\":\"|\",\"format\":\"jsonl\",\"header_row\":false,"
        "\"is_draft\":true,"
        "\"manifest_template\":\"m\",\"marker_template\":\"k\",\"max_rows_per_file\":7,"
        "\"min_audience_size\":40,\"min_rows\":1,\"name\":\"dsp\",\"one_row_a_primary\":true,"
        "\"part_format\":\"001\",\"parts_without_marker\":true,\"quote_mode\":\"all\","
        "\"suppress_states\":[\"CA\"],\"suppress_unknown_state\":true,\"time_zone\":\"Asia/"
        "Tokyo\"},"
        "\"dry_run\":true,\"guards\":{\"max_change_ppm\":1,\"max_growth_ppm\":1,"
        "\"max_shrink_ppm\":1,\"max_size\":99,\"min_match_rate_ppm\":1,\"min_size\":30},"
        "\"limits\":{\"attempts\":2,\"destination_per_day\":1,\"destination_per_hour\":1,"
        "\"destination_tasks\":1,\"files_per_second_milli\":500,\"hold_hours\":1,"
        "\"slice_bytes\":4096,\"tenant_per_day\":1,\"tenant_per_hour\":1,\"tenant_tasks\":1},"
        "\"mode\":\"other\",\"paused\":true,\"route\":\"daily\",\"suppressions\":" LISTS
        ",\"tenant\":\"acme\",\"unsupported\":[\"x\"],\"zone\":\"Asia/Tokyo\"}";

static const char *const expected[SPEC_READERS] = {
        [SPEC_FOR_BUILDER] = "{\"bridge\":" BRIDGE ",\"tenant\":\"acme\"}",
        [SPEC_FOR_BRIDGE_WORKER] =
                "{\"audience\":" AUDIENCE ",\"bridge\":{\"name\":\"tokens\"},\"destination\":"
                "{\"suppress_states\":[\"CA\"],\"suppress_unknown_state\":true},\"limits\":"
                "{\"slice_bytes\":4096},\"route\":\"daily\",\"suppressions\":" LISTS
                ",\"tenant\":\"acme\"}",
        [SPEC_FOR_FORMATTER] =
                "{\"audience\":{\"name\":\"people\"},\"destination\":{\"columns\":" COLUMNS
                ",\"compression\":\"gzip\",\"crlf\":true,\"delimiter\":\"|\",\"format\":\"jsonl\","
                "\"header_row\":false,"
                "\"name\":\"dsp\",\"quote_mode\":\"all\"},\"tenant\":\"acme\"}",
        [SPEC_FOR_UPLOADER] =
                "{\"bucket\":{\"name\":\"box\",\"others_may_delete\":true,\"url\":\"file:///drop/"
                "\"},"
                "\"destination\":{\"name\":\"dsp\"},\"limits\":{\"files_per_second_milli\":500},"
                "\"tenant\":\"acme\"}",
};

static int make(void **state)
{
	static struct arena mem;
	arena_init(&mem, 8 << 20);
	*state = &mem;
	return 0;
}

static int end(void **state)
{
	arena_release(*state);
	return 0;
}

static struct str part(struct arena *mem, const char *json, int reader)
{
	struct str out = STR("");
	char hash[SHA256_HEX], own[SHA256_HEX];
	struct err e;
	if (spec_part(str_c(json), (enum spec_reader)reader, mem, &out, hash, &e) != 0)
		fail_msg("%s", e.text);
	sha256_hex(out.p, out.n, own);
	assert_string_equal(hash, own);
	return out;
}

static void each_service_is_told_what_it_needs_and_no_more(void **state)
{
	struct arena *mem = *state;
	struct spec spec;
	struct err e;
	assert_int_equal(spec_parse(str_c(whole), mem, &spec, &e), 0);
	for (int r = 0; r < SPEC_READERS; r++)
		assert_string_equal(arena_cstr(mem, part(mem, whole, r)), expected[r]);
}

static void a_part_is_read_by_its_service(void **state)
{
	struct arena *mem = *state;
	for (int r = 0; r < SPEC_READERS; r++) {
		struct spec spec, all;
		struct err e;
		if (spec_parse_part(part(mem, whole, r), (enum spec_reader)r, mem, &spec, &e) != 0)
			fail_msg("%d: %s", r, e.text);
		/* and so is a whole spec, which older schedulers send */
		assert_int_equal(
		        spec_parse_part(str_c(whole), (enum spec_reader)r, mem, &all, &e), 0);
		assert_true(str_eq(spec.tenant, all.tenant));
	}
}

static void what_a_service_needs_has_to_be_there(void **state)
{
	struct arena *mem = *state;
	static const struct {
		int reader;
		const char *json, *says;
	} cases[] = {
	        {SPEC_FOR_BUILDER, "{\"kind\":\"build\",\"tenant\":\"acme\"}",
	                "bridge.name: is missing"},
	        {SPEC_FOR_BRIDGE_WORKER,
	                "{\"bridge\":{\"name\":\"tokens\"},\"route\":\"r\",\"tenant\":\"acme\"}",
	                "audience.name: is missing"},
	        {SPEC_FOR_FORMATTER,
	                "{\"audience\":{\"name\":\"a\"},\"destination\":{\"name\":\"d\"},"
	                "\"tenant\":\"acme\"}",
	                "destination.columns: is missing"},
	        {SPEC_FOR_UPLOADER, "{\"destination\":{\"name\":\"d\"},\"tenant\":\"acme\"}",
	                "bucket.url: is missing"},
	        {SPEC_FOR_UPLOADER, "{}", "tenant: is missing"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spec spec;
		struct err e;
		assert_int_equal(spec_parse_part(str_c(cases[i].json),
		                         (enum spec_reader)cases[i].reader, mem, &spec, &e),
		        ERR_REJECT);
		assert_non_null(strstr(e.text, cases[i].says));
	}
	struct spec spec;
	struct err e;
	assert_int_equal(
	        spec_parse(part(mem, whole, SPEC_FOR_UPLOADER), mem, &spec, &e), ERR_REJECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                each_service_is_told_what_it_needs_and_no_more, make, end),
	        cmocka_unit_test_setup_teardown(a_part_is_read_by_its_service, make, end),
	        cmocka_unit_test_setup_teardown(what_a_service_needs_has_to_be_there, make, end),
	};
	return cmocka_run_group_tests_name("spec_part", tests, NULL, NULL);
}
