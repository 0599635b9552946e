INSERT INTO run.task (task_id, delivery_id, revision, stage, index, lane, issue, attempts, status, ready_at, not_after,
	event, tenant, destination, issued_at)
SELECT n.task, n.id, n.revision, n.stage, n.index, n.lane, n.issue, 0, n.status,
	'epoch'::timestamptz + n.ready * interval '1 millisecond',
	'epoch'::timestamptz + nullif(n.not_after, 0) * interval '1 millisecond', n.event, n.tenant, n.destination,
	'epoch'::timestamptz + nullif(n.issued, 0) * interval '1 millisecond'
FROM unnest(:task::text[], :id::text[], :revision::bigint[], :stage::text[], :index::bigint[], :lane::text[],
	:issue::bigint[], :status::text[], :ready::bigint[], :not_after::bigint[], :event::bytea[], :tenant::text[],
	:destination::text[], :issued::bigint[])
	AS n (task, id, revision, stage, index, lane, issue, status, ready, not_after, event, tenant, destination, issued)
