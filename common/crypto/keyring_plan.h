/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LONGSHORE_CRYPTO_KEYRING_PLAN_H
#define LONGSHORE_CRYPTO_KEYRING_PLAN_H

/* Every service, also the one without keys; NULL ends. */
extern const char *const keyring_services[];

#define KEYRING_EPOCHS "fingerprint-*.key"

#endif
