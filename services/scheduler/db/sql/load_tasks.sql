-- Rows by their ids $1.
SELECT delivery_id, task_id, revision, stage, index, lane, issue, attempts, status, (extract(epoch FROM ready_at) * 1000)::bigint,
	(extract(epoch FROM not_after) * 1000)::bigint, destination, result
FROM run.task WHERE task_id = ANY ($1::text[])
