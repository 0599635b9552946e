/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static const struct reflist_item parts[] = {
        {.name = {"files/x/1.out", 13},
                .sha256 = {"aa", 2},
                .bytes = 10,
                .rows = 3,
                .label = {"p \"1\".csv", 9},
                .plain_sha256 = {"bb", 2}},
        {.name = {"files/x/2.out", 13},
                .sha256 = {"cc", 2},
                .bytes = 20,
                .rows = 4,
                .label = {"p\\2\x01.csv", 8},
                .plain_sha256 = {"dd", 2}},
};

static void manifest_task(struct job *j, size_t count, const char *list, struct ev_staged_ref *ref,
        char sha[SHA256_HEX])
{
	struct secret key = key_of(w.scheduler, "specs", DELIVERY);
	struct sealed_facts facts;
	struct buf text;
	struct err e;
	buf_init(&text, FILE_MAX);
	for (size_t i = 0; i < count; i++)
		must(reflist_add(&text, &parts[i], &e), &e);
	must(sealed_put_once(w.staging, str_c(list), &key, buf_str(&text), &facts, &e), &e);
	memcpy(sha, facts.sha256, SHA256_HEX);
	*ref = (struct ev_staged_ref){
	        .name = str_c(list), .sha256 = str_c(sha), .bytes = facts.bytes, .rows = 2};
	buf_release(&text);
	*j = job_new(GZIP_SPEC, EV_FORMAT_OP_MANIFEST);
	j->task.parts = ref;
	j->task.members = NULL;
	j->task.bridge_version = (struct str){NULL, 0};
}

static void a_manifest_lists_the_parts(void **state)
{
	(void)state;
	struct job j;
	struct ev_staged_ref ref;
	char sha[SHA256_HEX];
	manifest_task(&j, 2, "specs/" DELIVERY "/two.list", &ref, sha);
	job_must(&j);
	assert_int_equal(result_output_of(&j.out, STR("file"))->rows, 0);
	fact_is(&j, "encoder", "");
	struct str found = stored(&j);
	struct str wanted = STR(
	        "{\n\"delivery_id\": \"" DELIVERY "\",\n\"tenant\": \"acme\",\n"
	        "\"audience\": \"a \\\"1\\\"\",\n\"destination\": \"dsp\",\n\"rows\": "
	        "7,\n\"files\": [\n"
	        "{\"name\": \"p \\\"1\\\".csv\", \"rows\": 3, \"bytes\": 10, \"sha256\": \"aa\", "
	        "\"plain_sha256\": \"bb\"},\n"
	        "{\"name\": \"p\\\\2\\u0001.csv\", \"rows\": 4, \"bytes\": 20, \"sha256\": \"cc\", "
	        "\"plain_sha256\": \"dd\"}\n]\n}\n");
	if (!str_eq(found, wanted))
		fail_msg(STR_FMT, STR_ARG(found));
	job_release(&j);
}

static void a_manifest_of_no_parts_is_json_too(void **state)
{
	(void)state;
	struct job j;
	struct ev_staged_ref ref;
	char sha[SHA256_HEX];
	manifest_task(&j, 0, "specs/" DELIVERY "/none.list", &ref, sha);
	job_must(&j);
	assert_true(str_has_suffix(stored(&j), STR("\"rows\": 0,\n\"files\": [\n]\n}\n")));
	job_release(&j);
}

static void a_marker_is_an_empty_file(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_MARKER);
	job_must(&j);
	fact_is(&j, "plain_bytes", "0");
	fact_is(&j, "plain_sha256",
	        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(result_output_of(&j.out, STR("file"))->bytes, 0);
	assert_int_equal(stored(&j).n, 0);
	job_release(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_manifest_lists_the_parts),
	        cmocka_unit_test(a_manifest_of_no_parts_is_json_too),
	        cmocka_unit_test(a_marker_is_an_empty_file),
	};
	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
