-- All unfinished rows of the delivery $1 in the stage $3 of revision $2, from the index $4 on, and of its looks at the lists; at
-- most $5. So what is done already is not walked over.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination, NULL::bytea
FROM run.task t
WHERE t.delivery_id = $1 AND t.revision = $2::bigint AND t.stage = $3 AND t.index >= $4::bigint
	AND t.status IN ('waiting', 'issued')
UNION ALL
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination, NULL::bytea
FROM run.task t
WHERE t.delivery_id = $1 AND t.revision = $2::bigint AND t.stage = 'lists' AND t.status IN ('waiting', 'issued')
ORDER BY 4, 5, 2 LIMIT $5::bigint
