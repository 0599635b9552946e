/* SPDX-License-Identifier: Apache-2.0
 *
 * What the drop and the source on an SFTP server share: the connection, and paths below the
 * place.
 */
#ifndef LONGSHORE_STORE_SFTP_SFTP_PLACE_H
#define LONGSHORE_STORE_SFTP_SFTP_PLACE_H

#include "sftp.h"

#include <sys/stat.h>

enum { SFTP_PATH_BYTES = REMOTE_PATH_MAX + 1100 };

struct sftp_place {
	struct sftp *s;
	char root[REMOTE_PATH_MAX + 1]; /* no slash at the end; empty: the server's root */
};

/* Checks place->allowed, then connects. away: see link_target. */
int sftp_place_open(const struct place *place, const char *away, struct sftp_place *out,
        struct err *e) ERR_MUST_USE;

/* Joins root and name. Returns false if the path is too long. */
bool sftp_place_path(const struct sftp_place *p, const char *name, char out[SFTP_PATH_BYTES]);

/* What exists under a name; links are not followed. ODD: a component before the last is a link or
 * not a directory. NONE: the name, or a directory before it, does not exist. */
enum sftp_path {
	SFTP_PATH_NONE,
	SFTP_PATH_FILE,
	SFTP_PATH_DIRECTORY,
	SFTP_PATH_OTHER,
	SFTP_PATH_ODD
};
/* Looks at the name itself. *out_status is not SFTP_OK if the server's answer leaves it open
 * whether the name exists. */
int sftp_place_look(const struct sftp_place *p, const char *name, enum sftp_path *out,
        struct sftp_attrs *attrs, uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* Looks at the directories of the name, from the first on. *out is FILE if all of them exist, so
 * the name itself is still to be looked at. */
int sftp_place_way(const struct sftp_place *p, const char *name, enum sftp_path *out,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;

/* A status in words, for people. */
const char *sftp_status_text(uint32_t status);

#endif
