/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/bridge.h"

struct str bridge_id_canonical(struct str text)
{
	while (text.n > 0 && text.p[text.n - 1] == ' ')
		text.n--;
	while (text.n > 0 && text.p[0] == ' ')
		text = str_bytes(text.p + 1, text.n - 1);
	return text;
}

bool bridge_id_is_valid(struct str id)
{
	id = bridge_id_canonical(id);
	if (id.n == 0 || id.n > BRIDGE_ID_MAX)
		return false;
	for (size_t i = str_plain_length(id); i < id.n; i++) {
		if ((unsigned char)id.p[i] < 0x20 || id.p[i] == 0x7f)
			return false;
	}
	return true;
}
