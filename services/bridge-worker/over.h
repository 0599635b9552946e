/* SPDX-License-Identifier: Apache-2.0
 *
 * Removes what was staged below selections/ for deliveries that are over: the objects under the
 * delivery's id, and the copy of its members that is its route's baseline. The baseline of a
 * route's last accepted delivery stays, because that delivery is not reported as over before
 * another one is accepted.
 */
#ifndef BRIDGE_WORKER_OVER_H
#define BRIDGE_WORKER_OVER_H

#include "longshore/ended.h"
#include "longshore/worker.h"

int over_remove(struct store *staging, const struct keyring *keys, const struct tidy_run *run,
        int64_t *out_removed, struct err *e) ERR_MUST_USE;

#endif
