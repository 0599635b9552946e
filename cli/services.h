/* SPDX-License-Identifier: Apache-2.0
 *
 * Which services run, from the members of their consumer groups, and which deliveries wait for one
 * that does not.
 */
#ifndef CLI_SERVICES_H
#define CLI_SERVICES_H

#include "cli.h"

#include "longshore/services.h"

/* out: one for each service; -1 if it is not known. ERR_RETRY: Kafka is down. */
int cli_services_running(struct cli *cli, int *out, struct err *e) ERR_MUST_USE;

struct needed {
	struct str delivery_id;
	enum service service;
};
/* What deliveries (NULL: all) have been waiting for, longer than this. */
int cli_services_needed(struct cli *cli, const struct str *ids, size_t count, int64_t for_ms,
        struct needed **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Two text[] parameters: all stages, and the services that do their tasks. */
void cli_set_stages(struct pg_params *p, int stages_name, int services_name);

/* Of one delivery, or with a NULL id of all: "no uploader is running", several with commas between;
 * "it is not known whether ..." where nobody knows. Absent: it waits for no service. why: where
 * running is NULL, why nothing could be found out. Pure. */
struct str cli_waiting_text(const struct needed *needed, size_t count, struct str delivery_id,
        const int *running, const char *why, struct arena *mem);

#endif
