/* SPDX-License-Identifier: Apache-2.0
 * A delivery's id is the hash of its cause, so the same cause makes the same delivery however
 * often it is read. Pure. */
#ifndef SCHEDULER_CAUSE_H
#define SCHEDULER_CAUSE_H

#include "longshore/id.h"

struct id cause_delivery_id(struct str tenant, struct str route, struct str cause_kind,
        struct str cause, struct str epoch);
struct id cause_build_id(struct str tenant, struct str bridge, struct str cause_kind,
        struct str cause, struct str epoch);

#endif
