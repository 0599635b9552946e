-- Updates deliveries that are already locked and compared. The status is absent if it is derived from the row as it is now.
UPDATE run.state s SET state = n.state, reason = n.reason, revision = n.revision, version = n.version,
	status_version = n.status_version, due_at = 'epoch'::timestamptz + n.due * interval '1 millisecond',
	spec_hash = n.spec_hash, changed_at = 'epoch'::timestamptz + n.changed * interval '1 millisecond',
	memory = n.memory, status = n.status, audience = n.audience, destination = n.destination, tasks_out = n.out,
	destination_tasks_out = n.there, answers = n.answers, tasks_unmade = n.unmade
FROM unnest(:id::text[], :state::text[], :reason::text[], :revision::bigint[], :version::bigint[], :status_version::bigint[],
	:due::bigint[], :spec_hash::text[], :changed::bigint[], :memory::bytea[], :status::bytea[], :audience::text[],
	:destination::text[], :out::bigint[], :there::bigint[], :answers::text[], :unmade::bigint[])
	AS n (id, state, reason, revision, version, status_version, due, spec_hash, changed, memory, status, audience, destination,
	out, there, answers, unmade)
WHERE s.delivery_id = n.id
