/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet_window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failed(struct err *e, const char *what)
{
	return err_set_native(e, ERR_FATAL, "out_of_memory", "posix", errno,
	        "%s a window on a Parquet object: %s", what, strerror(errno));
}

int parquet_window_open(struct parquet_window *out, struct err *e)
{
	struct parquet_window w = {.fd = memfd_create("longshore-parquet", MFD_CLOEXEC)};
	if (w.fd < 0)
		return failed(e, "open");
	(void)snprintf(w.path, sizeof(w.path), "/proc/self/fd/%d", w.fd);
	*out = w;
	return 0;
}

int parquet_window_resize(struct parquet_window *w, int64_t bytes, struct err *e)
{
	if (ftruncate(w->fd, 0) != 0 || ftruncate(w->fd, bytes) != 0)
		return failed(e, "size");
	w->bytes = bytes;
	return 0;
}

void parquet_window_close(struct parquet_window *w)
{
	if (w->fd >= 0)
		(void)close(w->fd); /* memory only */
	w->fd = -1;
}

int parquet_window_put(
        const struct parquet_window *w, int64_t at, const void *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = pwrite(w->fd, (const char *)p + done, n - done, at + (int64_t)done);
		if (k < 0 && errno != EINTR)
			return failed(e, "write");
		done += k > 0 ? (size_t)k : 0;
	}
	return 0;
}

int parquet_window_forget(const struct parquet_window *w, int64_t from, int64_t end, struct err *e)
{
	if (end > from &&
	        fallocate(w->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, end - from) != 0)
		return failed(e, "shrink");
	return 0;
}
