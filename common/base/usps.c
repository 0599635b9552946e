/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/usps.h"

static const char codes[] =
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH "
        "NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA "
        "AE AP";

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool usps_code(struct str text, char out[2])
{
	text = str_trim(text);
	if (text.n != 2)
		return false;
	const char code[2] = {upper(text.p[0]), upper(text.p[1])};
	for (size_t i = 0; i + 1 < sizeof codes; i += 3) {
		if (memcmp(codes + i, code, sizeof code) == 0) {
			memcpy(out, code, sizeof code);
			return true;
		}
	}
	return false;
}
