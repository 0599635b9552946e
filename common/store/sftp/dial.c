/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens a TCP connection within a deadline. libssh's own connect has no overall deadline for a host
 * with several addresses.
 */
#include "link.h"
#include "longshore/clock.h"
#include "look_up.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns 0 or errno. */
static int wait_connected(int fd, int64_t until_ms)
{
	for (;;) {
		int64_t left_ms = until_ms - clock_mono_ms();
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		int n = left_ms > 0 ? poll(&p, 1, (int)left_ms) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : ETIMEDOUT;
		int errnum = 0;
		socklen_t size = sizeof errnum;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &size) != 0)
			return errno;
		return errnum;
	}
}

/* Returns 0 or errno. */
static int connect_one(const struct addrinfo *a, int64_t until_ms, int *out_fd)
{
	int one = 1;
	int fd =
	        socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	if (fd < 0)
		return errno;
	int errnum = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
	if (errnum == EINPROGRESS)
		errnum = wait_connected(fd, until_ms);
	if (errnum == 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
		errnum = errno;
	if (errnum != 0)
		(void)close(fd); /* nothing was sent */
	else
		*out_fd = fd;
	return errnum;
}

int ssh_dial(const struct link_target *target, int *out_fd, struct err *e)
{
	const struct remote_url *url = target->url;
	struct addrinfo *found = NULL;
	int64_t until_ms = clock_mono_ms() + LINK_STEP_MS;
	int failed = ssh_look_up(url, until_ms, &found);
	if (failed)
		return err_set_native(e, ERR_RETRY, target->away, "resolver", failed,
		        "the name of host %s cannot be looked up: %s", url->host,
		        look_up_text(failed));
	int errnum = EADDRNOTAVAIL;
	for (const struct addrinfo *a = found; a && errnum != 0; a = a->ai_next)
		errnum = connect_one(a, until_ms, out_fd);
	freeaddrinfo(found);
	if (errnum == 0)
		return 0;
	return err_set_native(e, ERR_RETRY, target->away, "posix", errnum,
	        "host %s port %d does not answer: %s; see that its SFTP server runs and that this "
	        "host may reach it",
	        url->host, url->port, strerror(errnum));
}
