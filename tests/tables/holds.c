/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/holds.h"
#include "tables.h"

static const char *const ends[] = {
        [HOLD_APPROVE] = "approve", [HOLD_RESUME] = "resume", [HOLD_ITSELF] = "itself"};

void print_holds(void)
{
	out_open("holds", '[');
	for (int i = 0; i < HOLDS; i++) {
		out_open(NULL, '{');
		out_text("word", holds[i].word);
		out_text("end", ends[holds[i].end]);
		out_text("command", holds[i].command);
		out_text("note", holds[i].note);
		out_text("meaning", holds[i].meaning);
		out_text("release", holds[i].release);
		out_close('}');
	}
	out_close(']');
}
