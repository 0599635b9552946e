/* SPDX-License-Identifier: Apache-2.0
 * What the name of a host says by itself; nobody is asked. */
#ifndef LONGSHORE_HOST_H
#define LONGSHORE_HOST_H

#include "longshore/str.h"

#include <stdbool.h>

/* Traffic to it leaves this machine never: localhost, 127.0.0.0/8, ::1 (with brackets, too), or the
 * directory of a Unix socket. Other names may be anywhere. */
bool host_is_here(struct str host);

#endif
