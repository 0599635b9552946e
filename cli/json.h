/* SPDX-License-Identifier: Apache-2.0
 * Writes JSON, with the commas. The process ends if memory runs out. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "longshore/buf.h"

enum { JSON_MAX = 256 * 1024 * 1024 };

/* name NULL: an item of a list. Bytes that are not UTF-8 become replacement characters. */
void json_text(struct buf *out, const char *name, struct str value);
void json_num(struct buf *out, const char *name, int64_t value);
void json_bool(struct buf *out, const char *name, bool value);
void json_raw(struct buf *out, const char *name, struct str json);
void json_open(struct buf *out, const char *name, char bracket); /* '{' or '[' */
void json_close(struct buf *out, char bracket);
/* Prints the buffer and a line end to standard output, and empties it. */
void json_print(struct buf *out);

#endif
