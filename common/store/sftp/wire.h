/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02). Numbers are big-endian, and a text is
 * preceded by its length. Nothing here allocates, and nothing reads or writes past the end of a
 * packet. After the first error, is_bad is set and all numbers read as 0.
 */
#ifndef LONGSHORE_STORE_SFTP_WIRE_H
#define LONGSHORE_STORE_SFTP_WIRE_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum sftp_type {
	SFTP_INIT = 1,
	SFTP_VERSION = 2,
	SFTP_OPEN = 3,
	SFTP_CLOSE = 4,
	SFTP_READ = 5,
	SFTP_WRITE = 6,
	SFTP_LSTAT = 7,
	SFTP_FSTAT = 8,
	SFTP_FSETSTAT = 10,
	SFTP_SETSTAT = 9,
	SFTP_OPENDIR = 11,
	SFTP_READDIR = 12,
	SFTP_REMOVE = 13,
	SFTP_MKDIR = 14,
	SFTP_STAT = 17,
	SFTP_RENAME = 18,
	SFTP_READLINK = 19,
	SFTP_STATUS = 101,
	SFTP_HANDLE = 102,
	SFTP_DATA = 103,
	SFTP_NAME = 104,
	SFTP_ATTRS = 105,
	SFTP_EXTENDED = 200
};

enum sftp_status {
	SFTP_OK = 0,
	SFTP_EOF = 1,
	SFTP_NO_SUCH_FILE = 2,
	SFTP_PERMISSION_DENIED = 3,
	SFTP_FAILURE = 4,
	SFTP_UNSUPPORTED = 8
};

/* Flags of SFTP_OPEN. We never use TRUNC or APPEND. */
enum { SFTP_FOR_READ = 1, SFTP_FOR_WRITE = 2, SFTP_CREATE = 8, SFTP_EXCLUSIVE = 32 };

struct sftp_attrs {
	bool has_bytes, has_mode, has_times;
	int64_t bytes;
	uint32_t mode; /* like st_mode, with the file type */
	int64_t modified_s;
};

struct wire_out {
	unsigned char *p;
	size_t n, room;
	bool is_bad;
};
void wire_u8(struct wire_out *w, uint8_t value);
void wire_u32(struct wire_out *w, uint32_t value);
void wire_u64(struct wire_out *w, uint64_t value);
void wire_text(struct wire_out *w, struct str text);
/* mode 0: sends no attributes. */
void wire_attrs(struct wire_out *w, uint32_t mode);
/* Starts a request with this id. wire_end() fills in the length. */
void wire_begin(struct wire_out *w, enum sftp_type type, uint32_t id);
void wire_end(struct wire_out *w);

struct wire_in {
	const unsigned char *p;
	size_t n;
	bool is_bad;
};
uint8_t wire_get_u8(struct wire_in *w);
uint32_t wire_get_u32(struct wire_in *w);
uint64_t wire_get_u64(struct wire_in *w);
struct str wire_get_text(struct wire_in *w); /* points into the packet */
void wire_get_attrs(struct wire_in *w, struct sftp_attrs *out);

#endif
