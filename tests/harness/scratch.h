/* SPDX-License-Identifier: Apache-2.0
 * The name of one file that the tests of a group write; each test starts over. */
#ifndef LONGSHORE_TESTS_SCRATCH_H
#define LONGSHORE_TESTS_SCRATCH_H

#include "folder.h"

static struct folder scratch_folder;
static char scratch_path[96];

static inline int scratch_begin(void **state)
{
	(void)state;
	folder_make(&scratch_folder);
	(void)snprintf(scratch_path, sizeof(scratch_path), "%s/file", scratch_folder.path);
	return 0;
}

static inline int scratch_end(void **state)
{
	(void)state;
	folder_drop(&scratch_folder);
	return 0;
}

#endif
