/* SPDX-License-Identifier: Apache-2.0
 * The published snapshot of a delivery. Pure. */
#ifndef SCHEDULER_STATUS_H
#define SCHEDULER_STATUS_H

#include "delivery/delivery.h"

/* The snapshot points into the delivery. */
struct ev_delivery_status status_of(const struct delivery *x);

#endif
