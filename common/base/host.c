/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/host.h"

#include <arpa/inet.h>
#include <strings.h>

static bool is_loopback(const char *text)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, text, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool host_is_here(struct str host)
{
	char text[INET6_ADDRSTRLEN];
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){host.p + 1, host.n - 2};
	if (host.n > 0 && (host.p[0] == '/' || host.p[0] == '@'))
		return true;
	if (host.n == 0 || host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return strcasecmp(text, "localhost") == 0 || is_loopback(text);
}
