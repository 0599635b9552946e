/* SPDX-License-Identifier: Apache-2.0
 *
 * Where data may be: documents name places, and the installation's roots decide which of them are
 * permitted. Roots are directories and prefixes of SFTP servers. A directory must be below a root,
 * after all links are resolved; without roots, it may be anywhere. A place on a server always needs
 * a root that covers it, because we send a credential there. A place must not be inside staging or
 * the key directory, and must not contain them.
 *
 * Threads: may be shared; nothing changes after confine_new.
 */
#ifndef LONGSHORE_CONFINE_H
#define LONGSHORE_CONFINE_H

#include "longshore/conf.h"
#include "longshore/err.h"
#include "longshore/str.h"

struct confine;

#define CONFINE_DROP_ROOTS "LONGSHORE_DROP_ROOTS"
#define CONFINE_SOURCE_ROOTS "LONGSHORE_SOURCE_ROOTS"
#define CONFINE_SETTING(name, at, what) \
	{ \
		name, CONF_TEXT, at, "", 0, 0, NULL, false, \
		        "comma-separated places that must contain all " what \
		        " (/path, file:///path/ or sftp://host/path/); empty: any directory and " \
		        "no " \
		        "server" \
	}

struct confine_conf {
	const char *setting; /* name of the setting with the roots, for messages */
	const char *roots;   /* /path, file:///path/ or sftp://host/path/, comma-separated; empty:
	                        any directory */
	const char *staging; /* URL; empty or NULL: unknown in this process */
	const char *keys;    /* directory; empty or NULL: unknown */
};

/* ERR_FATAL ("bad_settings") for a root that is neither an absolute path nor a server's URL. A root
 * need not exist yet. */
int confine_new(const struct confine_conf *conf, struct confine **out, struct err *e) ERR_MUST_USE;
void confine_free(struct confine *c); /* accepts NULL */

/* Checks the open directory, or the name directly in it (NULL: the directory itself). url: from the
 * document, for the message. ERR_REJECT ("bad_place") has the remedy. c may be NULL. */
int confine_check(const struct confine *c, int dir_fd, const char *name, const char *url,
        struct err *e) ERR_MUST_USE;

/* The same for a place on a server, by its URL. A root must cover host, port and path, and the user
 * if the root names one. Call it before anything is sent there. */
int confine_check_remote(const struct confine *c, struct str url, struct err *e) ERR_MUST_USE;

#endif
