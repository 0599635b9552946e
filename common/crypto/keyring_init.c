/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the key directories. Under a lock on the root, for each key file of the plan:
 *   1. Read it from every directory that may hold it. If two copies differ, stop before anything
 *      is written.
 *   2. Generate a new key only if no directory has one.
 *   3. Create the complete file wherever it is missing.
 * A crash between two creations leaves the key in some directories. The next run finds it there
 * and completes the rest.
 */
#include "longshore/keyring.h"

#include "key_file.h"
#include "keyring_plan.h"
#include "longshore/random.h"
#include "longshore/services.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct root {
	const char *path;
	int fd; /* locked */
};

static int system_failed(struct err *e, const char *root, const char *service, const char *step)
{
	return err_set_native(e, ERR_FATAL, "keys_unwritable", "posix", errno,
	        "key directory %s/%s: %s: %s", root, service, step, strerror(errno));
}

/* Opens the service's directory and creates it if it is missing. Never follows a symbolic link. */
static int service_open(const struct root *root, const char *service, int *out_fd, struct err *e)
{
	if (mkdirat(root->fd, service, 0700) == 0) {
		if (fsync(root->fd) != 0)
			return system_failed(e, root->path, service, "sync");
	} else if (errno != EEXIST) {
		return system_failed(e, root->path, service, "create");
	}
	int fd = openat(root->fd, service, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return system_failed(e, root->path, service, "open");
	struct stat st;
	if (fstat(fd, &st) != 0 ||
	        ((st.st_mode & KEY_DIR_FORBIDDEN) != 0 && fchmod(fd, 0700) != 0)) {
		(void)system_failed(e, root->path, service, "chmod");
		(void)close(fd);
		return e->act;
	}
	*out_fd = fd;
	return 0;
}

static int service_read(const struct root *root, const char *service, const char *file,
        struct secret *out, bool *out_there, struct err *e)
{
	int fd = -1;
	if (service_open(root, service, &fd, e) != 0)
		return e->act;
	int act = key_file_read(fd, service, file, out, out_there, e);
	(void)close(fd);
	return act;
}

/* Finds the key `file` in any directory that has it. ERR_REJECT if two copies differ. */
static int agree(const struct root *root, const char *pattern, const char *file, struct secret *out,
        bool *out_there, struct err *e)
{
	const char *holder = NULL;
	struct secret key = {{0}};
	int act = 0;
	for (size_t i = 0; i < service_keys_count && act == 0; i++) {
		if (strcmp(service_keys[i].file, pattern) != 0)
			continue;
		struct secret other = {{0}};
		bool is_there = false;
		act = service_read(root, service_keys[i].service, file, &other, &is_there, e);
		if (act == 0 && is_there && !holder) {
			holder = service_keys[i].service;
			key = other;
		} else if (act == 0 && is_there &&
		           memcmp(key.bytes, other.bytes, SECRET_BYTES) != 0) {
			act = err_set(e, ERR_REJECT, CODE_KEY_CONFLICT,
			        "key file %s differs between %s/%s and %s/%s: restore one of them; "
			        "nothing was changed",
			        file, root->path, holder, root->path, service_keys[i].service);
		}
		secret_wipe(&other);
	}
	if (act == 0) {
		*out = key;
		*out_there = holder;
	}
	secret_wipe(&key);
	return act;
}

static int give(const struct root *root, const char *pattern, const char *file,
        const struct secret *key, struct err *e)
{
	for (size_t i = 0; i < service_keys_count; i++) {
		if (strcmp(service_keys[i].file, pattern) != 0)
			continue;
		int fd = -1;
		if (service_open(root, service_keys[i].service, &fd, e) != 0)
			return e->act;
		struct secret other = {{0}};
		bool is_there = false;
		int act = key_file_read(fd, service_keys[i].service, file, &other, &is_there, e);
		if (act == 0 && !is_there)
			act = key_file_create(fd, service_keys[i].service, file, key, e);
		secret_wipe(&other);
		(void)close(fd);
		if (act != 0)
			return act;
	}
	return 0;
}

enum pass { PASS_CHECK, PASS_WRITE };

/* may_draw: generate a new key if nobody has one. Otherwise the file stays missing: an old epoch
 * that was retired by hand must not return with another key under its name. */
static int settle_file(const struct root *root, enum pass pass, const char *pattern,
        const char *file, bool may_draw, struct err *e)
{
	struct secret key = {{0}};
	bool is_there = false;
	if (agree(root, pattern, file, &key, &is_there, e) != 0)
		return e->act;
	int act = 0;
	if (pass == PASS_WRITE && (is_there || may_draw)) {
		if (!is_there)
			random_bytes(key.bytes, SECRET_BYTES);
		act = give(root, pattern, file, &key, e);
	}
	secret_wipe(&key);
	return act;
}

static int settle_epochs(const struct root *root, enum pass pass, int newest, struct err *e)
{
	for (int epoch = 1; epoch <= newest; epoch++) {
		char file[KEY_FILE_NAME_MAX];
		(void)snprintf(file, sizeof file, "fingerprint-%d.key", epoch);
		if (settle_file(root, pass, KEYRING_EPOCHS, file, epoch == newest, e) != 0)
			return e->act;
	}
	return 0;
}

static int settle_all(const struct root *root, enum pass pass, int newest, struct err *e)
{
	for (size_t i = 0; i < service_keys_count; i++) {
		const char *file = service_keys[i].file;
		if (i > 0 && strcmp(file, service_keys[i - 1].file) == 0)
			continue;
		int act = strcmp(file, KEYRING_EPOCHS) == 0
		                  ? settle_epochs(root, pass, newest, e)
		                  : settle_file(root, pass, file, file, true, e);
		if (act != 0)
			return act;
	}
	return 0;
}

/* Removes leftovers of a crashed run, refuses keys in directories that must not hold them, and
 * finds the highest epoch. */
static int inspect_service(
        const struct root *root, const char *service, int *highest, struct err *e)
{
	int fd = -1;
	if (service_open(root, service, &fd, e) != 0)
		return e->act;
	DIR *d = fdopendir(fd);
	if (!d) {
		(void)system_failed(e, root->path, service, "read");
		(void)close(fd);
		return e->act;
	}
	int act = 0;
	struct dirent *entry;
	while (act == 0 && (errno = 0, entry = readdir(d))) {
		const char *name = entry->d_name;
		int epoch = key_file_epoch(name);
		if (strncmp(name, KEY_FILE_TEMP, sizeof KEY_FILE_TEMP - 1) == 0)
			(void)unlinkat(fd, name, 0); /* we hold the lock, so its writer is dead */
		else if (key_file_is_name(name) && !keyring_is_granted(service, name))
			act = err_set(e, ERR_REJECT, CODE_KEY_EXCESS,
			        "key file %s/%s/%s: this service must not hold it; remove it and "
			        "run keys init again",
			        root->path, service, name);
		else if (epoch > *highest)
			*highest = epoch;
	}
	if (act == 0 && errno != 0)
		act = system_failed(e, root->path, service, "read");
	(void)closedir(d);
	return act;
}

static int run(const struct root *root, bool rotate, struct err *e)
{
	int highest = 0;
	for (const char *const *s = service_names; *s; s++)
		if (inspect_service(root, *s, &highest, e) != 0)
			return e->act;
	int newest = highest == 0 ? 1 : rotate ? highest + 1 : highest;
	if (newest > KEY_EPOCH_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "there is no epoch after %d: start with a new key directory",
		        KEY_EPOCH_MAX);
	if (settle_all(root, PASS_CHECK, newest, e) != 0)
		return e->act;
	return settle_all(root, PASS_WRITE, newest, e);
}

int keyring_init(const char *root, bool rotate, struct err *e)
{
	if (mkdir(root, 0700) != 0 && errno != EEXIST)
		return system_failed(e, root, "", "create");
	struct root r = {.path = root, .fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (r.fd < 0)
		return system_failed(e, root, "", "open");
	int act =
	        flock(r.fd, LOCK_EX) == 0 ? run(&r, rotate, e) : system_failed(e, root, "", "lock");
	(void)close(r.fd);
	return act;
}
