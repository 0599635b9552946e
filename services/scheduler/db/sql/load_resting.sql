-- columns of: load_tasks
-- Waiting rows of stages; at most :limit.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint AS ready_ms,
	(extract(epoch FROM t.not_after) * 1000)::bigint AS not_after_ms, t.destination, NULL::bytea AS result
FROM run.task t JOIN unnest(:id::text[], :revision::bigint[], :stage::text[]) AS n (id, revision, stage)
	ON t.delivery_id = n.id AND t.revision = n.revision AND t.stage = n.stage
WHERE t.status = 'waiting'
ORDER BY t.delivery_id, t.stage, t.index LIMIT :limit::bigint
