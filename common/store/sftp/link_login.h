/* SPDX-License-Identifier: Apache-2.0
 * How a session learns who the server is, and says who we are. Only link.c includes it. */
#ifndef LONGSHORE_STORE_SFTP_LINK_LOGIN_H
#define LONGSHORE_STORE_SFTP_LINK_LOGIN_H

#include "link.h"

#include <libssh/libssh.h>

enum { HOST_KEY_TEXT = 64 };

/* The key that the server has shown, as SHA256:...; false: it has shown none. */
bool link_host_key(ssh_session session, char out[HOST_KEY_TEXT]);

/* With the key of the credential, then with its password. */
int link_login(ssh_session session, const struct link_target *target, struct err *e) ERR_MUST_USE;

#endif
