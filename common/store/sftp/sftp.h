/* SPDX-License-Identifier: Apache-2.0
 *
 * SFTP version 3 over a link. Requests have ids, and up to SFTP_IN_FLIGHT of them are in flight at
 * once. The server's answer is a status that the caller judges. A function fails only if the
 * connection fails, and after that every call fails at once.
 *
 * Threads can share a session, because each call takes its lock. Only sftp_dir_read must be used by
 * one thread at a time.
 */
#ifndef LONGSHORE_STORE_SFTP_SFTP_H
#define LONGSHORE_STORE_SFTP_SFTP_H

#include "link.h"
#include "wire.h"

/* Every server accepts 32 KiB. 64 chunks fill a path with a bandwidth-delay product of 2 MiB. */
enum {
	SFTP_CHUNK = 32 * 1024,
	SFTP_IN_FLIGHT = 64,
	SFTP_HANDLE_MAX = 256,
	SFTP_NAMES_MAX = 16 * 1024
};

struct sftp;

struct sftp_file {
	unsigned char handle[SFTP_HANDLE_MAX];
	size_t handle_bytes;
	/* Writes in flight. */
	size_t pending;
	uint32_t status; /* of the first write that failed */
};

int sftp_open(const struct link_target *target, struct sftp **out, struct err *e) ERR_MUST_USE;
void sftp_close(struct sftp *s); /* accepts NULL */
/* True if the server can sync a file (fsync@openssh.com). */
bool sftp_can_sync(const struct sftp *s);

/* Each returns 0 and the server's answer in *out_status. */
int sftp_stat(struct sftp *s, const char *path, uint32_t *out_status, struct sftp_attrs *out,
        struct err *e) ERR_MUST_USE; /* follows links */
/* Does not follow a link: *out is one then. ProFTPD's LSTAT follows links, so READLINK is asked too. If
 * the server has no READLINK or does not allow it, *out_status is SFTP_UNSUPPORTED. */
int sftp_look(struct sftp *s, const char *path, uint32_t *out_status, struct sftp_attrs *out,
        struct err *e) ERR_MUST_USE;
int sftp_rename(struct sftp *s, const char *from, const char *to, uint32_t *out_status,
        struct err *e) ERR_MUST_USE; /* never posix-rename@openssh.com, which replaces */
int sftp_remove(struct sftp *s, const char *path, uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_mkdir(struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;
int sftp_set_mode(struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;

/* flags: SFTP_FOR_... and so on; mode: of a new file. */
int sftp_file_open(struct sftp *s, const char *path, uint32_t flags, uint32_t mode,
        struct sftp_file *out, uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_dir_open(struct sftp *s, const char *path, struct sftp_file *out, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;
/* Waits for pending writes first. */
int sftp_file_close(struct sftp *s, struct sftp_file *f, struct err *e) ERR_MUST_USE;
int sftp_file_stat(struct sftp *s, const struct sftp_file *f, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e) ERR_MUST_USE;
int sftp_file_set_mode(struct sftp *s, const struct sftp_file *f, uint32_t mode,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_file_sync(struct sftp *s, const struct sftp_file *f, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;

/* Sends the data. Waits only if too many requests are in flight. f->status keeps the first
 * failure. */
int sftp_write(struct sftp *s, struct sftp_file *f, int64_t offset, struct str bytes,
        struct err *e) ERR_MUST_USE;
/* Waits until all writes of the file were answered. *out_status is that of the first failed
 * write. */
int sftp_write_wait(
        struct sftp *s, struct sftp_file *f, uint32_t *out_status, struct err *e) ERR_MUST_USE;

struct sftp_part {
	int64_t offset;
	char *p;
	size_t n;
};
/* *out_n is less than n only at the end of the file. */
int sftp_read(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        size_t *out_n, uint32_t *out_status, struct err *e) ERR_MUST_USE;

/* The same in two calls, so that the next part is on its way while the caller works on this one. After a start that
 * succeeded, r and part->p must live until the end was called. */
struct sftp_reading {
	size_t pending;
	uint32_t status;
	int64_t begin, end; /* end: of the part or of the file, as far as known */
};
int sftp_read_start(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        struct sftp_reading *r, struct err *e) ERR_MUST_USE;
int sftp_read_end(struct sftp *s, struct sftp_reading *r, size_t *out_n, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;

/* The next names of a directory; *out_status is SFTP_EOF after the last. They are valid until the
 * next call on the session. */
struct sftp_names {
	uint32_t left;
	struct wire_in in;
};
int sftp_dir_read(struct sftp *s, const struct sftp_file *dir, struct sftp_names *names,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* false if no name is left or the packet is malformed (names->in.is_bad). */
bool sftp_names_next(struct sftp_names *names, struct str *out_name, struct sftp_attrs *out_attrs);

#endif
