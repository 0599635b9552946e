/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/bridge.h"

bool bridge_id_is_valid(struct str id)
{
	if (id.n == 0 || id.n > BRIDGE_ID_MAX)
		return false;
	for (size_t i = str_plain_length(id); i < id.n; i++) {
		if ((unsigned char)id.p[i] < 0x20 || id.p[i] == 0x7f)
			return false;
	}
	return true;
}
