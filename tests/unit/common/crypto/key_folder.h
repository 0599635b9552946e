/* SPDX-License-Identifier: Apache-2.0
 * A folder of key directories for each test, and paths in it. */
#ifndef TESTS_KEY_FOLDER_H
#define TESTS_KEY_FOLDER_H

#include "folder.h"

enum { PATH_MAX_HERE = 300 };

static struct folder root;

static inline int make_root(void **state)
{
	(void)state;
	folder_make(&root);
	return 0;
}

static inline int drop_root(void **state)
{
	(void)state;
	folder_drop(&root);
	return 0;
}

static inline const char *path_of(const char *service, const char *file)
{
	static char path[PATH_MAX_HERE];
	(void)snprintf(path, sizeof path, "%s/%s/%s", root.path, service, file);
	return path;
}

static inline const char *dir_of(const char *service)
{
	static char path[PATH_MAX_HERE];
	(void)snprintf(path, sizeof path, "%s/%s", root.path, service);
	return path;
}

#endif
