/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and staging belong together: an identity that is made from the keys stands in staging, too.
 * A service opens the staging of its keys and no other, and makes none.
 */
#ifndef LONGSHORE_STAGING_H
#define LONGSHORE_STAGING_H

#include "longshore/keyring.h"
#include "longshore/store.h"

/* As store_open_known. Keys of a release that knew no identity are ERR_FATAL ("key_missing"). */
int staging_open(const char *url, const struct keyring *keys, struct store **out,
        struct err *e) ERR_MUST_USE;

struct staging_init {
	const char *url;
	const char *keys; /* root of the key directories */
	bool rotates;
	bool is_new; /* a person says that what lies at the url is to be staging from now on */
};
/* keyring_init, and the identity for staging. Before anything is written ERR_REJECT: "not_staging"
 * where there is none yet and the place could be one where nothing is mounted, "other_staging" where
 * there is another. */
int staging_init(const struct staging_init *plan, struct err *e) ERR_MUST_USE;

/* What lies at the url, for these keys. Writes nothing. */
int staging_compare(const char *url, const char *keys, struct err *e) ERR_MUST_USE;

#endif
