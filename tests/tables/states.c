/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/states.h"
#include "tables.h"

void print_states(void)
{
	out_open("states", '[');
	for (int i = STATE_ABSENT + 1; i < STATE_COUNT; i++) {
		out_open(NULL, '{');
		out_text("word", delivery_state_name((enum delivery_state)i));
		out_flag("final", delivery_state_is_final((enum delivery_state)i));
		out_text("reasons", delivery_state_reasons((enum delivery_state)i));
		out_close('}');
	}
	out_close(']');
}
