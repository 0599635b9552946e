/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of a temporary. It is created under the first name and only moves forward, by rename:
 *
 *   T -> T.1 -> T.2 -> T.3 -> ... -> T.64 -> T.doubt      T.aside
 *   free claimed free claimed        free
 *
 * A process that commits by link + unlink claims the temporary first (drop_take.h). Because a
 * temporary never moves back, a process that looks under all names in order and finds none knows
 * that it is gone. Every host looks this way, even one whose mount can rename without replacing.
 *
 * Each look opens the directory again. An NFS client can remember for half a minute that a name
 * does not exist, unless the directory was opened since.
 */
#ifndef LONGSHORE_STORE_FILE_DROP_CHAIN_H
#define LONGSHORE_STORE_FILE_DROP_CHAIN_H

#include "drop_file.h"

#include <sys/stat.h>

enum { CHAIN_CLAIMS = 32, CHAIN_LAST_FREE = 2 * CHAIN_CLAIMS, CHAIN_DOUBT, CHAIN_ASIDE, CHAIN_END };

struct chain_name {
	char text[DROP_NAME_MAX + sizeof ".doubt"];
};

/* The name of `temp` at this position of the chain. */
void chain_name(const char *temp, int at, struct chain_name *out);

static inline bool chain_is_claim(int at)
{
	return at < CHAIN_LAST_FREE && at % 2 == 1;
}

/* Opens the directory of temporaries again. *out_fd is -1 if it does not exist. */
int chain_open(
        const struct file_drop *d, const char *temp, int *out_fd, struct err *e) ERR_MUST_USE;

/* Looks whether a file has this name now. *out is false if nothing, or something other than a file,
 * has it. */
int chain_look(int dir_fd, const char *temp, int at, bool *out, struct stat *st,
        struct err *e) ERR_MUST_USE;

/* Removes the temporary under whichever name it has now. */
int chain_remove(const struct file_drop *d, const char *temp, struct err *e) ERR_MUST_USE;

#endif
