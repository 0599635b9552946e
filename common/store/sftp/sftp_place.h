/* SPDX-License-Identifier: Apache-2.0
 * What drop and source on an SFTP server share: the way in, and paths below the place. */
#ifndef LONGSHORE_STORE_SFTP_SFTP_PLACE_H
#define LONGSHORE_STORE_SFTP_SFTP_PLACE_H

#include "sftp.h"

#include <sys/stat.h>

enum { SFTP_PATH_BYTES = REMOTE_PATH_MAX + 1100 };

struct sftp_place {
	struct sftp *s;
	char root[REMOTE_PATH_MAX + 1]; /* without a slash at its end; empty: the server's root */
};

/* Confined first, then reached. away: as of link_target. */
int sftp_place_open(const struct place *place, const char *away, struct sftp_place *out,
        struct err *e) ERR_MUST_USE;

/* root and a name below it; false: it is too long. */
bool sftp_place_path(const struct sftp_place *p, const char *name, char out[SFTP_PATH_BYTES]);

/* What is there, links not followed. A directory on the way that is none, or a link, is
 * SFTP_PATH_ODD; one that is missing is SFTP_PATH_NONE. */
enum sftp_path {
	SFTP_PATH_NONE,
	SFTP_PATH_FILE,
	SFTP_PATH_DIRECTORY,
	SFTP_PATH_OTHER,
	SFTP_PATH_ODD
};
/* Of the name alone. *out_status: where it is neither found nor missing. */
int sftp_place_look(const struct sftp_place *p, const char *name, enum sftp_path *out,
        struct sftp_attrs *attrs, uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* Of its directories, from the first on. *out FILE: all of them are there, so the name may be. */
int sftp_place_way(const struct sftp_place *p, const char *name, enum sftp_path *out,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;

/* The words of a status, for people. */
const char *sftp_status_text(uint32_t status);

#endif
