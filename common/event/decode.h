/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LONGSHORE_EVENT_DECODE_H
#define LONGSHORE_EVENT_DECODE_H

#include "plan.h"
#include "wire.h"

/* Reads one record into base, which has plan->reader->struct_bytes zeroed bytes. */
int decode_record(
        struct wire_in *in, const struct plan_record *plan, char *base, struct err *e) ERR_MUST_USE;

/* Skips one value that we have no field for. Checks that it is complete. */
int decode_skip(
        struct wire_in *in, const struct schema *writer, int depth, struct err *e) ERR_MUST_USE;

#endif
