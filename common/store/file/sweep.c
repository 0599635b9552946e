/* SPDX-License-Identifier: Apache-2.0
 *
 * Removes what killed writers left in "<prefix>/.tmp/". A live writer keeps writing, so a temporary
 * that nobody has written to for long is considered dead. If its writer was only stopped, nothing
 * is lost. Names are random and never reused, so link() or rename() of the missing temporary fails,
 * and the writer starts over. An object that was already linked keeps its name.
 *
 * "Now" is the time that the file system gives to a temporary of ours, because the clocks of
 * machines can differ.
 */
#include "../beneath.h"
#include "file.h"
#include "longshore/hex.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct sweep {
	const struct store_sweep *limits;
	int64_t now_ns;
	int64_t removed;
	int errnum; /* of the first failed removal */
};

static int64_t written_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* A name as file_temp_open() makes it. */
static bool is_temp_name(const char *name)
{
	unsigned char bytes[(TEMP_NAME_BYTES - 1) / 2];
	char again[TEMP_NAME_BYTES];
	if (strlen(name) != TEMP_NAME_BYTES - 1 || !hex_decode(str_c(name), bytes, sizeof bytes))
		return false;
	hex_encode(bytes, sizeof bytes, again);
	return strcmp(again, name) == 0; /* lower case only */
}

static bool is_dead(const struct sweep *w, const struct stat *st)
{
	return S_ISREG(st->st_mode) &&
	       w->now_ns - written_ns(st) > w->limits->age_ms * INT64_C(1000000);
}

static void look_at(struct sweep *w, int dir_fd, const char *name)
{
	struct stat st;
	if (!is_temp_name(name) || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	        !is_dead(w, &st))
		return;
	if (unlinkat(dir_fd, name, 0) == 0)
		w->removed++;
	else if (errno != ENOENT && w->errnum == 0) /* otherwise another sweep removed it first */
		w->errnum = errno;
}

static bool goes_on(const struct sweep *w)
{
	const atomic_bool *stop = w->limits->stop;
	return w->removed < w->limits->most && !(stop && atomic_load(stop));
}

static int walk(struct sweep *w, int dir_fd, struct err *e)
{
	DIR *d = fdopendir(dir_fd);
	if (!d) {
		int errnum = errno;
		(void)close(dir_fd);
		return file_failed(e, errnum, "list the temporaries");
	}
	int errnum = 0;
	while (goes_on(w)) {
		errno = 0;
		const struct dirent *entry = readdir(d);
		errnum = !entry ? errno : 0;
		if (!entry)
			break;
		look_at(w, dirfd(d), entry->d_name);
	}
	(void)closedir(d);
	if (errnum == 0)
		errnum = w->errnum;
	return errnum == 0
	               ? 0
	               : file_failed(e, errnum == ENOENT ? EIO : errnum, "remove dead temporaries");
}

static int read_clock(
        const struct file_store *s, const char *prefix, int64_t *out_ns, struct err *e)
{
	char name[STORE_NAME_MAX + 1];
	struct temp t;
	struct stat st;
	(void)snprintf(name, sizeof name, "%s/x", prefix); /* store.c has checked the length */
	if (file_temp_open(s, name, &t, e) != 0)
		return e->act;
	int act = 0;
	if (fstat(t.fd, &st) != 0)
		act = file_failed(e, errno, "stat");
	else
		*out_ns = written_ns(&st);
	file_temp_drop(&t);
	return act;
}

int file_clock(struct store *store, const char *prefix, int64_t *out_ms, struct err *e)
{
	int64_t now_ns = 0;
	if (read_clock(file_of(store), prefix, &now_ns, e) != 0)
		return e->act;
	*out_ms = now_ns / 1000000;
	return 0;
}

int file_sweep(struct store *store, const char *prefix, const struct store_sweep *limits,
        int64_t *out_removed, struct err *e)
{
	const struct file_store *s = file_of(store);
	struct sweep w = {.limits = limits};
	char path[STORE_NAME_MAX + sizeof "/" STORE_TEMP_COMPONENT];
	int n = snprintf(path, sizeof path, "%s/" STORE_TEMP_COMPONENT, prefix);
	int dir_fd = beneath_dir(s->root_fd, path, (size_t)n, BENEATH_MUST_EXIST, 0);
	if (dir_fd < 0 && errno == ENOENT) {
		*out_removed = 0; /* nobody has written there yet */
		return 0;
	}
	if (dir_fd < 0)
		return file_failed(e, errno, "open the directory of temporaries");
	int act = read_clock(s, prefix, &w.now_ns, e);
	if (act != 0)
		(void)close(dir_fd);
	else
		act = walk(&w, dir_fd, e);
	*out_removed = w.removed;
	return act;
}
