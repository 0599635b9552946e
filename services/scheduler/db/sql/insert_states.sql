-- New deliveries, whose status is derived from the row. Fewer rows than given: another scheduler was first.
INSERT INTO run.state (delivery_id, kind, tenant, route, audience, destination, state, reason, revision, version,
	status_version, due_at, planned_at, spec_hash, created_at, changed_at, memory, tasks_out,
	destination_tasks_out)
SELECT n.id, n.kind, n.tenant, n.route, n.audience, n.destination, n.state, n.reason, n.revision, n.version,
	n.status_version, 'epoch'::timestamptz + n.due * interval '1 millisecond',
	'epoch'::timestamptz + n.planned * interval '1 millisecond', n.spec_hash,
	'epoch'::timestamptz + n.changed * interval '1 millisecond',
	'epoch'::timestamptz + n.changed * interval '1 millisecond', n.memory, n.out, n.there
FROM unnest(:id::text[], :kind::text[], :tenant::text[], :route::text[], :audience::text[], :destination::text[],
	:state::text[], :reason::text[], :revision::bigint[], :version::bigint[], :status_version::bigint[],
	:due::bigint[], :planned::bigint[], :spec_hash::text[], :changed::bigint[], :memory::bytea[], :out::bigint[],
	:there::bigint[])
	AS n (id, kind, tenant, route, audience, destination, state, reason, revision, version, status_version, due, planned,
	spec_hash, changed, memory, out, there)
ORDER BY n.id
ON CONFLICT DO NOTHING
