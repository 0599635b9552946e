/* SPDX-License-Identifier: Apache-2.0
 *
 * The footer of a TZif file: a POSIX TZ string with the rules after the last transition. Pure.
 */
#ifndef LONGSHORE_TIME_TZ_FOOTER_H
#define LONGSHORE_TIME_TZ_FOOTER_H

#include "longshore/tz.h"

/* text: newline, string, newline. An empty string means that the last offset stays in force. */
int tz_footer_parse(struct str text, struct tz *z, struct err *e) ERR_MUST_USE;

/* Returns the segment of a moment at or after table_end. Needs has_footer. */
struct tz_segment tz_footer_segment(const struct tz *z, int64_t table_end, int64_t utc_s);

#endif
