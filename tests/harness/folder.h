/* SPDX-License-Identifier: Apache-2.0
 * A directory of its own for a test, removed with all that is in it. */
#ifndef LONGSHORE_TESTS_FOLDER_H
#define LONGSHORE_TESTS_FOLDER_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
	char path[64];
	char url[80]; /* file://... */
};

static inline void folder_make(struct folder *f)
{
	(void)snprintf(f->path, sizeof(f->path), "/tmp/longshore-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	(void)snprintf(f->url, sizeof(f->url), "file://%s", f->path);
}

static inline int folder_remove_one(
        const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

/* A directory with all that is in it. */
static inline int folder_remove(const char *path)
{
	return nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void folder_drop(struct folder *f)
{
	(void)folder_remove(f->path);
}

/* Removes a directory below the folder, if it is there. */
static inline void folder_rmdir(const struct folder *f, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", f->path, name);
	(void)folder_remove(path);
}

/* Writes a file below the folder; directories of `name` must be there. */
static inline void folder_write(
        const struct folder *f, const char *name, const char *bytes, size_t n)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", f->path, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static inline void folder_mkdir(const struct folder *f, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", f->path, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

#endif
