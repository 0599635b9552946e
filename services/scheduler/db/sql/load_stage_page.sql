-- Rows, with results, of the delivery $1 in the stage $3 of revision $2, whose indexes are $4 to $5.
SELECT t.delivery_id, t.task_id, t.revision, t.stage, t.index, t.lane, t.issue, t.attempts, t.status,
	(extract(epoch FROM t.ready_at) * 1000)::bigint, (extract(epoch FROM t.not_after) * 1000)::bigint, t.destination, t.result
FROM run.task t
WHERE t.delivery_id = $1 AND t.revision = $2::bigint AND t.stage = $3 AND t.index >= $4::bigint AND t.index <= $5::bigint
ORDER BY t.index
