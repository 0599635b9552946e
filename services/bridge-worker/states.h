/* SPDX-License-Identifier: Apache-2.0
 * US states as rows name them. Pure. */
#ifndef BRIDGE_WORKER_STATES_H
#define BRIDGE_WORKER_STATES_H

#include "longshore/spec.h"

/* Whether a person of this state must not be sent to this destination. Ignores case and
 * surrounding blanks. A text that is not a USPS code of a state, district or territory is an
 * unknown state. */
bool state_is_suppressed(const struct spec_destination *destination, struct str state);

/* Whether each state that the destination suppresses is such a code. Any other text would match
 * nobody. */
bool states_are_known(const struct spec_destination *destination);

#endif
