/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of one service. `longshore keys init` writes one directory per service. A service gets only its
 * own directory, so it cannot use any other key, whatever the code asks for. All other keys are
 * HKDF-SHA256 of these masters and a scope; tasks carry no keys.
 *
 * Files in a service's directory, each 64 hex digits and a line end, of the directory's owner, no links, mode 0640 or
 * less (keyring_init uses 0400); anything else is "key_exposed":
 *   staging-<prefix>.key     master of a staging prefix: specs keys values selections files ledger
 *   fingerprint-<epoch>.key  master of the fingerprint keys; the highest epoch is current (builder,
 *                            bridge-worker)
 *   mark.key                 master of the mark keys (builder)
 *   identity.key             the source of staging's identity (all but audit-sink)
 *
 * Who holds which: the README of this module has the table, longshore/services.h its data.
 * Reading a key that is missing is ERR_FATAL ("key_missing") and names the file, never its content.
 */
#ifndef LONGSHORE_KEYRING_H
#define LONGSHORE_KEYRING_H

#include "longshore/err.h"
#include "longshore/secret.h"
#include "longshore/sha256.h"
#include "longshore/str.h"

#include <stdbool.h>

struct keyring;

int keyring_open(const char *dir, struct keyring **out, struct err *e) ERR_MUST_USE;
void keyring_close(struct keyring *k); /* wipes; accepts NULL */
/* Called before the service takes work. Checks that all keys that it may need are there (ERR_FATAL, "key_missing"),
 * none that it must not hold ("key_excess"), and that the directory belongs to its user ("key_exposed"). The error
 * names the first fault. A name that is not a service needs no keys and may hold any. */
int keyring_holds(const struct keyring *k, const char *service, struct err *e) ERR_MUST_USE;

/* Key of one scope (delivery id, route id, bridge version) within a staging prefix. */
int keyring_staging(const struct keyring *k, struct str prefix, struct str scope,
        struct secret *out, struct err *e) ERR_MUST_USE;
/* A hash that people see, hashed again with the key of a prefix that the service holds: small or guessable inputs
 * cannot be found by trying, and equal inputs still have equal hashes. what: separates hashes of different
 * kinds or owners. */
int keyring_conceal(const struct keyring *k, struct str prefix, struct str what,
        char hash[static SHA256_HEX], struct err *e) ERR_MUST_USE;
/* Fingerprint key of tenant, bridge and key epoch; and the epoch that new versions use. An epoch that
 * was retired, or was added after the start, is ERR_RETRY ("key_missing"). */
int keyring_fingerprint(const struct keyring *k, struct str tenant, struct str bridge, int epoch,
        struct secret *out, struct err *e) ERR_MUST_USE;
int keyring_current_epoch(const struct keyring *k, int *out, struct err *e) ERR_MUST_USE;
/* Stable across epochs and versions. */
int keyring_mark(const struct keyring *k, struct str tenant, struct str bridge, struct secret *out,
        struct err *e) ERR_MUST_USE;

/* Identifies the staging that these keys belong to; staging contains the same value. Not secret. */
enum { KEYRING_IDENTITY_BYTES = 33 /* 32 hex digits */ };
int keyring_identity(const struct keyring *k, char out[static KEYRING_IDENTITY_BYTES],
        struct err *e) ERR_MUST_USE;
/* The same for the directories below root, from the first that has it; empty if none has. *out_any:
 * there are keys of any kind, or something unreadable. Fails only if root is not a path. */
int keyring_root_identity(const char *root, char out[static KEYRING_IDENTITY_BYTES], bool *out_any,
        struct err *e) ERR_MUST_USE;

/* Writes root/<service>/ for every service: adds missing keys and keeps existing ones; with `rotate`, adds
 * a fingerprint epoch. ERR_REJECT if the same file has different content in two directories. */
int keyring_init(const char *root, bool rotate, struct err *e) ERR_MUST_USE;

/* A fault in the directories below root. Never contains a key. */
struct keyring_fault {
	const char *service;
	const char *file; /* empty: the directory itself */
	bool is_harmless; /* a service would still run */
	const char *what, *remedy;
};
/* Calls `found` for each fault; the texts are valid during the call. Changes nothing. Fails only if root
 * cannot be read. */
int keyring_check(const char *root, void (*found)(void *arg, const struct keyring_fault *fault),
        void *arg, struct err *e) ERR_MUST_USE;

#endif
