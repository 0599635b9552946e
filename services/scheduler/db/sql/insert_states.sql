-- New deliveries, whose status is made of the row; fewer rows than given: somebody else was first.
INSERT INTO run.state (delivery_id, kind, tenant, route, audience, destination, state, reason, revision, version,
	status_version, due_at, planned_at, spec_hash, created_at, changed_at, memory, tasks_out,
	destination_tasks_out)
SELECT n.id, n.kind, n.tenant, n.route, n.audience, n.destination, n.state, n.reason, n.revision, n.version,
	n.status_version, 'epoch'::timestamptz + n.due * interval '1 millisecond',
	'epoch'::timestamptz + n.planned * interval '1 millisecond', n.spec_hash,
	'epoch'::timestamptz + n.changed * interval '1 millisecond',
	'epoch'::timestamptz + n.changed * interval '1 millisecond', n.memory, n.out, n.there
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
	$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[],
	$16::bytea[], $17::bigint[], $18::bigint[])
	AS n (id, kind, tenant, route, audience, destination, state, reason, revision, version, status_version, due, planned,
	spec_hash, changed, memory, out, there)
ORDER BY n.id
ON CONFLICT DO NOTHING
