/* SPDX-License-Identifier: Apache-2.0
 *
 * A place: where a source, a drop or staging is, and what it takes to get in. Documents and settings
 * name places; drivers (common/store/drivers.c) are chosen by the URL's scheme.
 */
#ifndef LONGSHORE_PLACE_H
#define LONGSHORE_PLACE_H

#include "longshore/confine.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stddef.h>

struct credential;

enum { PLACE_URL_MAX = 2048 };

struct place {
	struct str url; /* scheme://... */
	struct str
	        credential; /* its name in `keys` (longshore/credential.h); empty: none is needed */
	struct str host_key; /* of the server that may answer: SHA256:...; empty: none is needed */
	const char *keys;    /* the service's key directory; NULL: it has no credentials */
	const struct confine *allowed; /* where it may lie; NULL: anywhere */
	/* What the credential holds. Whoever opens the place reads it, and wipes it once it is open. */
	const struct credential *secret;
};

/* A place that needs nothing but its URL. */
#define PLACE_AT(text) (&(const struct place){.url = str_c(text)})

#endif
