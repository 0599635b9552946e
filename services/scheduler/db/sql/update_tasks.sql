-- An absent result keeps the stored one. The event of a finished task is not needed any more.
UPDATE run.task t SET issue = n.issue, attempts = n.attempts, status = n.status,
	ready_at = 'epoch'::timestamptz + n.ready * interval '1 millisecond',
	not_after = 'epoch'::timestamptz + nullif(n.not_after, 0) * interval '1 millisecond',
	issued_at = coalesce('epoch'::timestamptz + nullif(n.issued, 0) * interval '1 millisecond', t.issued_at),
	started_at = coalesce('epoch'::timestamptz + nullif(n.started, 0) * interval '1 millisecond', t.started_at),
	done_at = coalesce('epoch'::timestamptz + nullif(n.done, 0) * interval '1 millisecond', t.done_at),
	worker = coalesce(n.worker, t.worker), rows_done = coalesce(nullif(n.rows, 0), t.rows_done),
	result = coalesce(n.result, t.result), event = CASE WHEN n.status = 'done' THEN '' ELSE t.event END
FROM unnest(:task::text[], :issue::bigint[], :attempts::bigint[], :status::text[], :ready::bigint[], :not_after::bigint[],
	:result::bytea[], :issued::bigint[], :started::bigint[], :done::bigint[], :worker::text[], :rows::bigint[])
	AS n (task, issue, attempts, status, ready, not_after, result, issued, started, done, worker, rows)
WHERE t.task_id = n.task
