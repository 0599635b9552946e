/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits a temporary, puts it aside or removes it, and reports what exists under a name.
 */
#include "drop_sftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1024 * 1024 };

static bool aside_of(const char *temp, char out[DROP_HANDLE_MAX + 8])
{
	int n = snprintf(out, DROP_HANDLE_MAX + 8, "%s.aside", temp);
	return n > 0 && n < DROP_HANDLE_MAX + 8;
}

static int move(const struct sftp_drop *d, const char *from, const char *to, uint32_t *out_status,
        struct err *e)
{
	char old[SFTP_PATH_BYTES], new[SFTP_PATH_BYTES];
	if (!sftp_place_path(&d->at, from, old) || !sftp_place_path(&d->at, to, new))
		return drop_sftp_odd(e);
	return sftp_rename(d->at.s, old, new, out_status, e);
}

/* Finds out why the rename was refused. Looks at the name first: another process that commits this
 * temporary creates the name before the temporary disappears. */
static int refused(const struct sftp_drop *d, const char *temp, const char *name, uint32_t status,
        enum drop_commit *out, struct err *e)
{
	enum sftp_path there, mine;
	if (drop_sftp_look(d, name, &there, e) != 0 || drop_sftp_look(d, temp, &mine, e) != 0 ||
	        drop_sftp_is_alive(d, e) != 0)
		return e->act;
	if (mine != SFTP_PATH_FILE)
		*out = DROP_TEMP_GONE;
	else if (there != SFTP_PATH_NONE)
		*out = DROP_NAME_TAKEN;
	else
		return drop_sftp_failed(e, status, "rename without replacing");
	return 0;
}

/* A user who can read the file can also enter its directory. */
static uint32_t dir_mode(const struct sftp_drop *d)
{
	uint32_t mode = d->base.access.file_mode;
	return mode | (mode & 0444) >> 2;
}

