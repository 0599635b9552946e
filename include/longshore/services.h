/* SPDX-License-Identifier: Apache-2.0
 * The services, from services/registry.toml. The build makes the enums and the tables. */
#ifndef LONGSHORE_SERVICES_H
#define LONGSHORE_SERVICES_H

#include "longshore/registry.h"

#include <stddef.h>

struct service_plan {
	const char *name; /* "bridge-worker": client id, group, key directory, log name */
	const enum topic *reads;
	size_t reads_count;
	const enum topic *writes;
	size_t writes_count;
	const char *const *stages; /* staging prefixes that it writes below, terminated by NULL;
	                              results of a task service go below the first */
};
extern const struct service_plan service_plans[SERVICES];
extern const char *const service_names[]; /* in the same order, terminated by NULL */

/* Which service has which key file. For each file, readers come before its writer. */
struct service_key {
	const char *service;
	const char *file; /* "staging-files.key", "fingerprint-*.key" */
};
extern const struct service_key service_keys[];
extern const size_t service_keys_count;

#endif
