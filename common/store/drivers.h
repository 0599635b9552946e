/* SPDX-License-Identifier: Apache-2.0
 *
 * The only table of drivers: what each URL scheme supports. A new driver adds one row here and one
 * folder. Nothing else in the tree knows its name.
 */
#ifndef LONGSHORE_STORE_DRIVERS_H
#define LONGSHORE_STORE_DRIVERS_H

#include "longshore/str.h"

struct driver {
	const char *scheme;              /* "file" */
	const struct drop_ops *drop;     /* drop_driver.h; NULL: cannot be a drop */
	const struct source_ops *source; /* source_driver.h; NULL: cannot be a source */
	const struct store_ops *store;   /* driver.h; NULL: cannot be staging */
};

/* Finds the driver of the URL's scheme, or NULL. */
const struct driver *driver_find(struct str url);

/* The part of the URL after "scheme://". */
struct str driver_rest(const struct driver *driver, struct str url);

#endif
