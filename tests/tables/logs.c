/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/log_events.h"
#include "tables.h"

static const char *const levels[] = {
        [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

void print_logs(void)
{
	out_open("logs", '[');
	for (int i = 0; i < LOG_EVENTS; i++) {
		out_open(NULL, '{');
		out_text("word", log_events[i].word);
		out_text("level", levels[log_events[i].level]);
		out_text("remedy", log_events[i].remedy);
		out_close('}');
	}
	out_close(']');
}
