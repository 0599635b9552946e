/* SPDX-License-Identifier: Apache-2.0
 *
 * Creates, writes and syncs temporaries.
 */
#include "drop_sftp.h"
#include "longshore/codes.h"

#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 256 * 1024, TEMP_MODE = 0600, TEMP_DIR_MODE = 0750 };

struct sftp_drop_temp {
	struct drop_temp base;
	const struct sftp_drop *drop; /* outlives it */
	struct sftp_file file;
	char name[DROP_HANDLE_MAX + 1];
};

int drop_sftp_failed(struct err *e, uint32_t status, const char *step)
{
	const char *why = sftp_status_text(status);
	if (status == SFTP_UNSUPPORTED)
		return err_set_native(e, ERR_REJECT, CODE_DROP_UNFIT, "sftp", status,
		        "%s: %s; use a server that can, such as OpenSSH's", step, why);
	return err_set_native(e, ERR_RETRY, DROP_SFTP_AWAY, "sftp", status, "%s: %s; %s", step, why,
	        status == SFTP_PERMISSION_DENIED
	                ? "let the user of the bucket's url write there"
	                : "see that the place is there, has room, and is well");
}

int drop_sftp_odd(struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_NAME,
	        "a directory of the name is something else at the destination, or a link, which is "
	        "not followed");
}

int drop_sftp_is_alive(const struct sftp_drop *d, struct err *e)
{
	struct sftp_attrs attrs = {0};
	uint32_t status = SFTP_OK;
	if (sftp_stat(d->at.s, d->at.root[0] != '\0' ? d->at.root : "/", &status, &attrs, e) != 0)
		return e->act;
	if (status == SFTP_OK && attrs.has_mode && S_ISDIR(attrs.mode))
		return 0;
	return err_set_native(e, ERR_RETRY, DROP_SFTP_AWAY, "sftp", status,
	        "the bucket's directory is not there on the server; create or mount it, or let the "
	        "user of the bucket's url read and write it");
}

int drop_sftp_look(const struct sftp_drop *d, const char *name, enum sftp_path *out, struct err *e)
{
	struct sftp_attrs attrs;
	uint32_t status = SFTP_OK;
	if (sftp_place_look(&d->at, name, out, &attrs, &status, e) != 0)
		return e->act;
	return status == SFTP_OK ? 0
	                         : drop_sftp_failed(e, status,
	                                   "see whether a name is a link (LSTAT, READLINK)");
}

static int make_one(const struct sftp_drop *d, const char *part, uint32_t mode, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	enum sftp_path kind;
	uint32_t made = SFTP_OK, given = SFTP_OK;
	if (!sftp_place_path(&d->at, part, path))
		return drop_sftp_odd(e);
	if (sftp_mkdir(d->at.s, path, mode, &made, e) != 0 ||
	        (made == SFTP_OK && sftp_set_mode(d->at.s, path, mode, &given, e) != 0))
		return e->act;
	if (made == SFTP_OK)
		return given == SFTP_OK ? 0 : drop_sftp_failed(e, given, "make a directory");
	/* Another process created it first, or the drop is gone. */
	if (drop_sftp_look(d, part, &kind, e) != 0 || drop_sftp_is_alive(d, e) != 0)
		return e->act;
	return kind == SFTP_PATH_DIRECTORY ? 0
	       : kind == SFTP_PATH_NONE    ? drop_sftp_failed(e, made, "make a directory")
	                                   : drop_sftp_odd(e);
}

int drop_sftp_make_way(const struct sftp_drop *d, const char *name, uint32_t mode, struct err *e)
{
	char part[SFTP_PATH_BYTES];
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		enum sftp_path kind;
		memcpy(part, name, (size_t)(slash - name));
		part[slash - name] = '\0';
		if (drop_sftp_look(d, part, &kind, e) != 0)
			return e->act;
		if (kind == SFTP_PATH_NONE && make_one(d, part, mode, e) != 0)
			return e->act;
		if (kind == SFTP_PATH_FILE || kind == SFTP_PATH_OTHER)
			return drop_sftp_odd(e);
	}
	return 0;
}

static int check_server(const struct sftp_drop *d, struct err *e)
{
	if (!sftp_can_sync(d->at.s))
		return err_set(e, ERR_REJECT, CODE_DROP_UNFIT,
		        "the server cannot make a file durable (fsync@openssh.com); use one that "
		        "can, such as OpenSSH's");
	return drop_sftp_is_alive(d, e);
}

static void sftp_drop_close(struct drop *d)
{
	sftp_close(sftp_drop_of(d)->at.s);
	free(sftp_drop_of(d));
}

static int sftp_drop_open(const struct place *place, struct drop **out, struct err *e)
{
	struct sftp_drop *d = calloc(1, sizeof *d);
	if (!d)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	if (sftp_place_open(place, DROP_SFTP_AWAY, &d->at, e) != 0 || check_server(d, e) != 0) {
		sftp_drop_close(&d->base);
		return e->act;
	}
	*out = &d->base;
	return 0;
}

static int gone(const struct sftp_drop *d, struct err *e)
{
	if (drop_sftp_is_alive(d, e) != 0)
		return e->act;
	return err_set(e, ERR_REJECT, CODE_GONE, "the temporary is not there any more");
}

/* SFTP_FAILURE gives no reason, so look whether the name already exists. */
static int create_failed(
        const struct sftp_drop *d, const char *temp, uint32_t status, struct err *e)
{
	enum sftp_path kind;
	if (drop_sftp_look(d, temp, &kind, e) != 0 || drop_sftp_is_alive(d, e) != 0)
		return e->act;
	if (kind != SFTP_PATH_NONE)
		return err_set(e, ERR_REJECT, CODE_EXISTS, "there is a temporary of this name");
	return drop_sftp_failed(e, status, "create");
}

