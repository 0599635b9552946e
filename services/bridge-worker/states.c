/* SPDX-License-Identifier: Apache-2.0 */
#include "states.h"

#include "longshore/usps.h"

bool state_is_suppressed(const struct spec_destination *destination, struct str state)
{
	char code[2] = "", other[2] = "";
	if (!usps_code(state, code))
		return destination->suppress_unknown_state;
	for (size_t i = 0; i < destination->suppress_states_count; i++) {
		if (usps_code(destination->suppress_states[i], other) &&
		        memcmp(code, other, 2) == 0)
			return true;
	}
	return false;
}

bool states_are_known(const struct spec_destination *destination)
{
	char code[2];
	for (size_t i = 0; i < destination->suppress_states_count; i++)
		if (!usps_code(destination->suppress_states[i], code))
			return false;
	return true;
}
