/* SPDX-License-Identifier: Apache-2.0
 * The only place that reads clocks. Only loops, adapters and main functions call it; logic takes
 * `now_ms` as an argument. */
#ifndef LONGSHORE_CLOCK_H
#define LONGSHORE_CLOCK_H

#include <stdint.h>

int64_t clock_unix_ms(void); /* wall clock, Unix milliseconds UTC */
int64_t clock_mono_ms(void); /* monotonic; for durations and waits only */
int64_t clock_boot_ms(void); /* monotonic; also runs while the machine sleeps */

enum { CLOCK_TEXT_BYTES = 25 };
/* RFC 3339 with milliseconds, "2026-01-31T09:05:00.123Z". Pure. */
void clock_text(int64_t unix_ms, char out[CLOCK_TEXT_BYTES]);

#endif
