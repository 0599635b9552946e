/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"

#include <stdlib.h>

static int start(const struct worker_conf *common, const void *conf, struct publisher *pub,
        void **out_state, struct err *e)
{
	(void)conf; /* no settings of its own */
	(void)pub;  /* publishes nothing */
	struct sink *sink = calloc(1, sizeof(*sink));
	if (!sink)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for the recorder");
	int act = pg_open_away(common->postgres, "longshore-audit-sink", &sink->pg, e);
	if (act != 0) {
		free(sink);
		return act;
	}
	*out_state = sink;
	return 0;
}

static void stop(void *state)
{
	struct sink *sink = state;
	if (!sink)
		return;
	pg_close(sink->pg);
	free(sink);
}

static const struct batch_service service = {
        .plan = &service_plans[SERVICE_AUDIT_SINK],
        .batch_max = 1000,
        .keeps_offsets = true,
        .start = start,
        .batch = sink_batch,
        .position = sink_position,
        .rewind = sink_rewind,
        .stop = stop,
};

int main(int argc, char **argv)
{
	return worker_run_batches(&service, argc, argv);
}
