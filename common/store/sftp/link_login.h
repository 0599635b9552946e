/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the server's key and logs in. Only link.c includes this.
 */
#ifndef LONGSHORE_STORE_SFTP_LINK_LOGIN_H
#define LONGSHORE_STORE_SFTP_LINK_LOGIN_H

#include "link.h"

#include <libssh/libssh.h>

enum { HOST_KEY_TEXT = 64 };

/* The key that the server has shown, as SHA256:... Returns false if it has shown none. */
bool link_host_key(ssh_session session, char out[HOST_KEY_TEXT]);

/* Tries the credential's key first, then its password. */
int link_login(ssh_session session, const struct link_target *target, struct err *e) ERR_MUST_USE;

#endif
