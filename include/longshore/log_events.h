/* SPDX-License-Identifier: Apache-2.0
 * The lines that services log: one row per event, with its level and, for lines that warn, what an operator
 * does about them. Alerts can rely on the words. docs/OPERATING.md (./dev pages) shows the rows that warn. */
#ifndef LONGSHORE_LOG_EVENTS_H
#define LONGSHORE_LOG_EVENTS_H

#include "longshore/log.h"

/* ROW(NAME, word, level, remedy); remedy: the page's column, empty below WARN. */
#define LOG_EVENT_ROWS(ROW) \
	ROW(WORKER_START_FAILED, "worker.start_failed", ERROR, \
	        "the process ended; `msg` names the place and the remedy") \
	ROW(WORKER_FAILED, "worker.failed", ERROR, \
	        "the process ended; `msg` names the place and the remedy") \
	ROW(WORKER_DEAD_LETTER, "worker.dead_letter", ERROR, "see *Dead letters*") \
	ROW(WORKER_KAFKA_UNPROTECTED, "worker.kafka_unprotected", WARN, \
	        "connections to brokers on other machines are unencrypted, or the brokers are " \
	        "not verified; see *Secured connections*") \
	ROW(WORKER_POSTGRES_UNPROTECTED, "worker.postgres_unprotected", WARN, \
	        "the settings do not require an encrypted connection to PostgreSQL on another " \
	        "machine, or do not verify the server; see *Secured connections*") \
	ROW(WORKER_REDIS_UNPROTECTED, "worker.redis_unprotected", WARN, \
	        "the connection to Redis on another machine is unencrypted; see *Secured " \
	        "connections*") \
	ROW(WORKER_REDIS_REFUSED, "worker.redis_refused", WARN, \
	        "Redis refused us at the start; `msg` says why. The service continues without " \
	        "it") \
	ROW(WORKER_TOPICS_AWAITED, "worker.topics_awaited", WARN, \
	        "Kafka is down, or `longshore topics` was not run") \
	ROW(WORKER_BUS_TROUBLE, "worker.bus_trouble", WARN, \
	        "Kafka is down; the service recovers by itself") \
	ROW(WORKER_COMMIT_FAILED, "worker.commit_failed", WARN, \
	        "Kafka is down; the service recovers by itself") \
	ROW(WORKER_LAST_COMMIT_FAILED, "worker.last_commit_failed", WARN, \
	        "Kafka is down; the service recovers by itself") \
	ROW(WORKER_BATCH_FAILED, "worker.batch_failed", WARN, \
	        "PostgreSQL is down; the service recovers by itself") \
	ROW(WORKER_TICK_FAILED, "worker.tick_failed", WARN, \
	        "PostgreSQL is down; the service recovers by itself") \
	ROW(WORKER_SCHEMA_AWAITED, "worker.schema_awaited", WARN, \
	        "PostgreSQL is down; the service recovers by itself") \
	ROW(WORKER_STAGING_AWAITED, "worker.staging_awaited", WARN, \
	        "staging is not available; the task waits for it") \
	ROW(WORKER_SUSPECT_RUNS_ALONE, "worker.suspect_runs_alone", WARN, \
	        "the process running this task died; the task now runs alone") \
	ROW(WORKER_HISTORY_CHANGED, "worker.history_changed", WARN, \
	        "PostgreSQL's timeline changed: a standby was promoted, and the last minutes " \
	        "are read again") \
	ROW(WORKER_REREAD, "worker.reread", WARN, \
	        "PostgreSQL's timeline changed: a standby was promoted, and the last minutes " \
	        "are read again") \
	ROW(WORKER_TIDY_FAILED, "worker.tidy_failed", WARN, \
	        "old data could not be removed; it is retried. For the uploader, `msg` says how " \
	        "many temporaries wait for their drop to come back. `uncertain`, `corrupt`: " \
	        "the staged data of these deliveries stays; see *Removing old data*") \
	ROW(WORKER_TIDY_HANGS, "worker.tidy_hangs", WARN, \
	        "the clean-up thread did not answer while the process was ending: a mount hangs") \
	ROW(WORKER_ASSIGNMENT_AWAITED, "worker.assignment_awaited", WARN, \
	        "partitions were assigned but cannot be read yet: Kafka's coordinator is down, " \
	        "or PostgreSQL, which has the starting offsets. The service recovers by itself") \
	ROW(WORKER_LOG_BEGAN_ANEW, "worker.log_began_anew", WARN, \
	        "a partition has fewer messages than were already read: its topic was " \
	        "recreated, or a broker lost its end. It is read from the beginning, and " \
	        "finished tasks are reported again") \
	ROW(WORKER_LOG_CUT, "worker.log_cut", ERROR, \
	        "a broker lost the last messages of a partition and gave their offsets to new " \
	        "ones. The partition is read again from 15 minutes before the last message " \
	        "known (scheduler: `LONGSHORE_SCHEDULER_REREAD_MS`), so no new message is " \
	        "missed. Messages that were lost before a service read them are gone: ask " \
	        "whoever sent triggers at that time to send them again. Find out why the broker " \
	        "lost them: power, `acks`, an unclean leader election") \
	ROW(WORKER_REDIS_ABSENT, "worker.redis_absent", WARN, \
	        "Redis is down, refuses our password or cannot write (`why`): tasks start " \
	        "without leases. `worker.redis_back` follows") \
	ROW(WORKER_MARKS_UNREADABLE, "worker.marks_unreadable", WARN, \
	        "a commit's metadata was not written by us: it is not known which tasks were " \
	        "running, so some may be done twice") \
	ROW(SCHEDULER_ENDED_UNTOLD, "scheduler.ended.untold", WARN, \
	        "the list of finished deliveries could not be written to staging. It is " \
	        "retried; their staged data stays until then") \
	ROW(SCHEDULER_PLACE_AWAY, "scheduler.place.away", WARN, \
	        "uploads to the bucket at `place` are paused; `scheduler.place.back` follows") \
	ROW(SCHEDULER_TOPIC_AWAY, "scheduler.topic.away", WARN, \
	        "one topic accepts no messages: check its partitions' leaders. Other topics and " \
	        "all due work continue. Stored messages are sent when the topic is back " \
	        "(`scheduler.topic.back`)") \
	ROW(SCHEDULER_CADENCE_REFUSED, "scheduler.cadence.refused", WARN, \
	        "a route's cadence cannot be read; apply it again") \
	ROW(SCHEDULER_RUN_FAILED, "scheduler.run.failed", ERROR, \
	        "a scheduled run could not be started; `msg` says why") \
	ROW(SCHEDULER_RESULT_UNKNOWN, "scheduler.result.unknown", WARN, \
	        "a result belongs to no known task, for example after a backup was restored; " \
	        "nothing is changed") \
	ROW(SCHEDULER_DELIVERY_UNDECIDABLE, "scheduler.delivery.undecidable", ERROR, \
	        "one delivery failed, or one event was dropped, so that others can continue; " \
	        "report it") \
	ROW(SCHEDULER_EVENT_DROPPED, "scheduler.event.dropped", ERROR, \
	        "one delivery failed, or one event was dropped, so that others can continue; " \
	        "report it") \
	ROW(SCHEDULER_EVENT_UNPRODUCIBLE, "scheduler.event.unproducible", ERROR, \
	        "one delivery failed, or one event was dropped, so that others can continue; " \
	        "report it") \
	ROW(SCHEDULER_DELIVERY_CHANGED, "scheduler.delivery.changed", INFO, "") \
	ROW(SCHEDULER_ENDED_TOLD, "scheduler.ended.told", INFO, "") \
	ROW(SCHEDULER_OUTBOX_SWEPT, "scheduler.outbox.swept", INFO, "") \
	ROW(SCHEDULER_PLACE_BACK, "scheduler.place.back", INFO, "") \
	ROW(SCHEDULER_STOPPED, "scheduler.stopped", INFO, "") \
	ROW(SCHEDULER_TASKS_REMOVED, "scheduler.tasks.removed", INFO, "") \
	ROW(SCHEDULER_TOPIC_BACK, "scheduler.topic.back", INFO, "") \
	ROW(WORKER_ASSIGNED, "worker.assigned", INFO, "") \
	ROW(WORKER_DRAINING, "worker.draining", INFO, "") \
	ROW(WORKER_FENCED, "worker.fenced", INFO, "") \
	ROW(WORKER_OBJECTS_REMOVED, "worker.objects.removed", INFO, "") \
	ROW(WORKER_REDIS_BACK, "worker.redis_back", INFO, "") \
	ROW(WORKER_RESULT, "worker.result", INFO, "") \
	ROW(WORKER_REVOKED, "worker.revoked", INFO, "") \
	ROW(WORKER_STARTED, "worker.started", INFO, "") \
	ROW(WORKER_STOPPED, "worker.stopped", INFO, "") \
	ROW(WORKER_TEMPORARIES_REMOVED, "worker.temporaries.removed", INFO, "")

#define LOG_EVENT_NAME(name, word, level, remedy) LOG_EVENT_##name,
enum log_event { LOG_EVENT_ROWS(LOG_EVENT_NAME) LOG_EVENTS };
#undef LOG_EVENT_NAME

struct log_event_row {
	const char *word;
	enum log_level level;
	const char *remedy;
};
extern const struct log_event_row log_events[LOG_EVENTS];

/* LOG(WORKER_STARTED, "started", LOG_TEXT(...), ...) */
#define LOG(name, msg, ...) \
	LOG_LINE(log_events[LOG_EVENT_##name].level, log_events[LOG_EVENT_##name].word, msg, \
	        __VA_ARGS__)
/* LOG_ERR(WORKER_FAILED, &e, fields, count): one line for a failure. */
#define LOG_ERR(name, e, fields, count) \
	log_err(log_events[LOG_EVENT_##name].level, log_events[LOG_EVENT_##name].word, (e), \
	        (fields), (count))

#endif
