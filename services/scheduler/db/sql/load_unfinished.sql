-- columns of: load_tasks
-- For each delivery of :ids, the unfinished rows that a decision can change now. At most :each rows of each kind, earliest first: issued
-- tasks by the end of their issue; waiting uploads, and other waiting tasks, by when they are ready. If an upload has an issue without a
-- result, one such upload is included. At most :limit rows of all deliveries.
SELECT d.id AS delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint AS ready_ms,
	(extract(epoch FROM t.not_after) * 1000)::bigint AS not_after_ms, t.destination,
	NULL::bytea AS result
FROM unnest(:ids::text[]) AS d (id), LATERAL (
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'issued'
		ORDER BY not_after, revision, stage, index LIMIT :each::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'waiting' AND stage = 'upload'
		ORDER BY ready_at, revision, stage, index LIMIT :each::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'waiting' AND stage <> 'upload'
		ORDER BY ready_at, revision, stage, index LIMIT :each::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND stage = 'upload'
			AND (status = 'issued' OR (status = 'waiting' AND issue <> attempts))
		LIMIT 1)
) AS t
ORDER BY d.id, t.revision, t.stage, t.index LIMIT :limit::bigint
