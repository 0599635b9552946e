/* SPDX-License-Identifier: Apache-2.0
 * Time zones by name, read once from a directory of TZif files. One thread owns it. */
#ifndef LONGSHORE_ZONES_H
#define LONGSHORE_ZONES_H

#include "longshore/tz.h"

struct zone_entry;

struct zones {
	const char *folder; /* borrowed */
	struct arena mem;
	struct zone_entry *first;
};

void zones_init(struct zones *z, const char *folder);
void zones_release(struct zones *z); /* accepts a zeroed one */

/* NULL: the zone does not exist here, or its file is unusable. "UTC" and the empty name need no
 * file. The result lives as long as *z. */
const struct tz *zones_find(struct zones *z, struct str name);

#endif
