/* SPDX-License-Identifier: Apache-2.0
 * US states as rows name them. Pure. */
#ifndef BRIDGE_WORKER_STATES_H
#define BRIDGE_WORKER_STATES_H

#include "longshore/spec.h"

/* May a person of this state not be sent to this destination? Compared without case and surrounding
 * blanks; whatever is no USPS code of a state, district or territory is unknown. */
bool state_is_suppressed(const struct spec_destination *destination, struct str state);

/* Whether each state that the destination suppresses is such a code. One that is none would match
 * nobody. */
bool states_are_known(const struct spec_destination *destination);

#endif
