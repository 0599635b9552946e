/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and staging belong together: staging contains an identity that is derived from the keys.
 * A service opens only the staging of its keys, and never creates one.
 */
#ifndef LONGSHORE_STAGING_H
#define LONGSHORE_STAGING_H

#include "longshore/keyring.h"
#include "longshore/store.h"

/* Like store_open_known. Keys of a release without identities are ERR_FATAL ("key_missing"). */
int staging_open(const char *url, const struct keyring *keys, struct store **out,
        struct err *e) ERR_MUST_USE;

struct staging_init {
	const char *url;
	const char *keys; /* root of the key directories */
	bool rotates;
	bool is_new; /* a person says that the url is a new staging area */
};
/* Runs keyring_init and writes staging's identity. Refuses before it writes anything, with ERR_REJECT:
 * "not_staging" if there is no identity and the place could be an empty mount point, "other_staging" if
 * there is a different one. */
int staging_init(const struct staging_init *plan, struct err *e) ERR_MUST_USE;

/* Checks that the url is the staging of these keys. Writes nothing. */
int staging_compare(const char *url, const char *keys, struct err *e) ERR_MUST_USE;

#endif
