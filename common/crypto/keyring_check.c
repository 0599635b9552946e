/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares the key directories with the plan. Changes nothing.
 */
#include "longshore/keyring.h"

#include "key_file.h"
#include "keyring_plan.h"
#include "longshore/services.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESTORE "restore it from your copy of the keys, or run longshore keys init to add it"

struct check {
	const char *root;
	int root_fd;
	void (*found)(void *arg, const struct keyring_fault *fault);
	void *arg;
	int newest; /* highest epoch in any directory that may hold one */
};

static void tell(const struct check *c, const struct keyring_fault *fault)
{
	c->found(c->arg, fault);
}

static void tell_problem(const struct check *c, const char *service, const char *file,
        const char *what, const char *remedy)
{
	tell(c, &(struct keyring_fault){service, file, false, what, remedy});
}

/* Reports a name that is not in the plan, and notes the highest epoch. */
static void look_at_name(struct check *c, const char *service, const char *name)
{
	int epoch = key_file_epoch(name);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (keyring_is_granted(service, name)) {
		c->newest = epoch > c->newest ? epoch : c->newest;
		return;
	}
	if (key_file_is_name(name))
		tell_problem(c, service, name, "this service must not hold this key", "remove it");
	else
		tell(c, &(struct keyring_fault){
		                service, name, true, "is not one of our keys", "remove it"});
}

static void look_at_mode(const struct check *c, const char *service, int fd)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && (st.st_mode & KEY_DIR_FORBIDDEN) != 0)
		tell_problem(c, service, "", "others can reach the directory", "chmod 0700 on it");
}

/* Returns -1 if the directory cannot be opened; that has been reported. */
static int open_service(const struct check *c, const char *service)
{
	int fd = openat(c->root_fd, service, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		tell(c, &(struct keyring_fault){service, "", true,
		                "this user may not read the directory",
		                "run doctor as the user of this service"});
	else if (errno == ENOENT)
		tell_problem(c, service, "", "the directory does not exist", RESTORE);
	else
		tell_problem(c, service, "", "is not a real directory", RESTORE);
	return -1;
}

static int look_at_service(struct check *c, const char *service, struct err *e)
{
	int fd = open_service(c, service);
	if (fd < 0)
		return 0;
	look_at_mode(c, service, fd);
	DIR *d = fdopendir(fd);
	if (!d) {
		(void)close(fd);
		return err_set_errno(
		        e, "keys_unreadable", errno, "key directory %s/%s", c->root, service);
	}
	for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
		look_at_name(c, service, entry->d_name);
	(void)closedir(d);
	return 0;
}

/* Returns false if the file is missing or is not a key. That has been reported where the directory
 * is readable. */
static bool read_key(
        const struct check *c, const char *service, const char *file, struct secret *out)
{
	struct err e;
	bool is_there = false;
	int fd = openat(c->root_fd, service, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (key_file_read(fd, service, file, out, &is_there, &e) != 0) {
		bool is_closed = e.native == EACCES;
		tell(c, &(struct keyring_fault){service, file, is_closed, e.text,
		                is_closed ? "run doctor as the user of this service"
		                          : "see there"});
	} else if (!is_there) {
		tell_problem(c, service, file, "is not there", RESTORE);
	}
	(void)close(fd);
	return is_there;
}

/* Every service that must hold this key has it, and all copies are equal. */
static void look_at_key(const struct check *c, const char *pattern, const char *file)
{
	struct secret first = {{0}}, other = {{0}};
	const char *holder = NULL;
	for (size_t i = 0; i < service_keys_count; i++) {
		if (strcmp(service_keys[i].file, pattern) != 0 ||
		        !read_key(c, service_keys[i].service, file, &other))
			continue;
		char what[128];
		(void)snprintf(
		        what, sizeof what, "differs from the one of %s", holder ? holder : "");
		if (!holder) {
			holder = service_keys[i].service;
			first = other;
		} else if (memcmp(first.bytes, other.bytes, SECRET_BYTES) != 0) {
			tell_problem(c, service_keys[i].service, file, what,
			        "restore one of them from your copy of the keys");
		}
	}
	secret_wipe(&first);
	secret_wipe(&other);
}

/* Operators may have retired old epochs by hand, so only the newest must be complete. */
static void look_at_keys(const struct check *c)
{
	char newest[KEY_FILE_NAME_MAX];
	(void)snprintf(newest, sizeof newest, "fingerprint-%d.key", c->newest ? c->newest : 1);
	for (size_t i = 0; i < service_keys_count; i++) {
		const char *file = service_keys[i].file;
		if (i > 0 && strcmp(file, service_keys[i - 1].file) == 0)
			continue;
		look_at_key(c, file, strcmp(file, KEYRING_EPOCHS) == 0 ? newest : file);
	}
}

int keyring_check(const char *root, void (*found)(void *arg, const struct keyring_fault *fault),
        void *arg, struct err *e)
{
	struct check c = {.root = root, .found = found, .arg = arg};
	c.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c.root_fd < 0)
		return err_set_errno(e, "keys_unreadable", errno, "key directories %s", root);
	int act = 0;
	for (const char *const *s = service_names; *s && act == 0; s++)
		act = look_at_service(&c, *s, e);
	if (act == 0)
		look_at_keys(&c);
	(void)close(c.root_fd);
	return act;
}
