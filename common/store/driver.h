/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store driver implements for store.c, its only caller. store.c has checked names and
 * arguments, so a driver contains protocol only. Every operation is required and keeps the promises
 * in longshore/store.h. Concrete types embed struct store, struct store_writer or struct
 * store_reader as their first member; there are no other casts.
 */
#ifndef LONGSHORE_STORE_DRIVER_H
#define LONGSHORE_STORE_DRIVER_H

#include "longshore/store.h"

/* Larger objects are written once and never replaced. Their tag need not be a hash of the
 * content. */
enum {
	STORE_REPLACE_MAX = 1024 * 1024,
	STORE_NAME_MAX = 512,
	STORE_COMPONENT_MAX = 250 /* leaves a driver a few more bytes in a directory entry */
};

/* Component that drivers reserve for temporaries. No object's name contains it. */
#define STORE_TEMP_COMPONENT ".tmp"
/* Component that stores a store's identity. No component of an object's name begins with it. */
#define STORE_IDENTITY_COMPONENT ".longshore-staging"

typedef int store_visit(void *arg, struct str name, struct err *e);

struct store_ops {
	/* identity: NULL accepts any directory, and creates it if it is missing; otherwise as in
	 * store_open_known. */
	int (*open)(
	        const struct place *place, const char *identity, struct store **out, struct err *e);
	/* Called before each operation by name. Checks that the URL still leads to the store with
	 * this identity, or reopens it there. Cheap if nothing changed. */
	int (*check)(struct store *s, struct err *e);
	int (*identity)(struct store *s, char *out, struct err *e); /* STORE_IDENTITY_BYTES */
	int (*identify)(struct store *s, const char *identity, struct err *e);
	int (*is_empty)(struct store *s, bool *out, struct err *e);
	void (*close)(struct store *s);
	int (*create)(struct store *s, const char *name, struct store_writer **out, struct err *e);
	int (*write)(struct store_writer *w, const void *p, size_t n, struct err *e);
	int (*finish)(struct store_writer *w, struct err *e); /* frees w, even on failure */
	void (*abandon)(struct store_writer *w);
	int (*replace)(struct store *s, const char *name, struct str bytes, const char *tag,
	        struct err *e);
	int (*stat)(struct store *s, const char *name, struct store_facts *out, struct err *e);
	int (*remove)(struct store *s, const char *name, struct err *e);
	int (*read_open)(struct store *s, const char *name, struct store_reader **out,
	        struct store_facts *facts,
	        struct err *e); /* facts may be NULL, which saves computing the tag */
	int (*read)(struct store_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
	        struct err *e);
	int64_t (*size)(const struct store_reader *r);
	void (*read_close)(struct store_reader *r);
	int (*sweep)(struct store *s, const char *prefix, const struct store_sweep *limits,
	        int64_t *out_removed, struct err *e); /* prefix: one component */
	int (*remove_below)(struct store *s, const char *name, const atomic_bool *stop,
	        int64_t *out_removed, struct err *e);
	int (*clock)(struct store *s, const char *prefix, int64_t *out_ms,
	        struct err *e); /* prefix: one component */
	int (*list)(
	        struct store *s, struct str prefix, store_visit *visit, void *arg, struct err *e);
};

struct store {
	const struct store_ops *ops;
};
struct store_writer {
	const struct store_ops *ops;
};
struct store_reader {
	const struct store_ops *ops;
};

extern const struct store_ops store_file_ops;

/* A name as in longshore/store.h, without reserved components. */
bool store_name_is_good(struct str name);

#endif
