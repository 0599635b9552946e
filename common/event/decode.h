/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LONGSHORE_EVENT_DECODE_H
#define LONGSHORE_EVENT_DECODE_H

#include "plan.h"
#include "wire.h"

/* Reads one record into base (plan->reader->struct_bytes, zeroed). */
int decode_record(
        struct wire_in *in, const struct plan_record *plan, char *base, struct err *e) ERR_MUST_USE;

/* Passes over one value that nobody wants; checks that it is whole. */
int decode_skip(
        struct wire_in *in, const struct schema *writer, int depth, struct err *e) ERR_MUST_USE;

#endif
