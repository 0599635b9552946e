/* SPDX-License-Identifier: Apache-2.0
 *
 * Which places were tried out and are fit, so that a trial, with its several waits for the disk, is
 * paid once and not for every file. A place is its URL and its identity together: another directory
 * mounted at the same URL is tested again. The least recently used one is forgotten first.
 * Not safe for threads.
 */
#ifndef LONGSHORE_UPLOADER_TRIED_H
#define LONGSHORE_UPLOADER_TRIED_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { TRIED_PLACES_MAX = 16 * 1024 }; /* 56 bytes each */

struct tried;

/* Remembers `places` at most. */
int tried_new(size_t places, struct tried **out, struct err *e) ERR_MUST_USE;
void tried_free(struct tried *t); /* accepts NULL */

/* How a name is taken there (drop_guarantee()), where the place is remembered; it is the newest then.
 * Else NULL. */
const char *tried_how(struct tried *t, const char *url, const char *identity);
/* `how` is not copied. */
void tried_add(struct tried *t, const char *url, const char *identity, const char *how);

#endif
