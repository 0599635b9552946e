INSERT INTO run.task (task_id, delivery_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after,
	event, tenant, destination, issued_at)
SELECT n.task, n.id, n.revision, n.stage, n.index, n.lane, n.issue, 0, n.status,
	'epoch'::timestamptz + n.ready * interval '1 millisecond',
	'epoch'::timestamptz + nullif(n.not_after, 0) * interval '1 millisecond', n.event, n.tenant, n.destination,
	'epoch'::timestamptz + nullif(n.issued, 0) * interval '1 millisecond'
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
	$9::bigint[], $10::bigint[], $11::bytea[], $12::text[], $13::text[], $14::bigint[])
	AS n (task, id, revision, stage, index, lane, issue, status, ready, not_after, event, tenant, destination, issued)
