/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of a temporary. It is made under the first one and moves forward only, by rename:
 *
 *   T -> T.1 -> T.2 -> T.3 -> ... -> T.64 -> T.doubt      T.aside
 *   free claimed free claimed        free
 *
 * A process that takes a name by link + unlink claims the temporary first (drop_take.h). Since it never moves
 * back, who looks under all names in their order, and finds it under none, knows that it is gone.
 * That holds for every host: also one whose mount can rename without replacing looks so.
 *
 * Each look opens the directory again: a client of NFS believes for half a minute that a name is not
 * there, unless the directory was opened since.
 */
#ifndef LONGSHORE_STORE_FILE_DROP_CHAIN_H
#define LONGSHORE_STORE_FILE_DROP_CHAIN_H

#include "drop_file.h"

#include <sys/stat.h>

enum { CHAIN_CLAIMS = 32, CHAIN_LAST_FREE = 2 * CHAIN_CLAIMS, CHAIN_DOUBT, CHAIN_ASIDE, CHAIN_END };

struct chain_name {
	char text[DROP_NAME_MAX + sizeof ".doubt"];
};

/* `temp`, as it is called at this place of the chain. */
void chain_name(const char *temp, int at, struct chain_name *out);

static inline bool chain_is_claim(int at)
{
	return at < CHAIN_LAST_FREE && at % 2 == 1;
}

/* Opens the directory of temporaries again; -1: it does not exist. */
int chain_open(
        const struct file_drop *d, const char *temp, int *out_fd, struct err *e) ERR_MUST_USE;

/* What stands under this name now. *out false: nothing, or no file. */
int chain_look(int dir_fd, const char *temp, int at, bool *out, struct stat *st,
        struct err *e) ERR_MUST_USE;

/* Removes the temporary, whatever it is called by now. */
int chain_remove(const struct file_drop *d, const char *temp, struct err *e) ERR_MUST_USE;

#endif
