/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks up a host's addresses within a deadline. getaddrinfo() has none of its own: with several
 * name servers that do not answer, it takes minutes.
 */
#ifndef LONGSHORE_STORE_SFTP_LOOK_UP_H
#define LONGSHORE_STORE_SFTP_LOOK_UP_H

#include "longshore/remote_url.h"

#include <netdb.h>

/* Look-ups that were given up go on in threads of their own, until the resolver ends them. While so
 * many are left, no further one is begun. */
enum { LOOK_UP_MAX = 32 };

/* What ssh_look_up() returns instead of the resolver's codes, all of which are negative. */
enum look_up { LOOK_UP_DONE = 0, LOOK_UP_LATE = 1, LOOK_UP_TOO_MANY = 2 };

/* until_ms: on clock_mono_ms(). Returns enum look_up or a code of getaddrinfo(). After LOOK_UP_DONE,
 * the caller frees *out by freeaddrinfo(). */
int ssh_look_up(const struct remote_url *url, int64_t until_ms, struct addrinfo **out);

/* What the returned code means, for people. */
const char *look_up_text(int code);

#endif
