-- Waiting rows of stages: $1 deliveries, $2 revisions, $3 stages; at most $4 of them.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination, NULL::bytea
FROM run.task t JOIN unnest($1::text[], $2::bigint[], $3::text[]) AS n (id, revision, stage)
	ON t.delivery_id = n.id AND t.revision = n.revision AND t.stage = n.stage
WHERE t.status = 'waiting'
ORDER BY t.delivery_id, t.stage, t.index LIMIT $4::bigint
