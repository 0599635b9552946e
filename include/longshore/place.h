/* SPDX-License-Identifier: Apache-2.0
 * A place: where a source, a drop or staging is, and what access needs. Documents and settings name
 * places. The URL's scheme chooses the driver (common/store/drivers.c). */
#ifndef LONGSHORE_PLACE_H
#define LONGSHORE_PLACE_H

#include "longshore/confine.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stddef.h>

struct credential;

enum { PLACE_URL_MAX = 2048 };

struct place {
	struct str url;        /* scheme://... */
	struct str credential; /* its name in `keys` (longshore/credential.h); empty: not needed */
	struct str host_key;   /* expected key of the server, SHA256:...; empty: not needed */
	const char *keys;      /* the service's key directory; NULL: it has no credentials */
	const struct confine *allowed; /* the places that are permitted; NULL: all */
	/* The credential's content. The caller that opens the place reads it, and wipes it after
	 * opening. */
	const struct credential *secret;
};

/* A place that needs only its URL. */
#define PLACE_AT(text) (&(const struct place){.url = str_c(text)})

#endif
