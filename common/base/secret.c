/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <string.h>

void wipe(void *p, size_t n)
{
	if (p)
		explicit_bzero(p, n);
}

void secret_wipe(struct secret *s)
{
	wipe(s, sizeof *s);
}
