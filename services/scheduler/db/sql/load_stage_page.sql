-- columns of: load_tasks
-- Rows, with results, of the delivery in the stage of the revision, with indexes from :first to :last.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint AS ready_ms,
	(extract(epoch FROM t.not_after) * 1000)::bigint AS not_after_ms, t.destination, t.result
FROM run.task t
WHERE t.delivery_id = :delivery AND t.revision = :revision::bigint AND t.stage = :stage AND t.index >= :first::bigint AND t.index <= :last::bigint
ORDER BY t.index
