/* SPDX-License-Identifier: Apache-2.0
 * Fields that nobody knows, and fields that do less than they seem to. */
#include "document_bench.h"

/* Also where no route uses the document, and at every depth. */
static void a_field_that_no_kind_has_is_a_mistake_in_every_kind(void **state)
{
	static const struct {
		const char *fields, *says;
	} tries[] = {
	        {"kind: Destination\nname: d\npackagin: {compression: gzip}\n",
	                "f:3: packagin: is no field of a document of kind Destination: did you "
	                "mean "
	                "packaging?\n"},
	        {"kind: Destination\nname: d\npackaging: {encrption: pgp}\n",
	                "f:3: packaging.encrption: is no field of a document of kind Destination: "
	                "did "
	                "you mean packaging.encryption?\n"},
	        {"kind: Destination\nname: d\ncompression: gzip\n",
	                "f:3: compression: is no field of a document of kind Destination: did you "
	                "mean "
	                "packaging.compression?\n"},
	        {"kind: Destination\nname: d\nprivacy:\n  minAudienceSize: 5\n",
	                "f:4: privacy.minAudienceSize: is no field of a document of kind "
	                "Destination: "
	                "did you mean privacy.min_audience_size?\n"},
	        {"kind: Destination\nname: d\nprivacy: {min_audience_size: {DTCC: 5}}\n",
	                "f:3: privacy.min_audience_size.DTCC: is no field of a document of kind "
	                "Destination: did you mean privacy.min_audience_size.DTC?\n"},
	        {"kind: Destination\nname: d\ntenant: t\n",
	                "f:3: tenant: is no field of a document of kind Destination: *"},
	        {"kind: ConceptGroup\nname: c\nmembers: [a]\n",
	                "f:3: members: is no field of a document of kind ConceptGroup: *"},
	        {"kind: Credential\nname: c\npassword: x\n",
	                "f:3: password: is no field of a document of kind Credential: *"},
	        {"kind: Tenant\nname: c\n\"limits.tasks_in_flight\": 1\n",
	                "f:3: \"limits.tasks_in_flight\": is one name with a dot in it: for "
	                "limits.tasks_in_flight, write one field below the other\n"},
	        /* A name that begins like the one before is looked at, too. */
	        {"kind: Tenant\nname: c\nlimit: 1\nlimits: 1\nlimitss: 2\n",
	                "f:3: limit: *\nf:4: limits: *\nf:5: limitss: *"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct bench b;
		(void)documents_in(&b, tries[i].fields);
		const char *says = told(&b);
		if (!strstr(says, "f:") ||
		        !is_like(says, arena_printf(&b.mem, "*%s*", tries[i].says).p))
			fail_msg("%s\n%s", tries[i].fields, says);
		end(&b);
	}
}

static void what_decides_nothing_yet_is_a_warning_beside_mistakes(void **state)
{
	struct bench b;
	(void)state;
	(void)documents_in(&b,
	        "kind: Destination\nname: d\neffective_from: 2030-01-01\nidentifiers:\n"
	        "  - {id_type: hem}\n  - {id_type: mob}\npackaging: {encryption: pgp, speed: 9}\n"
	        "---\nkind: Credential\nname: c\n---\n"
	        "kind: Audience\ntenant: t\nname: a\ntype: DTC\nsegment: S\n");
	assert_string_equal(warned(&b),
	        "f:3: warning: effective_from: decides nothing yet\n"
	        "f:5: warning: identifiers.id_type: decides nothing yet\n"
	        "f:7: warning: packaging.encryption: is not honoured yet as it stands here: "
	        "deliveries "
	        "to it will be held\n"
	        "f:9: warning: a document of kind Credential decides nothing yet\n"
	        "f:16: warning: segment: decides nothing yet\n");
	buf_clear(&b.report);
	assert_true(is_like(told(&b), "f:1: columns: *\nf:*packaging.speed: is no field of *"));
	end(&b);
}

/* A route's deliveries that will be held are warned of, whatever else is wrong. */
static void a_hold_that_will_come_is_warned_of(void **state)
{
	struct bench b;
	struct err e;
	(void)state;
	begin(&b);
	char *text = changed("refresh: {max_shrink: 30%}", "packaging: {encryption: pgp}");
	assert_int_equal(documents_read("f", str_c(text), &b.read, &e), 0);
	assert_int_equal(documents_read("g", STR("kind: Tenant\nname: x y\n"), &b.read, &e), 0);
	assert_string_equal(warned(&b),
	        "f:36: warning: packaging.encryption: is not honoured yet as it stands here: "
	        "deliveries to it will be held\n"
	        "f:48: warning: deliveries of route daily will be held: "
	        "unsupported(packaging.encryption)\n");
	free(text);
	end(&b);
}

static void mistakes_and_warnings_are_bounded(void **state)
{
	enum { FIELDS = 1001 };
	struct bench b;
	struct err e;
	struct buf yaml;
	(void)state;
	buf_init(&yaml, 1 << 20);
	assert_int_equal(buf_printf(&yaml, &e, "kind: Tenant\nname: a\n"), 0);
	for (int i = 0; i < FIELDS; i++)
		assert_int_equal(buf_printf(&yaml, &e, "k%d: 1\n", i), 0);
	for (int i = 0; i < FIELDS; i++)
		assert_int_equal(buf_printf(&yaml, &e, "---\nkind: Credential\nname: k%d\n", i), 0);
	assert_int_equal(buf_append(&yaml, "", 1, &e), 0);
	(void)documents_in(&b, buf_str(&yaml).p);
	(void)told(&b);
	assert_int_equal(b.read.mistakes.count, FIELDS - 1);
	assert_int_equal(b.read.warnings.count, FIELDS - 1);
	assert_true(b.read.mistakes.has_more && b.read.warnings.has_more);
	end(&b);
	buf_release(&yaml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_field_that_no_kind_has_is_a_mistake_in_every_kind),
	        cmocka_unit_test(what_decides_nothing_yet_is_a_warning_beside_mistakes),
	        cmocka_unit_test(a_hold_that_will_come_is_warned_of),
	        cmocka_unit_test(mistakes_and_warnings_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
