/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp:// drop: a directory on a server that speaks SFTP version 3, as OpenSSH's does.
 *
 * A temporary is a file in .longshore-tmp/, created exclusively; put aside it is called
 * <temporary>.aside. A commit is one plain SSH_FXP_RENAME, which refuses a name that is there; the
 * trial finds servers that replace instead, and refuses them. SFTP cannot sync a directory: what a
 * commit answers is as durable as the server makes a rename. OpenSSH renames a file by link and
 * unlink, and takes the link back if somebody else was quicker with the unlink; so of several at
 * once one wins. Only a server that dies between the two calls leaves both names: the next commit
 * then finds the name taken, and the same bytes there, and removes the temporary. If the partner
 * took the file before that, it appears once more.
 *
 * Directories on the way to a name are looked at before they are used, and links are refused; the
 * protocol cannot exclude that somebody on the server changes one in between.
 */
#ifndef LONGSHORE_STORE_SFTP_DROP_SFTP_H
#define LONGSHORE_STORE_SFTP_DROP_SFTP_H

#include "../drop_driver.h"
#include "longshore/codes.h"
#include "sftp_place.h"

#define DROP_SFTP_AWAY CODE_DROP_UNAVAILABLE
/* Not the mark of the same directory as a local one: the two move temporaries in different ways, so
 * they are two places. */
#define DROP_SFTP_IDENTITY DROP_TEMP_DIR "/identity-sftp"

struct sftp_drop {
	struct drop base;
	struct sftp_place at;
};

static inline struct sftp_drop *sftp_drop_of(struct drop *d)
{
	return (struct sftp_drop *)d;
}

/* A status other than SFTP_OK -> error. */
int drop_sftp_failed(struct err *e, uint32_t status, const char *step);
int drop_sftp_odd(struct err *e);
/* "nothing is there" is only believed while the drop's directory is. */
int drop_sftp_is_alive(const struct sftp_drop *d, struct err *e) ERR_MUST_USE;
/* Looks; a status that says nothing of the name is a failure. */
int drop_sftp_look(const struct sftp_drop *d, const char *name, enum sftp_path *out,
        struct err *e) ERR_MUST_USE;
/* Directories of the name, made where they are missing. whole: with this mode whatever the umask. */
int drop_sftp_make_way(
        const struct sftp_drop *d, const char *name, uint32_t mode, struct err *e) ERR_MUST_USE;

int drop_sftp_identity(struct drop *d, char *out, struct err *e) ERR_MUST_USE;
int drop_sftp_mark(struct drop *d, char *out, struct err *e) ERR_MUST_USE;
int drop_sftp_commit(struct drop *d, const char *temp, const char *name, enum drop_commit *out,
        struct err *e) ERR_MUST_USE;
int drop_sftp_set_aside(
        struct drop *d, const char *temp, enum drop_aside *out, struct err *e) ERR_MUST_USE;
int drop_sftp_remove(struct drop *d, const char *temp, struct err *e) ERR_MUST_USE;
int drop_sftp_stat(
        struct drop *d, const char *name, struct drop_facts *out, struct err *e) ERR_MUST_USE;

#endif
