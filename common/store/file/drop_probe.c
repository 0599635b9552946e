/* SPDX-License-Identifier: Apache-2.0
 * What is tried out at a place before it is relied on, and the mark that tells the place from
 * others. */
#include "../beneath.h"
#include "drop_file.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TEMP_DIR DROP_TEMP_PREFIX "-tmp"
#define IDENTITY "identity"

struct trial {
	char temp[64];
	char other[64];
	char name[64];
};

static int expect(bool is_right, const char *what, struct err *e)
{
	return is_right ? 0
	                : err_set(e, ERR_REJECT, "drop_unfit", "the place does not keep %s", what);
}

static int try_out(struct drop *d, const struct trial *t, struct err *e)
{
	struct drop_temp *open_temp = NULL;
	enum drop_commit answer = DROP_TEMP_GONE;
	struct drop_facts facts;
	if (drop_temp_create(d, str_c(t->temp), e) != 0)
		return e->act;
	if (expect(drop_temp_create(d, str_c(t->temp), e) != 0, "exclusive creation", e) != 0 ||
	        strcmp(e->code, "exists") != 0)
		return e->act;
	if (drop_temp_create(d, str_c(t->other), e) != 0 ||
	        drop_temp_open(d, str_c(t->temp), &open_temp, e) != 0)
		return e->act;
	int rc = drop_temp_write(open_temp, 0, "longshore\n", 10, e);
	if (rc == 0)
		rc = drop_temp_sync(open_temp, 10, e);
	drop_temp_close(open_temp);
	/* Not through drop_commit(): the trial's name is hidden, a partner must never see it. */
	if (rc != 0 || drop_file_commit(d, t->temp, t->name, &answer, e) != 0)
		return e->act;
	if (expect(answer == DROP_COMMITTED, "a rename", e) != 0 ||
	        drop_file_commit(d, t->other, t->name, &answer, e) != 0)
		return e->act;
	if (expect(answer == DROP_NAME_TAKEN, "a name that is taken", e) != 0 ||
	        drop_file_stat(d, t->name, &facts, e) != 0)
		return e->act;
	return expect(facts.is_there && facts.bytes == 10, "what was written", e);
}

int drop_file_probe(struct drop *d, struct err *e)
{
	unsigned char drawn[8];
	char hex[2 * sizeof drawn + 1];
	struct trial t;
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, hex);
	(void)snprintf(t.temp, sizeof t.temp, TEMP_DIR "/%s.a", hex);
	(void)snprintf(t.other, sizeof t.other, TEMP_DIR "/%s.b", hex);
	(void)snprintf(t.name, sizeof t.name, DROP_TEMP_PREFIX "-trial-%s", hex);
	int rc = try_out(d, &t, e);
	drop_temp_discard(d, str_c(t.temp));
	drop_temp_discard(d, str_c(t.other));
	drop_temp_discard(d, str_c(t.name));
	return rc;
}

/* false: there is none. Anything but 32 hex digits and a line end is refused, not replaced. */
static int identity_read(int dir_fd, char *out, bool *out_there, struct err *e)
{
	char text[DROP_IDENTITY_BYTES + 1];
	unsigned char bytes[(DROP_IDENTITY_BYTES - 1) / 2];
	int fd = openat(dir_fd, IDENTITY, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*out_there = false;
		return 0;
	}
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	int errnum = n < 0 ? errno : 0;
	if (fd >= 0)
		(void)close(fd);
	if (errnum != 0)
		return drop_file_failed(e, errnum, "read " TEMP_DIR "/" IDENTITY);
	if (n != DROP_IDENTITY_BYTES || text[n - 1] != '\n' ||
	        !hex_decode(str_bytes(text, (size_t)n - 1), bytes, sizeof bytes))
		return err_set(e, ERR_RETRY, "drop_unavailable",
		        TEMP_DIR "/" IDENTITY " is not what was written there; restore it, or "
		                 "remove it once nothing is in flight");
	hex_encode(bytes, sizeof bytes, out);
	*out_there = true;
	return 0;
}

static int identity_rename(int dir_fd, const char *draft)
{
	if (renameat2(dir_fd, draft, dir_fd, IDENTITY, RENAME_NOREPLACE) == 0 || errno == EEXIST)
		return 0;
	return errno;
}

/* A draft with content, then its name: of several at once one wins, and nobody sees half of it. */
static int identity_make(const struct file_drop *d, int dir_fd, struct err *e)
{
	unsigned char drawn[(DROP_IDENTITY_BYTES - 1) / 2];
	char text[DROP_IDENTITY_BYTES], draft[sizeof text + 8];
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, text);
	(void)snprintf(draft, sizeof draft, "%s.draft", text);
	text[sizeof text - 1] = '\n';
	int fd = openat(dir_fd, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	        DROP_TEMP_MODE);
	if (fd < 0)
		return drop_file_failed(e, errno, "create " TEMP_DIR "/" IDENTITY);
	ssize_t n = write(fd, text, sizeof text);
	int errnum = n < 0 ? errno : n != (ssize_t)sizeof text ? EIO : drop_file_give(d, fd);
	if (errnum == 0 && fsync(fd) != 0)
		errnum = errno;
	(void)close(fd);
	/* Nobody takes an identity away, so a link of the draft is as good as a rename. */
	if (errnum == 0 && linkat(dir_fd, draft, dir_fd, IDENTITY, 0) != 0 && errno != EEXIST)
		errnum = identity_rename(dir_fd, draft);
	(void)unlinkat(dir_fd, draft, 0); /* the loser's */
	if (errnum == 0 && fsync(dir_fd) != 0)
		errnum = errno;
	return errnum == 0 ? 0 : drop_file_failed(e, errnum, "write " TEMP_DIR "/" IDENTITY);
}

int drop_file_identity(struct drop *d, char *out, struct err *e)
{
	char text[DROP_IDENTITY_BYTES] = "";
	bool is_there = false;
	int dir_fd = beneath_dir(
	        file_drop_of(d)->root_fd, TEMP_DIR, sizeof TEMP_DIR - 1, BENEATH_MUST_EXIST, 0);
	if (dir_fd < 0 && errno != ENOENT)
		return drop_file_failed(e, errno, "open " TEMP_DIR);
	int rc = dir_fd >= 0 ? identity_read(dir_fd, text, &is_there, e) : 0;
	if (dir_fd >= 0)
		(void)close(dir_fd);
	if (rc == 0 && !is_there)
		rc = drop_file_is_alive(file_drop_of(d), e);
	if (rc == 0)
		memcpy(out, text, sizeof text);
	return rc;
}

int drop_file_mark(struct drop *d, char *out, struct err *e)
{
	bool is_there = false;
	int dir_fd = beneath_dir(file_drop_of(d)->root_fd, TEMP_DIR, sizeof TEMP_DIR - 1,
	        BENEATH_CREATE, DROP_TEMP_DIR_MODE);
	if (dir_fd < 0)
		return drop_file_failed(e, errno, "open " TEMP_DIR);
	int rc = identity_read(dir_fd, out, &is_there, e);
	if (rc == 0 && !is_there) {
		rc = identity_make(file_drop_of(d), dir_fd, e);
		if (rc == 0)
			rc = identity_read(dir_fd, out, &is_there, e);
		if (rc == 0 && !is_there)
			rc = drop_file_failed(e, ESTALE, "read " TEMP_DIR "/" IDENTITY);
	}
	(void)close(dir_fd);
	return rc;
}
