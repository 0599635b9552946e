/* SPDX-License-Identifier: Apache-2.0
 *
 * What a drop driver implements for drop.c, its only caller. drop.c has checked the names. Every
 * operation is required and keeps the promises in longshore/drop.h. Concrete types embed struct
 * drop or struct drop_temp as their first member; there are no other casts.
 */
#ifndef LONGSHORE_STORE_DROP_DRIVER_H
#define LONGSHORE_STORE_DROP_DRIVER_H

#include "longshore/drop.h"

enum { DROP_NAME_MAX = 1024, DROP_COMPONENT_MAX = 255 };

struct drop_ops {
	const char *guarantee; /* the best that the driver can give */
	struct drop_traits traits;
	/* Refuses a place that place->allowed does not permit, before it sends anything there. */
	int (*open)(const struct place *place, struct drop **out, struct err *e);
	void (*close)(struct drop *d);
	/* True if the text can be the handle of a temporary. */
	bool (*is_handle)(const char *handle);
	int (*probe)(struct drop *d, struct err *e);
	int (*identity)(struct drop *d, char *out, struct err *e); /* "": the place has none */
	int (*mark)(struct drop *d, char *out, struct err *e); /* creates one if there is none */
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
	const char *guarantee; /* as far as known; the driver updates it */
	struct drop_access access;
};
struct drop_temp {
	const struct drop_ops *ops;
};

extern const struct drop_ops drop_file_ops;
extern const struct drop_ops drop_sftp_ops;

/* Paths, for drivers whose temporaries are files in the drop. The directory is directly below the
 * drop. */
#define DROP_TEMP_DIR DROP_TEMP_PREFIX "-tmp"
/* True if each component is valid. *out_temp is set if one of them begins with DROP_TEMP_PREFIX. */
bool drop_path_is_good(struct str path, bool *out_temp);
/* True if the handle is the path of a temporary. */
bool drop_path_is_temp(const char *handle);
void drop_path_of_temp(const char *token, struct drop_handle *out);

/* The trial for a place whose temporaries are paths. Creates, writes and commits, under hidden
 * names only. */
int drop_trial(struct drop *d, struct err *e) ERR_MUST_USE;

/* The file .longshore-tmp/identity. ERR_RETRY if its content is not 32 hex digits and a newline. */
#define DROP_IDENTITY_FILE "identity"
int drop_identity_parse(struct str text, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;
/* Draws a random identity. out: DROP_IDENTITY_BYTES bytes including the newline, without a
 * terminator. draft: name of the file to write it to first. */
void drop_identity_draw(char out[DROP_IDENTITY_BYTES], char draft[DROP_IDENTITY_BYTES + 8]);

#endif
