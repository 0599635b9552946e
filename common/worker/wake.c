/* SPDX-License-Identifier: Apache-2.0 */
#include "wake.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t asked_to_end;

static void on_signal(int number)
{
	(void)number;
	asked_to_end = 1;
}

int wake_init(struct wake *w, struct err *e)
{
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	const struct sigaction end = {.sa_handler = on_signal};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	if (sigaction(SIGTERM, &end, NULL) || sigaction(SIGINT, &end, NULL) ||
	        sigaction(SIGPIPE, &ignore, NULL) || sigprocmask(SIG_BLOCK, &ends, &w->waiting))
		return err_set_errno(e, "signals", errno, "set up signals");
	sigdelset(&w->waiting, SIGTERM);
	sigdelset(&w->waiting, SIGINT);
	w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return w->fd < 0 ? err_set_errno(e, "signals", errno, "make an eventfd") : 0;
}

void wake_release(struct wake *w)
{
	(void)close(w->fd);
}

void wake_wait(struct wake *w, int64_t ms)
{
	struct pollfd news = {.fd = w->fd, .events = POLLIN};
	const struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	if (ppoll(&news, 1, &limit, &w->waiting) <= 0)
		return;
	uint64_t count;
	ssize_t n = read(w->fd, &count, sizeof(count)); /* empty: already cleared */
	(void)n;
}

bool wake_is_asked_to_end(void)
{
	return asked_to_end;
}
