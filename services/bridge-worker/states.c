/* SPDX-License-Identifier: Apache-2.0 */
#include "states.h"

/* USPS Publication 28, Appendix B: states, district, territories, military. */
static const char codes[] =
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH "
        "NJ NM NY "
        "NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP";

static bool upper2(struct str s, char out[2])
{
	s = str_trim(s);
	if (s.n != 2)
		return false;
	for (int i = 0; i < 2; i++)
		out[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
	return true;
}

static bool is_code(const char code[2])
{
	for (size_t i = 0; i + 1 < sizeof(codes); i += 3) {
		if (codes[i] == code[0] && codes[i + 1] == code[1])
			return true;
	}
	return false;
}

bool state_is_suppressed(const struct spec_destination *destination, struct str state)
{
	char code[2] = "", other[2] = "";
	if (!upper2(state, code) || !is_code(code))
		return destination->suppress_unknown_state;
	for (size_t i = 0; i < destination->suppress_states_count; i++) {
		if (upper2(destination->suppress_states[i], other) && memcmp(code, other, 2) == 0)
			return true;
	}
	return false;
}
