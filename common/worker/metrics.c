/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#define RESULTS \
	"longshore_results_total", "Task results acknowledged by the broker.", METRIC_COUNTER
#define REMOVED "longshore_removed_total", "What was over or dead for long enough.", METRIC_COUNTER

const struct metric worker_metrics[WORKER_METRICS] = {
        [METRIC_MESSAGES] = {"longshore_messages_total", "Messages read.", METRIC_COUNTER, NULL},
        [METRIC_RESULT_DONE] = {RESULTS, "outcome=\"done\""},
        [METRIC_RESULT_RETRY] = {RESULTS, "outcome=\"retry\""},
        [METRIC_RESULT_DEFER] = {RESULTS, "outcome=\"defer\""},
        [METRIC_RESULT_REJECT] = {RESULTS, "outcome=\"reject\""},
        [METRIC_RESULT_EXPIRED] = {RESULTS, "outcome=\"expired\""},
        [METRIC_RESULTS_REPEATED] = {"longshore_results_repeated_total",
                "Results reported again from staging, without doing the task.", METRIC_COUNTER,
                NULL},
        [METRIC_DEADLETTERS] = {"longshore_deadletters_total", "Messages set aside.",
                METRIC_COUNTER, NULL},
        [METRIC_RUNNING] = {"longshore_tasks_running", "Tasks on a thread.", METRIC_GAUGE, NULL},
        [METRIC_WAITING] = {"longshore_tasks_waiting", "Tasks read and not started.", METRIC_GAUGE,
                NULL},
        [METRIC_SUSPECTS] = {"longshore_tasks_suspect", "Tasks that may have killed a process.",
                METRIC_GAUGE, NULL},
        [METRIC_BUSY_MS] = {"longshore_tasks_busy_milliseconds_total",
                "Time that threads spent on tasks.", METRIC_COUNTER, NULL},
        [METRIC_LEASED_ELSEWHERE] = {"longshore_leases_elsewhere_total",
                "Times that a task waited because another process was doing it.", METRIC_COUNTER,
                NULL},
        [METRIC_COMMITS] = {"longshore_commits_total", "Commits of offsets.", METRIC_COUNTER, NULL},
        [METRIC_COMMITS_FENCED] = {"longshore_commits_fenced_total",
                "Commits refused to an old generation.", METRIC_COUNTER, NULL},
        [METRIC_REBALANCES] = {"longshore_rebalances_total", "Assignments taken.", METRIC_COUNTER,
                NULL},
        [METRIC_LOGS_CUT] = {"longshore_logs_cut_total",
                "Partitions that had lost messages that were read.", METRIC_COUNTER, NULL},
        [METRIC_BATCHES] = {"longshore_batches_total", "Batches done.", METRIC_COUNTER, NULL},
        [METRIC_BATCH_RETRIES] = {"longshore_batch_retries_total", "Batches tried again.",
                METRIC_COUNTER, NULL},
        [METRIC_PUBLISHED] = {"longshore_published_total", "Messages published and acknowledged.",
                METRIC_COUNTER, NULL},
        [METRIC_REMOVED_ROWS] = {REMOVED, "what=\"row\""},
        [METRIC_REMOVED_TEMPORARIES] = {REMOVED, "what=\"temporary\""},
        [METRIC_REMOVED_AT_DROPS] = {REMOVED, "what=\"drop_temporary\""},
        [METRIC_REMOVED_OBJECTS] = {REMOVED, "what=\"object\""},
};
