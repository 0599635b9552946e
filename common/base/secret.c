/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

void wipe(void *p, size_t n)
{
	if (p)
		explicit_bzero(p, n);
}

void secret_wipe(struct secret *s)
{
	wipe(s, sizeof *s);
}

static size_t whole_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	return (bytes + page - 1) / page * page;
}

static int not_locked(size_t bytes, struct err *e)
{
	struct rlimit limit = {0, 0};
	int errnum = errno;
	(void)getrlimit(RLIMIT_MEMLOCK, &limit); /* used in the message only */
	return err_set_native(e, ERR_FATAL, "memory_unlocked", "posix", errnum,
	        "cannot lock %zu bytes of memory for keys (%s); this process may lock %llu in "
	        "total: raise RLIMIT_MEMLOCK (systemd: LimitMEMLOCK=)",
	        bytes, strerror(errnum), (unsigned long long)limit.rlim_cur);
}

int secret_room_new(size_t bytes, void **out, struct err *e)
{
	size_t n = whole_pages(bytes);
	void *room = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return err_set(e, ERR_FATAL, "out_of_memory", "keys: out of memory");
	/* Calls mlock2, because sanitizers turn mlock into a no-op. */
	if (madvise(room, n, MADV_DONTDUMP) != 0 || mlock2(room, n, 0) != 0) {
		(void)not_locked(n, e);
		(void)munmap(room, n);
		return e->act;
	}
	*out = room;
	return 0;
}

void secret_room_free(void *room, size_t bytes)
{
	if (!room)
		return;
	wipe(room, bytes);
	(void)munmap(room, whole_pages(bytes)); /* also unlocks */
}

void secret_keep_from_cores(void)
{
	const struct rlimit none = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &none); /* lowering a limit is always allowed */
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* no /proc in this root; the limit still applies */
	ssize_t n = write(fd, "0", 1);
	(void)n; /* the same as without /proc */
	(void)close(fd);
}
