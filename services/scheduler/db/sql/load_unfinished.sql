-- Of each delivery of $1, the unfinished rows that a decision can change now. Each kind gives $3 rows at most, those
-- whose time comes first: issued ones by the end of their issue; waiting uploads, and others that wait, by when they
-- are ready. One upload whose issue nobody answered is among them, if there is any. At most $2 rows of all deliveries.
SELECT d.id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination,
	NULL::bytea
FROM unnest($1::text[]) AS d (id), LATERAL (
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'issued'
		ORDER BY not_after, revision, stage, index LIMIT $3::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'waiting' AND stage = 'upload'
		ORDER BY ready_at, revision, stage, index LIMIT $3::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND status = 'waiting' AND stage <> 'upload'
		ORDER BY ready_at, revision, stage, index LIMIT $3::bigint)
	UNION
	(SELECT task_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after, destination
		FROM run.task WHERE delivery_id = d.id AND stage = 'upload'
			AND (status = 'issued' OR (status = 'waiting' AND issue <> attempts))
		LIMIT 1)
) AS t
ORDER BY d.id, t.revision, t.stage, t.index LIMIT $2::bigint
