/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include "longshore/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_BYTES = 256, BACKLOG = 16 };

struct address {
	char host[HOST_BYTES]; /* empty: all addresses */
	char port[8];
};

static int parse(const char *text, struct address *out, struct err *e)
{
	struct str all = str_c(text);
	size_t colon = all.n;
	while (colon > 0 && all.p[colon - 1] != ':')
		colon--;
	struct str host = {all.p, colon ? colon - 1 : 0};
	struct str port = {all.p + colon, all.n - colon};
	int64_t number;
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){host.p + 1, host.n - 2};
	if (colon == 0 || host.n >= HOST_BYTES || !str_to_i64(port, &number) || number < 0 ||
	        number > 65535)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "LONGSHORE_ADMIN: '%s' is not host:port; leave it empty for no admin port",
		        text);
	(void)snprintf(out->host, sizeof(out->host), STR_FMT, STR_ARG(host));
	(void)snprintf(out->port, sizeof(out->port), "%d", (int)number);
	return 0;
}

static int open_socket(const struct addrinfo *at)
{
	static const int on = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	        bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int why = errno;
	(void)close(fd);
	errno = why;
	return -1;
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = {.v6 = {.sin6_port = 0}};
	socklen_t n = sizeof(at);
	if (getsockname(fd, &at.any, &n))
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

int listen_at(const char *address, int *out_fd, int *out_port, struct err *e)
{
	struct address at = {.host = ""};
	if (parse(address, &at, e))
		return e->act;
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *list = NULL;
	int code = getaddrinfo(at.host[0] ? at.host : NULL, at.port, &hints, &list);
	if (code)
		return err_set_native(e, ERR_FATAL, "bad_settings", "resolver", code,
		        "LONGSHORE_ADMIN: host '%s': %s", at.host, gai_strerror(code));
	int fd = open_socket(list);
	int why = errno;
	freeaddrinfo(list);
	if (fd < 0) {
		(void)err_set_errno(
		        e, "bad_settings", why, "LONGSHORE_ADMIN: cannot listen on '%s'", address);
		e->act = ERR_FATAL; /* without the port, probes would fail and kill the process */
		return e->act;
	}
	*out_fd = fd;
	*out_port = port_of(fd);
	return 0;
}
