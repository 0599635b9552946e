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
	const char *guarantee; /* the best that it gives */
	struct drop_traits traits;
	/* Refuses a place that place->allowed does not let it lie, before it tells it anything. */
	int (*open)(const struct place *place, struct drop **out, struct err *e);
	void (*close)(struct drop *d);
	/* Whether the text may be the handle of a temporary. */
	bool (*is_handle)(const char *handle);
	int (*probe)(struct drop *d, struct err *e);
	int (*identity)(struct drop *d, char *out, struct err *e); /* "": it has none */
	int (*mark)(struct drop *d, char *out, struct err *e); /* makes one where there is none */
	int (*temp_create)(struct drop *d, const char *token, const char *name,
	        struct drop_handle *out, struct err *e);
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
extern const struct drop_ops drop_sftp_ops;

/* Paths, for drivers whose temporaries are files beside what they become. Directly below the drop: */
#define DROP_TEMP_DIR DROP_TEMP_PREFIX "-tmp"
/* Whether each component is good; *out_temp: whether one of them begins as those of temporaries do. */
bool drop_path_is_good(struct str path, bool *out_temp);
/* Whether it is the path of a temporary. */
bool drop_path_is_temp(const char *handle);
void drop_path_of_temp(const char *token, struct drop_handle *out);

/* The trial of a place whose temporaries are paths: creates, writes, commits under a hidden name. */
int drop_trial(struct drop *d, struct err *e) ERR_MUST_USE;

/* The file .longshore-tmp/identity: 32 hex digits and a line end, else ERR_RETRY. */
#define DROP_IDENTITY_FILE "identity"
int drop_identity_parse(struct str text, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;
/* out: DROP_IDENTITY_BYTES bytes with the line end, no terminator; draft: where they are written first. */
void drop_identity_draw(char out[DROP_IDENTITY_BYTES], char draft[DROP_IDENTITY_BYTES + 8]);

#endif
