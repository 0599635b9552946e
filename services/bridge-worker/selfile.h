/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that select writes for combine: "LSSEL1\n", the number of links as 8 bytes,
 * little-endian, then chosen, blocked and persons, each as an 8-byte length and a stored
 * selection.
 */
#ifndef BRIDGE_WORKER_SELFILE_H
#define BRIDGE_WORKER_SELFILE_H

#include "longshore/buf.h"
#include "longshore/selection.h"

enum { SELFILE_MAX_BYTES = 1600 * 1024 * 1024 }; /* three full sets of 2^32 */

struct selfile {
	uint64_t links;
	struct selection *chosen, *blocked, *persons;
};

int selfile_write(const struct selfile *s, struct buf *out, struct err *e) ERR_MUST_USE;
int selfile_read(struct str bytes, struct selfile *out, struct err *e) ERR_MUST_USE;
void selfile_release(struct selfile *s);

#endif
