/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/event.h"

bool event_name_is_good(struct str name)
{
	if (name.n == 0 || name.n > EVENT_NAME_MAX || !str_is_utf8(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	return true;
}
