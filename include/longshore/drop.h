/* SPDX-License-Identifier: Apache-2.0
 *
 * A drop: where a partner picks files up, and may take them away at any time. The URL's scheme
 * chooses the driver. Drivers hold protocol only; the ledger (services/uploader) holds the rules.
 *
 * What a driver promises: a temporary is created exclusively and never matches a partner's pick-up
 * pattern; only drop_temp_create creates, all writes open without create and never truncate; commit
 * consumes the temporary and never replaces a file that is there; what commit answers is durable
 * (or its guarantee says how far), also the answer that the temporary is gone. Every error names the
 * path below the drop only. Names: 1 to 1,024 bytes, components of at most 255, else ERR_REJECT
 * ("bad_name"). A place that is away, full or closed to us is ERR_RETRY ("drop_unavailable"); one
 * that cannot do it ERR_REJECT ("drop_unfit"). A driver maps its own errors to these; e->native is
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

/* Who may read what is made there. Files: file_mode, whatever the umask. New directories: the same for
 * whom it lets in, and, with a group of their own, so that what is put there later has it, too. What
 * was there before stays as it is. */
enum { DROP_GROUP_AS_IS = -1 };
struct drop_access {
	uint32_t file_mode; /* 0640 unless it is set */
	int64_t group;      /* DROP_GROUP_AS_IS: as the file system gives it */
};

/* ERR_REJECT ("bad_place") where place->allowed does not let it lie: before anything is sent there. */
int drop_open(const struct place *place, struct drop **out, struct err *e) ERR_MUST_USE;
void drop_close(struct drop *d);
void drop_set_access(struct drop *d, const struct drop_access *access);
/* How a commit takes a name: "rename_noreplace", in one call, or "link_noreplace", by link + unlink,
 * where a death between the two may leave a file of which nobody can know whether it arrived. Known
 * for certain after a trial or a commit. */
const char *drop_guarantee(const struct drop *d);
/* What an earlier trial of the same place found: a word of drop_guarantee(). */
void drop_recall(struct drop *d, const char *guarantee);

/* What the destination can be asked to confirm. */
enum drop_verifies {
	DROP_VERIFIES_LENGTH = 1, /* it says how long a file is */
	DROP_VERIFIES_HASH = 2, /* it says a hash of the file, which it has compared or computed */
	DROP_VERIFIES_READ_BACK = 4 /* written data can be read back */
};
struct drop_traits {
	size_t part_bytes; /* of one drop_temp_write: so much, but for the last, is written best */
	/* Several writers may write to a temporary at once, each position in any order. */
	bool takes_any_order;
	unsigned verifies; /* of enum drop_verifies */
};
const struct drop_traits *drop_traits(const struct drop *d);

/* Tries out, with own names only, that the place can do what the protocol needs (exclusive create,
 * rename without replacing or hard links, fsync). ERR_REJECT ("drop_unfit") says what is missing.
 * Run at apply and when an uploader first meets it. */
int drop_probe(struct drop *d, struct err *e) ERR_MUST_USE;

/* 32 hex digits that stay with the place: another directory at the same path has another identity,
 * and an empty mount point has none. Without it "the temporary is gone" says nothing about what
 * became of it. drop_identity() only looks, and gives "" where there is none. drop_mark() makes one
 * where there is none: only for a place that nothing was ever sent to, since a mark in an empty
 * mount point would make it look like a place of its own. */
enum { DROP_IDENTITY_BYTES = 33 };
int drop_identity(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;
int drop_mark(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;

/* A component of every temporary's name begins so, and no file's: hidden, and never what a partner
 * picks up. */
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
/* All below take the handle's text. ERR_REJECT ("bad_name") if no driver of the kind made it. */
/* ERR_REJECT ("gone") if it is not there any more. */
int drop_temp_open(
        struct drop *d, struct str temp, struct drop_temp **out, struct err *e) ERR_MUST_USE;
int drop_temp_write(
        struct drop_temp *t, int64_t offset, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Durable, and exactly so long: else ERR_REJECT ("bad_length"); ERR_REJECT ("gone") if it was
 * removed meanwhile. */
int drop_temp_sync(struct drop_temp *t, int64_t length, struct err *e) ERR_MUST_USE;
void drop_temp_close(struct drop_temp *t);
/* 0: it is not there any more, put aside or in doubt neither, and that is durable. ERR_RETRY ("drop_unavailable") where the place
 * is away, or does not let it go. */
int drop_temp_remove(struct drop *d, struct str temp, struct err *e) ERR_MUST_USE;
void drop_temp_discard(struct drop *d, struct str temp); /* the same, best effort */

/* Puts a temporary aside, so that nobody commits it any more; another call gives the same answer. Durable,
 * as a commit is. GONE: it was committed, or removed. IN_DOUBT: as of a commit. */
enum drop_aside { DROP_ASIDE, DROP_ASIDE_GONE, DROP_ASIDE_IN_DOUBT };
int drop_temp_set_aside(
        struct drop *d, struct str temp, enum drop_aside *out, struct err *e) ERR_MUST_USE;

/* IN_DOUBT, by links only: somebody began a commit, and nobody can tell any more whether the file
 * was there. Nobody will commit this temporary. */
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
