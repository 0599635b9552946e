-- columns of: load_tasks
-- All unfinished rows of the delivery in the stage of the revision, from the index :first on, and its unfinished tasks of the stage
-- lists; at most :limit. This does not scan rows that are done.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint AS ready_ms,
	(extract(epoch FROM t.not_after) * 1000)::bigint AS not_after_ms, t.destination, NULL::bytea AS result
FROM run.task t
WHERE t.delivery_id = :delivery AND t.revision = :revision::bigint AND t.stage = :stage AND t.index >= :first::bigint
	AND t.status IN ('waiting', 'issued')
UNION ALL
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination, NULL::bytea
FROM run.task t
WHERE t.delivery_id = :delivery AND t.revision = :revision::bigint AND t.stage = 'lists' AND t.status IN ('waiting', 'issued')
ORDER BY 4, 5, 2 LIMIT :limit::bigint
