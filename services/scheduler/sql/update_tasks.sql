-- An absent result stays as it is.
UPDATE run.task t SET issue = n.issue, attempts = n.attempts, status = n.status,
	ready_at = 'epoch'::timestamptz + n.ready * interval '1 millisecond',
	not_after = 'epoch'::timestamptz + nullif(n.not_after, 0) * interval '1 millisecond',
	result = coalesce(n.result, t.result)
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[])
	AS n (task, issue, attempts, status, ready, not_after, result)
WHERE t.task_id = n.task
