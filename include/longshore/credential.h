/* SPDX-License-Identifier: Apache-2.0
 *
 * The secret for a place, by the name that documents use. It is in files of the service's key
 * directory, below credentials/:
 *
 *   <name>.key         a private key, as ssh-keygen writes it (ed25519, ECDSA or RSA)
 *   <name>.passphrase  the passphrase of that key, if it has one; one line
 *   <name>.password    one line; instead of a key, or in addition to one
 *
 * Each file belongs to the user who runs the service, has mode 0600 or less, and is not a link.
 * Files are read when a place is opened. Their content is never logged, and is wiped when the
 * credential is freed.
 */
#ifndef LONGSHORE_CREDENTIAL_H
#define LONGSHORE_CREDENTIAL_H

#include "longshore/err.h"
#include "longshore/place.h"
#include "longshore/remote_url.h"
#include "longshore/str.h"

enum { CREDENTIAL_FILE_MAX = 16 * 1024 };

struct credential {
	char name[CREDENTIAL_NAME_MAX + 1];
	/* Each is NULL if it does not exist. */
	char *key;
	char *passphrase;
	char *password;
};

/* keys: the service's key directory. ERR_REJECT ("credentials") names the file and the remedy. */
int credential_read(
        const char *keys, struct str name, struct credential **out, struct err *e) ERR_MUST_USE;
void credential_free(struct credential *c); /* wipes; accepts NULL */

/* Reads the secret of a place that names a credential, unless the place already has it. *out_with:
 * the place with its secret. *out: the caller frees it; may be NULL. */
int credential_of_place(const struct place *place, struct place *out_with, struct credential **out,
        struct err *e) ERR_MUST_USE;

#endif
