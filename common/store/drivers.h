/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of drivers: what each URL scheme can be. A new driver adds a row here and its
 * folder; nothing else in the tree knows its name.
 */
#ifndef LONGSHORE_STORE_DRIVERS_H
#define LONGSHORE_STORE_DRIVERS_H

#include "longshore/str.h"

struct driver {
	const char *scheme;              /* "file" */
	const struct drop_ops *drop;     /* drop_driver.h; NULL: the scheme is no drop */
	const struct source_ops *source; /* source_driver.h; NULL: no source */
	const struct store_ops *store;   /* driver.h; NULL: no staging */
};

/* By the URL's scheme; NULL: no driver has it. */
const struct driver *driver_find(struct str url);

/* What follows "scheme://". */
struct str driver_rest(const struct driver *driver, struct str url);

#endif
