/* SPDX-License-Identifier: Apache-2.0
 *
 * The commit of a file:// drop. Whatever the answer, it is durable before it is given: who finds
 * the temporary gone may be looking at a rename that another process made and a crash of the
 * machine would undo, so both directories are synced for that answer too.
 */
#include "../beneath.h"
#include "drop_file.h"
#include "longshore/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct both {
	int temp_dir; /* -1: gone with all that was in it */
	int name_dir;
	const char *temp;
	const char *name;
};

static int open_both(const struct file_drop *d, const char *temp, const char *name,
        struct both *out, struct err *e)
{
	struct both b;
	b.name_dir =
	        beneath_parent(d->root_fd, name, BENEATH_CREATE_WHOLLY, DROP_DIR_MODE, &b.name);
	if (b.name_dir < 0)
		return drop_file_failed(e, errno, "open the directory");
	b.temp_dir = beneath_parent(d->root_fd, temp, BENEATH_MUST_EXIST, 0, &b.temp);
	if (b.temp_dir < 0 && errno != ENOENT) {
		int errnum = errno;
		(void)close(b.name_dir);
		return drop_file_failed(e, errnum, "open the directory of temporaries");
	}
	*out = b;
	return 0;
}

static void close_both(const struct both *b)
{
	(void)close(b->name_dir);
	if (b->temp_dir >= 0)
		(void)close(b->temp_dir);
}

static int sync_both(const struct both *b, struct err *e)
{
	if (fsync(b->name_dir) != 0 || (b->temp_dir >= 0 && fsync(b->temp_dir) != 0))
		return drop_file_failed(e, errno, "sync the directories");
	return 0;
}

static int temp_is_there(const struct both *b, bool *out, struct err *e)
{
	struct stat st = {0};
	*out = false;
	if (b->temp_dir < 0)
		return 0;
	if (fstatat(b->temp_dir, b->temp, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*out = S_ISREG(st.st_mode);
	else if (errno != ENOENT)
		return drop_file_failed(e, errno, "look at the temporary");
	return 0;
}

static int take_name(const struct both *b, enum drop_commit *out, struct err *e)
{
	bool is_there = false;
	if (temp_is_there(b, &is_there, e) != 0)
		return e->act;
	enum drop_commit answer = DROP_TEMP_GONE;
	if (is_there) {
		answer = DROP_COMMITTED;
		if (renameat2(b->temp_dir, b->temp, b->name_dir, b->name, RENAME_NOREPLACE) != 0) {
			int errnum = errno;
			if (errnum != EEXIST && errnum != ENOENT)
				return drop_file_failed(e, errnum, "rename without replacing");
			if (temp_is_there(b, &is_there, e) != 0)
				return e->act;
			if (is_there && errnum == ENOENT) /* then it is the directory of the name
			                                     that went away */
				return drop_file_failed(e, errnum, "rename without replacing");
			answer = is_there ? DROP_NAME_TAKEN : DROP_TEMP_GONE;
		}
	}
	if (sync_both(b, e) != 0)
		return e->act;
	*out = answer;
	return 0;
}

int drop_file_commit(
        struct drop *d, const char *temp, const char *name, enum drop_commit *out, struct err *e)
{
	struct both b = {.temp_dir = -1, .name_dir = -1};
	if (open_both(file_drop_of(d), temp, name, &b, e) != 0)
		return e->act;
	enum drop_commit answer = DROP_TEMP_GONE;
	int rc = take_name(&b, &answer, e);
	close_both(&b);
	if (rc == 0 && answer == DROP_TEMP_GONE)
		rc = drop_file_is_alive(file_drop_of(d), e);
	if (rc == 0)
		*out = answer;
	return rc;
}

static int hash_file(int fd, struct drop_facts *facts, struct err *e)
{
	struct hash *h = hash_new_sha256();
	unsigned char part[64 * 1024];
	ssize_t got;
	facts->bytes = 0;
	while ((got = read(fd, part, sizeof part)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		hash_add(h, part, (size_t)got);
		facts->bytes += got;
	}
	int errnum = got < 0 ? errno : 0;
	unsigned char digest[SHA256_BYTES];
	hash_take(h, digest);
	hash_free(h);
	hex_encode(digest, sizeof digest, facts->sha256);
	return errnum == 0 ? 0 : drop_file_failed(e, errnum, "read back");
}

int drop_file_stat(struct drop *d, const char *name, struct drop_facts *out, struct err *e)
{
	const char *base = NULL;
	struct drop_facts facts = {.is_there = false, .bytes = -1};
	int dir_fd = beneath_parent(file_drop_of(d)->root_fd, name, BENEATH_MUST_EXIST, 0, &base);
	if (dir_fd < 0 && errno != ENOENT)
		return drop_file_failed(e, errno, "open the directory");
	struct stat st;
	int rc = 0;
	if (dir_fd >= 0 && fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	        !S_ISREG(st.st_mode)) {
		facts.is_there = true; /* a link or a directory: there, and no bytes of ours */
	} else if (dir_fd >= 0) {
		int fd = openat(dir_fd, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			rc = drop_file_failed(e, errno, "open");
		if (fd >= 0) {
			facts.is_there = true;
			rc = hash_file(fd, &facts, e);
			(void)close(fd);
		}
	}
	if (dir_fd >= 0)
		(void)close(dir_fd);
	if (rc == 0 && !facts.is_there)
		rc = drop_file_is_alive(file_drop_of(d), e);
	if (rc == 0)
		*out = facts;
	return rc;
}
