/* SPDX-License-Identifier: Apache-2.0
 *
 * A drop: the place where a partner picks up files, and may remove them at any time. The URL's scheme
 * chooses the driver. Drivers hold protocol only; the ledger (services/uploader) holds the rules.
 *
 * What a driver promises: a temporary is created exclusively and never matches a partner's pick-up
 * pattern; only drop_temp_create creates, all writes open without create and never truncate; commit
 * consumes the temporary and never replaces an existing file; the result of commit is durable (as far
 * as its guarantee says), including the result that the temporary is gone. Every error names the
 * path below the drop only. Names: 1 to 1,024 bytes, components of at most 255, else ERR_REJECT
 * ("bad_name"). A place that is down, full or closed to us is ERR_RETRY ("drop_unavailable"); a
 * place that lacks a required operation is ERR_REJECT ("drop_unfit"). A driver maps its own errors to these; e->native is
 * for people only.
 */
#ifndef LONGSHORE_DROP_H
#define LONGSHORE_DROP_H

#include "longshore/err.h"
#include "longshore/place.h"
#include "longshore/sha256.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

struct drop;
struct drop_temp;

/* Who may read new files and directories. Files have file_mode, regardless of the umask. New directories
 * admit the same users; if a group is set, later files inherit it. Existing files and directories do not
 * change. */
enum { DROP_GROUP_AS_IS = -1 };
struct drop_access {
	uint32_t file_mode; /* 0640 unless it is set */
	int64_t group;      /* DROP_GROUP_AS_IS: as the file system gives it */
};

/* ERR_REJECT ("bad_place") if place->allowed does not permit the place, before anything is sent there. */
int drop_open(const struct place *place, struct drop **out, struct err *e) ERR_MUST_USE;
void drop_close(struct drop *d);
void drop_set_access(struct drop *d, const struct drop_access *access);
/* How a commit takes a name: "rename_noreplace", in one call, or "link_noreplace", by link + unlink. With
 * the latter, a death between the two calls may leave it unknown whether the file arrived. Certain only
 * after a trial or a commit. */
const char *drop_guarantee(const struct drop *d);
/* Sets what an earlier trial of the same place found: a value of drop_guarantee(). */
void drop_recall(struct drop *d, const char *guarantee);

/* What the destination can be asked to confirm. */
enum drop_verifies {
	DROP_VERIFIES_LENGTH = 1,   /* it reports a file's length */
	DROP_VERIFIES_HASH = 2,     /* it reports a hash of the file that it compared or computed */
	DROP_VERIFIES_READ_BACK = 4 /* written data can be read back */
};
struct drop_traits {
	size_t part_bytes; /* best size of one drop_temp_write, except for the last */
	/* Several writers may write to a temporary at once, each position in any order. */
	bool takes_any_order;
	unsigned verifies; /* of enum drop_verifies */
};
const struct drop_traits *drop_traits(const struct drop *d);

/* Tests, with its own names only, that the place supports what the protocol needs (exclusive create,
 * rename without replacing or hard links, fsync). ERR_REJECT ("drop_unfit") says what is missing.
 * Runs in apply and before an uploader first uses the place. */
int drop_probe(struct drop *d, struct err *e) ERR_MUST_USE;

/* 32 hex digits that stay with the place: a different directory at the same path has a different
 * identity, and an empty mount point has none. Without it, a missing temporary proves nothing.
 * drop_identity() only reads it, and gives "" if there is none. drop_mark() creates one if there is
 * none. Use it only for a place that nothing was ever sent to, because a mark in an empty mount point
 * would make it look like a place of its own. */
enum { DROP_IDENTITY_BYTES = 33 };
int drop_identity(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;
int drop_mark(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;

/* Every temporary's name has a component that begins with this, and no file's name has: temporaries are
 * hidden and never picked up by a partner. */
#define DROP_TEMP_PREFIX ".longshore"

/* How the driver finds a temporary again: a path, the id of a multipart upload, the URL of a session.
 * One line of text that nobody but the driver reads; the ledger stores it. */
enum { DROP_HANDLE_MAX = 1024 };
struct drop_handle {
	char text[DROP_HANDLE_MAX + 1];
};

/* token: letters, digits and dots made by the caller, at most DROP_TOKEN_MAX, never used before; name: of the file
 * that it will become. ERR_REJECT ("exists") if it is there. */
enum { DROP_TOKEN_MAX = 40 };
struct drop_new {
	struct str token;
	struct str name;
};
int drop_temp_create(struct drop *d, const struct drop_new *what, struct drop_handle *out,
        struct err *e) ERR_MUST_USE;
/* All functions below take the handle's text. ERR_REJECT ("bad_name") if it is not from this kind of driver. */
/* ERR_REJECT ("gone") if it no longer exists. */
int drop_temp_open(
        struct drop *d, struct str temp, struct drop_temp **out, struct err *e) ERR_MUST_USE;
int drop_temp_write(
        struct drop_temp *t, int64_t offset, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Makes it durable. ERR_REJECT ("bad_length") if it does not have exactly this length; ERR_REJECT
 * ("gone") if it was removed. */
int drop_temp_sync(struct drop_temp *t, int64_t length, struct err *e) ERR_MUST_USE;
void drop_temp_close(struct drop_temp *t);
/* 0: it no longer exists, not even put aside or in doubt, and that is durable. ERR_RETRY
 * ("drop_unavailable") if the place is down or does not remove it. */
int drop_temp_remove(struct drop *d, struct str temp, struct err *e) ERR_MUST_USE;
void drop_temp_discard(struct drop *d, struct str temp); /* the same, best effort */

/* Puts a temporary aside, so that nobody can commit it; another call gives the same result. As durable as
 * a commit. GONE: it was committed or removed. IN_DOUBT: see drop_commit. */
enum drop_aside { DROP_ASIDE, DROP_ASIDE_GONE, DROP_ASIDE_IN_DOUBT };
int drop_temp_set_aside(
        struct drop *d, struct str temp, enum drop_aside *out, struct err *e) ERR_MUST_USE;

/* IN_DOUBT, only with links: somebody began a commit, and it is unknown whether the file became visible.
 * Nobody will commit this temporary. */
enum drop_commit { DROP_COMMITTED, DROP_TEMP_GONE, DROP_NAME_TAKEN, DROP_IN_DOUBT };
int drop_commit(struct drop *d, struct str temp, struct str name, enum drop_commit *out,
        struct err *e) ERR_MUST_USE;

struct drop_facts {
	bool is_there;
	int64_t bytes;           /* -1: something that is not a file */
	char sha256[SHA256_HEX]; /* read back from the destination; empty if it is not a file */
};
int drop_stat(struct drop *d, struct str name, struct drop_facts *out, struct err *e) ERR_MUST_USE;

#endif
