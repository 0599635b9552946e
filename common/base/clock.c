/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/clock.h"

#include <string.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
	struct timespec now;
	(void)clock_gettime(which, &now); /* cannot fail for these clocks */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_unix_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

static void put(char *out, int digits, int value)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
}

void clock_text(int64_t unix_ms, char out[CLOCK_TEXT_BYTES])
{
	/* Years have four digits. A time out of range is shown as the nearest one in range. */
	const int64_t first_ms = -62167219200000, last_ms = 253402300799999;
	int64_t ms = unix_ms < first_ms ? first_ms : unix_ms > last_ms ? last_ms : unix_ms;
	int rest_ms = (int)(ms % 1000);
	if (rest_ms < 0)
		rest_ms += 1000;
	time_t seconds = (time_t)((ms - rest_ms) / 1000);
	struct tm t;
	(void)gmtime_r(&seconds, &t);
	memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_TEXT_BYTES);
	put(out, 4, t.tm_year + 1900);
	put(out + 5, 2, t.tm_mon + 1);
	put(out + 8, 2, t.tm_mday);
	put(out + 11, 2, t.tm_hour);
	put(out + 14, 2, t.tm_min);
	put(out + 17, 2, t.tm_sec);
	put(out + 20, 3, rest_ms);
}
