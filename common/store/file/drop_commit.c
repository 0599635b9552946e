/* SPDX-License-Identifier: Apache-2.0
 *
 * The commit of a file:// drop, and what exists under a name afterwards.
 */
#include "../beneath.h"
#include "drop_take.h"
#include "longshore/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int drop_file_commit(
        struct drop *d, const char *temp, const char *name, enum drop_commit *out, struct err *e)
{
	static const enum drop_commit answers[] = {
	        [TAKE_COMMITTED] = DROP_COMMITTED,
	        [TAKE_GONE] = DROP_TEMP_GONE,
	        [TAKE_NAME_TAKEN] = DROP_NAME_TAKEN,
	        [TAKE_IN_DOUBT] = DROP_IN_DOUBT,
	        [TAKE_ASIDE] = DROP_TEMP_GONE, /* a commit never gives this answer */
	};
	struct take t;
	take_init(&t, file_drop_of(d), temp, name);
	int act = take_run(&t, e);
	take_release(&t);
	if (act == 0)
		*out = answers[t.answer];
	return act;
}

int drop_file_set_aside(struct drop *d, const char *temp, enum drop_aside *out, struct err *e)
{
	struct take t;
	take_init(&t, file_drop_of(d), temp, NULL);
	int act = take_run(&t, e);
	take_release(&t);
	if (act == 0)
		*out = t.answer == TAKE_ASIDE      ? DROP_ASIDE
		       : t.answer == TAKE_IN_DOUBT ? DROP_ASIDE_IN_DOUBT
		                                   : DROP_ASIDE_GONE;
	return act;
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
	int act = 0;
	if (dir_fd >= 0 && fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	        !S_ISREG(st.st_mode)) {
		facts.is_there = true; /* a link or a directory, no bytes of ours */
	} else if (dir_fd >= 0) {
		int fd = openat(dir_fd, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			act = drop_file_failed(e, errno, "open");
		if (fd >= 0) {
			facts.is_there = true;
			act = hash_file(fd, &facts, e);
			(void)close(fd);
		}
	}
	if (dir_fd >= 0)
		(void)close(dir_fd);
	if (act == 0 && !facts.is_there)
		act = drop_file_is_alive(file_drop_of(d), e);
	if (act == 0)
		*out = facts;
	return act;
}
