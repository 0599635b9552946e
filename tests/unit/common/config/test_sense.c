/* SPDX-License-Identifier: Apache-2.0
 * What can never do what it says, at the edges of what can; test_remedies.c has the messages. */
#include "document_bench.h"
#include "sense.h"

static void a_part_format_is_the_number_of_the_first_part(void **state)
{
	static const char *const fine[] = {"1", "01", "001", "00001", "000000001"};
	static const char *const wrong[] = {"", "0", "000", "%05d", "file-part-%d", "2", "10",
	        "0000000001", "1 ", "O1", "1.", "-1"};
	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		assert_true(sense_is_part_format(str_c(fine[i])));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (sense_is_part_format(str_c(wrong[i])))
			fail_msg("'%s' is taken", wrong[i]);
}

static void what_may_well_be_meant_is_warned_of(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} tries[] = {
	        {"kind: Destination\n", "kind: Destination\nstatus: confirmed\n", ""},
	        {"kind: Destination\n", "kind: Destination\nstatus: draft\n",
	                "f:54: warning: destination: deliveries of route daily will be held: "
	                "partner is a "
	                "draft, until it says status: confirmed\n"},
	        {"{route}/{label}_{part}.csv.gz\"\n",
	                "{route}/{label}.csv.gz\"\n  part_format: \"01\"\n",
	                "f:31: warning: naming.part_format: decides nothing: naming.data_template "
	                "has no "
	                "{part}\n"},
	        {"  kind: cron\n  cron: \"0 6 * * *\"\n  zone: Europe/Paris\nguards: {min_size: 5, "
	         "max_growth: \"0.5\"}\nblackout:\n  - {from_minute: 0, to_minute: 60}\n",
	                "  zone: Europe/Paris\n",
	                "f:57: warning: cadence.zone: decides nothing: there is neither a cadence "
	                "nor a "
	                "blackout\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct bench b;
		struct err e;
		char *text = changed(tries[i].from, tries[i].to);
		begin(&b);
		assert_int_equal(documents_read("f", str_c(text), &b.read, &e), 0);
		const char *says = warned(&b);
		if (!is_like(says, tries[i].says))
			fail_msg("%s: %s", tries[i].to, says);
		free(text);
		end(&b);
	}
}

/* A week that is open for one minute is no mistake, wherever the minute is and whatever the order. */
static void a_week_needs_one_open_minute(void **state)
{
	static const struct {
		const char *windows;
		bool is_closed;
	} weeks[] = {
	        {"{from_minute: 0, to_minute: 10080}", true},
	        {"{from_minute: 0, to_minute: 10079}", false},
	        {"{from_minute: 1, to_minute: 10080}", false},
	        {"{from_minute: 5000, to_minute: 10080}\n  - {from_minute: 0, to_minute: 5000}",
	                true},
	        {"{from_minute: 5000, to_minute: 10080}\n  - {from_minute: 0, to_minute: 4999}",
	                false},
	        {"{from_minute: 9, to_minute: 10080}\n  - {from_minute: 3, to_minute: 20}\n  - "
	         "{from_minute: 0, to_minute: 3}",
	                true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(weeks) / sizeof(weeks[0]); i++) {
		struct bench b;
		struct err e;
		char *text = changed("{from_minute: 0, to_minute: 60}", weeks[i].windows);
		begin(&b);
		assert_int_equal(documents_read("f", str_c(text), &b.read, &e), 0);
		const char *says = told(&b);
		if (weeks[i].is_closed != (strstr(says, "covers the whole week") != NULL) ||
		        (!weeks[i].is_closed && says[0]))
			fail_msg("%s: %s", weeks[i].windows, says);
		free(text);
		end(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_part_format_is_the_number_of_the_first_part),
	        cmocka_unit_test(what_may_well_be_meant_is_warned_of),
	        cmocka_unit_test(a_week_needs_one_open_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
