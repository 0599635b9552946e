/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#define RESULTS \
	"longshore_results_total", "Task results acknowledged by the broker.", METRIC_COUNTER
#define REMOVED "longshore_removed_total", "Old data that was removed.", METRIC_COUNTER

const struct metric worker_metrics[WORKER_METRICS] = {
        [METRIC_MESSAGES] = {"longshore_messages_total", "Messages read.", METRIC_COUNTER, NULL},
        [METRIC_RESULT_DONE] = {RESULTS, "outcome=\"done\""},
        [METRIC_RESULT_RETRY] = {RESULTS, "outcome=\"retry\""},
        [METRIC_RESULT_DEFER] = {RESULTS, "outcome=\"defer\""},
        [METRIC_RESULT_REJECT] = {RESULTS, "outcome=\"reject\""},
        [METRIC_RESULT_EXPIRED] = {RESULTS, "outcome=\"expired\""},
        [METRIC_RESULTS_REPEATED] = {"longshore_results_repeated_total",
                "Results reported again from staging, without running the task.", METRIC_COUNTER,
                NULL},
        [METRIC_DEADLETTERS] = {"longshore_deadletters_total",
                "Messages set aside as dead letters.", METRIC_COUNTER, NULL},
        [METRIC_RUNNING] = {"longshore_tasks_running", "Tasks running on a thread.", METRIC_GAUGE,
                NULL},
        [METRIC_WAITING] = {"longshore_tasks_waiting", "Tasks read but not started.", METRIC_GAUGE,
                NULL},
        [METRIC_SUSPECTS] = {"longshore_tasks_suspect", "Tasks that may have killed a process.",
                METRIC_GAUGE, NULL},
        [METRIC_BUSY_MS] = {"longshore_tasks_busy_milliseconds_total",
                "Thread time spent on tasks.", METRIC_COUNTER, NULL},
        [METRIC_LEASED_ELSEWHERE] = {"longshore_leases_elsewhere_total",
                "How often a task waited because another process was running it.", METRIC_COUNTER,
                NULL},
        [METRIC_COMMITS] = {"longshore_commits_total", "Offset commits.", METRIC_COUNTER, NULL},
        [METRIC_COMMITS_FENCED] = {"longshore_commits_fenced_total",
                "Offset commits refused because of an old generation.", METRIC_COUNTER, NULL},
        [METRIC_REBALANCES] = {"longshore_rebalances_total", "Assignments taken.", METRIC_COUNTER,
                NULL},
        [METRIC_LOGS_CUT] = {"longshore_logs_cut_total",
                "Partitions that lost messages after they were read.", METRIC_COUNTER, NULL},
        [METRIC_BATCHES] = {"longshore_batches_total", "Batches done.", METRIC_COUNTER, NULL},
        [METRIC_BATCH_RETRIES] = {"longshore_batch_retries_total", "Batch retries.", METRIC_COUNTER,
                NULL},
        [METRIC_PUBLISHED] = {"longshore_published_total", "Messages published and acknowledged.",
                METRIC_COUNTER, NULL},
        [METRIC_REMOVED_ROWS] = {REMOVED, "what=\"row\""},
        [METRIC_REMOVED_TEMPORARIES] = {REMOVED, "what=\"temporary\""},
        [METRIC_REMOVED_AT_DROPS] = {REMOVED, "what=\"drop_temporary\""},
        [METRIC_REMOVED_OBJECTS] = {REMOVED, "what=\"object\""},
};
