/* SPDX-License-Identifier: Apache-2.0
 *
 * What opens a place, by the name that documents use. The secret is in files of the service's key
 * directory, below credentials/:
 *
 *   <name>.key         a private key, as ssh-keygen writes it (ed25519, ECDSA or RSA)
 *   <name>.passphrase  of that key, where it has one; a line
 *   <name>.password    a line; instead of a key, or beside one
 *
 * Each is of the user who runs the service, mode 0600 or less, and no link. What they hold is read
 * when a place is opened, is never logged, and is wiped when the credential is freed.
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
	/* NULL: there is none. */
	char *key;
	char *passphrase;
	char *password;
};

/* keys: the service's key directory. ERR_REJECT ("credentials") names the file and the remedy. */
int credential_read(
        const char *keys, struct str name, struct credential **out, struct err *e) ERR_MUST_USE;
void credential_free(struct credential *c); /* wipes; accepts NULL */

/* The secret of a place that names one, unless it has it already. *out: to be freed; may be NULL. */
int credential_of_place(const struct place *place, struct place *out_with, struct credential **out,
        struct err *e) ERR_MUST_USE;

#endif
