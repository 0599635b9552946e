/* SPDX-License-Identifier: Apache-2.0
 *
 * The mark that identifies the place.
 */
#include "drop_sftp.h"

#include <stdio.h>

enum { DRAFT_MODE = 0600, TEMP_DIR_MODE = 0750 };

/* *out is "" if there is no mark. Content that is not an identity is refused, never replaced. */
static int read_mark(const struct sftp_drop *d, char *out, struct err *e)
{
	char path[SFTP_PATH_BYTES], text[DROP_IDENTITY_BYTES + 1];
	const struct sftp_part part = {0, text, sizeof text};
	enum sftp_path way, kind = SFTP_PATH_NONE;
	struct sftp_file f;
	uint32_t status = SFTP_OK;
	size_t n = 0;
	out[0] = '\0';
	if (sftp_place_way(&d->at, DROP_SFTP_IDENTITY, &way, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK || way == SFTP_PATH_ODD)
		return status != SFTP_OK ? drop_sftp_failed(e, status, "look at " DROP_TEMP_DIR)
		                         : drop_sftp_odd(e);
	if (way == SFTP_PATH_NONE)
		return 0;
	if (drop_sftp_look(d, DROP_SFTP_IDENTITY, &kind, e) != 0 || kind == SFTP_PATH_NONE)
		return kind == SFTP_PATH_NONE ? 0 : (int)e->act;
	if (!sftp_place_path(&d->at, DROP_SFTP_IDENTITY, path))
		return drop_sftp_odd(e);
	if (sftp_file_open(d->at.s, path, SFTP_FOR_READ, 0, &f, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "read " DROP_SFTP_IDENTITY);
	int act = sftp_read(d->at.s, &f, &part, &n, &status, e);
	if (act == 0)
		act = sftp_file_close(d->at.s, &f, e);
	if (act == 0 && status != SFTP_OK)
		act = drop_sftp_failed(e, status, "read " DROP_SFTP_IDENTITY);
	return act != 0 ? act : drop_identity_parse(str_bytes(text, n), out, e);
}

int drop_sftp_identity(struct drop *drop, char *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	char text[DROP_IDENTITY_BYTES];
	if (read_mark(d, text, e) != 0 || (text[0] == '\0' && drop_sftp_is_alive(d, e) != 0))
		return e->act;
	memcpy(out, text, sizeof text);
	return 0;
}

static int write_draft(const struct sftp_drop *d, const char *path, struct str text, struct err *e)
{
	struct sftp_file f;
	uint32_t status = SFTP_OK;
	if (sftp_file_open(d->at.s, path, SFTP_FOR_WRITE | SFTP_CREATE | SFTP_EXCLUSIVE, DRAFT_MODE,
	            &f, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "create " DROP_SFTP_IDENTITY);
	int act = sftp_write(d->at.s, &f, 0, text, e);
	if (act == 0)
		act = sftp_write_wait(d->at.s, &f, &status, e);
	if (act == 0 && status == SFTP_OK)
		act = sftp_file_set_mode(d->at.s, &f, d->base.access.file_mode, &status, e);
	if (act == 0 && status == SFTP_OK)
		act = sftp_file_sync(d->at.s, &f, &status, e);
	if (act == 0)
		act = sftp_file_close(d->at.s, &f, e);
	return act != 0            ? act
	       : status == SFTP_OK ? 0
	                           : drop_sftp_failed(e, status, "write " DROP_SFTP_IDENTITY);
}

/* Writes a complete draft, then renames it. If several processes do this at once, one wins, and no
 * reader sees a partial mark. */
static int make_mark(const struct sftp_drop *d, struct err *e)
{
	char text[DROP_IDENTITY_BYTES], draft[sizeof text + 8], name[sizeof draft + 32];
	char from[SFTP_PATH_BYTES], to[SFTP_PATH_BYTES];
	uint32_t status = SFTP_OK, removed = SFTP_OK;
	drop_identity_draw(text, draft);
	(void)snprintf(name, sizeof name, DROP_TEMP_DIR "/%s", draft);
	if (!sftp_place_path(&d->at, name, from) ||
	        !sftp_place_path(&d->at, DROP_SFTP_IDENTITY, to))
		return drop_sftp_odd(e);
	if (write_draft(d, from, str_bytes(text, sizeof text), e) != 0 ||
	        sftp_rename(d->at.s, from, to, &status, e) != 0)
		return e->act;
	/* Another process was first, or the rename failed. The caller reads the mark to find out
	 * which. */
	return status == SFTP_OK ? 0 : sftp_remove(d->at.s, from, &removed, e);
}

int drop_sftp_mark(struct drop *drop, char *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	char text[DROP_IDENTITY_BYTES];
	if (drop_sftp_make_way(d, DROP_SFTP_IDENTITY, TEMP_DIR_MODE, e) != 0 ||
	        read_mark(d, text, e) != 0)
		return e->act;
	if (text[0] == '\0' && (make_mark(d, e) != 0 || read_mark(d, text, e) != 0))
		return e->act;
	if (text[0] == '\0')
		return drop_sftp_failed(e, SFTP_FAILURE, "write " DROP_SFTP_IDENTITY);
	memcpy(out, text, sizeof text);
	return 0;
}
