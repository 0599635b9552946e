/* SPDX-License-Identifier: Apache-2.0 */
#include "commit.h"

#include "position.h"

void commits_init(struct commits *c, rd_kafka_t *rk)
{
	*c = (struct commits){.rk = rk, .answers = rd_kafka_queue_new(rk)};
}

void commits_release(struct commits *c)
{
	rd_kafka_queue_destroy(c->answers);
}

bool commits_settle(struct commits *c, int timeout_ms)
{
	if (!c->outstanding)
		return true;
	rd_kafka_event_t *answer = rd_kafka_queue_poll(c->answers, timeout_ms);
	if (!answer)
		return false;
	rd_kafka_event_destroy(answer);
	c->outstanding = false;
	return true;
}

/* The error of the whole commit, or of the first partition that was refused. */
static int outcome_of(rd_kafka_event_t *answer, struct err *e)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(answer);
	const rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(answer);
	for (int i = 0; list && i < list->cnt; i++) {
		if (list->elems[i].err)
			return kafka_err(e, list->elems[i].err, "commit %s [%d]",
			        list->elems[i].topic, (int)list->elems[i].partition);
	}
	return code ? kafka_err(e, code, "commit") : 0;
}

int commits_send(struct commits *c, const struct bus_position *positions, size_t count,
        int timeout_ms, struct err *e)
{
	if (!commits_settle(c, timeout_ms))
		return err_set(e, ERR_RETRY, "bus_unavailable",
		        "commit: the previous commit is not answered yet");
	rd_kafka_topic_partition_list_t *list;
	if (positions_to_list(positions, count, &list, e))
		return e->act;
	rd_kafka_resp_err_t code = rd_kafka_commit_queue(c->rk, list, c->answers, NULL, NULL);
	rd_kafka_topic_partition_list_destroy(list);
	if (code)
		return kafka_err(e, code, "commit");
	c->outstanding = true;
	rd_kafka_event_t *answer = rd_kafka_queue_poll(c->answers, timeout_ms);
	if (!answer)
		return err_set(e, ERR_RETRY, "bus_unavailable", "commit: no answer within %d ms",
		        timeout_ms);
	c->outstanding = false;
	int act = outcome_of(answer, e);
	rd_kafka_event_destroy(answer);
	return act;
}
