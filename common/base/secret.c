/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <fcntl.h>
#include <string.h>
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

void secret_keep_from_cores(void)
{
	const struct rlimit none = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &none); /* less is always allowed */
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* a root without /proc: the limit holds */
	ssize_t n = write(fd, "0", 1);
	(void)n; /* as without /proc */
	(void)close(fd);
}
