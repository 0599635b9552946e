/* SPDX-License-Identifier: Apache-2.0
 *
 * A channel to an SFTP server over SSH. Each read or write takes at most LINK_STEP_MS. libssh does
 * the transport, the keys and the channel. The packets above it are ours (sftp.h), because the SFTP
 * part of libssh 0.10 waits for the answer to each write before it sends the next.
 *
 * The server's key is compared with the pinned one before anything of the credential is sent. A
 * server has several keys and shows the kind that the client prefers, so we request one kind after
 * another until the pinned key appears.
 */
#ifndef LONGSHORE_STORE_SFTP_LINK_H
#define LONGSHORE_STORE_SFTP_LINK_H

#include "longshore/place.h"
#include "longshore/remote_url.h"

enum { LINK_STEP_MS = 30 * 1000 };

struct ssh_link;

/* `away` is the caller's error code for a server that is down, broken or refuses us, such as
 * "drop_unavailable". */
struct link_target {
	const struct remote_url *url;
	const struct place *place;
	const char *away;
};

/* ERR_RETRY (target->away): the server cannot be reached, the connection broke, or the host key is
 * not the pinned one. ERR_REJECT ("credentials"): the server refuses the credential, or it cannot
 * be read. */
int ssh_link_open(
        const struct link_target *target, struct ssh_link **out, struct err *e) ERR_MUST_USE;
void ssh_link_close(struct ssh_link *l); /* accepts NULL */

int ssh_link_write(struct ssh_link *l, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Reads exactly n bytes. */
int ssh_link_read(struct ssh_link *l, void *p, size_t n, struct err *e) ERR_MUST_USE;

/* Opens a TCP connection to the server. */
int ssh_dial(const struct link_target *target, int *out_fd, struct err *e) ERR_MUST_USE;

#endif