int drop_sftp_commit(
        struct drop *drop, const char *temp, const char *name, enum drop_commit *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	uint32_t status = SFTP_OK;
	if (drop_sftp_make_way(d, name, dir_mode(d) | 0100, e) != 0 ||
	        move(d, temp, name, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return refused(d, temp, name, status, out, e);
	*out = DROP_COMMITTED;
	return 0;
}

static int remove_one(const struct sftp_drop *d, const char *name, bool *out_removed, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	enum sftp_path kind;
	uint32_t status = SFTP_OK;
	*out_removed = false;
	if (!sftp_place_path(&d->at, name, path))
		return 0;
	if (sftp_remove(d->at.s, path, &status, e) != 0)
		return e->act;
	*out_removed = status == SFTP_OK;
	if (status == SFTP_OK || status == SFTP_NO_SUCH_FILE)
		return 0;
	if (drop_sftp_look(d, name, &kind, e) != 0)
		return e->act;
	return kind == SFTP_PATH_NONE ? 0 : drop_sftp_failed(e, status, "remove");
}

int drop_sftp_remove(struct drop *drop, const char *temp, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	char aside[DROP_HANDLE_MAX + 8];
	bool is_removed = false, is_second = false;
	if (remove_one(d, temp, &is_removed, e) != 0)
		return e->act;
	if (aside_of(temp, aside) && remove_one(d, aside, &is_second, e) != 0)
		return e->act;
	return is_removed || is_second ? 0 : drop_sftp_is_alive(d, e);
}

/* Both names exist if the server died in the middle of a rename. The temporary could still be
 * committed, so remove it and keep the one that was put aside. */
int drop_sftp_set_aside(struct drop *drop, const char *temp, enum drop_aside *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	char aside[DROP_HANDLE_MAX + 8];
	enum sftp_path mine, there;
	uint32_t status = SFTP_OK;
	bool is_removed = false;
	if (!aside_of(temp, aside) || move(d, temp, aside, &status, e) != 0)
		return e->act;
	*out = DROP_ASIDE;
	if (status == SFTP_OK)
		return 0;
	if (drop_sftp_look(d, temp, &mine, e) != 0 || drop_sftp_look(d, aside, &there, e) != 0 ||
	        drop_sftp_is_alive(d, e) != 0)
		return e->act;
	if (mine == SFTP_PATH_FILE && there != SFTP_PATH_FILE)
		return drop_sftp_failed(e, status, "put the temporary aside");
	if (mine == SFTP_PATH_FILE)
		return remove_one(d, temp, &is_removed, e);
	if (there != SFTP_PATH_FILE)
		*out = DROP_ASIDE_GONE;
	return 0;
}

/* --- what exists under a name --- */

/* A file is read in parts, with the next one on its way while this one is hashed. */
struct reading_back {
	struct sftp *s;
	const struct sftp_file *f;
	struct sftp_part parts[2];
	struct sftp_reading readings[2];
	bool is_asked[2];
	int64_t next; /* where the next part begins */
};

static int ask_part(struct reading_back *r, int which, struct err *e)
{
	r->parts[which].offset = r->next;
	r->next += READ_BYTES;
	if (sftp_read_start(r->s, r->f, &r->parts[which], &r->readings[which], e) != 0)
		return e->act;
	r->is_asked[which] = true;
	return 0;
}

static int take_part(struct reading_back *r, int which, size_t *out_n, struct err *e)
{
	uint32_t status = SFTP_OK;
	r->is_asked[which] = false;
	if (sftp_read_end(r->s, &r->readings[which], out_n, &status, e) != 0)
		return e->act;
	return status == SFTP_OK ? 0 : drop_sftp_failed(e, status, "read back");
}

/* Reads the answers that are still to come, after the file's end or after a failure. */
static void take_rest(struct reading_back *r)
{
	for (int which = 0; which < 2; which++) {
		size_t n = 0;
		struct err second;
		int act = r->is_asked[which] ? take_part(r, which, &n, &second) : 0;
		(void)act; /* the part is not needed */
	}
}

static int hash_parts(struct reading_back *r, struct hash *h, int64_t *out_bytes, struct err *e)
{
	size_t n = READ_BYTES;
	int act = ask_part(r, 0, e);
	for (int which = 0; act == 0 && n == READ_BYTES; which = !which) {
		if ((act = ask_part(r, !which, e)) != 0 || (act = take_part(r, which, &n, e)) != 0)
			break;
		hash_add(h, r->parts[which].p, n);
		*out_bytes += (int64_t)n;
	}
	take_rest(r);
	return act;
}

static int hash_file(
        const struct sftp_drop *d, const struct sftp_file *f, struct drop_facts *out, struct err *e)
{
	struct hash *h = hash_new_sha256();
	char *buffer = malloc((size_t)2 * READ_BYTES);
	struct reading_back r = {.s = d->at.s, .f = f};
	int64_t bytes = 0;
	int act = !buffer ? err_set(e, ERR_FATAL, "out_of_memory", "out of memory") : 0;
	if (act == 0) {
		r.parts[0] = (struct sftp_part){.p = buffer, .n = READ_BYTES};
		r.parts[1] = (struct sftp_part){.p = buffer + READ_BYTES, .n = READ_BYTES};
		act = hash_parts(&r, h, &bytes, e);
	}
	if (act == 0) {
		hash_take_hex(h, out->sha256);
		out->bytes = bytes;
	}
	free(buffer);
	hash_free(h);
	return act;
}

static int read_back(
        const struct sftp_drop *d, const char *name, struct drop_facts *out, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	struct sftp_file f;
	uint32_t status = SFTP_OK;
	if (!sftp_place_path(&d->at, name, path))
		return 0;
	if (sftp_file_open(d->at.s, path, SFTP_FOR_READ, 0, &f, &status, e) != 0)
		return e->act;
	if (status == SFTP_NO_SUCH_FILE)
		return 0;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "open");
	out->is_there = true;
	int act = hash_file(d, &f, out, e);
	struct err second;
	int closed = sftp_file_close(d->at.s, &f, &second); /* read only */
	(void)closed;
	return act;
}

int drop_sftp_stat(struct drop *drop, const char *name, struct drop_facts *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	struct drop_facts facts = {.is_there = false};
	enum sftp_path way, kind = SFTP_PATH_NONE;
	uint32_t status = SFTP_OK;
	if (sftp_place_way(&d->at, name, &way, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "look at a directory");
	if (way == SFTP_PATH_ODD)
		return drop_sftp_odd(e);
	if (way == SFTP_PATH_FILE && drop_sftp_look(d, name, &kind, e) != 0)
		return e->act;
	if (kind == SFTP_PATH_FILE && read_back(d, name, &facts, e) != 0)
		return e->act;
	if (kind == SFTP_PATH_DIRECTORY || kind == SFTP_PATH_OTHER)
		facts = (struct drop_facts){.is_there = true, .bytes = -1};
	if (!facts.is_there && drop_sftp_is_alive(d, e) != 0)
		return e->act;
	*out = facts;
	return 0;
}
