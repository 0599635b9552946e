/* SPDX-License-Identifier: Apache-2.0
 * The snapshot of a delivery that is published. Pure. */
#ifndef SCHEDULER_STATUS_H
#define SCHEDULER_STATUS_H

#include "delivery/delivery.h"

/* Borrows everything from the delivery. */
struct ev_delivery_status status_of(const struct delivery *x);

#endif
