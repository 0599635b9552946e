/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp:// drop: a directory on a server that speaks SFTP version 3, as OpenSSH does.
 *
 * A temporary is a file in .longshore-tmp/, created exclusively. When it is put aside, it is
 * renamed to <temporary>.aside. A commit is one plain SSH_FXP_RENAME, which refuses an existing
 * name. The trial detects servers that replace instead, and refuses them. SFTP cannot sync a
 * directory, so a commit is as durable as the server makes a rename.
 *
 * OpenSSH renames a file by link and unlink, and removes the new link if somebody else unlinked the
 * old name first. So if several commits run at once, one wins. Both names remain only if the server
 * dies between the two calls. The next commit then finds the name taken by the same bytes, and
 * removes the temporary. If the partner took the file before that, the file appears a second time.
 *
 * Each directory in a name is checked before it is used, and links are refused. The protocol cannot
 * prevent somebody on the server from changing a directory after the check.
 */
#ifndef LONGSHORE_STORE_SFTP_DROP_SFTP_H
#define LONGSHORE_STORE_SFTP_DROP_SFTP_H

#include "../drop_driver.h"
#include "longshore/codes.h"
#include "sftp_place.h"

#define DROP_SFTP_AWAY CODE_DROP_UNAVAILABLE
/* Different from the mark of a file:// drop. The two drivers move temporaries in different ways, so
 * the same directory counts as two places. */
#define DROP_SFTP_IDENTITY DROP_TEMP_DIR "/identity-sftp"

struct sftp_drop {
	struct drop base;
	struct sftp_place at;
};

static inline struct sftp_drop *sftp_drop_of(struct drop *d)
{
	return (struct sftp_drop *)d;
}

/* Turns a status other than SFTP_OK into an error. */
int drop_sftp_failed(struct err *e, uint32_t status, const char *step);
int drop_sftp_odd(struct err *e);
/* Checks that the drop's directory exists. Without it, a missing name proves nothing. */
int drop_sftp_is_alive(const struct sftp_drop *d, struct err *e) ERR_MUST_USE;
/* Finds what exists under the name. A status that does not answer this is a failure. */
int drop_sftp_look(const struct sftp_drop *d, const char *name, enum sftp_path *out,
        struct err *e) ERR_MUST_USE;
/* Creates the missing directories of the name. New ones get exactly this mode, regardless of the
 * umask. */
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
