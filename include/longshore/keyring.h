/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of one service. `longshore keys init` writes one directory per service; a service is given
 * its own only, so a
 * key that is not in the directory cannot be used, whatever the code asks for. All other keys are
 * HKDF-SHA256 of these masters and a scope; tasks carry no keys.
 *
 * Files in a service's directory, each 64 hex digits and a line end, of the directory's owner, no links, mode 0640 or
 * less (keyring_init makes 0400); what is otherwise is "key_exposed":
 *   staging-<prefix>.key     master of a staging prefix: specs keys values selections files ledger
 *   fingerprint-<epoch>.key  master of the fingerprint keys; the highest epoch is current (builder,
 *                            bridge-worker)
 *   mark.key                 master of the mark keys (builder)
 *   identity.key             what the identity of staging is made from (all but audit-sink)
 *
 * Who holds which staging master: the README of this module has the table; keyring_plan() is its
 * data.
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
/* Before the service takes work: that all keys are there that it may need (ERR_FATAL, "key_missing"), none that it
 * must not hold ("key_excess"), and that the directory is its user's own ("key_exposed"). The error names the first
 * that is wrong. A name that is no service needs none and may hold any. */
int keyring_holds(const struct keyring *k, const char *service, struct err *e) ERR_MUST_USE;

/* Key of one scope (delivery id, route id, bridge version) within a staging prefix. */
int keyring_staging(const struct keyring *k, struct str prefix, struct str scope,
        struct secret *out, struct err *e) ERR_MUST_USE;
/* A hash that people see, hashed again with the key of a prefix that the service holds: what is small or can be
 * guessed is not found by trying, and equal inputs still have equal hashes. what: hashes of different
 * kinds or owners have nothing in common. */
int keyring_conceal(const struct keyring *k, struct str prefix, struct str what,
        char hash[static SHA256_HEX], struct err *e) ERR_MUST_USE;
/* Fingerprint key of tenant, bridge and key epoch; and the epoch that new versions use. An epoch that
 * was retired, or came after the start, is ERR_RETRY ("key_missing"). */
int keyring_fingerprint(const struct keyring *k, struct str tenant, struct str bridge, int epoch,
        struct secret *out, struct err *e) ERR_MUST_USE;
int keyring_current_epoch(const struct keyring *k, int *out, struct err *e) ERR_MUST_USE;
/* Stable across epochs and versions. */
int keyring_mark(const struct keyring *k, struct str tenant, struct str bridge, struct secret *out,
        struct err *e) ERR_MUST_USE;

/* Which staging these keys belong to: what is written there says the same. No secret. */
enum { KEYRING_IDENTITY_BYTES = 33 /* 32 hex digits */ };
int keyring_identity(const struct keyring *k, char out[static KEYRING_IDENTITY_BYTES],
        struct err *e) ERR_MUST_USE;
/* The same of the directories below root, from the first that has it; empty if none has. *out_any:
 * there are keys, of whatever kind, or something that cannot be read. Fails only where root is no path. */
int keyring_root_identity(const char *root, char out[static KEYRING_IDENTITY_BYTES], bool *out_any,
        struct err *e) ERR_MUST_USE;

/* Writes root/<service>/ for every service, new keys where there are none, existing ones untouched;
 * with `rotate`, one more fingerprint epoch. Returns ERR_REJECT if a file is there with other
 * content in two directories. */
int keyring_init(const char *root, bool rotate, struct err *e) ERR_MUST_USE;

/* One row per service and key file: what keyring_init writes and `doctor` compares. */
struct keyring_grant {
	const char *service;
	const char *file; /* "staging-files.key", "fingerprint-*.key" */
};
const struct keyring_grant *keyring_plan(size_t *out_count);

/* What is wrong with the directories below root, without changing anything or telling a key. */
struct keyring_fault {
	const char *service;
	const char *file; /* empty: the directory itself */
	bool is_harmless; /* a service would run all the same */
	const char *what, *remedy;
};
/* Calls `found` for each fault; the texts live as long as the call. Fails only where root cannot be
 * read. */
int keyring_check(const char *root, void (*found)(void *arg, const struct keyring_fault *fault),
        void *arg, struct err *e) ERR_MUST_USE;

#endif
