/* SPDX-License-Identifier: Apache-2.0
 * Writing JSON: commas are put where they belong. Memory that is out ends the process. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "longshore/buf.h"

enum { JSON_MAX = 256 * 1024 * 1024 };

/* name NULL: an item of a list. Text that is no UTF-8 gets replacement characters. */
void json_text(struct buf *out, const char *name, struct str value);
void json_num(struct buf *out, const char *name, int64_t value);
void json_bool(struct buf *out, const char *name, bool value);
void json_raw(struct buf *out, const char *name, struct str json);
void json_open(struct buf *out, const char *name, char bracket); /* '{' or '[' */
void json_close(struct buf *out, char bracket);
/* With a line end, to standard output; then the buffer is empty again. */
void json_print(struct buf *out);

#endif
