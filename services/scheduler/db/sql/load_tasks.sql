-- Rows by id.
SELECT delivery_id, task_id, revision, stage, index, lane, issue, attempts, status, (extract(epoch FROM ready_at) * 1000)::bigint AS ready_ms,
	(extract(epoch FROM not_after) * 1000)::bigint AS not_after_ms, destination, result
FROM run.task WHERE task_id = ANY (:ids::text[])
