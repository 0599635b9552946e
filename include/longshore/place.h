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
	struct str url;                      /* scheme://... */
	const struct credential *credential; /* NULL: the place asks for none */
	struct str host_key; /* of the server that may answer: SHA256:...; empty: none is needed */
	const struct confine *allowed; /* where it may lie; NULL: anywhere */
};

/* A place that needs nothing but its URL. */
#define PLACE_AT(text) (&(const struct place){.url = str_c(text)})

#endif
