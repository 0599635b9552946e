/* SPDX-License-Identifier: Apache-2.0
 * The hash must be the Java client's: these are the vectors of Kafka's own test of it, taken
 * modulo. */
#include "longshore/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct vector {
	const char *key;
	int32_t hash; /* as Java prints it: signed */
};

static const struct vector vectors[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
};

static void partition_is_the_java_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		int32_t positive = (int32_t)((uint32_t)vectors[i].hash & 0x7fffffffU);
		/* the largest modulus shows every bit of the hash but one value */
		assert_int_equal(
		        bus_partition_of(str_c(vectors[i].key), INT32_MAX), positive % INT32_MAX);
		assert_int_equal(bus_partition_of(str_c(vectors[i].key), 12), positive % 12);
		assert_int_equal(bus_partition_of(str_c(vectors[i].key), 1), 0);
	}
}

static void key_of_any_bytes_and_length_has_a_partition(void **state)
{
	(void)state;
	unsigned char key[256];
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)(255 - i);
	for (size_t n = 0; n <= sizeof(key); n++) {
		int32_t p = bus_partition_of(str_bytes(key, n), 24);
		assert_in_range(p, 0, 23);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(partition_is_the_java_clients),
	        cmocka_unit_test(key_of_any_bytes_and_length_has_a_partition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
