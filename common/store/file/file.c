/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include "../beneath.h"
#include "longshore/hex.h"
#include "longshore/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_writer {
	struct store_writer base;
	struct file_store *store;
	struct temp temp;
	char name[STORE_NAME_MAX + 1];
};

struct file_reader {
	struct store_reader base;
	int fd;
	int64_t bytes;
};

static int no_memory(struct err *e)
{
	return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
}

static int file_create(struct store *s, const char *name, struct store_writer **out, struct err *e)
{
	struct file_writer *w = calloc(1, sizeof *w);
	if (!w)
		return no_memory(e);
	w->store = file_of(s);
	memcpy(w->name, name, strlen(name) + 1); /* store.c has checked the length */
	if (file_temp_open(w->store, name, &w->temp, e) != 0) {
		free(w);
		return e->act;
	}
	*out = &w->base;
	return 0;
}

static int file_write(struct store_writer *w, const void *p, size_t n, struct err *e)
{
	return file_temp_write(&((struct file_writer *)w)->temp, p, n, e);
}

/* Links the synced temporary under its name. Never replaces. */
static int publish(const struct file_writer *w, struct err *e)
{
	if (fsync(w->temp.fd) != 0)
		return file_failed(e, errno, "sync");
	if (file_check(&w->store->base, e) != 0)
		return e->act;
	char path[FILE_PATH_BYTES];
	const char *base = NULL;
	file_path(w->name, path);
	int dir_fd = beneath_parent(w->store->root_fd, path, BENEATH_CREATE, DIR_MODE, &base);
	if (dir_fd < 0)
		return file_failed(e, errno == ENOENT ? EIO : errno, "open the directory");
	int act = 0;
	if (linkat(w->temp.dir_fd, w->temp.name, dir_fd, base, 0) != 0)
		act = errno == EEXIST ? err_set(e, ERR_REJECT, CODE_EXISTS,
		                                "an object with this name exists")
		                      : file_temp_failed(e, errno, "link");
	/* Sync after a lost race, too: the object that we saw must survive a crash. */
	int errnum = fsync(dir_fd) != 0 ? errno : 0;
	(void)close(dir_fd);
	if (errnum != 0)
		return file_failed(e, errnum, "sync the directory");
	return act;
}

static void file_abandon(struct store_writer *w)
{
	file_temp_drop(&((struct file_writer *)w)->temp);
	free(w);
}

static int file_finish(struct store_writer *w, struct err *e)
{
	const struct file_writer *writer = (const struct file_writer *)w;
	int act = publish(writer, e);
	if (act != 0)
		(void)err_note(e, "finish %s", writer->name);
	file_abandon(w);
	return act;
}

int file_object_open(
        const struct file_store *s, const char *name, int *out_fd, int64_t *out_size, struct err *e)
{
	char path[FILE_PATH_BYTES];
	const char *base = NULL;
	file_path(name, path);
	int dir_fd = beneath_parent(s->root_fd, path, BENEATH_MUST_EXIST, 0, &base);
	if (dir_fd < 0)
		return file_failed(e, errno == ENOTDIR ? ENOENT : errno, "open");
	int number = 0;
	int fd = file_newest(dir_fd, base, &number);
	int errnum = fd < 0 ? errno : 0;
	(void)close(dir_fd);
	if (errnum != 0)
		return file_failed(e, errnum == ENOTDIR ? ENOENT : errnum, "open");
	struct stat st;
	if (fstat(fd, &st) != 0) {
		(void)file_failed(e, errno, "stat");
		(void)close(fd);
		return e->act;
	}
	if (out_size)
		*out_size = st.st_size;
	*out_fd = fd;
	return 0;
}

static int read_at(int fd, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, n - done, offset + (int64_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return file_failed(e, errno, "read");
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*out_n = done;
	return 0;
}

/* The tag of a small object is the hash of its content, so it can be compared with what was read.
 * Large objects are never replaced, so inode, length and modification time distinguish them. */
int file_object_facts(int fd, struct store_facts *out, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return file_failed(e, errno, "stat");
	struct store_facts facts = {.bytes = st.st_size};
	if (st.st_size > STORE_REPLACE_MAX) {
		(void)snprintf(facts.tag, sizeof facts.tag,
		        "i%" PRIu64 "-%" PRIi64 "-%" PRIi64 ".%09" PRIi64, (uint64_t)st.st_ino,
		        (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec,
		        (int64_t)st.st_mtim.tv_nsec);
		*out = facts;
		return 0;
	}
	struct hash *h = hash_new_sha256();
	unsigned char part[16 * 1024];
	size_t got = sizeof part;
	for (int64_t at = 0; got == sizeof part; at += (int64_t)got) {
		if (read_at(fd, at, part, sizeof part, &got, e) != 0) {
			hash_free(h);
			return e->act;
		}
		hash_add(h, part, got);
	}
	unsigned char digest[SHA256_BYTES];
	hash_take(h, digest);
	hash_free(h);
	hex_encode(digest, sizeof digest, facts.tag);
	*out = facts;
	return 0;
}

static int file_stat(struct store *s, const char *name, struct store_facts *out, struct err *e)
{
	int fd = -1;
	if (file_object_open(file_of(s), name, &fd, NULL, e) != 0)
		return e->act;
	int act = file_object_facts(fd, out, e);
	(void)close(fd);
	return act;
}

static int file_read_open(struct store *s, const char *name, struct store_reader **out,
        struct store_facts *facts, struct err *e)
{
	struct file_reader *r = calloc(1, sizeof *r);
	if (!r)
		return no_memory(e);
	if (file_object_open(file_of(s), name, &r->fd, &r->bytes, e) != 0) {
		free(r);
		return e->act;
	}
	if (facts && file_object_facts(r->fd, facts, e) != 0) {
		(void)close(r->fd);
		free(r);
		return e->act;
	}
	*out = &r->base;
	return 0;
}

static int file_read(
        struct store_reader *r, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return read_at(((struct file_reader *)r)->fd, offset, p, n, out_n, e);
}

static int64_t file_size(const struct store_reader *r)
{
	return ((const struct file_reader *)r)->bytes;
}

static void file_read_close(struct store_reader *r)
{
	(void)close(((struct file_reader *)r)->fd);
	free(r);
}

const struct store_ops store_file_ops = {
        .open = file_open,
        .close = file_close,
        .check = file_check,
        .identity = file_identity,
        .identify = file_identify,
        .is_empty = file_is_empty,
        .create = file_create,
        .write = file_write,
        .finish = file_finish,
        .abandon = file_abandon,
        .replace = file_replace,
        .stat = file_stat,
        .remove = file_remove,
        .read_open = file_read_open,
        .read = file_read,
        .size = file_size,
        .read_close = file_read_close,
        .sweep = file_sweep,
        .remove_below = file_remove_below,
        .clock = file_clock,
        .list = file_list,
};
