/* SPDX-License-Identifier: Apache-2.0
 *
 * SFTP version 3 over a link: requests by number, up to SFTP_IN_FLIGHT of them under way at once.
 * What the server answers is a status, for the caller to judge; a failure is one of the connection,
 * and after it every call fails at once.
 *
 * May be shared by threads, a call takes its turn; but sftp_dir_read only by one.
 */
#ifndef LONGSHORE_STORE_SFTP_SFTP_H
#define LONGSHORE_STORE_SFTP_SFTP_H

#include "link.h"
#include "wire.h"

/* 32 KiB is what every server takes; 64 of them fill a path of 2 MiB. */
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
	/* Of writes under way. */
	size_t pending;
	uint32_t status; /* of the first that failed */
};

int sftp_open(const struct link_target *target, struct sftp **out, struct err *e) ERR_MUST_USE;
void sftp_close(struct sftp *s); /* accepts NULL */
/* The server can sync a file (fsync@openssh.com). */
bool sftp_can_sync(const struct sftp *s);

/* Each: 0, and what the server answered in *out_status. */
int sftp_stat(struct sftp *s, const char *path, enum sftp_type how, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e) ERR_MUST_USE; /* SFTP_STAT or SFTP_LSTAT */
int sftp_rename(struct sftp *s, const char *from, const char *to, uint32_t *out_status,
        struct err *e) ERR_MUST_USE; /* never posix-rename@openssh.com, which replaces */
int sftp_remove(struct sftp *s, const char *path, uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_mkdir(struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;
int sftp_set_mode(struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;

/* flags: SFTP_FOR_...; mode: of a file that is created. */
int sftp_file_open(struct sftp *s, const char *path, uint32_t flags, uint32_t mode,
        struct sftp_file *out, uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_dir_open(struct sftp *s, const char *path, struct sftp_file *out, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;
/* Waits for the writes first. */
int sftp_file_close(struct sftp *s, struct sftp_file *f, struct err *e) ERR_MUST_USE;
int sftp_file_stat(struct sftp *s, const struct sftp_file *f, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e) ERR_MUST_USE;
int sftp_file_set_mode(struct sftp *s, const struct sftp_file *f, uint32_t mode,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;
int sftp_file_sync(struct sftp *s, const struct sftp_file *f, uint32_t *out_status,
        struct err *e) ERR_MUST_USE;

/* Sends, and waits only while too many are under way: the file's status says which failed. */
int sftp_write(struct sftp *s, struct sftp_file *f, int64_t offset, struct str bytes,
        struct err *e) ERR_MUST_USE;
/* Until all writes of the file were answered; *out_status: of the first that failed. */
int sftp_write_wait(
        struct sftp *s, struct sftp_file *f, uint32_t *out_status, struct err *e) ERR_MUST_USE;

struct sftp_part {
	int64_t offset;
	char *p;
	size_t n;
};
/* *out_n < n only at the end of the file. */
int sftp_read(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        size_t *out_n, uint32_t *out_status, struct err *e) ERR_MUST_USE;

/* The next names of a directory. *out_status SFTP_EOF: that was all. They live until the
 * next call that uses the session. */
struct sftp_names {
	uint32_t left;
	struct wire_in in;
};
int sftp_dir_read(struct sftp *s, const struct sftp_file *dir, struct sftp_names *names,
        uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* false: there is none left, or the packet is bad (names->in.is_bad). */
bool sftp_names_next(struct sftp_names *names, struct str *out_name, struct sftp_attrs *out_attrs);

#endif
