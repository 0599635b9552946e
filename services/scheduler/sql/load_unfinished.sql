-- Rows of the deliveries $1 that wait or are issued, at most $2 of them.
SELECT delivery_id, task_id, revision, stage, index, lane, issue, attempts, status, (extract(epoch FROM ready_at) * 1000)::bigint,
	(extract(epoch FROM not_after) * 1000)::bigint, destination, NULL::bytea
FROM run.task WHERE delivery_id = ANY ($1::text[]) AND status IN ('waiting', 'issued')
ORDER BY delivery_id, revision, stage, index LIMIT $2::bigint
