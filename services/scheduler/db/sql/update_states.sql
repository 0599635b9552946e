-- Changed deliveries, already locked and compared. The status is absent where it is made of the row as it is now.
UPDATE run.state s SET state = n.state, reason = n.reason, revision = n.revision, version = n.version,
	status_version = n.status_version, due_at = 'epoch'::timestamptz + n.due * interval '1 millisecond',
	spec_hash = n.spec_hash, changed_at = 'epoch'::timestamptz + n.changed * interval '1 millisecond',
	memory = n.memory, status = n.status, audience = n.audience, destination = n.destination, tasks_out = n.out,
	destination_tasks_out = n.there, answers = n.answers, tasks_unmade = n.unmade
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
	$9::bigint[], $10::bytea[], $11::bytea[], $12::text[], $13::text[],
	$14::bigint[], $15::bigint[], $16::text[], $17::bigint[])
	AS n (id, state, reason, revision, version, status_version, due, spec_hash, changed, memory, status, audience, destination,
	out, there, answers, unmade)
WHERE s.delivery_id = n.id