static int temp_create(struct drop *drop, const char *token, const char *name,
        struct drop_handle *out, struct err *e)
{
	const struct sftp_drop *d = sftp_drop_of(drop);
	char path[SFTP_PATH_BYTES];
	struct sftp_file f;
	uint32_t status = SFTP_OK;
	(void)name; /* commit creates the directories of the name */
	drop_path_of_temp(token, out);
	if (!sftp_place_path(&d->at, out->text, path) ||
	        drop_sftp_make_way(d, out->text, TEMP_DIR_MODE, e) != 0)
		return e->act;
	if (sftp_file_open(d->at.s, path, SFTP_FOR_WRITE | SFTP_CREATE | SFTP_EXCLUSIVE, TEMP_MODE,
	            &f, &status, e) != 0)
		return e->act;
	return status == SFTP_OK ? sftp_file_close(d->at.s, &f, e)
	                         : create_failed(d, out->text, status, e);
}

static int open_existing(struct sftp_drop_temp *t, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	enum sftp_path kind;
	uint32_t status = SFTP_OK;
	if (!sftp_place_path(&t->drop->at, t->name, path))
		return gone(t->drop, e);
	if (drop_sftp_look(t->drop, t->name, &kind, e) != 0)
		return e->act;
	if (kind != SFTP_PATH_FILE) /* something that is not a file took its name */
		return gone(t->drop, e);
	if (sftp_file_open(t->drop->at.s, path, SFTP_FOR_WRITE, 0, &t->file, &status, e) != 0)
		return e->act;
	if (status == SFTP_NO_SUCH_FILE)
		return gone(t->drop, e);
	return status == SFTP_OK ? 0 : drop_sftp_failed(e, status, "open");
}

static int temp_open(struct drop *drop, const char *temp, struct drop_temp **out, struct err *e)
{
	struct sftp_drop_temp *t = calloc(1, sizeof *t);
	if (!t)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	t->drop = sftp_drop_of(drop);
	memcpy(t->name, temp, strlen(temp) + 1);
	if (open_existing(t, e) != 0) {
		free(t);
		return e->act;
	}
	*out = &t->base;
	return 0;
}

/* Only sends the data. An error is reported by a later write or by the sync. */
static int temp_write(
        struct drop_temp *temp, int64_t offset, const void *p, size_t n, struct err *e)
{
	struct sftp_drop_temp *t = (struct sftp_drop_temp *)temp;
	if (sftp_write(t->drop->at.s, &t->file, offset, str_bytes(p, n), e) != 0)
		return e->act;
	return t->file.status == SFTP_OK ? 0 : drop_sftp_failed(e, t->file.status, "write");
}

static int still_there(const struct sftp_drop_temp *t, struct err *e)
{
	enum sftp_path kind;
	if (drop_sftp_look(t->drop, t->name, &kind, e) != 0)
		return e->act;
	return kind == SFTP_PATH_FILE ? 0 : gone(t->drop, e);
}

static int check_length(const struct sftp_drop_temp *t, int64_t length, struct err *e)
{
	struct sftp_attrs attrs = {0};
	uint32_t status = SFTP_OK;
	if (sftp_file_stat(t->drop->at.s, &t->file, &status, &attrs, e) != 0)
		return e->act;
	if (status != SFTP_OK || !attrs.has_bytes)
		return drop_sftp_failed(
		        e, status != SFTP_OK ? status : SFTP_UNSUPPORTED, "ask for the length");
	if (attrs.bytes != length)
		return err_set(e, ERR_REJECT, CODE_BAD_LENGTH,
		        "the temporary has %lld bytes instead of %lld: something else writes to it",
		        (long long)attrs.bytes, (long long)length);
	return 0;
}

static int temp_sync(struct drop_temp *temp, int64_t length, struct err *e)
{
	struct sftp_drop_temp *t = (struct sftp_drop_temp *)temp;
	struct sftp *s = t->drop->at.s;
	uint32_t status = SFTP_OK;
	if (sftp_write_wait(s, &t->file, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "write");
	if (sftp_file_set_mode(s, &t->file, t->drop->base.access.file_mode, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "make readable");
	if (sftp_file_sync(s, &t->file, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return drop_sftp_failed(e, status, "sync");
	if (still_there(t, e) != 0)
		return e->act;
	return check_length(t, length, e);
}

static void temp_close(struct drop_temp *temp)
{
	struct sftp_drop_temp *t = (struct sftp_drop_temp *)temp;
	struct err e;
	int act = sftp_file_close(t->drop->at.s, &t->file, &e); /* its data was synced */
	(void)act;
	free(t);
}

const struct drop_ops drop_sftp_ops = {
        .guarantee = "sftp_rename",
        .traits = {.part_bytes = PART_BYTES,
                .takes_any_order = true,
                .verifies = DROP_VERIFIES_LENGTH | DROP_VERIFIES_READ_BACK},
        .open = sftp_drop_open,
        .close = sftp_drop_close,
        .is_handle = drop_path_is_temp,
        .probe = drop_trial,
        .identity = drop_sftp_identity,
        .mark = drop_sftp_mark,
        .temp_create = temp_create,
        .temp_open = temp_open,
        .temp_write = temp_write,
        .temp_sync = temp_sync,
        .temp_close = temp_close,
        .temp_remove = drop_sftp_remove,
        .set_aside = drop_sftp_set_aside,
        .commit = drop_sftp_commit,
        .stat = drop_sftp_stat,
};
