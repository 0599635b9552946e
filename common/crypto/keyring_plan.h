/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LONGSHORE_CRYPTO_KEYRING_PLAN_H
#define LONGSHORE_CRYPTO_KEYRING_PLAN_H

#include <stdbool.h>

#define KEYRING_IDENTITY "identity.key"
#define KEYRING_EPOCHS "fingerprint-*.key"

/* file: the name as found in the directory, such as fingerprint-3.key. */
bool keyring_is_granted(const char *service, const char *file);

#endif
