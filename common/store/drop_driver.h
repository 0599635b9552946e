/* SPDX-License-Identifier: Apache-2.0
 *
 * What a drop driver gives to drop.c, its only caller. Names were checked there. Every operation is
 * required and keeps the promises in longshore/drop.h. Concrete types embed struct drop or struct
 * drop_temp as their first member; there are no other casts.
 */
#ifndef LONGSHORE_STORE_DROP_DRIVER_H
#define LONGSHORE_STORE_DROP_DRIVER_H

#include "longshore/drop.h"

enum { DROP_NAME_MAX = 1024, DROP_COMPONENT_MAX = 255 };

struct drop_ops {
	const char *scheme;
	const char *guarantee; /* the best that it gives */
	int (*open)(const char *rest_of_url, struct drop **out, struct err *e);
	void (*close)(struct drop *d);
	int (*confine)(
	        struct drop *d, const struct confine *allowed, const char *url, struct err *e);
	int (*probe)(struct drop *d, struct err *e);
	int (*identity)(struct drop *d, char *out, struct err *e); /* "": it has none */
	int (*mark)(struct drop *d, char *out, struct err *e); /* makes one where there is none */
	int (*temp_create)(struct drop *d, const char *temp, struct err *e);
	int (*temp_open)(struct drop *d, const char *temp, struct drop_temp **out, struct err *e);
	int (*temp_write)(
	        struct drop_temp *t, int64_t offset, const void *p, size_t n, struct err *e);
	int (*temp_sync)(struct drop_temp *t, int64_t length, struct err *e);
	void (*temp_close)(struct drop_temp *t);
	int (*temp_remove)(struct drop *d, const char *temp, struct err *e);
	int (*set_aside)(struct drop *d, const char *temp, enum drop_aside *out, struct err *e);
	int (*commit)(struct drop *d, const char *temp, const char *name, enum drop_commit *out,
	        struct err *e);
	int (*stat)(struct drop *d, const char *name, struct drop_facts *out, struct err *e);
};

struct drop {
	const struct drop_ops *ops;
	const char *guarantee; /* as far as is known; the driver changes it when it learns better */
	struct drop_access access;
};
struct drop_temp {
	const struct drop_ops *ops;
};

extern const struct drop_ops drop_file_ops;

#endif
