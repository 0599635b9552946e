/* SPDX-License-Identifier: Apache-2.0
 *
 * The places that passed a trial, so that a trial, which waits for the disk several times, is paid
 * once and not for every file. A place is its URL and its identity together: another directory
 * mounted at the same URL is tested again. The least recently used place is forgotten first. Not
 * thread-safe.
 */
#ifndef LONGSHORE_UPLOADER_TRIED_H
#define LONGSHORE_UPLOADER_TRIED_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { TRIED_PLACES_MAX = 16 * 1024 }; /* 56 bytes each */

struct tried;

/* Remembers at most `places` places. */
int tried_new(size_t places, struct tried **out, struct err *e) ERR_MUST_USE;
void tried_free(struct tried *t); /* accepts NULL */

/* The guarantee of a remembered place (drop_guarantee()), which becomes the newest. NULL if the
 * place is not remembered. */
const char *tried_how(struct tried *t, const char *url, const char *identity);
/* `how` is not copied. */
void tried_add(struct tried *t, const char *url, const char *identity, const char *how);

#endif
