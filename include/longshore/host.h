/* SPDX-License-Identifier: Apache-2.0
 * What the name of a host says by itself, without a look-up. */
#ifndef LONGSHORE_HOST_H
#define LONGSHORE_HOST_H

#include "longshore/str.h"

#include <stdbool.h>

/* True if traffic to it never leaves this machine: localhost, 127.0.0.0/8, ::1 (also in brackets),
 * or the directory of a Unix socket. Any other name may be anywhere. */
bool host_is_here(struct str host);

#endif
