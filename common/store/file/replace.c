/* SPDX-License-Identifier: Apache-2.0
 *
 * Replace and remove. Who changes what a name stands for holds flock() on the object that the name
 * stands for now. After the lock the name is looked up again: if it is another object by then, the
 * lock was on a dead one.
 */
#include "../beneath.h"
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct held {
	int dir_fd;
	int fd; /* the object, locked */
	const char *base;
};

static void let_go(struct held *h)
{
	(void)close(h->fd); /* ends the lock */
	(void)close(h->dir_fd);
}

static int lock(int fd)
{
	int rc;
	do {
		rc = flock(fd, LOCK_EX);
	} while (rc != 0 && errno == EINTR);
	return rc;
}

/* Whether the name still stands for the open object; -1 with errno. */
static int is_current(const struct held *h)
{
	struct stat ours, named;
	if (fstat(h->fd, &ours) != 0)
		return -1;
	if (fstatat(h->dir_fd, h->base, &named, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	return ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

static int try_hold(const struct file_store *s, const char *name, struct held *out,
        bool *out_current, struct err *e)
{
	struct held h = {.fd = -1};
	if (file_object_open(s, name, &h.fd, NULL, e) != 0)
		return e->act;
	h.dir_fd = beneath_parent(s->root_fd, name, BENEATH_MUST_EXIST, 0, &h.base);
	if (h.dir_fd < 0) {
		int errnum = errno;
		(void)close(h.fd);
		return file_failed(e, errnum, "open the directory");
	}
	int current = lock(h.fd) == 0 ? is_current(&h) : -1;
	if (current < 0)
		(void)file_failed(e, errno == ENOENT ? EIO : errno, "lock");
	if (current != 1)
		let_go(&h);
	else
		*out = h;
	*out_current = current == 1;
	return current < 0 ? (int)e->act : 0;
}

/* Each further turn means that somebody else has changed the object meanwhile, so somebody always
 * gets on. */
static int hold(const struct file_store *s, const char *name, struct held *out, struct err *e)
{
	bool is_held = false;
	int rc = 0;
	while (rc == 0 && !is_held)
		rc = try_hold(s, name, out, &is_held, e);
	return rc;
}

static int compare(const struct held *h, const char *tag, struct err *e)
{
	struct store_facts facts;
	if (file_object_facts(h->fd, &facts, e) != 0)
		return e->act;
	if (strcmp(facts.tag, tag) != 0)
		return err_set(e, ERR_FENCED, "changed", "the object is not the one that was read");
	return 0;
}

static int take_over(const struct held *h, const struct temp *t, struct err *e)
{
	if (renameat(t->dir_fd, t->name, h->dir_fd, h->base) != 0)
		return file_temp_failed(e, errno, "rename");
	if (fsync(h->dir_fd) != 0)
		return file_failed(e, errno, "sync the directory");
	return 0;
}

int file_replace(
        struct store *store, const char *name, struct str bytes, const char *tag, struct err *e)
{
	const struct file_store *s = file_of(store);
	struct temp t;
	if (file_temp_open(s, name, &t, e) != 0)
		return e->act;
	int rc = file_temp_write(&t, bytes.p, bytes.n, e);
	if (rc == 0 && fsync(t.fd) != 0)
		rc = file_failed(e, errno, "sync");
	struct held h;
	if (rc == 0)
		rc = hold(s, name, &h, e);
	if (rc == 0) {
		rc = compare(&h, tag, e);
		if (rc == 0)
			rc = take_over(&h, &t, e);
		let_go(&h);
	}
	file_temp_drop(&t);
	return rc;
}

int file_remove(struct store *store, const char *name, struct err *e)
{
	struct held h;
	int rc = hold(file_of(store), name, &h, e);
	if (rc != 0)
		return strcmp(e->code, "not_found") == 0 ? 0 : rc;
	if (unlinkat(h.dir_fd, h.base, 0) != 0 && errno != ENOENT)
		rc = file_failed(e, errno, "remove");
	else if (fsync(h.dir_fd) != 0)
		rc = file_failed(e, errno, "sync the directory");
	let_go(&h);
	return rc;
}
