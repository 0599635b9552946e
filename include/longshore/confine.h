/* SPDX-License-Identifier: Apache-2.0
 *
 * Where data may lie: documents name places, and the installation says which of them are places at
 * all. Roots are directories and prefixes of SFTP servers. A directory lies below one of them, all
 * links followed; without roots it may lie anywhere. A place on a server always needs a root that
 * covers it, because a credential is sent there. Nothing in staging or in the key directory is a
 * place, and nothing that holds them is.
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
	const char *setting; /* the name of the roots' setting, for messages */
	const char *
	        roots; /* /path, file:///path/ or sftp://host/path/, with commas between; empty: any directory */
	const char *staging; /* URL; empty or NULL: not known here */
	const char *keys;    /* directory, likewise */
};

/* ERR_FATAL ("bad_settings") for a root that is neither an absolute path nor the URL of a server. What is not there yet may come. */
int confine_new(const struct confine_conf *conf, struct confine **out, struct err *e) ERR_MUST_USE;
void confine_free(struct confine *c); /* accepts NULL */

/* Checks the open directory, or the name directly in it (NULL: the directory itself). url: from the
 * document, for the message. ERR_REJECT ("bad_place") with the remedy. c may be NULL. */
int confine_check(const struct confine *c, int dir_fd, const char *name, const char *url,
        struct err *e) ERR_MUST_USE;

/* The same of a place on a server, by its URL: a root must cover host, port and path, and its user
 * where it names one. To be asked before anything is sent there. */
int confine_check_remote(const struct confine *c, struct str url, struct err *e) ERR_MUST_USE;

#endif
