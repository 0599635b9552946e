/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/states.h"

#include <assert.h>

#define STATE_ROW(NAME, word_, is_final_, reasons_) [STATE_##NAME] = {word_, is_final_, reasons_},
static const struct {
	const char *word;
	bool is_final;
	const char *reasons;
} states[STATE_COUNT] = {[STATE_ABSENT] = {"", false, ""}, DELIVERY_STATE_ROWS(STATE_ROW)};

const char *delivery_state_name(enum delivery_state state)
{
	assert(state < STATE_COUNT);
	return states[state].word;
}

const char *delivery_state_reasons(enum delivery_state state)
{
	assert(state < STATE_COUNT);
	return states[state].reasons;
}

bool delivery_state_parse(struct str name, enum delivery_state *out)
{
	for (int i = STATE_ABSENT + 1; i < STATE_COUNT; i++) {
		if (str_eq(name, str_c(states[i].word))) {
			*out = (enum delivery_state)i;
			return true;
		}
	}
	return false;
}

bool delivery_state_is_final(enum delivery_state state)
{
	assert(state < STATE_COUNT);
	return states[state].is_final;
}

bool delivery_state_is(struct str name, enum delivery_state state)
{
	return str_eq(name, str_c(delivery_state_name(state)));
}

bool delivery_state_ends(struct str name)
{
	enum delivery_state state = STATE_ABSENT;
	return delivery_state_parse(name, &state) && delivery_state_is_final(state);
}
